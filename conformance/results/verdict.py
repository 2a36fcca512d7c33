"""The records of a run file: a header, verdicts, and a footer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.results.grades import GRADES
from conformance.results.records import PlainRecord, UnreadableRun
from conformance.results.severities import MUST, SEVERITIES

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
"""The version of the run file's schema that this code writes and reads (`run.schema.json`)."""

HOLDS = "holds"
KNOWN = "known"
NEW = "new"
UNAVAILABLE = "unavailable"
VERDICTS = (HOLDS, KNOWN, NEW, UNAVAILABLE)

VERDICT_PROPERTY = "conformance_verdict"
"""The user property of a pytest report that holds a verdict as plain data."""

PAIRED = " ~ "
"""The text between the names of two paths that are compared."""

Key = tuple[str | None, ...]


@dataclass(frozen=True)
class Error:
    """The error of an observation: its class, its message in one line, and where it was raised."""

    name: str
    message: str
    raised_in: str

    @classmethod
    def from_observation(cls, observation: Mapping[str, Any]) -> Error | None:
        """Return the error of an observation; None where it has none."""
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
    """The difference between two targets in a case. The verdict holds the new one's observation.

    `origin` is the clause that draws the case. `change` is the kind of change (`change_kinds.py`).
    `was` and `now` are both sides in a word; they are empty where only the sentence tells them
    apart. `before` is what the old target did with the case. `drift` is the largest distance
    between numbers, in units in the last place of the largest number of their array.
    """

    origin: str
    change: str
    was: str = ""
    now: str = ""
    before: dict[str, Any] | None = None
    drift: float | None = None

    def __post_init__(self) -> None:
        Error.from_observation(self.before or {})


@dataclass(frozen=True)
class Verdict(PlainRecord):
    """The result for one clause on one path with one cell (and one malformation).

    `mode` is None where several modes were drawn and all agree; `modes` are the drawn ones.
    `difference` is there where two targets were compared.
    `case` is the minimal case, and `observation` is what the target did with it. `width_ratio` is
    the largest ratio observed/error bound, and `widths` counts these ratios, by dtype and by bin
    (`width_bins.py`). `values` counts the compared values by dtype: those that were `judged`, and
    those that were not, by the reason (`contract/clause.py`). `ulps` is the largest distance from
    the reference in units in the last place, by dtype. `structures` are those of the final states,
    such as `[h, c]`. `refusals` are errors with which the target refused malformed things as it
    should.
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
    severity: str = MUST
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
    values: dict[str, dict[str, int]] | None = None

    def __post_init__(self) -> None:
        if self.verdict not in VERDICTS:
            raise UnreadableRun(
                f"a verdict is {self.verdict!r}, but should be one of {', '.join(VERDICTS)}"
            )
        if self.grade is not None and self.grade not in GRADES:
            raise UnreadableRun(
                f"a verdict's grade is {self.grade!r}, but should be one of {', '.join(GRADES)}"
            )
        if self.severity not in SEVERITIES:
            raise UnreadableRun(
                f"a verdict's severity is {self.severity!r},"
                f" but should be one of {', '.join(SEVERITIES)}"
            )
        Error.from_observation(self.observation or {})
        _ = self.target_difference

    @property
    def key(self) -> Key:
        """The key by which verdicts of two runs are matched: all that a verdict is about."""
        about = (self.clause, self.path, self.mode, self.cell, self.malformation)
        between = self.target_difference
        if between is None:
            return about
        return (*about, between.origin, between.change, between.was, between.now)

    @property
    def target_difference(self) -> Difference | None:
        """The difference between two targets; None where only one was judged."""
        return None if self.difference is None else Difference.from_plain(self.difference)

    @property
    def deviates(self) -> bool:
        """True where the clause does not hold, whether or not the ledger lists the deviation."""
        return self.verdict in (KNOWN, NEW)

    @property
    def error(self) -> Error | None:
        """The error that was observed."""
        return Error.from_observation(self.observation or {})


@dataclass(frozen=True)
class Header(PlainRecord):
    """The header of a run: what was run, and where.

    Each of `paths` has a `name`, and in `missing` the reason why it is missing, or "".
    `defaults` maps each class, such as `keras3/LSTM`, to its default options by name. Their values
    are numbers, texts, truth values, None, and lists of these; an object is its `class_name` and
    `config`. A class that could not be built has the one option `error`. Older runs, without this
    record, have None. `ledger` has, by name, each entry in force: `why`, its minimal `case` as
    JSON, and the upstream `thread` where there is one.

    If two targets were compared, all this is about the new one. `old` then has the `target` and
    the `versions` of the old one.
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
    """The end of a run. `reason` says why it was cut short.

    `other_failures` counts the tests that failed without a new deviation. So a run with good
    verdicts but failed tests does not look like a run that passed.
    """

    complete: bool
    totals: dict[str, int]
    cases: int
    cases_by_path: dict[str, int]
    seconds: float
    reason: str | None = None
    other_failures: int = 0


def totals(verdicts: Iterable[Verdict]) -> dict[str, int]:
    """Count the verdicts of each kind; the result always has all four kinds."""
    counts = dict.fromkeys(VERDICTS, 0)
    for verdict in verdicts:
        counts[verdict.verdict] += 1
    return counts


def cases_by_path(verdicts: Iterable[Verdict]) -> dict[str, int]:
    """Count the judged cases of each path, by name; a pair of paths counts as a path."""
    counts: dict[str, int] = {}
    for verdict in verdicts:
        counts[verdict.path] = counts.get(verdict.path, 0) + verdict.cases
    return dict(sorted(counts.items()))
