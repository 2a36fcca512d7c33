"""A trial: the suite is run against one planted fault. And the outcome of a trial."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tests.faults.fault import SUITE, Fault

Verdict = Literal["caught", "survived", "unreached", "broken"]
TrialKey = tuple[str, str | None]


@dataclass(frozen=True)
class Trial:
    """A fault, and the clause whose tests alone are run, or None for the fault's own selections."""

    fault: Fault
    asked: str | None = None

    @property
    def key(self) -> TrialKey:
        """The fault's name and the clause; the trial's outcome has the same key."""
        return self.fault.name, self.asked

    @property
    def selections(self) -> Sequence[tuple[str, ...]]:
        """Selections of tests for pytest, to be run one after the other until one is red."""
        return [(*SUITE, "-k", self.asked)] if self.asked else self.fault.selections


@dataclass(frozen=True)
class Outcome:
    """The result of one trial.

    `unreached` is a green run that never imported the faulty module. It does not show that the
    suite misses the fault, only that the run did not use this part of the library. `asked` is the
    clause whose tests alone were run, `clause` is the first red one. `by_its_family` is true where
    the tests of the area's own family caught the fault.
    """

    fault: str
    area: str
    verdict: Verdict
    seconds: float
    clause: str | None = None
    path: str | None = None
    output: str = ""
    by_its_family: bool = False
    asked: str | None = None

    @property
    def key(self) -> TrialKey:
        """The fault's name and the clause that was asked alone; the trial has the same key."""
        return self.fault, self.asked
