"""Searches a subject of a clause for counterexamples, and says what was found mode by mode.

Hypothesis draws cases with the mode among the things drawn. A case that the ledger knows counts as
known and the search goes on around it. Where a case deviates newly, it is shrunk, and each other
mode is searched on its own: a deviation in one mode must not hide that another mode has it too, or
has it not.
"""

from __future__ import annotations

import dataclasses
import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from hypothesis import HealthCheck, Phase, given, seed, settings

from conformance import judging
from conformance.adapter import wire
from conformance.case import Case
from conformance.contract import Clause, Finding, Runs, Subject
from conformance.ledger import Entry, Ledger

HOLDS, KNOWN, NEW = "holds", "known", "new"


@dataclass(frozen=True)
class Budget:
    """How much a search may do: drawn examples, and cases looked at while shrinking."""

    examples: float
    shrinks: int
    salt: str = "0"  # differs from run to run in the explore profile
    skip_simplest: bool = False  # where there is time for so few that a drawn one tells more


@dataclass(frozen=True)
class Outcome:
    """A judged case: holds, known (by which entry) or new, with what was seen."""

    case: Case
    status: str
    sentence: str | None = None
    grade: str | None = None
    observation: wire.Observation | None = None
    entry: str | None = None
    width_ratio: float | None = None

    @property
    def kind(self) -> tuple[str, str | None, str | None]:
        """What two modes must have in common to be told in one line: status, grade, error class."""
        error = self.observation.error.name if self.observation and self.observation.error else None
        return (self.status, None if self.status == HOLDS else self.grade, error)


@dataclass
class Tally:
    """What a search has seen in one mode."""

    cases: int = 0
    grades: set[str] = field(default_factory=set)
    known: dict[str, Outcome] = field(default_factory=dict)
    new: Outcome | None = None
    width_ratio: float | None = None

    def take(self, outcome: Outcome) -> None:
        """Count one judged case."""
        self.cases += 1
        if outcome.grade:
            self.grades.add(outcome.grade)
        if outcome.width_ratio is not None:
            self.width_ratio = max(self.width_ratio or 0.0, outcome.width_ratio)
        if outcome.status == KNOWN and outcome.entry:
            self.known.setdefault(outcome.entry, outcome)

    @property
    def telling(self) -> Outcome | None:
        """The outcome that the mode's verdict shows: the new one, else the first known."""
        return self.new or next(iter(self.known.values()), None)


class _Counterexample(Exception):
    """Tells Hypothesis that a case deviates newly."""


class Search:
    """One search: a clause, a subject, a target and the ledger."""

    def __init__(
        self, clause: Clause, subject: Subject, run: Runs, ledger: Ledger, budget: Budget
    ) -> None:
        self._clause = clause
        self._subject = subject
        self._run = run
        self._ledger = ledger
        self._budget = budget
        self._seen: dict[Case, Outcome] = {}
        self._left_to_shrink = budget.shrinks
        self.tallies: dict[str, Tally] = {}
        self.seconds = 0.0

    def execute(self, modes: Sequence[str]) -> dict[str, Tally]:
        """Search all modes together, then each alone where a new deviation was found."""
        started = time.perf_counter()
        found = self._search(modes)
        if found:
            for mode in dict.fromkeys(modes):
                if mode != found.case.mode:
                    self._confirm(found, mode)
        self.seconds = time.perf_counter() - started
        return self.tallies

    def outcome(self, case: Case) -> Outcome:
        """Judge one case; a case seen before is not run again."""
        if case not in self._seen:
            self._seen[case] = judge(self._clause, case, self._run, self._ledger)
            self.tallies.setdefault(case.mode, Tally()).take(self._seen[case])
        return self._seen[case]

    def _confirm(self, found: Outcome, mode: str) -> None:
        """Ask another mode: the same case first, a search of its own where that one holds."""
        outcome = self.outcome(dataclasses.replace(found.case, mode=mode))
        if outcome.status == NEW:
            self.tallies[mode].new = outcome
        else:
            self._search([mode])

    def _search(self, modes: Sequence[str]) -> Outcome | None:
        minimal: list[Outcome] = []
        self._left_to_shrink = self._budget.shrinks
        # Hypothesis always begins with the simplest example of all
        skipping = iter([self._budget.skip_simplest])

        def look_at(case: Case) -> None:
            if next(skipping, False):
                return
            if minimal and case not in self._seen:
                self._left_to_shrink -= 1
                if self._left_to_shrink < 0:
                    return  # counted and not timed, so that every run shrinks alike
            outcome = self.outcome(case)
            if outcome.status == NEW:
                minimal[:] = [outcome]
                raise _Counterexample

        try:
            self._hypothesis(look_at, modes)
        except _Counterexample:
            # Hypothesis ends by running the minimal case once more
            self.tallies[minimal[0].case.mode].new = minimal[0]
            return minimal[0]
        return None

    def _hypothesis(self, look_at: Callable[[Case], None], modes: Sequence[str]) -> None:
        strategy = self._clause.cases(self._subject, modes)
        examples = max(1, round(self._budget.examples * self._clause.effort))
        examples += self._budget.skip_simplest
        searching = given(strategy)(look_at)
        searching = settings(
            max_examples=examples,
            deadline=None,  # a first trace takes long and the next does not
            database=None,  # verdicts must not depend on earlier runs
            phases=(Phase.generate, Phase.shrink),
            report_multiple_bugs=False,
            print_blob=False,
            suppress_health_check=(HealthCheck.too_slow,),  # building programs is slow, not drawing
        )(searching)
        seed(self._seed(modes))(searching)()

    def _seed(self, modes: Sequence[str]) -> int:
        key = f"{self._budget.salt}:{self._clause.identifier}:{self._subject}"
        return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big")


def judge(clause: Clause, case: Case, run: Runs, ledger: Ledger) -> Outcome:
    """Judge one case of a clause."""
    covering = ledger.covering(clause.identifier, case)
    try:
        finding = clause.judge(case, run) or Finding()
    except judging.Deviation as deviation:
        return _deviating(case, deviation, covering)
    always = [entry for entry in covering if not entry.sometimes]
    if always:
        return Outcome(
            case,
            NEW,
            f"ledger entry {always[0].name} covers this case, but the clause holds for it:"
            " narrow its condition or limit its range",
        )
    return Outcome(case, HOLDS, grade=finding.grade, width_ratio=finding.width_ratio)


def _deviating(case: Case, deviation: judging.Deviation, covering: Sequence[Entry]) -> Outcome:
    known = [entry for entry in covering if entry.describes(deviation)]
    return Outcome(
        case,
        KNOWN if known else NEW,
        deviation.sentence,
        deviation.grade,
        deviation.observation,
        known[0].name if known else None,
    )
