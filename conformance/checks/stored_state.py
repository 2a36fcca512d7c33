"""Checks of the state that a stateful layer keeps from call to call."""

from __future__ import annotations

import numpy as np

from conformance.adapter import wire
from conformance.cases.case import Case
from conformance.cases.program import VARIABLE_DTYPE
from conformance.checks import numbers, rejection
from conformance.checks.outputs import Run, accepted_outputs, state_values


def stored_values(case: Case, observation: wire.Observation) -> tuple[tuple[np.ndarray, ...], ...]:
    """Return the stored state, judged as a state of the case.

    Under a policy its dtype must be that of the variables.
    """
    kept = case.replace(dtype=VARIABLE_DTYPE) if case.program.policy else case
    return state_values("stored", observation.stored, kept, observation)


def run_ending_in_stored(
    case: Case, observation: wire.Observation, what: str, steps: int | None = None
) -> Run:
    """Return a run that must not have failed; its final state is the stored one."""
    outputs = accepted_outputs(case, observation, what, steps)
    return Run(outputs, stored_values(case, observation), observation)


def run_of_two_batches(case: Case, observation: wire.Observation, what: str) -> Run:
    """Return a run of two halves, given as batches below each other.

    Its final state is the stored one.
    """
    below = case.replace(batch=2 * case.data.batch, steps=case.data.steps // 2)
    outputs = accepted_outputs(below, observation, what)
    joined = np.concatenate([outputs[: case.data.batch], outputs[case.data.batch :]], axis=1)
    return Run(joined, stored_values(case, observation), observation)


def holds_the_final_state(case: Case, run: Run) -> None:
    """Judge that the state stored after a run is its final state, to the last bit."""
    _identical(case, run.observation, run.state, "the final state's")


def keeps_its_values(case: Case, before: wire.Observation, after: wire.Observation) -> None:
    """Judge that a second call leaves the stored state as it was, to the last bit."""
    no_outputs = np.zeros((case.data.batch, 0, case.program.output_units))
    with numbers.judging(Run(no_outputs, stored_values(case, after), after)):
        _identical(case, after, stored_values(case, before), "what was stored before")


def _identical(
    case: Case,
    observation: wire.Observation,
    expected: tuple[tuple[np.ndarray, ...], ...],
    whose: str,
) -> None:
    pairs = zip(stored_values(case, observation), expected, strict=True)
    for index, (here, there) in enumerate(pairs):
        for name, one, other in zip("hc", here, there, strict=False):
            numbers.must_be_identical(
                f"stored {name} of cell {index}", one, other, observation, whose
            )


def batch_refused(case: Case, observation: wire.Observation) -> str:
    """Return the grade of a batch of another size than the stored state's; it must be refused."""
    expected, received = str(case.data.batch), str(case.data.other_batch)
    seen = rejection.grade_observation(
        observation,
        lambda message: (
            rejection.names_a_word(message, (expected,))
            and rejection.names_a_word(message, (received,))
        ),
    )
    what = f"a batch of {received} of a layer that was built for {expected}"
    return rejection.must_be_refused(what, seen, observation)
