"""Count the cases that a profile draws, by clause and dtype; no case is run."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from conformance.adapter import wire
from conformance.cases import floats
from conformance.cases.case import Case
from conformance.contract.clause import Clause, Subject, all_clauses
from conformance.engine.outcome import Outcome
from conformance.engine.profiles import DERANDOMISED_SALT, PROFILES, Profile
from conformance.engine.search import BaseSearch, Budget
from conformance.ledger.entry import Ledger
from conformance.results.verdict import HOLDS
from conformance.targets import open_target


@dataclass(frozen=True)
class DrawnCase:
    """A case, and the clause that it is drawn for."""

    clause: str
    case: Case


class _Drawing(BaseSearch):
    """A search in which every clause holds; it remembers the cases."""

    def __init__(self, clause: Clause, subject: Subject, ledger: Ledger, budget: Budget) -> None:
        super().__init__(clause, subject, ledger, budget)
        self.drawn: list[Case] = []

    def judge(self, cases: Sequence[Case]) -> list[Outcome]:
        """Return an outcome for each case without a look at it."""
        self.drawn += cases
        return [Outcome(case, HOLDS) for case in cases]


def drawn_cases(profile: str, clauses: Collection[str] = ()) -> Iterator[DrawnCase]:
    """Yield the cases of a profile for the target here; `clauses` chooses some clauses."""
    contract = all_clauses()
    with contextlib.closing(open_target()) as target:
        description = target.describe()
    for identifier in clauses or contract:
        yield from _of_clause(contract[identifier], description, PROFILES[profile])


def _of_clause(
    clause: Clause, description: wire.Description, profile: Profile
) -> Iterator[DrawnCase]:
    offered = {offer.name: offer for offer in description.paths if not offer.missing}
    for subject in profile.choose(clause, clause.subjects(description.paths)):
        if {subject.path, subject.other or subject.path} <= set(offered):
            modes = clause.judged_in(
                offered[subject.path].modes, offered[subject.path].further_modes
            )
            for case in _of_subject(clause, subject, modes, profile):
                yield DrawnCase(clause.identifier, case)


def _of_subject(
    clause: Clause, subject: Subject, modes: Sequence[str], profile: Profile
) -> Iterator[Case]:
    search = _Drawing(clause, subject, Ledger(), profile.budget(DERANDOMISED_SALT))
    for together in profile.rounds(modes, clause) if modes else ():
        search.hunt(together)
    yield from search.drawn


def measure(profile: str) -> int:
    """Print the number of cases of each clause, by dtype."""
    counts: dict[str, Counter[str]] = {}
    for drawn in drawn_cases(profile):
        counts.setdefault(drawn.clause, Counter())[drawn.case.program.dtype] += 1
    print(f"| clause | {' | '.join(floats.DTYPES)} |")
    print(f"| --- |{' ---: |' * len(floats.DTYPES)}")
    for name, counted in {**counts, "all": sum(counts.values(), Counter())}.items():
        print(f"| {name} | {' | '.join(f'{counted[dtype]:,}' for dtype in floats.DTYPES)} |")
    return 0
