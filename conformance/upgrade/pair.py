"""Judges a case of a clause on the old target and on the new one, and notes what was observed."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Mapping, Sequence

from conformance.adapter import wire
from conformance.cases.case import Case
from conformance.contract.clause import Clause, Runs
from conformance.engine.batching import BatchingClient, Unanswered
from conformance.engine.judge import judge_case
from conformance.engine.outcome import Outcome
from conformance.ledger.entry import Ledger
from conformance.reference import batch_cache
from conformance.upgrade import diff
from conformance.upgrade.diff import Asked, Compared, Judged
from conformance.upgrade.path_mapping import Crossing

_NO_LEDGER = Ledger()  # what it knows is of one version: here it makes no difference


class Both:
    """The two targets, and what has been compared of cases of one clause."""

    def __init__(
        self, clause: Clause, crossing: Crossing, old: BatchingClient, new: BatchingClient
    ) -> None:
        self._clause = clause
        self._sides = (
            _Side(clause, old, Crossing(crossing.old, crossing.old)),
            _Side(clause, new, crossing),
        )
        self._compared: dict[Case, Compared] = {}

    def compare(self, cases: Sequence[Case]) -> list[Compared]:
        """What both targets do with cases; one that was compared before is not asked again."""
        new = [case for case in dict.fromkeys(cases) if case not in self._compared]
        batch_cache.expect(new)
        waiting = {(case, side): None for case in new for side in self._sides}
        done: dict[tuple[Case, _Side], Judged] = {}
        while waiting:
            for case, side in list(waiting):
                with contextlib.suppress(Unanswered):
                    done[case, side] = side.judged(case)
                    del waiting[case, side]
            for side in self._sides:
                side.asker.ask()
        for case in new:
            old_judged, new_judged = (done[case, side] for side in self._sides)
            self._compared[case] = diff.compared(case, old_judged, new_judged)
        return [self._compared[case] for case in cases]


class _Side:
    """One of the targets, and which of its paths is meant by one of the old target."""

    def __init__(self, clause: Clause, asker: BatchingClient, crossing: Crossing) -> None:
        self.asker = asker
        self._clause = clause
        self._crossing = crossing

    def judged(self, case: Case) -> Judged:
        """Judge a case; raises Unanswered where something has to be asked first."""
        running = _Noting(self.asker.running(self._clause.cost.isolated), self._crossing)
        outcome: Outcome = judge_case(self._clause, case, running, _NO_LEDGER)
        return Judged(outcome, tuple(running.asked))


class _Noting:
    """Asks one side what a property asks of a case of the old target, and notes the answers."""

    def __init__(self, running: Runs, crossing: Crossing) -> None:
        self._running = running
        self._crossing = crossing
        self.asked: list[Asked] = []

    def __call__(self, case: Case, *calls: wire.Call) -> tuple[wire.Observation, ...]:
        """Run calls, as they are, of the case's program on this side."""
        seen = self._running(self._crossing.case(case), *calls)
        self.asked += map(Asked, (case,) * len(calls), calls, seen)
        return seen

    def state_size(self, case: Case) -> object:
        """The state_size of the case's cell."""
        return self._running.state_size(self._crossing.case(case))

    def look(self, case: Case) -> wire.Made:
        """The config and the initial weights of the case's cell or layer."""
        return self._running.look(self._crossing.case(case))

    def defaults(self) -> Mapping[str, wire.Defaults]:
        """The default options of each class, of this side's generation under the old one's name."""
        old, new = f"{self._crossing.old}/", f"{self._crossing.new}/"
        return {
            name.replace(new, old): dataclasses.replace(of, owner=name.replace(new, old))
            for name, of in self._running.defaults().items()
            if name.startswith(new)
        }
