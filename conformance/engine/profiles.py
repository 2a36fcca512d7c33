"""The profiles: how much is searched."""

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
    """How many examples for each subject, and which modes are drawn.

    `examples`, of clauses that build anew, and `programs`, of the others, are multiplied by a
    clause's effort; there is always at least one.
    """

    name: str
    examples: float
    programs: float
    shrinks: int
    data_cases: int  # together, in function or graph mode
    eager_data_cases: int  # an eager step takes as long as a whole sequence of a traced function
    eager_share: int  # of malformed cases: eager is so many times as likely as another mode
    spread: int = 2  # modes in which the clauses of a cell begin, when modes are drawn
    enumerate_modes: bool = False  # each on its own, but for dear clauses
    skip_simplest: bool = False
    cells: int | None = None  # of a path that a clause is judged for; None: all
    expensive_for_few_cells: bool = False  # dear clauses for as many cells of a path as they say
    expensive_eagerly_only: bool = False  # dear clauses in the first mode only
    known: float = 1  # the part of the ledger whose cases are judged again

    def chosen(
        self, clause: Clause, subjects: Sequence[Subject], salt: str = DERANDOMISED_SALT
    ) -> list[Subject]:
        """The subjects of a clause that are judged: all, or some cells of each path.

        Which cells are left begins at a hash, so that with other salts it is others, and goes on
        from path to path of a generation: where it has enough paths, no cell is left out.
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
        left: set[Subject] = set()
        turns: Counter[object] = Counter()
        for (place, malformation), group in groups.items():
            alike = (place.partition("/")[2], malformation)
            start = stable_hash(f"{salt}:{clause.draws}:{alike}") + turns[alike]
            turns[alike] += cells
            left.update(group[(start + at) % len(group)] for at in range(min(cells, len(group))))
        return [subject for subject in subjects if subject in left]

    def replayed(self, entries: Sequence[Entry]) -> list[Entry]:
        """The entries of the ledger whose cases are judged again: all, or those of some hashes."""
        return [entry for entry in entries if stable_hash(entry.name) < self.known * 2**64]

    def budget(self, salt: str) -> Budget:
        """The budget of one search."""
        return Budget(
            examples=self.examples,
            programs=self.programs,
            shrinks=self.shrinks,
            batch_size=self.batch_size,
            spread=self.spread,
            salt=salt,
            skip_simplest=self.skip_simplest,
        )

    def batch_size(self, mode: str) -> int:
        """How many cases are drawn together in a mode."""
        return self.eager_data_cases if mode == EAGER else self.data_cases

    def rounds(self, offered: Sequence[str], clause: Clause) -> list[list[str]]:
        """The modes to draw from, search by search.

        Of clauses that build anew the first mode, eager, is drawn as often as its share says.
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
        # eager finds most malformed states for each second: the others trace or build every case
        Profile(
            "quick",
            examples=0.5,
            programs=0.5,
            shrinks=40,
            data_cases=2,
            eager_data_cases=1,
            eager_share=96,
            spread=1,
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
            spread=1,
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
    """The salt of all seeds: fixed, but for `explore`, which draws one or takes the one given."""
    if profile.name != EXPLORE:
        return DERANDOMISED_SALT
    return given or str(secrets.randbelow(10**9))
