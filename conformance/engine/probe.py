"""A probe replays one case of one clause on one target. The result is plain data, to be kept.

The result says what the target did, and not whether a ledger entry describes it. So a ledger entry
may get other words, and its case need not be replayed. Of wrong numbers it says which known values
they are.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from conformance.adapter import wire
from conformance.cases.case import Case
from conformance.checks.deviation import Deviation
from conformance.contract.clause import Clause
from conformance.engine.batching import BatchingClient
from conformance.engine.judge import judge_together
from conformance.engine.outcome import Outcome
from conformance.errors import AdapterFailure
from conformance.ledger import known_values
from conformance.ledger.entry import Ledger
from conformance.results.verdict import HOLDS
from conformance.targets import Target, open_target

_NO_LEDGER = Ledger()


@dataclass(frozen=True)
class ReplayResult:
    """The result of a replay: the clause holds, or how it deviates, or why it cannot be judged."""

    holds: bool | None  # None where the case cannot be judged on this target
    told: str = ""
    grade: str | None = None
    error: str | None = None
    message: str | None = None
    numeric: bool = False
    values: tuple[str, ...] = ()

    @property
    def judged(self) -> bool:
        """True where the case could be judged."""
        return self.holds is not None

    @property
    def signature(self) -> tuple[bool | None, str | None, str | None]:
        """Verdict, grade and error: two releases with the same ones did the same."""
        return (self.holds, self.grade, self.error)

    @property
    def deviation(self) -> Deviation:
        """The deviation that the judge raised, with all that a ledger entry can describe."""
        seen = None
        if self.error is not None:
            seen = wire.Observation(error=wire.Error(self.error, "", (), self.message or "", ""))
        deviation = Deviation(self.told, seen, self.grade, numeric=self.numeric)
        deviation.values = tuple(self.values)
        return deviation

    @property
    def line(self) -> str:
        """The result in one line."""
        if self.holds:
            return "holds"
        text = self.told if self.judged else f"cannot be judged: {self.told}"
        return " ".join(text.split())


class TargetProbe:
    """Replays cases on one target. If a case ends the target's process, it is started again."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self.client = BatchingClient(target)
        self.description = target.describe()
        self.offers = {offer.name: offer for offer in self.description.paths}

    def see(self, clause: Clause, case: Case) -> ReplayResult:
        """Judge a case on the target, and return the result; no failure is raised."""
        missing = self._missing(clause, case)
        if missing:
            return ReplayResult(None, missing)
        self._target.renew_if_large()
        try:
            (outcome,) = judge_together(clause, [case], self.client, _NO_LEDGER)
        except AdapterFailure as failure:
            return ReplayResult(
                None, f"the adapter failed: {str(failure).strip().splitlines()[-1]}"
            )
        except Exception as error:  # a bug of the suite must not end hours of replays
            return ReplayResult(None, f"the suite failed: {type(error).__name__}: {error}")
        if outcome.status == HOLDS:
            return ReplayResult(True, grade=outcome.grade)
        return _deviation_result(clause, outcome)

    def _missing(self, clause: Clause, case: Case) -> str:
        """Return why the target cannot judge the case; "" where it can."""
        for path in (case.program.path, case.other):
            if path is not None and (path not in self.offers or self.offers[path].missing):
                return f"{path} is not available"
        offer = self.offers[case.program.path]
        if case.program.mode not in clause.judged_in(offer.modes, offer.further_modes):
            return f"{case.program.path} has no mode {case.program.mode}"
        cells = [
            subject.cell
            for subject in clause.subjects(self.description.paths)
            if (subject.path, subject.other) == (case.program.path, case.other)
        ]
        if not cells or case.program.cell_name not in (*offer.cells, *cells):
            return f"{case.place} does not offer the case's cells, or what is done with them"
        return ""


def _deviation_result(clause: Clause, outcome: Outcome) -> ReplayResult:
    error = outcome.observation.error if outcome.observation else None
    return ReplayResult(
        False,
        outcome.sentence or "",
        outcome.grade,
        error.name if error else None,
        error.message if error else None,
        outcome.numeric,
        known_values.seen(clause.identifier, outcome.case, outcome.run) if outcome.run else (),
    )


@contextlib.contextmanager
def open_probe(name: str, cache: str | None = None) -> Iterator[TargetProbe]:
    """Open a probe of the named target, and stop the target at the end of the block.

    Raises:
        TargetUnavailable: the target cannot be started.
    """
    with contextlib.closing(open_target(name, cache)) as target:
        yield TargetProbe(target)


def case_on_path(case: Case, place: str) -> Case:
    """Return the same case on another path, or pair of paths, as verdicts name it."""
    path, _, other = place.partition(" ~ ")
    return case.replace(path=path, other=other or None)
