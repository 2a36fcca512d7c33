"""Searches a subject of a clause for counterexamples, and says what was found mode by mode.

Hypothesis draws programs with several data cases each, one mode after the other; or, for a clause
that builds anew, single cases with the mode among the things drawn. A case that the ledger knows
counts as known and the search goes on around it. Where a case deviates newly, it is shrunk, and
each other mode is searched on its own: a deviation in one mode must not hide that another mode has
it too, or has it not.
"""

from __future__ import annotations

import abc
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from hypothesis import HealthCheck, Phase, given, seed, settings

from conformance.cases.case import Case
from conformance.cases.program import EAGER
from conformance.contract.clause import BatchSize, Clause, DrawSpec, Subject
from conformance.engine import determinism
from conformance.engine.batching import BatchingClient
from conformance.engine.determinism import stable_hash
from conformance.engine.judge import judge_together
from conformance.engine.outcome import Outcome
from conformance.engine.tally import Tally
from conformance.ledger.entry import Ledger
from conformance.results.verdict import NEW


@dataclass(frozen=True)
class Budget:
    """How much a search may do: drawn examples, and cases looked at while shrinking."""

    examples: float  # of a clause that builds anew
    programs: float  # of any other
    shrinks: int
    batch_size: BatchSize = lambda mode: 1  # cases together
    spread: int = 2  # modes in which the first programs of a cell are built
    salt: str = "0"  # differs from run to run in the explore profile
    skip_simplest: bool = False  # where there is time for so few that a drawn one tells more


class _Counterexample(Exception):
    """Tells Hypothesis that a case deviates newly."""


