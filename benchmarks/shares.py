"""Where one worker's time goes: import, building, running, transport, drawing, judging.

Makes the searches of a profile one after the other, without pytest.
"""

from __future__ import annotations

import contextlib
import importlib
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import conformance
from conformance.adapter import wire
from conformance.cases.case import Case
from conformance.contract.clause import CLAUSES, Clause, Subject
from conformance.engine.batching import BatchingClient
from conformance.engine.outcome import Outcome
from conformance.engine.profiles import DERANDOMISED_SALT, PROFILES, Profile
from conformance.engine.search import Search
from conformance.ledger import load
from conformance.plugin import scheduling
from conformance.targets import Target, open_target

CONTRACT = Path(conformance.__file__).parent
_DRIVER = ("transport", "drawing", "judging")


class Clock:
    """Seconds by what they were spent on."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextlib.contextmanager
    def doing(self, kind: str) -> Iterator[None]:
        """Count the time of the block."""
        started = time.perf_counter()
        try:
            yield
        finally:
            spent = time.perf_counter() - started
            self.seconds[kind] = self.seconds.get(kind, 0.0) + spent


class TimedAsker(BatchingClient):
    """An asker that counts the time of asking."""

    def __init__(self, target: Target, clock: Clock) -> None:
        super().__init__(target)
        self._clock = clock

    def ask(self) -> None:
        """Ask the target all that is unanswered."""
        with self._clock.doing("asking"):
            super().ask()

    def look(self, program: wire.Program) -> wire.Made:
        """What a program's cell or layer is."""
        with self._clock.doing("asking"):
            return super().look(program)

    def state_size(self, program: wire.Program) -> object:
        """The state_size of a program's cell."""
        with self._clock.doing("asking"):
            return super().state_size(program)


class TimedSearch(Search):
    """A search that counts the time of asking and judging."""

    clock: Clock

    def outcomes(self, cases: Iterable[Case]) -> list[Outcome]:
        """Judge cases."""
        with self.clock.doing("asking and judging"):
            return super().outcomes(cases)


def measure(profile: str) -> int:
    """Print seconds and shares."""
    for module in sorted(CONTRACT.glob("test_*.py")):
        importlib.import_module(f"conformance.{module.stem}")
    clock = Clock()
    started = time.perf_counter()
    with contextlib.closing(open_target()) as target:
        description = target.describe()
        importing = time.perf_counter() - started
        cases = _search_all(target, description, PROFILES[profile], clock)
        whole = time.perf_counter() - started
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
    _show(spent, whole, cases)
    return 0


def _search_all(
    target: Target, description: wire.Description, profile: Profile, clock: Clock
) -> int:
    """Make all searches; how many cases were judged."""
    asker, ledger = TimedAsker(target, clock), load(description.versions)
    budget = profile.budget(DERANDOMISED_SALT)
    offered = {offer.name: offer for offer in description.paths if not offer.missing}
    judged = 0
    for clause, subject in _in_order(description, profile):
        if not {subject.path, subject.other or subject.path} <= set(offered):
            continue
        offer = offered[subject.path]
        modes = clause.judged_in(offer.modes, offer.further_modes)
        search = TimedSearch(clause, subject, asker, ledger, budget)
        search.clock = clock
        with clock.doing("searching"):
            for drawn in profile.rounds(modes, clause):
                search.execute(drawn)
        judged += sum(tally.cases for tally in search.tallies.values())
    return judged


def _in_order(description: wire.Description, profile: Profile) -> list[tuple[Clause, Subject]]:
    """Clauses and subjects in the order in which pytest has them."""
    found = {
        f"::{clause.judge.__name__}[{subject}]": (clause, subject)
        for clause in CLAUSES.values()
        for subject in profile.chosen(clause, clause.subjects(description.paths))
    }
    return [found[node] for node in scheduling.ordered(list(found))]


def _show(spent: dict[str, float], whole: float, cases: int) -> None:
    print("| spent on | seconds | share |")
    print("| --- | ---: | ---: |")
    for kind, seconds in [*spent.items(), ("all", whole)]:
        print(f"| {kind} | {seconds:.1f} | {seconds / whole:.0%} |")
    driver = sum(spent[kind] for kind in _DRIVER)
    print(f"\nThe driver's share: {driver / whole:.0%} of {whole:.0f} s; {cases:,} cases judged.")
