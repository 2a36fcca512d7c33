"""The compatibility table as data, whatever shows it: a column is a run, a row what is asked of it.

A row is about a clause on a path with a cell: whether it holds, whether a form of the initial state
is accepted, or how well a malformation is refused. What was seen in several modes is one entry, the
worst of them; the others stay in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reports.families import family_rank
from reports.runfile import Run
from reports.verdicts import GRADES, HOLDS, KNOWN, NEW, UNAVAILABLE, Verdict

CLAUSE, FORM, MALFORMATION = "clause", "form", "malformation"
KINDS = (FORM, MALFORMATION, CLAUSE)

FORMS = {
    "RT-05": "no initial state",
    "RT-12": "NumPy arrays",
    "RT-13": "variables",
    "RT-14": "a tuple for a list, a list for a tuple",
    "RT-15": "floats of another width",
    "RT-17": "the tensor itself",
}
"""The clauses that ask for one form of the initial state, and that form."""

DEVIATES = "deviates"
_WORSE = (UNAVAILABLE, HOLDS, KNOWN, NEW)


@dataclass(frozen=True)
class Row:
    """What is asked; `about` is the form or the malformation, empty for a clause."""

    kind: str
    clause: str
    path: str
    cell: str | None
    about: str = ""

    @classmethod
    def of(cls, verdict: Verdict) -> Row:
        """The row that a verdict belongs to."""
        subject = (verdict.clause, verdict.path, verdict.cell)
        if verdict.malformation:
            return cls(MALFORMATION, *subject, verdict.malformation)
        form = FORMS.get(verdict.clause)
        return cls(FORM, *subject, form) if form else cls(CLAUSE, *subject)


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
        return DEVIATES if self.worst.verdict in (KNOWN, NEW) else self.worst.verdict


@dataclass(frozen=True)
class Line:
    """A row with its entries, one for each column; None where the run did not judge it."""

    row: Row
    entries: tuple[Entry | None, ...]

    @property
    def differs(self) -> bool:
        """Whether runs that judged it did not see the same."""
        return len({entry.seen for entry in self.entries if entry}) > 1


@dataclass(frozen=True)
class Matrix:
    """The table: its columns in the order in which they were given, and its lines."""

    columns: tuple[Run, ...]
    lines: tuple[Line, ...]


def matrix(runs: Sequence[Run]) -> Matrix:
    """The table of some runs."""
    columns = [_entries(run.verdicts) for run in runs]
    rows = sorted({row for entries in columns for row in entries}, key=_rank)
    lines = (Line(row, tuple(entries.get(row) for entries in columns)) for row in rows)
    return Matrix(tuple(runs), tuple(lines))


def _entries(verdicts: Iterable[Verdict]) -> dict[Row, Entry]:
    by_row: dict[Row, list[Verdict]] = {}
    for verdict in verdicts:
        by_row.setdefault(Row.of(verdict), []).append(verdict)
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
    return KINDS.index(row.kind), family, row.clause, row.path, row.cell or "", row.about
