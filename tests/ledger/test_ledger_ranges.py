"""The ledger over versions: ranges from what was seen, and how they are told, kept and written."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from conformance import ledger
from conformance.cases.case import make_case
from conformance.cases.program import Cell
from conformance.engine.probe import ReplayResult
from conformance.ledger_audit import render
from conformance.ledger_audit.check_ranges import check
from conformance.ledger_audit.replay_entries import questions
from conformance.ledger_audit.rewrite import write_ranges
from conformance.ledger_audit.sighting_log import Question, Seen, Sightings
from conformance.ledger_audit.version_ranges import Evidence, fitting

HOLDS = ReplayResult(True)
SHOWN = ReplayResult(False, "initial_state = accepted", "accepted")
OTHERWISE = ReplayResult(False, "initial_state =\n IndexError", "leaked", "IndexError", "list")
NOT_JUDGED = ReplayResult(None, "RNN/keras3 is not available")

FILE = """# a comment at the top

[[deviation]]
name = "one"  # beside it
clause = "RJ-01"
paths = ["RNN/keras3", "layer/keras3"]
versions = { keras3 = ">=3.15,<3.16" }
when = {}
grade = "accepted"
why = "as it is"
case = '{"path":"RNN/keras3","mode":"eager","cells":[{"kind":"GRU","units":1}]}'

# --- a rule between ---

[[deviation]]
name = "two"
clause = "RJ-01"
paths = ["RNN/keras2"]
versions = { keras2 = ">=2.21,<2.22" }
when = { mode = ["eager"] }
grade = "accepted"
why = "as it is"
case = '{"path":"RNN/keras2","mode":"eager","cells":[{"kind":"GRU","units":1}]}'
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "deviations.toml"
    path.write_text(FILE)
    return path


def an_entry(file: Path, versions: Mapping[str, str]) -> ledger.Entry:
    inline = ", ".join(f'{name} = "{text}"' for name, text in versions.items())
    file.write_text(FILE.replace('keras3 = ">=3.15,<3.16"', inline))
    return ledger.read(file)[0]


def of(*versions: str | tuple[str, ...]) -> list[dict[str, str]]:
    """The versions of targets: of tensorflow, keras2 and keras3, `-` where it is not there."""
    named = [text.split() for text in versions if isinstance(text, str)]
    return [
        {name: each for name, each in zip(ledger_packages(), texts, strict=False) if each != "-"}
        for texts in named
    ]


def ledger_packages() -> tuple[str, ...]:
    return ("tensorflow", "keras2", "keras3")


# --- from what was seen to a range ------------------------------------------------------------

