"""Searches a subject of a clause for counterexamples, and says what was found mode by mode.

Hypothesis draws programs with several data cases each, one mode after the other; or, for a clause
that builds anew, single cases with the mode among the things drawn. A case that the ledger knows
counts as known and the search goes on around it. Where a case deviates newly, it is shrunk, and
each other mode is searched on its own: a deviation in one mode must not hide that another mode has
it too, or has it not.
"""

from __future__ import annotations

import abc
import contextlib
import dataclasses
import hashlib
import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from hypothesis import HealthCheck, Phase, given, seed, settings

from conformance import drawing, judging, memory
from conformance.adapter import wire
from conformance.asking import Asker, Unanswered
from conformance.case import EAGER, Case
from conformance.contract import Clause, Extent, Finding, Runs, Several, Subject
from conformance.ledger import Entry, Ledger
from reports.verdicts import HOLDS, KNOWN, NEW
from reports.widths import bin_of

NOTHING_FOUND = Finding()


@dataclass(frozen=True)
class Budget:
    """How much a search may do: drawn examples, and cases looked at while shrinking."""

    examples: float  # of a clause that builds anew
    programs: float  # of any other
    shrinks: int
    several: Several = lambda mode: 1  # cases together
    spread: int = 2  # modes in which the first programs of a cell are built
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
    finding: Finding = NOTHING_FOUND

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
    widths: dict[str, Counter[str]] = field(default_factory=dict)  # by dtype and bin
    ulps: dict[str, float] = field(default_factory=dict)  # the largest, by dtype
    structures: set[str] = field(default_factory=set)
    refusals: dict[str, str] = field(
        default_factory=dict
    )  # one of those that differ in numbers only

    def take(self, outcome: Outcome) -> None:
        """Count one judged case."""
        self.cases += 1
        if outcome.grade:
            self.grades.add(outcome.grade)
        self._find(outcome.finding, outcome.case.dtype)
        if outcome.status == KNOWN and outcome.entry:
            self.known.setdefault(outcome.entry, outcome)

    def _find(self, finding: Finding, dtype: str) -> None:
        for ratio in (finding.width_ratio, finding.spread_ratio):
            if ratio is not None:
                self.width_ratio = max(self.width_ratio or 0.0, ratio)
        if finding.width_ratio is not None:
            self.widths.setdefault(dtype, Counter())[bin_of(finding.width_ratio)] += 1
        if finding.ulps is not None:
            self.ulps[dtype] = max(self.ulps.get(dtype, 0.0), finding.ulps)
        self.structures.update(finding.structures)
        if finding.refusal:
            self.refusals.setdefault(re.sub(r"\d+", "#", finding.refusal), finding.refusal)

    @property
    def telling(self) -> Outcome | None:
        """The outcome that the mode's verdict shows: the new one, else the first known."""
        return self.new or next(iter(self.known.values()), None)


class _Counterexample(Exception):
    """Tells Hypothesis that a case deviates newly."""


