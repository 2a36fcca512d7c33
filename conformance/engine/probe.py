"""One case of one clause on one target: what was seen, as plain data that can be kept.

What was seen is kept, and not whether a ledger entry describes it: so an entry whose words were
mended need not be replayed.
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
from conformance.ledger.entry import Ledger
from conformance.results.verdict import HOLDS
from conformance.targets import Target, open_target

_NO_LEDGER = Ledger()


@dataclass(frozen=True)
class ReplayResult:
    """That a clause holds for a case, or how it deviates, or why that cannot be judged."""

    holds: bool | None  # None: it cannot be judged here
    told: str = ""
    grade: str | None = None
    error: str | None = None
    message: str | None = None

    @property
    def judged(self) -> bool:
        """Whether the case could be judged."""
        return self.holds is not None

    @property
    def signature(self) -> tuple[bool | None, str | None, str | None]:
        """What two releases must have in common to have done the same: verdict, grade, error."""
        return (self.holds, self.grade, self.error)

    @property
    def deviation(self) -> Deviation:
        """What the judge raised, as far as a ledger entry describes it."""
        seen = None
        if self.error is not None:
            seen = wire.Observation(error=wire.Error(self.error, "", (), self.message or "", ""))
        return Deviation(self.told, seen, self.grade)

    @property
    def line(self) -> str:
        """In one line."""
        if self.holds:
            return "holds"
        text = self.told if self.judged else f"cannot be judged: {self.told}"
        return " ".join(text.split())


class TargetProbe:
    """Replays cases on one target, which is started again where a case ends it."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self.asker = BatchingClient(target)
        self.description = target.describe()
        self.offers = {offer.name: offer for offer in self.description.paths}

    def see(self, clause: Clause, case: Case) -> ReplayResult:
        """What the target shows of a case; whatever happens in it is told and not raised."""
        missing = self._missing(clause, case)
        if missing:
            return ReplayResult(None, missing)
        self._target.renew_if_large()
        try:
            (outcome,) = judge_together(clause, [case], self.asker, _NO_LEDGER)
        except AdapterFailure as failure:
            return ReplayResult(
                None, f"the adapter failed: {str(failure).strip().splitlines()[-1]}"
            )
        except Exception as error:  # a defect of ours, which is not to end hours of looking
            return ReplayResult(None, f"the suite failed: {type(error).__name__}: {error}")
        if outcome.status == HOLDS:
            return ReplayResult(True, grade=outcome.grade)
        return _deviating(outcome)

    def _missing(self, clause: Clause, case: Case) -> str:
        """Why the target cannot be asked, or nothing."""
        for path in (case.program.path, case.other):
            if path is not None and (path not in self.offers or self.offers[path].missing):
                return f"{path} is not available"
        offer = self.offers[case.program.path]
        if case.program.mode not in clause.judged_in(offer.modes, offer.further_modes):
            return f"{case.program.path} has no mode {case.program.mode}"
        here = [
            subject.cell
            for subject in clause.subjects(self.description.paths)
            if (subject.path, subject.other) == (case.program.path, case.other)
        ]
        if not here or case.program.cell_name not in (*offer.cells, *here):
            return f"{case.place} does not offer the case's cells, or what is done with them"
        return ""


def _deviating(outcome: Outcome) -> ReplayResult:
    error = outcome.observation.error if outcome.observation else None
    return ReplayResult(
        False,
        outcome.sentence or "",
        outcome.grade,
        error.name if error else None,
        error.message if error else None,
    )


@contextlib.contextmanager
def onlooker(name: str, cache: str | None = None) -> Iterator[TargetProbe]:
    """An onlooker of the target of a name, stopped in the end; raises TargetUnavailable."""
    with contextlib.closing(open_target(name, cache)) as target:
        yield TargetProbe(target)


def on_path(case: Case, named: str) -> Case:
    """The same case on another path, or pair of paths, as verdicts name it."""
    path, _, other = named.partition(" ~ ")
    return case.replace(path=path, other=other or None)