FOUND: dict[str, tuple[dict[str, str], list[str], list[str], dict[str, str] | None]] = {
    # named packages, targets that show it, targets that do not, the range
    "one release": (
        {"tensorflow": ">=2.21"}, ["2.21.0"], ["2.20.0"], {"tensorflow": ">=2.21,<2.22"},
    ),
    "from one release to another": (
        {"tensorflow": ">=2.21"}, ["2.4.4", "2.21.0", "2.9.3"], ["2.3.4", "2.22.0"],
        {"tensorflow": ">=2.4,<2.22"},
    ),
    "where nothing is known outside, no further than was seen": (
        {"tensorflow": ">=2.21"}, ["1.15.5", "2.21.0"], [], {"tensorflow": ">=1.15,<2.22"},
    ),
    "a candidate for a release": (
        {"tensorflow": ">=2.21"}, ["2.22.0rc0"], ["2.21.0"], {"tensorflow": ">=2.22rc0,<2.23"},
    ),
    "until before a candidate": (
        {"tensorflow": ">=2.21"}, ["2.20.0", "2.21.0"], ["2.22.0rc0"],
        {"tensorflow": ">=2.20,<2.22"},
    ),
    "a build of the night": (
        {"keras3": ">=3"}, ["2.22.0rc0 - 3.16.0.dev2026010101"], ["2.21.0 - 3.15.1"],
        {"keras3": ">=3.16.dev0,<3.17"},
    ),
    "a Keras with TensorFlow's letters": (
        {"keras2": ">=2.21"}, ["2.1.0 2.2.4-tf", "2.4.0 2.4.0"], ["2.5.0 2.5.0"],
        {"keras2": ">=2.2,<2.5"},
    ),
    "a target without the package is outside": (
        {"keras3": ">=3"}, ["2.16.2 - 3.0.5"], ["2.15.1 2.15.0"], {"keras3": ">=3.0,<3.1"},
    ),
    "several packages": (
        {"tensorflow": ">=2.21", "keras3": ">=3.15"},
        ["2.20.0 - 3.15.1", "2.21.0 - 3.15.1"], ["2.20.0 - 3.13.0", "2.19.0 - 3.15.1"],
        {"tensorflow": ">=2.20,<2.22", "keras3": ">=3.15,<3.16"},
    ),
    "another package besides, where the named one does not tell": (
        {"keras2": ">=2.21"}, ["2.0.4 2.2.4-tf", "2.21.0 2.21.0"], ["1.15.5 2.2.4-tf"],
        {"tensorflow": ">=2.0,<2.22", "keras2": ">=2.2,<2.22"},
    ),
    "another package instead, where the named one is not everywhere": (
        {"keras3": ">=3"}, ["2.4.0 2.4.0", "2.21.0 - 3.15.1"], ["2.3.0 2.3.0"],
        {"tensorflow": ">=2.4,<2.22"},
    ),
    "a release that is left out": (
        {"tensorflow": ">=2.21"}, ["2.4.0", "2.6.0", "2.21.0"], ["2.5.3", "2.3.0"],
        {"tensorflow": ">=2.4,!=2.5.*,<2.22"},
    ),
    "what is said of releases that were not looked at": (
        {"tensorflow": ">=2.20,<2.22"}, ["2.15.1"], ["2.14.1"], {"tensorflow": ">=2.15,<2.22"},
    ),
    "what is said of them, where it would have what was seen to be wrong": (
        {"tensorflow": ">=2.20,<2.22"}, ["2.15.1"], ["2.20.1"], {"tensorflow": ">=2.15,<2.16"},
    ),
    "what versions do not tell": ({"tensorflow": ">=2.21"}, ["2.4.0 2.4.0"], ["2.4.0 2.4.0"], None),
}  # fmt: skip


@pytest.mark.parametrize("name", FOUND)
def test_a_range_has_what_was_seen_and_no_more(file: Path, name: str) -> None:
    named, shown, absent, expected = FOUND[name]
    evidence = Evidence(of(*shown), of(*absent))
    assert fitting(an_entry(file, named), evidence) == expected


@pytest.mark.parametrize("name", FOUND)
def test_a_range_that_was_found_is_one_of_the_ledger(file: Path, name: str) -> None:
    _named, shown, absent, expected = FOUND[name]
    if expected is None:
        return
    entry = an_entry(file, expected)
    assert all(ledger.in_range(entry.versions, seen) for seen in of(*shown))
    assert not any(ledger.in_range(entry.versions, seen) for seen in of(*absent))


# --- an entry against what was seen -----------------------------------------------------------


def seen(file: Path, by_target: Mapping[str, Sequence[ReplayResult]]) -> dict[str, Seen]:
    """What targets, named by their Keras 3, showed of the first entry on each of its paths."""
    asked = [question for _, question in questions(ledger.read(file)[0])]
    return {
        target: Seen("", {"keras3": target}, dict(zip(asked, sightings, strict=True)))
        for target, sightings in by_target.items()
    }


def test_an_entry_is_replayed_on_each_of_its_paths(file: Path) -> None:
    entry = ledger.read(file)[0]
    case = make_case("RNN/keras3", "eager", (Cell("GRU", 1),))
    layer = make_case("layer/keras3", "eager", (Cell("GRU", 1),))
    assert list(questions(entry)) == [
        ("RNN/keras3", Question("RJ-01", case.to_json())),
        ("layer/keras3", Question("RJ-01", layer.to_json())),
    ]