class Hunting(abc.ABC):
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
            self.tallies.setdefault(outcome.case.mode, Tally()).take(outcome)
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
                self.tallies[hunt.minimal.case.mode].new = hunt.minimal
                return hunt.minimal
        return None

    def _attempts(self, modes: Sequence[str]) -> Iterator[_Attempt]:
        budget, about = self._budget, f"{self._clause.identifier}:{self._subject}"
        from_simplest = self._clause.leading and not budget.skip_simplest
        if self._clause.anew:
            extent = Extent(modes, budget.several)
            yield _Attempt(extent, self._times(budget.examples), about, not from_simplest)
            return
        # Clauses share programs that are drawn from one seed. The first is of options that all
        # generations have, the others of those that the subject has.
        shared = str(self._subject) if self._clause.dear else self._subject.cell
        if from_simplest:
            yield _Attempt(Extent(modes[:1], common=True), 1, shared)
        # Each mode is a program of its own: the clauses of a cell begin with one of few modes, not
        # with any, and those of another cell with others.
        start = hashed(f"{budget.salt}:begin:{shared}")
        start += hashed(f"{budget.salt}:{self._clause.draws}") % budget.spread
        for index in range(self._times(budget.programs)):
            mode = modes[(start + index) % len(modes)]
            extent = Extent([mode], self._several, common=index == 0)
            yield _Attempt(extent, 1, f"{shared}:{index}", skip_simplest=True)

    def _several(self, mode: str) -> int:
        """How many data cases of a program: of a dear clause they are dear, too, but for the few
        that there are eagerly.
        """
        several = self._budget.several(mode)
        halved = self._clause.dear and mode != EAGER
        return max(1, several // 2) if halved else several

    def _times(self, much: float) -> int:
        return max(1, round(much * self._clause.effort))

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
        with drawing.by_the_seed_alone():
            seed(hashed(f"{self._budget.salt}:{attempt.seed}"))(searching)()


class Search(Hunting):
    """One search: a clause, a subject, a target and the ledger."""

    def __init__(
        self, clause: Clause, subject: Subject, asker: Asker, ledger: Ledger, budget: Budget
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
                if mode != found.case.mode:
                    self._confirm(found, mode)
        self.seconds += time.perf_counter() - started
        return self.tallies

    def judged(self, cases: Sequence[Case]) -> list[Outcome]:
        """Each case as the clause judges it on the target."""
        return judge_together(self._clause, cases, self._asker, self._ledger)

    def _confirm(self, found: Outcome, mode: str) -> None:
        """Ask another mode: the same case first, a search of its own where that one holds."""
        (outcome,) = self.outcomes([dataclasses.replace(found.case, mode=mode)])
        if outcome.status == NEW:
            self.tallies[mode].new = outcome
        else:
            self.hunt([mode])


@dataclass(frozen=True)
class _Attempt:
    """One call of Hypothesis: what it draws from, how many examples, and from which seed.

    The first example of all is always the simplest.
    """

    extent: Extent
    examples: int
    seed: str
    skip_simplest: bool = False


def hashed(key: str) -> int:
    """A number that is the same for this text everywhere."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big")


class _Hunt:
    """What Hypothesis calls with drawn cases: remembers the smallest that deviates newly.

    It is shrunk in the cheapest mode where it deviates there, too: other modes confirm it.
    """

    def __init__(self, search: Hunting, shrinks: int, cheapest: str, skip_simplest: bool) -> None:
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
            looked_at = self._affordable(self._in_mode(cases, self.minimal.case.mode))
        for outcome in self._search.outcomes(looked_at):
            if outcome.status == NEW:
                if self.minimal is None:
                    self._at = cases.index(outcome.case)
                    outcome = self._cheaper(outcome)
                self.minimal = outcome
                raise _Counterexample

    def _in_mode(self, cases: Sequence[Case], mode: str) -> list[Case]:
        shrinking = cases[self._at : self._at + 1]
        return [dataclasses.replace(case, mode=mode) for case in shrinking]

    def _cheaper(self, outcome: Outcome) -> Outcome:
        """The same case in the cheapest mode, where it deviates newly there, too."""
        (there,) = self._search.outcomes([dataclasses.replace(outcome.case, mode=self._cheapest)])
        return there if there.status == NEW else outcome

    def _affordable(self, cases: Sequence[Case]) -> list[Case]:
        """Counted and not timed, so that every run shrinks alike; what is traced counts for more,
        as building it takes longer with each cell.
        """
        if all(self._search.has_seen(case) for case in cases):
            return list(cases)
        self._left -= sum(1 if case.mode == EAGER else 1 + len(case.cells) for case in cases)
        return list(cases) if self._left >= 0 else []


def judge_together(
    clause: Clause, cases: Sequence[Case], asker: Asker, ledger: Ledger
) -> list[Outcome]:
    """Judge cases of a clause, what they ask in as few messages as can be."""
    running = asker.running(clause.anew)
    memory.expect(cases)
    outcomes: dict[Case, Outcome] = {}
    while len(outcomes) < len(cases):
        for case in cases:
            if case not in outcomes:
                with contextlib.suppress(Unanswered):
                    outcomes[case] = judge(clause, case, running, ledger)
        asker.ask()
    return [outcomes[case] for case in cases]


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
    return Outcome(
        case,
        HOLDS,
        grade=finding.grade,
        finding=finding,
    )


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
