"""The search for cases that two targets treat differently, one difference at a time.

Hypothesis shrinks a case only as long as the difference stays the same. Then the search starts
again and ignores the differences that it found, until it finds no other. It draws the same cases
each time, and no case is compared twice.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from conformance.cases.case import Case
from conformance.contract.clause import Clause, Subject
from conformance.engine.outcome import Outcome
from conformance.engine.search import BaseSearch, Budget
from conformance.ledger.entry import Ledger
from conformance.results.change_kinds import CHANGED
from conformance.results.verdict import HOLDS, NEW
from conformance.upgrade.diff import Comparison, Difference
from conformance.upgrade.pair import TargetPair

Signature = tuple[str, str, str, str]


@dataclass(frozen=True)
class FoundDifference:
    """A difference, and the smallest known case that shows it."""

    case: Case
    difference: Difference


class UpgradeSearch:
    """One search on two targets: a clause and a subject."""

    def __init__(self, clause: Clause, subject: Subject, pair: TargetPair, budget: Budget) -> None:
        self._clause = clause
        self._subject = subject
        self._pair = pair
        self._budget = budget
        self.comparisons: dict[Case, Comparison] = {}
        self.found: dict[Signature, FoundDifference] = {}
        self.seconds = 0.0

    def execute(self, modes: Sequence[str]) -> None:
        """Search some modes together, until there is no other difference."""
        started = time.perf_counter()
        while self._round().find_one(modes):
            pass
        self._add_changes_that_are_no_worse()
        self.seconds += time.perf_counter() - started

    def count_cases(self) -> Counter[Signature | None]:
        """Count the cases that showed each difference; the key None counts those without one."""
        return Counter(
            one.difference.signature if one.difference else None
            for one in self.comparisons.values()
        )

    def _add_changes_that_are_no_worse(self) -> None:
        """Add each change that is no worse with the smallest case that showed it, not shrunk."""
        for case, one in self.comparisons.items():
            difference = one.difference
            if difference is None or difference.change != CHANGED:
                continue
            found = FoundDifference(case, difference)
            smallest = self.found.setdefault(difference.signature, found)
            if len(case.to_json()) < len(smallest.case.to_json()):
                self.found[difference.signature] = found

    def _round(self) -> _Round:
        return _Round(self, self._clause, self._subject, self._budget)

    def compare(self, cases: Sequence[Case]) -> list[Comparison]:
        """Return the comparison of both targets in each case."""
        comparisons = self._pair.compare(cases)
        self.comparisons.update(zip(cases, comparisons, strict=True))
        return comparisons


class _Round(BaseSearch):
    """A search for one difference that was not found before: for the first that a case shows."""

    def __init__(
        self, search: UpgradeSearch, clause: Clause, subject: Subject, budget: Budget
    ) -> None:
        super().__init__(clause, subject, Ledger(), budget)
        self._search = search
        self._sought: Signature | None = None

    def find_one(self, modes: Sequence[str]) -> bool:
        """Return whether there is one, and add it to the found differences."""
        outcome = self.hunt(modes)
        if outcome is None:
            return False
        difference = self._search.comparisons[outcome.case].difference
        assert difference is not None
        self._search.found[difference.signature] = FoundDifference(outcome.case, difference)
        return True

    def judge(self, cases: Sequence[Case]) -> list[Outcome]:
        """Judge a case as new if it shows the sought difference, else as one that holds."""
        return [
            Outcome(case, NEW if self._is_sought(comparison.difference) else HOLDS)
            for case, comparison in zip(cases, self._search.compare(cases), strict=True)
        ]

    def _is_sought(self, difference: Difference | None) -> bool:
        if difference is None or difference.signature in self._search.found:
            return False
        if difference.change == CHANGED:
            return False
        if self._sought is None:
            self._sought = difference.signature
        return difference.signature == self._sought
