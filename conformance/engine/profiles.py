"""The profiles: how much of the contract is searched, and with how many cases."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from conformance.cases.program import EAGER
from conformance.contract.clause import Clause, Subject
from conformance.engine.determinism import stable_hash
from conformance.engine.search import Budget
from conformance.ledger.entry import Entry

DERANDOMISED_SALT = "0"
EXPLORE = "explore"


@dataclass(frozen=True)
class Profile:
    """The number of examples that a subject gets, and the modes that are drawn.

    Isolated clauses get `examples`, all other clauses get `programs`. A clause's effort multiplies
    that number, and there is always at least one.
    """

    name: str
    examples: float
    programs: float
    shrinks: int
    data_cases: int  # drawn together, in function or graph mode
    eager_data_cases: int  # an eager step takes as long as a whole sequence of a traced function
    eager_share: int  # of malformed cases: eager is this many times as likely as another mode
    first_modes: int = 2  # in how many modes the clauses of a cell begin, when modes are drawn
    enumerate_modes: bool = False  # search each mode on its own, except in expensive clauses
    skip_simplest: bool = False
    cells: int | None = None  # how many cells of a path a clause is judged for; None: all
    expensive_for_few_cells: bool = False  # expensive clauses: only `cost.cells` cells of a path
    expensive_eagerly_only: bool = False  # expensive clauses: only the first mode
    known: float = 1  # the share of the ledger's entries whose cases are judged again

    def choose(
        self, clause: Clause, subjects: Sequence[Subject], salt: str = DERANDOMISED_SALT
    ) -> list[Subject]:
        """Return the subjects of a clause that are judged: all, or some cells of each path.

        A hash chooses the first cell, so another salt chooses other cells. The choice goes on from
        path to path of a generation. If the generation has enough paths, no cell is left out.
        """
        cells = (
            clause.cost.cells
            if self.expensive_for_few_cells and clause.cost.expensive
            else self.cells
        )
        if cells is None or clause.cost.essential:
            return list(subjects)
        groups: dict[tuple[str, str | None], list[Subject]] = {}
        for subject in subjects:
            groups.setdefault((subject.place, subject.malformation), []).append(subject)
        judged: set[Subject] = set()
        turns: Counter[object] = Counter()
        for (place, malformation), group in groups.items():
            generation = (place.partition("/")[2], malformation)
            start = stable_hash(f"{salt}:{clause.draws}:{generation}") + turns[generation]
            turns[generation] += cells
            judged.update(group[(start + at) % len(group)] for at in range(min(cells, len(group))))
        return [subject for subject in subjects if subject in judged]

    def entries_to_replay(self, entries: Sequence[Entry]) -> list[Entry]:
        """Return the ledger entries whose cases are replayed: all, or a share chosen by hash."""
        return [entry for entry in entries if stable_hash(entry.name) < self.known * 2**64]

    def budget(self, salt: str) -> Budget:
        """Return the budget of one search."""
        return Budget(
            examples=self.examples,
            programs=self.programs,
            shrinks=self.shrinks,
            batch_size=self.batch_size,
            first_modes=self.first_modes,
            salt=salt,
            skip_simplest=self.skip_simplest,
        )

    def batch_size(self, mode: str) -> int:
        """Return how many cases are drawn together in a mode."""
        return self.eager_data_cases if mode == EAGER else self.data_cases

    def rounds(self, offered: Sequence[str], clause: Clause) -> list[list[str]]:
        """Return the modes to draw from, as one list for each search.

        In isolated clauses the first mode, which is eager, stands in the list `eager_share` times.
        """
        if self.enumerate_modes and not clause.cost.expensive:
            return [[mode] for mode in offered]
        if self.expensive_eagerly_only and clause.cost.expensive:
            return [list(offered[:1])]
        return [
            [*list(offered[:1]) * (self.eager_share if clause.cost.isolated else 1), *offered[1:]]
        ]


PROFILES = {
    profile.name: profile
    for profile in (
        # eager mode finds most malformed states per second: other modes trace or build each case
        Profile(
            "quick",
            examples=0.5,
            programs=0.5,
            shrinks=40,
            data_cases=2,
            eager_data_cases=1,
            eager_share=96,
            first_modes=1,
            skip_simplest=True,
            cells=1,
            expensive_eagerly_only=True,
            known=0.25,
        ),
        Profile(
            "default",
            examples=2,
            programs=2,
            shrinks=60,
            data_cases=45,
            eager_data_cases=2,
            eager_share=48,
            first_modes=1,
            expensive_for_few_cells=True,
        ),
        Profile(
            "thorough",
            examples=3,
            programs=3,
            shrinks=100,
            data_cases=200,
            eager_data_cases=2,
            eager_share=1,
            enumerate_modes=True,
        ),
        Profile(
            EXPLORE,
            examples=3,
            programs=2,
            shrinks=60,
            data_cases=15,
            eager_data_cases=3,
            eager_share=4,
            expensive_for_few_cells=True,
        ),
    )
}


def salt(profile: Profile, given: str | None) -> str:
    """Return the salt of all seeds: a fixed one; for `explore` the given one, or a random one."""
    if profile.name != EXPLORE:
        return DERANDOMISED_SALT
    return given or str(secrets.randbelow(10**9))
