"""The check of version ranges: what is compared with what was seen, and what is printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from conformance.cases.case import make_case
from conformance.cases.program import Cell
from conformance.engine.probe import ReplayResult
from conformance.ledger.load import read_entries
from conformance.ledger_audit import render
from conformance.ledger_audit.check_ranges import check
from conformance.ledger_audit.replay_entries import questions
from conformance.ledger_audit.sighting_log import Question, TargetRecord
from tests.ledger.entries import AUDITED as FILE

HOLDS = ReplayResult(True)
SHOWN = ReplayResult(False, "initial_state = accepted", "accepted")
OTHERWISE = ReplayResult(False, "initial_state =\n IndexError", "leaked", "IndexError", "list")
NOT_JUDGED = ReplayResult(None, "RNN/keras3 is not available")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "deviations.toml"
    path.write_text(FILE)
    return path


def seen(file: Path, by_target: Mapping[str, Sequence[ReplayResult]]) -> dict[str, TargetRecord]:
    """Return what targets, named by their Keras 3, showed of the first entry on each path."""
    asked = [question for _, question in questions(read_entries(file)[0])]
    return {
        target: TargetRecord("", {"keras3": target}, dict(zip(asked, sightings, strict=True)))
        for target, sightings in by_target.items()
    }


def test_an_entry_is_replayed_on_each_of_its_paths(file: Path) -> None:
    entry = read_entries(file)[0]
    case = make_case("RNN/keras3", "eager", (Cell("GRU", 1),))
    layer = make_case("layer/keras3", "eager", (Cell("GRU", 1),))
    assert list(questions(entry)) == [
        ("RNN/keras3", Question("RJ-01", case.to_json())),
        ("layer/keras3", Question("RJ-01", layer.to_json())),
    ]


def lines(file: Path, by_target: Mapping[str, Sequence[ReplayResult]]) -> list[str]:
    checked = [check(read_entries(file)[0], seen(file, by_target))]
    return list(render.report(checked, list(by_target)))


NOT_AT_ALL = [NOT_JUDGED, NOT_JUDGED]
RIGHT = {
    "inside it deviates, outside it holds": {"3.15.0": [SHOWN, SHOWN], "3.13.0": [HOLDS, HOLDS]},
    "outside it deviates otherwise": {"3.15.0": [SHOWN, SHOWN], "3.13.0": [OTHERWISE, HOLDS]},
    "what cannot be judged says nothing": {"3.15.0": [SHOWN, NOT_JUDGED], "3.13.0": NOT_AT_ALL},
    "outside some of its paths show it": {"3.15.0": [SHOWN, SHOWN], "3.13.0": [SHOWN, HOLDS]},
}  # fmt: skip


@pytest.mark.parametrize("name", RIGHT)
def test_a_range_that_is_right(file: Path, name: str) -> None:
    (line,) = lines(file, RIGHT[name])
    assert line == "0 of 1 entries have a wrong range; 1 could be replayed on 2 targets"


def test_where_covered_cases_may_hold_only_the_own_path_must_deviate(file: Path) -> None:
    file.write_text(
        FILE.replace('grade = "accepted"', 'grade = "accepted"\nsometimes = "At times."')
    )
    assert len(lines(file, {"3.15.0": [SHOWN, HOLDS]})) == 1
    assert len(lines(file, {"3.15.0": [HOLDS, SHOWN]})) > 1
    assert len(lines(file, {"3.15.0": [SHOWN, OTHERWISE]})) > 1


WRONG = {
    "outside it deviates": (
        {"3.15.0": [SHOWN, SHOWN], "3.13.0": [SHOWN, SHOWN], "3.10.0": [HOLDS, HOLDS]},
        ["  deviates outside: 3.13.0", "  seen in: keras3 >=3.13,<3.16"],
    ),
    "inside it holds": (
        {"3.15.0": [HOLDS, HOLDS]},
        [
            "  does not deviate so on 3.15.0, inside: RNN/keras3: holds; layer/keras3: holds",
            "  seen in: no target",
        ],
    ),
    "inside it deviates otherwise": (
        {"3.15.0": [SHOWN, OTHERWISE]},
        [
            "  does not deviate so on 3.15.0, inside: layer/keras3: initial_state = IndexError",
            "  seen in: no target",
        ],
    ),
    "inside some of its paths show it": (
        {"3.15.0": [HOLDS, SHOWN], "3.15.1": [SHOWN, SHOWN]},
        [
            "  does not deviate so on 3.15.0, inside: RNN/keras3: holds",
            "  seen in: no single range: on 3.15.0 some of its paths show it and some do not;"
            " split the entry in two",
        ],
    ),
    "versions do not tell": (
        {"3.15.0": [HOLDS, HOLDS], "3.15.1": [SHOWN, SHOWN]},
        [
            "  does not deviate so on 3.15.0, inside: RNN/keras3: holds; layer/keras3: holds",
            "  seen in: no range: the targets that show it and those that do not cannot be told"
            " apart by their versions",
        ],
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_range_that_is_wrong(file: Path, name: str) -> None:
    by_target, expected = WRONG[name]
    told = lines(file, by_target)
    assert told[0] == "one (RJ-01): keras3 <3.16,>=3.15"
    assert told[1:-1] == expected
    assert told[-1].startswith("1 of 1 entries have a wrong range; 1 could be replayed on ")


def test_what_was_seen_is_described_by_an_entry_as_it_was_by_the_judge(file: Path) -> None:
    entry = read_entries(file)[0]
    assert entry.describes(SHOWN.deviation, entry.case)
    assert not entry.describes(OTHERWISE.deviation, entry.case)
