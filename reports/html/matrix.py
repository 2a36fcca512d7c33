"""The compatibility table as data: a column is a run, and a row is one question to each run.

A row is about a clause on a path with a cell. It shows if the clause holds, if a form of the
initial state is accepted, which structure the final state has, or how well a malformation is
refused. The verdicts of several modes make one entry. It is known by the worst of them, and it
keeps the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from packaging.version import InvalidVersion, Version

from conformance.results.grades import GRADES
from conformance.results.severities import strongest
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
"""The clauses about one form of the initial state, each with that form."""

STRUCTURED = "RT-01"
"""The clause that is about the structure of the final state."""

DEVIATES = "deviates"
_WORSE = (UNAVAILABLE, HOLDS, KNOWN, NEW)


@dataclass(frozen=True)
class Row:
    """One question; `about` is the form or the malformation, and empty for other questions."""

    kind: str
    clause: str
    path: str
    cell: str | None
    about: str = ""

    @classmethod
    def from_verdict(cls, verdict: Verdict) -> Iterator[Row]:
        """Yield the rows that a verdict belongs to."""
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
    """The answer of one run to a row: its verdicts, the worst first."""

    verdicts: tuple[Verdict, ...]

    @property
    def worst(self) -> Verdict:
        """The verdict that the entry is known by."""
        return self.verdicts[0]

    @property
    def result(self) -> str:
        """The grade of a malformation; of other rows holds, deviates or unavailable.

        A clause that asks for more than a refusal can deviate although the grade is good.
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
    """A row with one entry for each column; None where the run did not judge it."""

    row: Row
    entries: tuple[Entry | None, ...]


@dataclass(frozen=True)
class Matrix:
    """The table: its columns, the oldest TensorFlow first, and its lines."""

    columns: tuple[Run, ...]
    lines: tuple[Line, ...]


def severities(lines: Sequence[Line]) -> dict[str, str]:
    """Return the severity of each clause: the strongest that it has on any path."""
    found: dict[str, list[str]] = {}
    for line in lines:
        words = found.setdefault(line.row.clause, [])
        words.extend(entry.worst.severity for entry in line.entries if entry)
    return {clause: strongest(words) for clause, words in found.items()}


def matrix(runs: Sequence[Run]) -> Matrix:
    """Return the table of some runs."""
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
    """Return the sort key of a row: forms and malformations first, as readers look these up."""
    family = family_rank(row.clause.partition("-")[0])
    form = list(FORMS).index(row.clause) if row.kind == FORM else 0
    about = row.about if row.kind == MALFORMATION else ""
    return KINDS.index(row.kind), about, form, family, row.clause, row.path, row.cell or ""