def lines(file: Path, by_target: Mapping[str, Sequence[ReplayResult]]) -> list[str]:
    checked = [check(ledger.read(file)[0], seen(file, by_target))]
    return list(render.audit_lines(checked, list(by_target)))


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
    file.write_text(FILE.replace('grade = "accepted"', 'grade = "accepted"\nsometimes = true', 1))
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
            "  seen in: no range of its own, as on 3.15.0 some of its paths show it and some do"
            " not: make it two entries",
        ],
    ),
    "versions do not tell": (
        {"3.15.0": [HOLDS, HOLDS], "3.15.1": [SHOWN, SHOWN]},
        [
            "  does not deviate so on 3.15.0, inside: RNN/keras3: holds; layer/keras3: holds",
            "  seen in: no range: the versions of its targets do not tell those that show it from"
            " the others",
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


# --- writing, and keeping ---------------------------------------------------------------------


def test_a_range_is_written_and_nothing_else_changes(file: Path) -> None:
    write_ranges(file, {"two": {"tensorflow": ">=2.0,<2.22", "keras2": ">=2.2,<2.22"}})
    new = '{ tensorflow = ">=2.0,<2.22", keras2 = ">=2.2,<2.22" }'
    assert file.read_text() == FILE.replace('{ keras2 = ">=2.21,<2.22" }', new)


def test_the_ledger_of_this_repository_can_be_written(tmp_path: Path) -> None:
    file = tmp_path / "deviations.toml"
    file.write_bytes(ledger.DEVIATIONS.read_bytes())
    write_ranges(file, {})
    assert file.read_bytes() == ledger.DEVIATIONS.read_bytes()


QUESTION = Question("RJ-01", "{}")


def test_what_was_seen_is_kept(tmp_path: Path) -> None:
    kept = Sightings(tmp_path / "folder" / "kept.jsonl")
    assert kept.read() == {}
    kept.begin("tf2.15", "made once", {"tensorflow": "2.15.1"})
    kept.add("tf2.15", QUESTION, OTHERWISE)
    assert kept.read() == {
        "tf2.15": Seen("made once", {"tensorflow": "2.15.1"}, {QUESTION: OTHERWISE})
    }
    kept.begin("tf2.15", "made once", {"tensorflow": "2.15.1"})
    assert kept.read()["tf2.15"].sightings == {QUESTION: OTHERWISE}
    kept.forget()
    assert kept.read() == {}


AGAIN: list[tuple[str, dict[str, Any]]] = [
    ("made twice", {"tensorflow": "2.15.1"}),
    ("made once", {"tensorflow": "2.15.2"}),
]


@pytest.mark.parametrize(("stamp", "versions"), AGAIN)
def test_what_another_target_of_the_name_showed_is_forgotten(
    tmp_path: Path, stamp: str, versions: dict[str, str]
) -> None:
    kept = Sightings(tmp_path / "kept.jsonl")
    kept.begin("tf2.15", "made once", {"tensorflow": "2.15.1"})
    kept.add("tf2.15", QUESTION, OTHERWISE)
    kept.begin("tf2.15", stamp, versions)
    assert kept.read()["tf2.15"].sightings == {}


def test_a_line_that_was_cut_off_is_left_out(tmp_path: Path) -> None:
    file = tmp_path / "kept.jsonl"
    kept = Sightings(file)
    kept.begin("here", "", {"tensorflow": "2.21.0"})
    with file.open("a") as half:
        half.write(json.dumps({"target": "here"})[:-3])
    kept.add("here", QUESTION, HOLDS)
    assert kept.read()["here"].sightings == {}  # it stands on the line that was cut off
    kept.add("here", QUESTION, HOLDS)
    assert kept.read()["here"].sightings == {QUESTION: HOLDS}


def test_what_was_seen_is_described_by_an_entry_as_it_was_by_the_judge(file: Path) -> None:
    entry = ledger.read(file)[0]
    assert entry.describes(SHOWN.deviation)
    assert not entry.describes(OTHERWISE.deviation)