class BaseSearch(abc.ABC):
    """Draws cases of a subject until one is new, and makes that one small."""

    def __init__(self, clause: Clause, subject: Subject, ledger: Ledger, budget: Budget) -> None:
        self._clause = clause
        self._subject = subject
        self._ledger = ledger
        self._budget = budget
        self._seen: dict[Case, Outcome] = {}
        self.tallies: dict[str, Tally] = {}

    @abc.abstractmethod
    def judged(self, cases: Sequence[Case]) -> list[Outcome]:
        """What is to be said of each of the cases, which were not seen before."""

    def outcomes(self, cases: Iterable[Case]) -> list[Outcome]:
        """Judge cases; one that was seen before is not run again."""
        new = [case for case in dict.fromkeys(cases) if case not in self._seen]
        for outcome in self.judged(new):
            self._seen[outcome.case] = outcome
            self.tallies.setdefault(outcome.case.program.mode, Tally()).take(outcome)
        return [self._seen[case] for case in cases]

    def has_seen(self, case: Case) -> bool:
        """Whether a case was judged already."""
        return case in self._seen

    def worth_judging(self, cases: Sequence[Case]) -> list[Case]:
        """The cases without those that can only show what another of them shows: a known thing."""
        kept: dict[object, Case] = {}
        for case in cases:
            entries = self._ledger.covering(self._clause.identifier, case)
            always = [entry.name for entry in entries if not entry.sometimes]
            kept.setdefault(always[0] if always else case, case)
        return list(kept.values())

    def hunt(self, modes: Sequence[str]) -> Outcome | None:
        """Search until a new deviation is found, and shrink it."""
        for attempt in self._attempts(modes):
            hunt = _Hunt(self, self._budget.shrinks, modes[0], attempt.skip_simplest)
            try:
                self._hypothesis(hunt, attempt)
            except _Counterexample:
                # Hypothesis ends by running the minimal case once more
                assert hunt.minimal is not None
                self.tallies[hunt.minimal.case.program.mode].new = hunt.minimal
                return hunt.minimal
        return None

    def _attempts(self, modes: Sequence[str]) -> Iterator[_Attempt]:
        budget, about = self._budget, f"{self._clause.identifier}:{self._subject}"
        from_simplest = self._clause.cost.essential and not budget.skip_simplest
        if self._clause.cost.isolated:
            extent = DrawSpec(modes, budget.batch_size)
            yield _Attempt(extent, self._times(budget.examples), about, not from_simplest)
            return
        # Clauses share programs that are drawn from one seed. The first is of options that all
        # generations have, the others of those that the subject has.
        shared = str(self._subject) if self._clause.cost.expensive else self._subject.cell
        if from_simplest:
            yield _Attempt(DrawSpec(modes[:1], common=True), 1, shared)
        # Each mode is a program of its own: the clauses of a cell begin with one of few modes, not
        # with any, and those of another cell with others.
        start = stable_hash(f"{budget.salt}:begin:{shared}")
        start += stable_hash(f"{budget.salt}:{self._clause.draws}") % budget.spread
        for index in range(self._times(budget.programs)):
            mode = modes[(start + index) % len(modes)]
            extent = DrawSpec([mode], self._several, common=index == 0)
            yield _Attempt(extent, 1, f"{shared}:{index}", skip_simplest=True)

    def _several(self, mode: str) -> int:
        """How many data cases of a program: of a dear clause they are dear, too, but for the few
        that there are eagerly.
        """
        several = self._budget.batch_size(mode)
        halved = self._clause.cost.expensive and mode != EAGER
        return max(1, several // 2) if halved else several

    def _times(self, much: float) -> int:
        return max(1, round(much * self._clause.cost.effort))

    def _hypothesis(self, hunt: _Hunt, attempt: _Attempt) -> None:
        def look(cases: tuple[Case, ...]) -> None:  # short, as Hypothesis parses it for each search
            hunt.look_at(cases)

        searching = given(self._clause.cases(self._subject, attempt.extent))(look)
        searching = settings(
            max_examples=attempt.examples + attempt.skip_simplest,
            deadline=None,  # a first trace takes long and the next does not
            database=None,  # verdicts must not depend on earlier runs
            phases=(Phase.generate, Phase.shrink),
            report_multiple_bugs=False,
            print_blob=False,
            suppress_health_check=(HealthCheck.too_slow,),  # building programs is slow, not drawing
        )(searching)
        with determinism.by_the_seed_alone():
            seed(stable_hash(f"{self._budget.salt}:{attempt.seed}"))(searching)()


class Search(BaseSearch):
    """One search: a clause, a subject, a target and the ledger."""

    def __init__(
        self,
        clause: Clause,
        subject: Subject,
        asker: BatchingClient,
        ledger: Ledger,
        budget: Budget,
    ) -> None:
        super().__init__(clause, subject, ledger, budget)
        self._asker = asker
        self.seconds = 0.0

    def execute(self, modes: Sequence[str]) -> dict[str, Tally]:
        """Search all modes together, then each alone where a new deviation was found."""
        started = time.perf_counter()
        found = self.hunt(modes)
        if found:
            for mode in dict.fromkeys(modes):
                if mode != found.case.program.mode:
                    self._confirm(found, mode)
        self.seconds += time.perf_counter() - started
        return self.tallies

    def judged(self, cases: Sequence[Case]) -> list[Outcome]:
        """Each case as the clause judges it on the target."""
        return judge_together(self._clause, cases, self._asker, self._ledger)

    def _confirm(self, found: Outcome, mode: str) -> None:
        """Ask another mode: the same case first, a search of its own where that one holds."""
        (outcome,) = self.outcomes([found.case.replace(mode=mode)])
        if outcome.status == NEW:
            self.tallies[mode].new = outcome
        else:
            self.hunt([mode])


@dataclass(frozen=True)
class _Attempt:
    """One call of Hypothesis: what it draws from, how many examples, and from which seed.

    The first example of all is always the simplest.
    """

    extent: DrawSpec
    examples: int
    seed: str
    skip_simplest: bool = False


class _Hunt:
    """What Hypothesis calls with drawn cases: remembers the smallest that deviates newly.

    It is shrunk in the cheapest mode where it deviates there, too: other modes confirm it.
    """

    def __init__(
        self, search: BaseSearch, shrinks: int, cheapest: str, skip_simplest: bool
    ) -> None:
        self._search = search
        self._left = shrinks
        self._cheapest = cheapest
        self._skip = skip_simplest
        self._at = 0
        self.minimal: Outcome | None = None

    def look_at(self, cases: tuple[Case, ...]) -> None:
        """Judge the cases, but while shrinking only the one that deviated."""
        if self._skip:
            self._skip = False
            return
        if self.minimal is None:
            looked_at = self._search.worth_judging(cases)
        else:
            looked_at = self._affordable(self._in_mode(cases, self.minimal.case.program.mode))
        for outcome in self._search.outcomes(looked_at):
            if outcome.status == NEW:
                if self.minimal is None:
                    self._at = cases.index(outcome.case)
                    outcome = self._cheaper(outcome)
                self.minimal = outcome
                raise _Counterexample

    def _in_mode(self, cases: Sequence[Case], mode: str) -> list[Case]:
        shrinking = cases[self._at : self._at + 1]
        return [case.replace(mode=mode) for case in shrinking]

    def _cheaper(self, outcome: Outcome) -> Outcome:
        """The same case in the cheapest mode, where it deviates newly there, too."""
        (there,) = self._search.outcomes([outcome.case.replace(mode=self._cheapest)])
        return there if there.status == NEW else outcome

    def _affordable(self, cases: Sequence[Case]) -> list[Case]:
        """Counted and not timed, so that every run shrinks alike; what is traced counts for more,
        as building it takes longer with each cell.
        """
        if all(self._search.has_seen(case) for case in cases):
            return list(cases)
        self._left -= sum(
            1 if case.program.mode == EAGER else 1 + len(case.program.cells) for case in cases
        )
        return list(cases) if self._left >= 0 else []
