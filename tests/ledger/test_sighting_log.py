"""The log of what targets showed: what is kept, and what is left out when it is read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from conformance.engine.probe import ReplayResult
from conformance.ledger_audit.sighting_log import Question, SightingLog, TargetRecord

HOLDS = ReplayResult(True)
OTHERWISE = ReplayResult(False, "initial_state =\n IndexError", "leaked", "IndexError", "list")
QUESTION = Question("RJ-01", "{}")


def test_what_was_seen_is_kept(tmp_path: Path) -> None:
    kept = SightingLog(tmp_path / "folder" / "kept.jsonl")
    assert kept.read() == {}
    kept.begin("tf2.15", "made once", {"tensorflow": "2.15.1"})
    kept.add("tf2.15", QUESTION, OTHERWISE)
    assert kept.read() == {
        "tf2.15": TargetRecord("made once", {"tensorflow": "2.15.1"}, {QUESTION: OTHERWISE})
    }
    kept.begin("tf2.15", "made once", {"tensorflow": "2.15.1"})
    assert kept.read()["tf2.15"].sightings == {QUESTION: OTHERWISE}
    kept.clear()
    assert kept.read() == {}


AGAIN: list[tuple[str, dict[str, Any]]] = [
    ("made twice", {"tensorflow": "2.15.1"}),
    ("made once", {"tensorflow": "2.15.2"}),
]


@pytest.mark.parametrize(("stamp", "versions"), AGAIN)
def test_what_another_target_of_the_name_showed_is_forgotten(
    tmp_path: Path, stamp: str, versions: dict[str, str]
) -> None:
    kept = SightingLog(tmp_path / "kept.jsonl")
    kept.begin("tf2.15", "made once", {"tensorflow": "2.15.1"})
    kept.add("tf2.15", QUESTION, OTHERWISE)
    kept.begin("tf2.15", stamp, versions)
    assert kept.read()["tf2.15"].sightings == {}


def test_a_line_that_was_cut_off_is_left_out(tmp_path: Path) -> None:
    file = tmp_path / "kept.jsonl"
    kept = SightingLog(file)
    kept.begin("here", "", {"tensorflow": "2.21.0"})
    with file.open("a") as half:
        half.write(json.dumps({"target": "here"})[:-3])
    kept.add("here", QUESTION, HOLDS)
    assert kept.read()["here"].sightings == {}  # it stands on the line that was cut off
    kept.add("here", QUESTION, HOLDS)
    assert kept.read()["here"].sightings == {QUESTION: HOLDS}
