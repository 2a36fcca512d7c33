"""The search for counterexamples of one clause for one subject, with a tally for each mode.

Hypothesis draws programs, one mode after the other, and several data cases for each program. For an
isolated clause it draws single cases, and the mode with them. If the ledger lists a case, it counts
as known, and the search goes on with other cases. If a case deviates newly, it is shrunk, and then
each other mode is searched on its own. So a deviation in one mode hides neither that another mode
deviates, too, nor that another mode holds.
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
    """The limits of a search: drawn examples, and cases that are judged while shrinking."""

    examples: float  # of an isolated clause
    programs: float  # of any other clause
    shrinks: int
    batch_size: BatchSize = lambda mode: 1  # cases that are drawn together
    first_modes: int = 2  # in how many modes the first programs of a cell are built
    salt: str = "0"  # differs from run to run in the explore profile
    skip_simplest: bool = False  # if there is time for a few cases only, drawn ones find more


class _Counterexample(Exception):
    """Tells Hypothesis that a case deviates newly."""


class BaseSearch(abc.ABC):
    """Draws cases of a subject until one deviates newly, and shrinks that case."""

    def __init__(self, clause: Clause, subject: Subject, ledger: Ledger, budget: Budget) -> None:
        self._clause = clause
        self._subject = subject
        self._ledger = ledger
        self._budget = budget
        self._outcomes: dict[Case, Outcome] = {}
        self.tallies: dict[str, Tally] = {}

    @abc.abstractmethod
    def judge(self, cases: Sequence[Case]) -> list[Outcome]:
        """Return the outcome of each case; none of the cases was judged before."""

    def outcomes(self, cases: Iterable[Case]) -> list[Outcome]:
        """Return the outcomes of cases; no case runs twice."""
        new = [case for case in dict.fromkeys(cases) if case not in self._outcomes]
        for outcome in self.judge(new):
            self._outcomes[outcome.case] = outcome
            self.tallies.setdefault(outcome.case.program.mode, Tally()).add(outcome)
        return [self._outcomes[case] for case in cases]

    def was_judged(self, case: Case) -> bool:
        """Return whether a case was judged already."""
        return case in self._outcomes

    def cases_worth_judging(self, cases: Sequence[Case]) -> list[Case]:
        """Return the cases, but of those that one ledger entry covers only the first.

        All are judged where the entry is about wrong numbers: those of each case may be others.
        """
        kept: dict[object, Case] = {}
        for case in cases:
            entries = self._ledger.covering(self._clause.identifier, case)
            always = [entry.name for entry in entries if not (entry.sometimes or entry.value)]
            kept.setdefault(always[0] if always else case, case)
        return list(kept.values())

    def hunt(self, modes: Sequence[str]) -> Outcome | None:
        """Search until a new deviation is found, and return it shrunk; None where there is none."""
        for attempt in self._attempts(modes):
            hunt = _Hunt(self, self._budget.shrinks, modes[0], attempt.skip_simplest)
            try:
                self._hypothesis(hunt, attempt)
            except _Counterexample:
                # Hypothesis runs the minimal case once more at the end
                assert hunt.minimal is not None
                self.tallies[hunt.minimal.case.program.mode].new = hunt.minimal
                return hunt.minimal
        return None

    def _attempts(self, modes: Sequence[str]) -> Iterator[_Attempt]:
        budget, about = self._budget, f"{self._clause.identifier}:{self._subject}"
        from_simplest = self._clause.cost.essential and not budget.skip_simplest
        if self._clause.cost.isolated:
            draw_spec = DrawSpec(modes, budget.batch_size)
            yield _Attempt(draw_spec, self._scaled(budget.examples), about, not from_simplest)
            return
        # Clauses share programs, which they draw from one seed. The first program has only options
        # of all generations, the others have any option of the subject.
        shared = str(self._subject) if self._clause.cost.expensive else self._subject.cell
        if from_simplest:
            yield _Attempt(DrawSpec(modes[:1], common=True), 1, shared)
        # A program is built for each mode. So the clauses of a cell begin in one of a few modes
        # only, and the clauses of another cell begin in others.
        start = stable_hash(f"{budget.salt}:begin:{shared}")
        start += stable_hash(f"{budget.salt}:{self._clause.draws}") % budget.first_modes
        for index in range(self._scaled(budget.programs)):
            mode = modes[(start + index) % len(modes)]
            draw_spec = DrawSpec([mode], self._batch_size, common=index == 0)
            yield _Attempt(draw_spec, 1, f"{shared}:{index}", skip_simplest=True)

    def _batch_size(self, mode: str) -> int:
        """Return how many data cases a program gets.

        An expensive clause gets half of them, as its cases are expensive, too. In eager mode it
        gets all, as they are few there anyway.
        """
        size = self._budget.batch_size(mode)
        halved = self._clause.cost.expensive and mode != EAGER
        return max(1, size // 2) if halved else size

    def _scaled(self, count: float) -> int:
        """Return a count times the effort of the clause, but at least one."""
        return max(1, round(count * self._clause.cost.effort))

    def _hypothesis(self, hunt: _Hunt, attempt: _Attempt) -> None:
        # short, as Hypothesis parses this function for each search
        def look(cases: tuple[Case, ...]) -> None:
            hunt.look_at(cases)

        searching = given(self._clause.cases(self._subject, attempt.draw_spec))(look)
        searching = settings(
            max_examples=attempt.examples + attempt.skip_simplest,
            deadline=None,  # the first call traces and takes long, the next one does not
            database=None,  # verdicts must not depend on earlier runs
            phases=(Phase.generate, Phase.shrink),
            report_multiple_bugs=False,
            print_blob=False,
            suppress_health_check=(HealthCheck.too_slow,),  # building is slow, not drawing
        )(searching)
        with determinism.draw_by_seed_alone():
            seed(stable_hash(f"{self._budget.salt}:{attempt.seed}"))(searching)()


class Search(BaseSearch):
    """One search on one target: a clause, a subject and the ledger."""

    def __init__(
        self,
        clause: Clause,
        subject: Subject,
        client: BatchingClient,
        ledger: Ledger,
        budget: Budget,
    ) -> None:
        super().__init__(clause, subject, ledger, budget)
        self._client = client
        self.seconds = 0.0

    def execute(self, modes: Sequence[str]) -> dict[str, Tally]:
        """Search all modes together; after a new deviation, search each other mode alone."""
        started = time.perf_counter()
        found = self.hunt(modes)
        if found:
            for mode in dict.fromkeys(modes):
                if mode != found.case.program.mode:
                    self._confirm(found, mode)
        self.seconds += time.perf_counter() - started
        return self.tallies

    def judge(self, cases: Sequence[Case]) -> list[Outcome]:
        """Judge each case by the clause on the target."""
        return judge_together(self._clause, cases, self._client, self._ledger)

    def _confirm(self, found: Outcome, mode: str) -> None:
        """Judge the same case in another mode; if it is not new there, search that mode alone."""
        (outcome,) = self.outcomes([found.case.replace(mode=mode)])
        if outcome.status == NEW:
            self.tallies[mode].new = outcome
        else:
            self.hunt([mode])


@dataclass(frozen=True)
class _Attempt:
    """One call of Hypothesis: what it draws from, how many examples, and from which seed.

    The first example of a call is always the simplest one.
    """

    draw_spec: DrawSpec
    examples: int
    seed: str
    skip_simplest: bool = False


class _Hunt:
    """The function that Hypothesis calls with drawn cases. It keeps the smallest new deviation.

    If the case deviates in the cheapest mode, too, it is shrunk there, and other modes confirm it.
    """

    def __init__(
        self, search: BaseSearch, shrinks: int, cheapest: str, skip_simplest: bool
    ) -> None:
        self._search = search
        self._shrinks_left = shrinks
        self._cheapest = cheapest
        self._skip = skip_simplest
        self._index = 0
        self.minimal: Outcome | None = None

    def look_at(self, cases: tuple[Case, ...]) -> None:
        """Judge the cases; while shrinking, judge only the one that deviated."""
        if self._skip:
            self._skip = False
            return
        if self.minimal is None:
            to_judge = self._search.cases_worth_judging(cases)
        else:
            mode = self.minimal.case.program.mode
            to_judge = self._affordable_cases(self._shrinking_case(cases, mode))
        for outcome in self._search.outcomes(to_judge):
            if outcome.status == NEW:
                if self.minimal is None:
                    self._index = cases.index(outcome.case)
                    outcome = self._in_cheapest_mode(outcome)
                self.minimal = outcome
                raise _Counterexample

    def _shrinking_case(self, cases: Sequence[Case], mode: str) -> list[Case]:
        """Return the case that is being shrunk, in a mode; no case where there are fewer now."""
        return [case.replace(mode=mode) for case in cases[self._index : self._index + 1]]

    def _in_cheapest_mode(self, outcome: Outcome) -> Outcome:
        """Return the outcome in the cheapest mode if it is new there, too, else the given one."""
        (cheapest,) = self._search.outcomes([outcome.case.replace(mode=self._cheapest)])
        return cheapest if cheapest.status == NEW else outcome

    def _affordable_cases(self, cases: Sequence[Case]) -> list[Case]:
        """Return the cases while the budget for shrinking lasts, then none.

        The budget counts cases and not seconds, so that every run shrinks alike. A traced case
        counts for more, as each cell makes it slower to build.
        """
        if all(self._search.was_judged(case) for case in cases):
            return list(cases)
        self._shrinks_left -= sum(
            1 if case.program.mode == EAGER else 1 + len(case.program.cells) for case in cases
        )
        return list(cases) if self._shrinks_left >= 0 else []
