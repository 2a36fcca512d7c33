"""A client asks a target many questions together and none twice, and finds what ends it."""

from __future__ import annotations

import functools
import operator
from collections.abc import Sequence

import pytest

from conformance import targets
from conformance.adapter import wire
from conformance.cases import case_calls
from conformance.cases.case import Case, make_case
from conformance.cases.data import Malformation
from conformance.cases.program import Cell
from conformance.checks.deviation import Deviation, error_line
from conformance.contract.clause import CheckResult, Clause, Cost, Runs, Subject
from conformance.engine.batching import BatchingClient, Unanswered
from conformance.engine.judge import judge_together
from conformance.errors import TargetDied, TargetHung
from conformance.ledger.entry import Ledger
from conformance.results.grades import CRASHED, HUNG
from conformance.results.severities import MUST
from conformance.results.verdict import HOLDS, NEW
from strategies import states

CASE = make_case("RNN/keras3", "eager", (Cell("LSTM", 2),), steps=3)
CASES = [CASE.replace(data_seed=seed) for seed in range(4)]


class Recording:
    """Answers each call with its number of steps; raises an error for calls of `deadly` steps."""

    name = "recording"

    def __init__(self, deadly: int = 0, error: Exception | None = None) -> None:
        self.messages: list[tuple[wire.Program, targets.Runs]] = []
        self._deadly = deadly
        self._error = error or TargetDied("signal SIGSEGV")

    def run(self, program: wire.Program, runs: targets.Runs) -> targets.Observations:
        self.messages.append((program, runs))
        steps = [[call.inputs.shape[1] for call in run.calls] for run in runs]
        if self._deadly in functools.reduce(operator.iadd, steps, []):
            raise self._error
        return tuple(tuple(wire.Observation(seconds=count) for count in run) for run in steps)

    def state_size(self, program: wire.Program) -> object:
        raise self._error

    def look(self, program: wire.Program) -> wire.Made:
        raise NotImplementedError

    def describe(self) -> wire.Description:
        raise NotImplementedError

    def seconds(self) -> dict[str, float]:
        raise NotImplementedError

    def renew_if_large(self) -> None:
        """Do nothing, as this target stays small."""

    def close(self) -> None:
        """Do nothing, as this target has no process."""


def asks_twice(case: Case, run: Runs) -> CheckResult:
    """Ask for the whole sequence; then ask another program, with more features by the answer."""
    (whole,) = run(case, case_calls.whole(case))
    wider = case.replace(features=case.program.features + int(whole.seconds))
    (again,) = run(wider, case_calls.whole(wider))
    for seen in (whole, again):
        if seen.error:
            raise Deviation(error_line(seen.error), seen)
    return CheckResult()


def clause(isolated: bool = False) -> Clause:
    return Clause(
        "XX-02", "It holds.", MUST, (), lambda offers: [Subject("RNN/keras3", "LSTM")],
        states.case_groups, asks_twice, cost=Cost(effort=1.0, isolated=isolated),
    )  # fmt: skip


def statuses(
    target: Recording, cases: Sequence[Case], client: BatchingClient | None = None
) -> list[str]:
    outcomes = judge_together(clause(), cases, client or BatchingClient(target), Ledger())
    assert [outcome.case for outcome in outcomes] == list(cases)
    return [outcome.status for outcome in outcomes]


def test_cases_of_one_program_travel_in_one_message() -> None:
    target = Recording()
    assert statuses(target, CASES) == [HOLDS] * 4
    assert [len(runs) for _, runs in target.messages] == [4, 4]
    first, second = (program for program, _ in target.messages)
    assert (first.features, second.features) == (1, 4)


def test_other_programs_have_messages_of_their_own() -> None:
    target = Recording()
    statuses(target, [CASE, CASE.replace(dtype="float64")])
    assert [len(runs) for _, runs in target.messages] == [1, 1, 1, 1]


def test_nothing_is_asked_twice() -> None:
    target = Recording()
    client = BatchingClient(target)
    statuses(target, CASES, client)
    statuses(target, CASES[1:], client)
    assert len(target.messages) == 2


def test_an_isolated_clause_asks_again() -> None:
    target = Recording()
    client = BatchingClient(target)
    judge_together(clause(), [CASE], client, Ledger())
    judge_together(clause(isolated=True), [CASE], client, Ledger())
    assert [program.kept for program, _ in target.messages] == [True, True, False, False]


@pytest.mark.parametrize(
    "change",
    [
        {"fresh": True},
        {"static_shapes": True},
        {"malformation": Malformation("dict")},
    ],
    ids=str,
)
def test_a_program_that_may_depend_on_earlier_calls_is_not_kept(change: dict[str, object]) -> None:
    assert case_calls.program(CASE).kept
    assert not case_calls.program(CASE.replace(**change)).kept


def test_a_question_is_unanswered_until_it_was_asked() -> None:
    client = BatchingClient(Recording())
    session = client.session(isolated=False)
    with pytest.raises(Unanswered):
        session(CASE, case_calls.whole(CASE))
    client.ask()
    (seen,) = session(CASE, case_calls.whole(CASE))
    assert seen.seconds == 3


@pytest.mark.parametrize("error", [TargetDied("signal SIGSEGV"), TargetHung("no answer")])
def test_the_one_case_of_several_that_ends_the_target_is_found(error: Exception) -> None:
    cases = [CASE.replace(steps=steps) for steps in (3, 7, 2)]
    target = Recording(deadly=7, error=error)
    assert statuses(target, cases) == [HOLDS, NEW, HOLDS]


@pytest.mark.parametrize("error", [TargetDied("signal SIGSEGV"), TargetHung("no answer in 2 s")])
def test_a_state_size_that_ends_the_target_is_a_deviation(error: Exception) -> None:
    run = BatchingClient(Recording(error=error)).session(isolated=False)
    with pytest.raises(Deviation, match=str(error)) as deviation:
        run.state_size(CASE)
    observation = deviation.value.observation
    assert observation
    assert observation.error
    assert observation.error.name in (CRASHED, HUNG)
