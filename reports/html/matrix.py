"""The compatibility table as data, whatever shows it: a column is a run, a row what is asked of it.

A row is about a clause on a path with a cell: whether it holds, whether a form of the initial state
is accepted, which structure the final state has, or how well a malformation is refused. What was
seen in several modes is one entry, the worst of them; the others stay in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from packaging.version import InvalidVersion, Version

from conformance.results.grades import GRADES
from conformance.results.verdict import HOLDS, KNOWN, NEW, UNAVAILABLE, Verdict
from reports.run_files.families import family_rank
from reports.run_files.run_file import Run

FORM, STRUCTURE, MALFORMATION, CLAUSE = "form", "structure", "malformation", "clause"
KINDS = (FORM, STRUCTURE, MALFORMATION, CLAUSE)

FORMS = {
    "RT-06": "as documented",
    "RT-05": "no initial state",
    "RT-02": "the final state of another call",
    "RT-04": "the state that the cell makes itself",
    "RT-12": "NumPy arrays",
    "RT-13": "variables",
    "RT-14": "a tuple for a list, a list for a tuple",
    "RT-15": "floats of another width",
    "RT-17": "the tensor itself",
}
"""The clauses that ask for one form of the initial state, and that form."""

STRUCTURED = "RT-01"
"""The clause that tells the structure of the final state."""

DEVIATES = "deviates"
_WORSE = (UNAVAILABLE, HOLDS, KNOWN, NEW)


@dataclass(frozen=True)
class Row:
    """What is asked; `about` is the form or the malformation, empty for others."""

    kind: str
    clause: str
    path: str
    cell: str | None
    about: str = ""

    @classmethod
    def from_verdict(cls, verdict: Verdict) -> Iterator[Row]:
        """The rows that a verdict belongs to."""
        subject = (verdict.clause, verdict.path, verdict.cell)
        if verdict.malformation:
            yield cls(MALFORMATION, *subject, verdict.malformation)
        elif verdict.clause in FORMS:
            yield cls(FORM, *subject, FORMS[verdict.clause])
        else:
            yield cls(CLAUSE, *subject)
        if verdict.clause == STRUCTURED:
            yield cls(STRUCTURE, *subject)


@dataclass(frozen=True)
class Entry:
    """What one run says of a row: its verdicts, the worst first."""

    verdicts: tuple[Verdict, ...]

    @property
    def worst(self) -> Verdict:
        """The verdict that the entry is known by."""
        return self.verdicts[0]

    @property
    def seen(self) -> str:
        """The grade of a malformation, else whether the clause holds, deviates or is unavailable.

        A clause that asks for more than a refusal can deviate where the grade is good.
        """
        if self.worst.malformation and self.worst.grade:
            return self.worst.grade
        return DEVIATES if self.worst.deviates else self.worst.verdict

    @property
    def structures(self) -> tuple[str, ...]:
        """The structures of the final states in all modes."""
        found = {text for verdict in self.verdicts for text in verdict.structures}
        return tuple(sorted(found))


@dataclass(frozen=True)
class Line:
    """A row with its entries, one for each column; None where the run did not judge it."""

    row: Row
    entries: tuple[Entry | None, ...]


@dataclass(frozen=True)
class Matrix:
    """The table: its columns, the oldest TensorFlow first, and its lines."""

    columns: tuple[Run, ...]
    lines: tuple[Line, ...]


def matrix(runs: Sequence[Run]) -> Matrix:
    """The table of some runs."""
    ordered = sorted(runs, key=_release)
    columns = [_entries(run.verdicts) for run in ordered]
    rows = sorted({row for entries in columns for row in entries}, key=_rank)
    lines = (Line(row, tuple(entries.get(row) for entries in columns)) for row in rows)
    return Matrix(tuple(ordered), tuple(lines))


def _release(run: Run) -> list[Version]:
    versions = run.header.versions
    return [_version(versions.get(name, "")) for name in ("tensorflow", "keras3", "keras2")]


def _version(text: str) -> Version:
    try:
        return Version(re.split(r"[-+]", text)[0])
    except InvalidVersion:
        return Version("0")


def _entries(verdicts: Iterable[Verdict]) -> dict[Row, Entry]:
    by_row: dict[Row, list[Verdict]] = {}
    for verdict in verdicts:
        for row in Row.from_verdict(verdict):
            by_row.setdefault(row, []).append(verdict)
    return {
        row: Entry(tuple(sorted(found, key=_badness, reverse=True)))
        for row, found in by_row.items()
    }


def _badness(verdict: Verdict) -> tuple[int, int]:
    grade = -1 if verdict.grade is None else GRADES.index(verdict.grade)
    return _WORSE.index(verdict.verdict), grade


def _rank(row: Row) -> tuple[object, ...]:
    """Forms and malformations first, as they are what is looked up; then by what it is about."""
    family = family_rank(row.clause.partition("-")[0])
    form = list(FORMS).index(row.clause) if row.kind == FORM else 0
    about = row.about if row.kind == MALFORMATION else ""
    return KINDS.index(row.kind), about, form, family, row.clause, row.path, row.cell or ""
