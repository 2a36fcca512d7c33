"""The pair of targets: it judges a case of a clause on both, and records the observations."""

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
from conformance.upgrade.diff import Comparison, JudgedCase, ObservedCall
from conformance.upgrade.path_mapping import GenerationPair

_NO_LEDGER = Ledger()  # its entries are about one version, so they do not count here


class TargetPair:
    """The two targets, with the comparisons of cases of one clause."""

    def __init__(
        self, clause: Clause, generations: GenerationPair, old: BatchingClient, new: BatchingClient
    ) -> None:
        self._clause = clause
        self._sides = (
            _Side(clause, old, GenerationPair(generations.old, generations.old)),
            _Side(clause, new, generations),
        )
        self._comparisons: dict[Case, Comparison] = {}

    def compare(self, cases: Sequence[Case]) -> list[Comparison]:
        """Return the comparison of both targets in each case; no case is run twice."""
        new = [case for case in dict.fromkeys(cases) if case not in self._comparisons]
        batch_cache.expect(new)
        waiting = {(case, side): None for case in new for side in self._sides}
        judged: dict[tuple[Case, _Side], JudgedCase] = {}
        while waiting:
            for case, side in list(waiting):
                with contextlib.suppress(Unanswered):
                    judged[case, side] = side.judge(case)
                    del waiting[case, side]
            for side in self._sides:
                side.client.ask()
        for case in new:
            old_judged, new_judged = (judged[case, side] for side in self._sides)
            self._comparisons[case] = diff.compare(case, old_judged, new_judged)
        return [self._comparisons[case] for case in cases]


class _Side:
    """One of the targets, and the mapping from paths of the old target to its own paths."""

    def __init__(self, clause: Clause, client: BatchingClient, generations: GenerationPair) -> None:
        self.client = client
        self._clause = clause
        self._generations = generations

    def judge(self, case: Case) -> JudgedCase:
        """Judge a case; raise Unanswered where the target must be asked first."""
        session = _RecordingSession(
            self.client.session(self._clause.cost.isolated), self._generations
        )
        outcome: Outcome = judge_case(self._clause, case, session, _NO_LEDGER)
        return JudgedCase(outcome, tuple(session.calls))


class _RecordingSession:
    """The `run` of a property on one side: it maps cases to this side, and records its calls."""

    def __init__(self, session: Runs, generations: GenerationPair) -> None:
        self._session = session
        self._generations = generations
        self.calls: list[ObservedCall] = []

    def __call__(self, case: Case, *calls: wire.Call) -> tuple[wire.Observation, ...]:
        """Run calls of the case's program on this side; the calls stay as they are."""
        observations = self._session(self._generations.case_on_new(case), *calls)
        self.calls += map(ObservedCall, (case,) * len(calls), calls, observations)
        return observations

    def state_size(self, case: Case) -> object:
        """Return the state_size of the case's cell."""
        return self._session.state_size(self._generations.case_on_new(case))

    def look(self, case: Case) -> wire.Made:
        """Return the config and the initial weights of the case's cell or layer."""
        return self._session.look(self._generations.case_on_new(case))

    def defaults(self) -> Mapping[str, wire.Defaults]:
        """Return the default options of each class of this side, named as on the old target."""
        old, new = f"{self._generations.old}/", f"{self._generations.new}/"
        return {
            name.replace(new, old): dataclasses.replace(options, owner=name.replace(new, old))
            for name, options in self._session.defaults().items()
            if name.startswith(new)
        }
