"""What a run file holds: a header, verdicts, and a footer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.results.grades import GRADES
from conformance.results.records import PlainRecord, UnreadableRun

__all__ = [
    "HOLDS",
    "KNOWN",
    "NEW",
    "PAIRED",
    "SCHEMA",
    "UNAVAILABLE",
    "VERDICTS",
    "VERDICT_PROPERTY",
    "Difference",
    "Error",
    "Footer",
    "Header",
    "Key",
    "Verdict",
    "cases_by_path",
    "totals",
]

SCHEMA = 1
"""The run file's schema that this code writes and reads; `run.schema.json` is that, written out."""

HOLDS = "holds"
KNOWN = "known"
NEW = "new"
UNAVAILABLE = "unavailable"
VERDICTS = (HOLDS, KNOWN, NEW, UNAVAILABLE)

VERDICT_PROPERTY = "conformance_verdict"
"""The user property of a pytest report that holds a verdict as plain data."""

PAIRED = " ~ "
"""What stands between two paths that are held against each other."""
"""How well something malformed was refused, the best first."""

Key = tuple[str | None, ...]


@dataclass(frozen=True)
class Error:
    """An error as an observation tells it: its class, its one line, and the function it is from."""

    name: str
    message: str
    raised_in: str

    @classmethod
    def of(cls, observation: Mapping[str, Any]) -> Error | None:
        """The error of an observation; None where it has none."""
        plain = observation.get("error")
        if plain is None:
            return None
        texts = isinstance(plain, dict) and [plain.get(name, "") for name in _ERROR]
        if not texts or not all(isinstance(text, str) for text in texts):
            raise UnreadableRun("an observation's error should have texts by name")
        if not {"class", "message"} <= set(plain):
            raise UnreadableRun("an observation's error should have a class and a message")
        return cls(plain["class"], plain["message"], plain.get("raised_in", ""))


_ERROR = ("class", "module", "message", "raised_in", "stage")


@dataclass(frozen=True)
class Difference(PlainRecord):
    """How two targets differ in a case, of which the verdict's observation is the newer one's.

    `origin` is the clause that draws the case, `change` what became of it (`reports/changes.py`);
    `was` and `now` are both sides in a word, empty where the sentence tells more. `before` is what
    the old target did with the case. `drift` is the largest distance between numbers, in units in
    the last place of the largest number of their array.
    """

    origin: str
    change: str
    was: str = ""
    now: str = ""
    before: dict[str, Any] | None = None
    drift: float | None = None

    def __post_init__(self) -> None:
        Error.of(self.before or {})


@dataclass(frozen=True)
class Verdict(PlainRecord):
    """What was found for one clause on one path with one cell (and one malformation).

    `mode` is None where several modes were drawn and all agree; `modes` are those that were drawn.
    `difference` is there where two targets were held against each other.
    `case` is the minimal one, and `observation` is what the target did with it. `width_ratio` is
    the largest observed/width, and `widths` counts them: by dtype, and by bin
    (`reports/widths.py`). `ulps` is the largest distance from the reference in units in the last
    place, by dtype; `structures` are those of the final states, as `[h, c]`.
    `refusals` are errors with which what is malformed was refused as it should be.
    """

    clause: str
    path: str
    mode: str | None
    cell: str | None
    verdict: str
    grade: str | None
    malformation: str | None
    cases: int
    seconds: float
    case: dict[str, Any] | None
    observation: dict[str, Any] | None
    family: str = ""
    severity: str = "must"
    statement: str = ""
    sentence: str | None = None
    replay: str | None = None
    ledger: tuple[str, ...] = ()
    reason: str | None = None
    width_ratio: float | None = None
    widths: dict[str, dict[str, int]] | None = None
    modes: tuple[str, ...] = ()
    difference: dict[str, Any] | None = None
    ulps: dict[str, float] | None = None
    structures: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.verdict not in VERDICTS:
            raise UnreadableRun(
                f"a verdict is {self.verdict!r}, but should be one of {', '.join(VERDICTS)}"
            )
        if self.grade is not None and self.grade not in GRADES:
            raise UnreadableRun(
                f"a verdict's grade is {self.grade!r}, but should be one of {', '.join(GRADES)}"
            )
        Error.of(self.observation or {})
        _ = self.between

    @property
    def key(self) -> Key:
        """What a verdict is about: two runs are compared by it."""
        about = (self.clause, self.path, self.mode, self.cell, self.malformation)
        between = self.between
        if between is None:
            return about
        return (*about, between.origin, between.change, between.was, between.now)

    @property
    def between(self) -> Difference | None:
        """How two targets differ; None where one was judged."""
        return None if self.difference is None else Difference.from_plain(self.difference)

    @property
    def deviates(self) -> bool:
        """Whether the clause does not hold, whatever the ledger says."""
        return self.verdict in (KNOWN, NEW)

    @property
    def error(self) -> Error | None:
        """The error that was observed."""
        return Error.of(self.observation or {})


@dataclass(frozen=True)
class Header(PlainRecord):
    """What was run and where. Each of `paths` has a `name` and, as `missing`, the reason or "".

    `defaults` has by class, as `keras3/LSTM`, the options that it takes where none are given, by
    name: numbers, texts, truth values, None, lists of these, and for an object its `class_name` and
    `config`. A class that could not be made has the one option `error`. Runs of before this record
    have None. `ledger` has of each entry in force, by name, `why`, its minimal `case` as JSON,
    and, where there is one, the upstream `thread`.

    Where two targets were held against each other all this is of the new one, and `old` names the
    other: its `target` and its `versions`.
    """

    schema: int
    suite: str
    started: str
    target: str
    versions: dict[str, str]
    platform: dict[str, str]
    options: dict[str, Any]
    paths: list[dict[str, Any]]
    defaults: dict[str, dict[str, Any]] | None = None
    old: dict[str, Any] | None = None
    ledger: dict[str, dict[str, str]] | None = None

    def __post_init__(self) -> None:
        for path in self.paths:
            if not isinstance(path.get("name"), str) or not isinstance(
                path.get("missing", ""), str
            ):
                raise UnreadableRun("a header's paths should have a name and what is missing")


@dataclass(frozen=True)
class Footer(PlainRecord):
    """How a run ended. `reason` says why it was cut short.

    `other_failures` counts the tests that failed and gave no new deviation, so that a run whose
    verdicts all look well is not taken for one that passed.
    """

    complete: bool
    totals: dict[str, int]
    cases: int
    cases_by_path: dict[str, int]
    seconds: float
    reason: str | None = None
    other_failures: int = 0


def totals(verdicts: Iterable[Verdict]) -> dict[str, int]:
    """How many verdicts there are of each kind; all four kinds are always there."""
    counts = dict.fromkeys(VERDICTS, 0)
    for verdict in verdicts:
        counts[verdict.verdict] += 1
    return counts


def cases_by_path(verdicts: Iterable[Verdict]) -> dict[str, int]:
    """How many cases were judged on each path, by name; a pair of paths is a path here."""
    counts: dict[str, int] = {}
    for verdict in verdicts:
        counts[verdict.path] = counts.get(verdict.path, 0) + verdict.cases
    return dict(sorted(counts.items()))
