"""Causes and entries of the ledger: what an entry covers, and what it describes."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from packaging.specifiers import SpecifierSet

from conformance.cases.case import Case
from conformance.checks.deviation import Deviation
from conformance.checks.outputs import Run
from conformance.ledger.conditions import Condition
from conformance.ledger.known_values import VALUES


@dataclass(frozen=True)
class Cause:
    """A mechanism in a library that makes clauses fail."""

    name: str
    why: str


@dataclass(frozen=True)
class Entry:
    """One known deviation: what is seen of a cause, in the cases of one clause."""

    name: str
    cause: Cause
    clause: str
    paths: tuple[str, ...]
    versions: tuple[tuple[str, SpecifierSet], ...]
    case: Case
    when: tuple[Condition, ...] = ()
    grade: str | None = None
    error: str | tuple[str, ...] | None = None
    message: str | None = None
    value: str | None = None
    sometimes: str | None = None
    note: str | None = None
    thread: str | None = None
    finding: int | None = None

    @property
    def why(self) -> str:
        """The reason for the deviation: that of its cause, and what is special about the entry."""
        return " ".join(filter(None, (self.cause.why, self.note, self.sometimes)))

    def covers(self, clause: str, case: Case) -> bool:
        """Return whether the entry is about this clause and case."""
        return (
            clause == self.clause
            and case.place in self.paths
            and all(condition.holds(case) for condition in self.when)
        )

    @property
    def _errors(self) -> tuple[str | None, ...]:
        return self.error if isinstance(self.error, tuple) else (self.error,)

    def must_deviate(self, case: Case) -> bool:
        """Return whether the clause cannot hold for a case that the entry covers."""
        if self.sometimes:
            return False
        return self.value is None or VALUES[self.value].must_deviate(case)

    def describes(self, deviation: Deviation, case: Case) -> bool:
        """Return whether the deviation of a case looks as the entry says.

        Only an entry that says which wrong value is seen describes wrong numbers.
        """
        if self.value is not None or deviation.numeric:
            return self._describes_numbers(deviation, case)
        error = deviation.observation.error if deviation.observation else None
        return (
            self.grade in (None, deviation.grade)
            and (error.name if error else None) in self._errors
            and re.search(
                self.message or "", f"{deviation.sentence}\n{error.message if error else ''}"
            )
            is not None
        )

    def _describes_numbers(self, deviation: Deviation, case: Case) -> bool:
        if self.value is None:
            return False
        run = deviation.run
        return self.value in deviation.values or (
            isinstance(run, Run) and VALUES[self.value].is_seen(case, run)
        )


@dataclass(frozen=True)
class Ledger:
    """The entries that are in force for a target's versions."""

    entries: tuple[Entry, ...] = ()

    def covering(self, clause: str, case: Case) -> list[Entry]:
        """Return the entries that cover a case of a clause."""
        about = self._by_clause_and_path.get((clause, case.place), ())
        return [entry for entry in about if entry.covers(clause, case)]

    @functools.cached_property
    def _by_clause_and_path(self) -> dict[tuple[str, str], list[Entry]]:
        """The entries by clause and path, because every case that is judged asks for them."""
        found: dict[tuple[str, str], list[Entry]] = {}
        for entry in self.entries:
            for path in entry.paths:
                found.setdefault((entry.clause, path), []).append(entry)
        return found

    def to_record(self) -> dict[str, dict[str, str]]:
        """Return what the header of a run file holds of each entry, by its name."""
        return {
            entry.name: {
                "why": entry.why,
                "case": entry.case.to_json(),
                **({"thread": entry.thread} if entry.thread else {}),
            }
            for entry in self.entries
        }
