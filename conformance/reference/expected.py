"""What a path must return of what the reference computes: the last output alone, both directions.

The two directions of a bidirectional path are two runs of the reference, each with a cell, weights
and a state of its own. What merging does to their widths is worked out here: a sum or a product of
two values may be off by what either may be off by, and is rounded once.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from conformance.cases import case_arrays, floats
from conformance.cases.case import Case
from conformance.cases.case_arrays import ArraySpec
from conformance.cases.program import SIDE_BY_SIDE
from conformance.reference import forward
from conformance.reference.batch_cache import BatchCache
from conformance.reference.forward import Batch, Counted, Trajectory
from conformance.reference.rounding import Estimate, Noise


def expected_trajectory(case: Case) -> Trajectory:
    """The outputs and the final state that the case's path must return.

    Outputs have shape (batch, steps, units), with one step where return_sequences is off.
    """
    if case.program.bidirectional:
        return _both_directions(case)
    whole = forward.trajectory(case)
    if case.program.layer.return_sequences:
        return whole
    return dataclasses.replace(whole, outputs=_last(whole.outputs))


def _both_directions(case: Case) -> Trajectory:
    forwards, backwards = _DIRECTIONS.get(case)
    one, other = forwards.outputs, backwards.outputs
    if case.program.layer.return_sequences:  # the outputs of both stand in the order of the steps
        merged = _merged(case, one, other.part(np.s_[:, ::-1]))
        counted = case_arrays.counted_steps(case)
        # documented: they are then zero in masked steps whatever the layer's option says
        merged = merged if counted is None else merged.where(counted[..., None])
    else:
        merged = _merged(case, _last(one), _last(other))
    return Trajectory(merged, (*forwards.state, *backwards.state))


def expected_in_two_calls(case: Case) -> Trajectory:
    """The final state of a stateful bidirectional layer called with the steps before and after the
    case's split; the outputs are those of the backward layer in the order of its computation."""
    split = slice(case.data.split), slice(case.data.split, None)
    steps = np.arange(case.data.steps)
    forwards, backwards = steps, np.concatenate([steps[part][::-1] for part in split])
    directions = [
        forward.run_cells(
            (cell,), (weights,), case_arrays.inputs(case)[:, order], (state,), case.program.dtype
        )
        for cell, weights, state, order in zip(
            case.program.cells,
            case_arrays.weights(case),
            case_arrays.state(case),
            (forwards, backwards),
            strict=True,
        )
    ]
    states = tuple(state for direction in directions for state in direction.state)
    return Trajectory(directions[1].outputs, states)


def _last(outputs: Estimate) -> Estimate:
    return outputs.part(np.s_[:, -1:])


def _directions(specs: Sequence[ArraySpec]) -> list[tuple[Trajectory, Trajectory]]:
    return list(zip(_direction(specs, 0), _direction(specs, 1), strict=True))


_DIRECTIONS = BatchCache(_directions)


def _direction(specs: Sequence[ArraySpec], at: int) -> list[Trajectory]:
    """Return what the cell at this place does: the second runs the steps in reverse order."""
    order, place = np.s_[:, :: -1 if at else 1], slice(at, at + 1)
    batches = []
    for spec in specs:
        steps = case_arrays.counted_steps(spec)
        counted = None if steps is None else Counted(steps[order], zero=False)
        batches.append(
            Batch(case_arrays.inputs(spec)[order], case_arrays.state(spec)[place], counted)
        )
    weights, shared = case_arrays.weights(specs[0])[place], specs[0].weights
    return forward.run_batches(shared.cells[place], weights, batches, shared.dtype)


def _merged(case: Case, one: Estimate, other: Estimate) -> Estimate:
    if case.program.layer.merge_mode in SIDE_BY_SIDE:
        parts = zip(_parts(one), _parts(other), strict=True)
        return Estimate(*(np.concatenate(pair, axis=-1) for pair in parts))
    with np.errstate(over="ignore", invalid="ignore"):
        if case.program.layer.merge_mode == "mul":
            value = one.value * other.value
            width = _product_width(one, other, one.error_bound, other.error_bound)
            spread = _product_width(one, other, one.pair_bound, other.pair_bound)
            return _rounded(case.program.dtype, value, width, spread)
        value = one.value + other.value
        merged = _rounded(
            case.program.dtype,
            value,
            one.error_bound + other.error_bound,
            one.pair_bound + other.pair_bound,
        )
    return _halved(case.program.dtype, merged) if case.program.layer.merge_mode == "ave" else merged


def _parts(estimate: Estimate) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return estimate.value, estimate.error_bound, estimate.pair_bound


def _product_width(one: Estimate, other: Estimate, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """How far a product may be off where its factors are off by up to a and b."""
    return np.abs(one.value) * b + np.abs(other.value) * a + a * b


def _rounded(dtype: str, value: np.ndarray, width: np.ndarray, spread: np.ndarray) -> Estimate:
    """Rounded once more; nothing is certain where the result may overflow."""
    noise = Noise(dtype)
    size = np.abs(value) + width
    own = floats.unit_roundoff(dtype)
    width = width + noise.roundoff * size + noise.tiny
    spread = spread + 2 * own * size + 2 * noise.tiny
    certain = size <= noise.limit
    return Estimate(value, np.where(certain, width, np.inf), np.where(certain, spread, np.inf))


def _halved(dtype: str, estimate: Estimate) -> Estimate:
    """Halving is exact but for underflow."""
    tiny = Noise(dtype).tiny
    value, width, spread = (part / 2 for part in _parts(estimate))
    return Estimate(value, width + tiny, spread + 2 * tiny)
