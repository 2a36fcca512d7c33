"""Searches a subject for cases that two targets treat differently: each difference by itself.

What Hypothesis shrinks is the difference: the smallest case for which it is the same one. The
search begins again and goes on around those that were found, until it finds none. The same cases
are drawn each time, and what was compared is remembered.
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
from conformance.upgrade.diff import Compared, Difference
from conformance.upgrade.pair import Both

Kind = tuple[str, str, str, str]


@dataclass(frozen=True)
class Found:
    """A difference and the smallest case that was seen to show it."""

    case: Case
    difference: Difference


class UpgradeSearch:
    """One search: a clause, a subject, and two targets."""

    def __init__(self, clause: Clause, subject: Subject, both: Both, budget: Budget) -> None:
        self._clause = clause
        self._subject = subject
        self._both = both
        self._budget = budget
        self.compared: dict[Case, Compared] = {}
        self.found: dict[Kind, Found] = {}
        self.seconds = 0.0

    def execute(self, modes: Sequence[str]) -> None:
        """Search some modes together, until nothing but what was found is left."""
        started = time.perf_counter()
        while self._round().finds(modes):
            pass
        self._add_what_is_no_worse()
        self.seconds += time.perf_counter() - started

    def kinds(self) -> Counter[Kind | None]:
        """How many cases showed each kind of difference, and (None) how many none."""
        return Counter(
            one.difference.signature if one.difference else None for one in self.compared.values()
        )

    def _add_what_is_no_worse(self) -> None:
        """What merely changed is told with the smallest case that was met: it is not shrunk."""
        for case, one in self.compared.items():
            difference = one.difference
            if difference is None or difference.change != CHANGED:
                continue
            met = self.found.setdefault(difference.signature, Found(case, difference))
            if len(case.to_json()) < len(met.case.to_json()):
                self.found[difference.signature] = Found(case, difference)

    def _round(self) -> _Round:
        return _Round(self, self._clause, self._subject, self._budget)

    def compare(self, cases: Sequence[Case]) -> list[Compared]:
        """What both targets do with cases."""
        compared = self._both.compare(cases)
        self.compared.update(zip(cases, compared, strict=True))
        return compared


class _Round(BaseSearch):
    """A search for one difference that was not found before: the first that is met."""

    def __init__(self, of: UpgradeSearch, clause: Clause, subject: Subject, budget: Budget) -> None:
        super().__init__(clause, subject, Ledger(), budget)
        self._of = of
        self._sought: Kind | None = None

    def finds(self, modes: Sequence[str]) -> bool:
        """Whether there is one; it is then added to what was found."""
        outcome = self.hunt(modes)
        if outcome is None:
            return False
        difference = self._of.compared[outcome.case].difference
        assert difference is not None
        self._of.found[difference.signature] = Found(outcome.case, difference)
        return True

    def judged(self, cases: Sequence[Case]) -> list[Outcome]:
        """New is what shows the difference that is sought."""
        return [
            Outcome(case, NEW if self._is_sought(compared.difference) else HOLDS)
            for case, compared in zip(cases, self._of.compare(cases), strict=True)
        ]

    def _is_sought(self, difference: Difference | None) -> bool:
        if difference is None or difference.signature in self._of.found:
            return False
        if difference.change == CHANGED:
            return False
        if self._sought is None:
            self._sought = difference.signature
        return difference.signature == self._sought
