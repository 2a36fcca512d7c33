"""Checks that clauses of several families share."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.adapter import wire
from conformance.cases import case_calls, state_forms
from conformance.cases.case import Case
from conformance.checks import numbers, outputs, rejection
from conformance.checks.deviation import error_line
from conformance.contract.clause import CheckResult, Runs
from conformance.reference import forward


def agrees(case: Case, run: Runs) -> CheckResult:
    """Judge that outputs and final state are those of the formula."""
    (observation,) = run(case, case_calls.whole(case))
    seen = outputs.accepted_run(case, observation)
    return CheckResult(
        numbers.agrees_with_reference(case, seen), ulps=numbers.distance_in_ulps(case, seen)
    )


@dataclass(frozen=True)
class InTwo:
    """A straight run, and the same in two parts: the second starts from the first's final state."""

    straight: outputs.Run
    first: outputs.Run
    second: outputs.Run


def straight_and_in_two(case: Case, run: Runs) -> InTwo:
    """Run the whole sequence at once, and cut at the case's split; all calls must be accepted."""
    steps = case_calls.split(case)
    straight, first, second = run(
        case,
        case_calls.whole(case),
        case_calls.first_part(case),
        case_calls.rest(case, wire.Previous(1)),
    )
    through = outputs.accepted_run(case, straight)
    carried = outputs.accepted_run(case, second, "the rest", steps=case.data.steps - steps)
    return InTwo(through, outputs.accepted_run(case, first, "the first steps", steps), carried)


def carries_over(case: Case, run: Runs) -> CheckResult:
    """Judge that k steps, and then the rest from the carried state, equal a straight run."""
    parts = straight_and_in_two(case, run)
    joined = outputs.join_runs(parts.first, parts.second)
    return CheckResult(
        spread_ratio=numbers.runs_agree(
            joined, parts.straight, forward.trajectory(case), "the straight run's"
        )
    )


def refuses(case: Case, observation: wire.Observation) -> CheckResult:
    """Judge that a malformed case is refused; the result holds the grade and the error's line."""
    grade = rejection.malformed_is_refused(case, observation)
    assert observation.error is not None  # a Deviation was raised otherwise
    return CheckResult(grade=grade, refusal=error_line(observation.error))


def goes_on(case: Case, run: Runs) -> CheckResult:
    """Judge that two calls of a stateful layer equal one over all steps, from the case's state."""
    return two_equal_one(case, *run(case, case_calls.first_part(case), case_calls.rest(case, None)))


def two_equal_one(case: Case, first: wire.Observation, second: wire.Observation) -> CheckResult:
    """Judge that two calls, cut at the split, equal one over the whole sequence."""
    steps = case_calls.split(case)
    begun = outputs.accepted_run(case, first, "the first steps", steps)
    ended = outputs.accepted_run(case, second, "the rest", case.data.steps - steps)
    return CheckResult(numbers.agrees_with_reference(case, outputs.join_runs(begun, ended)))


def casts_as_by_hand(case: Case, run: Runs) -> CheckResult:
    """Judge that a state of another float dtype gives the same as one cast by hand."""
    cast, by_hand = run(case, case_calls.whole(case), case_calls.cast_by_hand(case))
    one = outputs.accepted_run(
        case, cast, f"the call with {state_forms.other_float(case.program.dtype)} leaves"
    )
    other = outputs.accepted_run(case, by_hand)
    return CheckResult(
        spread_ratio=numbers.runs_agree(one, other, forward.trajectory(case), "the cast by hand's")
    )
