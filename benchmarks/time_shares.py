"""Measure the parts of one worker's time: import, building, running, transport, drawing, judging.

The searches of a profile are made one after the other, without pytest.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Iterator

from conformance.adapter import wire
from conformance.cases.case import Case
from conformance.contract.clause import Clause, Subject, all_clauses
from conformance.engine.batching import BatchingClient
from conformance.engine.outcome import Outcome
from conformance.engine.profiles import DERANDOMISED_SALT, PROFILES, Profile
from conformance.engine.search import Search
from conformance.ledger.load import load_ledger
from conformance.plugin import scheduling
from conformance.targets import Target, open_target

_PARTS_OF_DRIVER = ("transport", "drawing", "judging")


class Clock:
    """Seconds by the kind of work that they were spent on."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextlib.contextmanager
    def timed(self, kind: str) -> Iterator[None]:
        """Count the time of a block as time for one kind of work."""
        started = time.perf_counter()
        try:
            yield
        finally:
            spent = time.perf_counter() - started
            self.seconds[kind] = self.seconds.get(kind, 0.0) + spent


class TimedClient(BatchingClient):
    """A client that measures the time of asking."""

    def __init__(self, target: Target, clock: Clock) -> None:
        super().__init__(target)
        self._clock = clock

    def ask(self) -> None:
        """Ask the target all questions that have no answer yet."""
        with self._clock.timed("asking"):
            super().ask()

    def look(self, program: wire.Program) -> wire.Made:
        """Return a description of a program's cell or layer."""
        with self._clock.timed("asking"):
            return super().look(program)

    def state_size(self, program: wire.Program) -> object:
        """Return the state_size of a program's cell."""
        with self._clock.timed("asking"):
            return super().state_size(program)


class TimedSearch(Search):
    """A search that measures the time of asking and judging."""

    clock: Clock

    def outcomes(self, cases: Iterable[Case]) -> list[Outcome]:
        """Judge cases and return their outcomes."""
        with self.clock.timed("asking and judging"):
            return super().outcomes(cases)


def measure(profile: str) -> int:
    """Print the seconds of each part and its share of the total."""
    all_clauses()  # imports the contract, which is not part of the time
    clock = Clock()
    started = time.perf_counter()
    with contextlib.closing(open_target()) as target:
        description = target.describe()
        importing = time.perf_counter() - started
        cases = _search_all(target, description, PROFILES[profile], clock)
        total = time.perf_counter() - started
        inside = target.seconds()
    asking, judged = clock.seconds["asking"], clock.seconds["asking and judging"]
    served = inside["building"] + inside["running"] + inside["serving"]
    spent = {
        "import of TensorFlow": importing,
        "building programs": inside["building"],
        "running them": inside["running"],
        "the rest of the target": inside["serving"],
        "transport": asking - served,
        "drawing": clock.seconds["searching"] - judged,
        "judging": judged - asking,
    }
    _print_table(spent, total, cases)
    return 0


def _search_all(
    target: Target, description: wire.Description, profile: Profile, clock: Clock
) -> int:
    """Make all searches and return how many cases were judged."""
    client, ledger = TimedClient(target, clock), load_ledger(description.versions)
    budget = profile.budget(DERANDOMISED_SALT)
    offered = {offer.name: offer for offer in description.paths if not offer.missing}
    judged = 0
    for clause, subject in _ordered_searches(description, profile):
        if not {subject.path, subject.other or subject.path} <= set(offered):
            continue
        offer = offered[subject.path]
        modes = clause.judged_in(offer.modes, offer.further_modes)
        search = TimedSearch(clause, subject, client, ledger, budget)
        search.clock = clock
        with clock.timed("searching"):
            for drawn in profile.rounds(modes, clause):
                search.execute(drawn)
        judged += sum(tally.cases for tally in search.tallies.values())
    return judged


def _ordered_searches(
    description: wire.Description, profile: Profile
) -> list[tuple[Clause, Subject]]:
    """Return clauses and subjects in the order of their tests in pytest."""
    found = {
        f"::{clause.judge.__name__}[{subject}]": (clause, subject)
        for clause in all_clauses().values()
        for subject in profile.chosen(clause, clause.subjects(description.paths))
    }
    return [found[node] for node in scheduling.ordered(list(found))]


def _print_table(spent: dict[str, float], total: float, cases: int) -> None:
    print("| spent on | seconds | share |")
    print("| --- | ---: | ---: |")
    for kind, seconds in [*spent.items(), ("all", total)]:
        print(f"| {kind} | {seconds:.1f} | {seconds / total:.0%} |")
    driver = sum(spent[kind] for kind in _PARTS_OF_DRIVER)
    print(f"\nThe driver's own: {driver / total:.0%} of {total:.0f} s; {cases:,} cases judged.")
