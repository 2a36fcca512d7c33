"""Checks of refusals: how well an error explains what was wrong with an argument."""

from __future__ import annotations

import re
from collections.abc import Callable

from conformance.adapter import wire
from conformance.cases.case import Case
from conformance.cases.malformations import state_malformations
from conformance.checks.deviation import STYLING, Deviation, error_line
from conformance.results.grades import (
    ACCEPTED,
    CRASHED,
    EXPLAINED,
    HUNG,
    KEPT_GRADES,
    LEAKED,
    REJECTED,
)

_REFUSALS = {"ValueError", "TypeError", "InvalidArgumentError"}
_EXPLAINABLE = {"ValueError", "TypeError"}


def rejection_grade(case: Case, observation: wire.Observation) -> str:
    """Return the rejection grade of a malformed case's observation."""
    return grade_observation(observation, lambda message: _explains(case, message))


def grade_observation(observation: wire.Observation, explains: Callable[[str], bool]) -> str:
    """Return the rejection grade of an observation; `explains` judges the error's message."""
    error = observation.error
    if error is None:
        return ACCEPTED
    if error.name in (CRASHED, HUNG):
        return error.name
    bases = set(error.bases)
    if not bases & _REFUSALS:
        return LEAKED
    return EXPLAINED if bases & _EXPLAINABLE and explains(error.message) else REJECTED


def _explains(case: Case, message: str) -> bool:
    assert case.data.malformation is not None
    malformation = state_malformations.MALFORMATIONS[case.data.malformation.name]
    return names_a_word(message, malformation.expected(case)) and names_a_word(
        message, malformation.received(case)
    )


def names_a_word(message: str, words: tuple[str, ...]) -> bool:
    """Return True where a message has one of the words; a number must stand by itself."""
    text = STYLING.sub("", message)
    return any(
        re.search(
            rf"(?<![\w.]){re.escape(word)}(?![\w.])" if word.isdigit() else re.escape(word), text
        )
        for word in words
    )


def malformed_is_refused(case: Case, observation: wire.Observation) -> str:
    """Return the grade of a malformed state; it must be `rejected` or better."""
    assert case.data.malformation is not None
    malformation = state_malformations.MALFORMATIONS[case.data.malformation.name]
    return must_be_refused(
        f"{malformation.argument} with {malformation.about}",
        rejection_grade(case, observation),
        observation,
    )


def must_be_refused(what: str, seen: str, observation: wire.Observation) -> str:
    """Return the grade of a refusal; raise a Deviation where it is lower than `rejected`."""
    error = observation.error
    if error is not None and error.stage == "build":
        raise Deviation(f"building = {error_line(error)}", observation, seen)
    if seen not in KEPT_GRADES:
        outcome = "accepted" if error is None else error_line(error)
        raise Deviation(
            f"{what} = {outcome}, but must be refused with ValueError, TypeError or"
            " InvalidArgumentError",
            observation,
            seen,
        )
    return seen
