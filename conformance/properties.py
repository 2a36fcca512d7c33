"""What several families ask of a case."""

from __future__ import annotations

from dataclasses import dataclass

from conformance import forms, judging, reference, requests
from conformance.adapter import wire
from conformance.case import Case
from conformance.contract import Finding, Runs


def agrees(case: Case, run: Runs) -> Finding:
    """Outputs and final state are the formula's."""
    (observation,) = run(case, requests.whole(case))
    seen = judging.accepted(case, observation)
    return Finding(judging.agrees_with_reference(case, seen), ulps=judging.ulps(case, seen))


@dataclass(frozen=True)
class InTwo:
    """A straight run, and the same in two parts, the second from the final state of the first."""

    straight: judging.Run
    first: judging.Run
    second: judging.Run


def straight_and_in_two(case: Case, run: Runs) -> InTwo:
    """The whole sequence, and cut at the case's split; each must be accepted."""
    steps = requests.split(case)
    straight, first, second = run(
        case,
        requests.whole(case),
        requests.first_part(case),
        requests.rest(case, wire.Previous(1)),
    )
    through = judging.accepted(case, straight)
    carried = judging.accepted(case, second, "the rest", steps=case.steps - steps)
    return InTwo(through, judging.accepted(case, first, "the first steps", steps), carried)


def carries_over(case: Case, run: Runs) -> Finding:
    """Judge that k steps, and then the rest from the carried state, equal a straight run."""
    parts = straight_and_in_two(case, run)
    joined = judging.joined(parts.first, parts.second)
    return Finding(
        spread_ratio=judging.agree(joined, parts.straight, reference.of(case), "the straight run's")
    )


def refused(case: Case, observation: wire.Observation) -> Finding:
    """What is malformed is refused; the finding tells how, and in which words."""
    grade = judging.refused(case, observation)
    assert observation.error is not None  # what is accepted is no refusal
    return Finding(grade=grade, refusal=judging.error_line(observation.error))


def goes_on(case: Case, run: Runs) -> Finding:
    """Two calls of a stateful layer are one over the whole sequence, from the case's state."""
    return two_equal_one(case, *run(case, requests.first_part(case), requests.rest(case, None)))


def two_equal_one(case: Case, first: wire.Observation, second: wire.Observation) -> Finding:
    """What two calls gave, one with the steps before the split, is what one over all gives."""
    steps = requests.split(case)
    begun = judging.accepted(case, first, "the first steps", steps)
    ended = judging.accepted(case, second, "the rest", case.steps - steps)
    return Finding(judging.agrees_with_reference(case, judging.joined(begun, ended)))


def casts_as_by_hand(case: Case, run: Runs) -> Finding:
    """A float state of another width gives what it gives when it is cast before."""
    cast, by_hand = run(case, requests.whole(case), requests.cast_by_hand(case))
    one = judging.accepted(case, cast, f"the call with {forms.other_float(case.dtype)} leaves")
    other = judging.accepted(case, by_hand)
    return Finding(spread_ratio=judging.agree(one, other, reference.of(case), "the cast by hand's"))
