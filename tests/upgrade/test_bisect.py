"""The search for the release that changed: its steps, the targets in between, and the output."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pytest

from conformance.adapter import wire
from conformance.bisect import candidates, steps
from conformance.bisect.binary_search import Change, find
from conformance.bisect.candidates import NoOrder
from conformance.cases.case import Case, make_case
from conformance.cases.program import Cell
from conformance.commands import bisect_command as command
from conformance.contract.clause import Clause, Subject
from conformance.engine.outcome import Outcome
from conformance.engine.probe import ReplayResult
from conformance.engine.search import NEW
from conformance.engine.tally import Tally
from conformance.errors import TargetNotMade
from conformance.targets import registry
from tests import support

HOLDS = ReplayResult(True, grade="explained")
ACCEPTED = ReplayResult(False, "initial_state = accepted, but must be refused", "accepted")
LEAKED = ReplayResult(False, "initial_state = IndexError", "leaked", "IndexError", "list")
CASE = (
    '{"clause":"RJ-01","path":"layer/keras2","mode":"eager","cells":[{"kind":"GRU","units":2}],'
    '"batch":2,"malformation":{"name":"batch_one"}}'
)

# --- the search -----------------------------------------------------------------------------------

NAMES = [f"r{number}" for number in range(12)]


@pytest.mark.parametrize("first", range(1, len(NAMES)))
def test_the_first_that_changed_is_found_in_few_steps(first: int) -> None:
    asked: list[str] = []

    def changed(name: str) -> bool:
        asked.append(name)
        return NAMES.index(name) >= first

    assert find(NAMES, changed) == Change(NAMES[first - 1], NAMES[first])
    assert len(asked) == len(set(asked)) <= 4
    assert not {NAMES[0], NAMES[-1]} & set(asked)


@pytest.mark.parametrize("first", range(1, len(NAMES)))
@pytest.mark.parametrize("silent", [{4}, {5, 6}, {1, 2, 9, 10}, set(range(1, 11))])
def test_those_that_cannot_be_asked_are_named_where_they_matter(
    first: int, silent: set[int]
) -> None:
    def changed(name: str) -> bool | None:
        at = NAMES.index(name)
        return None if at in silent else at >= first

    found = find(NAMES, changed)
    low, high = NAMES.index(found.last), NAMES.index(found.first)
    assert low < first <= high
    assert found.unasked == tuple(NAMES[low + 1 : high])
    assert set(range(low + 1, high)) <= silent


# --- the targets between two ----------------------------------------------------------------------


def test_the_releases_between_two() -> None:
    assert candidates.releases("tf2.14", "tf2.17") == ["tf2.14", "tf2.15", "tf2.16", "tf2.17"]
    assert candidates.releases("tf1.15", "tf2.22rc0") == [
        n for n in registry.read() if "-" not in n
    ]


def test_each_release_has_the_variant_that_is_asked_for() -> None:
    variants = ["tf2.14", "tf2.15", "tf2.16-keras2", "tf2.17-keras2"]
    assert candidates.releases("tf2.14", "tf2.17-keras2") == variants
    assert candidates.releases("tf2.15", "tf2.16-keras3.0") == ["tf2.15", "tf2.16-keras3.0"]


def test_the_releases_of_keras_on_one_tensorflow() -> None:
    older = [f"tf2.16-keras3.{minor}" for minor in (0, 2, 3, 4, 6, 7, 9, 10, 11, 12, 13, 14)]
    assert candidates.keras_releases() == [*older, "tf2.16"]


@pytest.mark.parametrize(
    ("good", "bad", "message"),
    [
        ("tf9.9", "tf2.4", "--good = 'tf9.9', but must be a name that"),
        ("tf2.4", "/usr/bin/python", "--bad = '/usr/bin/python', but must be a name that"),
        ("tf2.4", "tf2.4", "must have an older TensorFlow than --bad = tf2.4"),
        ("tf2.4", "tf2.3", "must have an older TensorFlow than --bad = tf2.3"),
        ("tf2.16", "tf2.16-keras2", "must have an older TensorFlow"),
    ],
)
def test_two_that_have_nothing_between_them(good: str, bad: str, message: str) -> None:
    with pytest.raises(NoOrder, match=message.replace("(", r"\(")):
        candidates.releases(good, bad)


# --- the command ----------------------------------------------------------------------------------


@dataclass
class Stage:
    """Targets that give the results that a test names; each target has one Keras generation."""

    shows: Mapping[str, ReplayResult]  # in order: the result of this target and the later ones
    unmade: frozenset[str] = frozenset()
    started: list[str] = field(default_factory=list)
    judged: list[str] = field(default_factory=list)

    @contextlib.contextmanager
    def open_probe(self, name: str, cache: str | None) -> Iterator[_Standing]:
        if name in self.unmade:
            raise TargetNotMade(f"target {name} could not be made: no reason")
        self.started.append(name)
        names = list(registry.read())
        since = [first for first in self.shows if names.index(first) <= names.index(name)]
        yield _Standing(name, self.shows[since[-1]], self.judged)


@dataclass
class _Standing:
    name: str
    result: ReplayResult
    judged: list[str]
    client: object = None

    @property
    def _keras(self) -> str:
        names = list(registry.read())
        return "keras2" if names.index(self.name) < names.index("tf2.16") else "keras3"

    @property
    def description(self) -> wire.Description:
        versions = {"tensorflow": self.name, self._keras: "0"}
        return wire.Description(versions, tuple(self.offers.values()))

    @property
    def offers(self) -> dict[str, wire.PathOffer]:
        both = ("keras2", "keras3")
        return {
            f"layer/{keras}": wire.PathOffer(
                f"layer/{keras}",
                ("SimpleRNN", "GRU"),
                ("eager",),
                missing="" if keras == self._keras else "no",
            )
            for keras in both
        }

    def see(self, clause: Clause, case: Case) -> ReplayResult:
        self.judged.append(f"{self.name} {clause.identifier} {case.program.path}")
        return self.result


def bisect(monkeypatch: pytest.MonkeyPatch, stage: Stage, *arguments: str) -> int:
    monkeypatch.setattr(command, "open_probe", stage.open_probe)
    return command.main(list(arguments))


def test_the_release_is_named_and_each_step_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stage = Stage({"tf1.15": HOLDS, "tf2.9": LEAKED})
    assert bisect(monkeypatch, stage, CASE, "--good", "tf2.4", "--bad", "tf2.15") == 0
    printed = capsys.readouterr()
    assert printed.out.splitlines() == [
        "first release that changed: tf2.9 (tensorflow tf2.9, keras2 0)",
        "last before it: tf2.8 (tensorflow tf2.8, keras2 0)",
        "  layer/keras2: holds, explained -> deviates, leaked, IndexError",
        "    on layer/keras2: initial_state = IndexError",
    ]
    assert printed.err.splitlines()[:2] == [
        "tf2.4: on layer/keras2: holds",
        "tf2.15: on layer/keras2: initial_state = IndexError",
    ]
    assert len(printed.err.splitlines()) == len(stage.started) == len(set(stage.started)) <= 6


def test_a_case_of_keras_2_is_asked_where_tf_keras_is_keras_3(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stage = Stage({"tf1.15": HOLDS, "tf2.16": ACCEPTED})
    assert bisect(monkeypatch, stage, CASE, "--good", "tf2.14", "--bad", "tf2.17") == 0
    assert "first release that changed: tf2.16 (" in capsys.readouterr().out
    assert "tf2.15 RJ-01 layer/keras2" in stage.judged
    assert "tf2.16 RJ-01 layer/keras3" in stage.judged


KERAS = [
    ({"tf1.15": HOLDS, "tf2.16": ACCEPTED}, "Keras: already the oldest changed, tf2.16-keras3.0 ("),
    # in targets.toml tf2.16 stands before its variants
    ({"tf1.15": HOLDS, "tf2.17": ACCEPTED}, "Keras: none changed, not even tf2.16 ("),
]


@pytest.mark.parametrize(("shows", "expected"), KERAS)
def test_the_last_line_says_if_keras_changed(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    shows: dict[str, ReplayResult],
    expected: str,
) -> None:
    stage = Stage(shows)
    assert bisect(monkeypatch, stage, CASE, "--good", "tf2.14", "--bad", "tf2.18", "--keras") == 0
    assert expected in capsys.readouterr().out


def test_the_first_keras_that_changed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    keras = [f"tf2.16-keras3.{minor}" for minor in (0, 2, 3, 4, 6, 7, 9)]
    stage = Stage({"tf1.15": HOLDS, "tf2.16": ACCEPTED, **dict.fromkeys(keras, HOLDS)})
    stage.shows = {**stage.shows, "tf2.16-keras3.10": ACCEPTED}
    assert bisect(monkeypatch, stage, CASE, "--good", "tf2.14", "--bad", "tf2.18", "--keras") == 0
    printed = capsys.readouterr().out
    assert "first Keras that changed: tf2.16-keras3.10 (" in printed
    assert "last before it: tf2.16-keras3.9 (" in printed


def test_two_targets_that_do_the_same(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stage = Stage({"tf1.15": HOLDS})
    assert bisect(monkeypatch, stage, CASE, "--good", "tf2.4", "--bad", "tf2.9") == 1
    assert capsys.readouterr().out == "tf2.9 does the same as tf2.4\n"
    assert stage.started == ["tf2.4", "tf2.9"]


def test_a_target_that_cannot_be_made_is_passed_over(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stage = Stage({"tf1.15": HOLDS, "tf2.7": LEAKED}, unmade=frozenset({"tf2.6", "tf2.7"}))
    assert bisect(monkeypatch, stage, CASE, "--good", "tf2.4", "--bad", "tf2.9") == 0
    printed = capsys.readouterr()
    assert "first release that changed: tf2.8 (" in printed.out
    assert "between them, but cannot be asked: tf2.6, tf2.7\n" in printed.out
    assert "tf2.6: cannot be asked: target tf2.6 could not be made: no reason" in printed.err


class Searching:
    """A stand-in for a search: SimpleRNN leaks an error in Keras 3, and GRU in each Keras."""

    def __init__(self, clause: object, subject: Subject, *others: object) -> None:
        self._subject = subject
        self.tallies: dict[str, Tally] = {}

    def execute(self, modes: list[str]) -> None:
        new = None
        if self._subject.cell == "GRU" or str(self._subject) == "layer/keras3-SimpleRNN":
            case = make_case(self._subject.path, "eager", (Cell("GRU", 1),))
            seen = support.an_error("IndexError")
            new = Outcome(case, NEW, "initial_state = IndexError", "leaked", seen)
        self.tallies["eager"] = Tally(new=new)


def test_a_clause_is_searched_on_every_subject(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(steps, "Search", Searching)
    stage = Stage({"tf1.15": HOLDS})
    assert bisect(monkeypatch, stage, "RT-02", "--good", "tf2.14", "--bad", "tf2.17") == 0
    printed = capsys.readouterr()
    assert "tf2.14: 1 of 2 subjects deviate\n" in printed.err
    assert "first release that changed: tf2.16 (" in printed.out
    assert "  layer/keras-SimpleRNN: holds -> deviates, leaked, IndexError\n" in printed.out
    assert "GRU" not in printed.out


def test_a_clause_without_a_path_in_common(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stage = Stage({"tf1.15": HOLDS})
    assert bisect(monkeypatch, stage, "DC-02", "--good", "tf2.4", "--bad", "tf2.9") == 2
    assert "tf2.4 cannot be asked: it has none of the clause's paths" in capsys.readouterr().err


WRONG: dict[str, tuple[str, str]] = {
    "no case and no clause": ("RJ-99", "CASE-or-CLAUSE = 'RJ-99', but must be a case"),
    "a case that is cut off": (CASE[:-1], "must be the JSON that a failure prints"),
    "a case without a clause": ('{"path":"layer/keras2"}', "clause = None"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_asked_is_reported_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    question, message = WRONG[name]
    stage = Stage({"tf1.15": HOLDS})
    assert bisect(monkeypatch, stage, question, "--good", "tf2.4", "--bad", "tf2.9") == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("python -m conformance.bisect: ")
    assert message in line
    assert stage.started == []


def test_an_end_that_cannot_be_asked_is_reported_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stage = Stage({"tf1.15": ReplayResult(None, "layer/keras2 is not available")})
    assert bisect(monkeypatch, stage, CASE, "--good", "tf2.4", "--bad", "tf2.9") == 2
    line = capsys.readouterr().err.splitlines()[-1]
    assert line.endswith("tf2.4 cannot be asked: layer/keras2 is not available")
