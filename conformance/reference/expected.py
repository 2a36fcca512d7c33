"""The results that a path must return: made from those of the reference.

A path may return the last output alone, or run both directions. The two directions of a
bidirectional path are two runs of the reference, each with its own cell, weights and state. The
bounds of merged outputs are computed here. Each of two values may have an error as large as its
bound. Their sum or product combines the two errors and is rounded once.
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
    """Return the outputs and the final state that the case's path must return.

    Outputs have shape (batch, steps, units), with one step where return_sequences is off.
    """
    if case.program.bidirectional:
        return _both_directions(case)
    whole = forward.trajectory(case)
    if case.program.layer.return_sequences:
        return whole
    return dataclasses.replace(whole, outputs=_last_step(whole.outputs))


def _both_directions(case: Case) -> Trajectory:
    forwards, backwards = _DIRECTIONS.get(case)
    counted = case_arrays.counted_steps(case)
    merged = _in_order_of_steps(case, forwards.outputs, backwards.outputs)
    if counted is not None and case.program.layer.return_sequences:
        # as documented: they are then zero in masked steps, whatever the layer's option says
        merged = merged.zero_except(counted[..., None])
    return Trajectory(merged, (*forwards.state, *backwards.state))


def _in_order_of_steps(case: Case, one: Estimate, other: Estimate) -> Estimate:
    """Merge the outputs of both directions: those of all steps, or of the last one alone."""
    if case.program.layer.return_sequences:
        return _merge(case, one, other.part(np.s_[:, ::-1]))
    return _merge(case, _last_step(one), _last_step(other))


def expected_where_directions_repeat(case: Case, repeats: Sequence[bool]) -> Trajectory:
    """Return the results of both directions where some of them repeat their output where masked.

    Those for which `repeats` is False have zeros there, as the documentation says for both.
    """
    directions = _DIRECTIONS.get(case)
    counted = case_arrays.counted_steps(case)
    assert counted is not None
    outputs = [
        direction.outputs
        if again or not case.program.layer.return_sequences
        else direction.outputs.zero_except(counted[:, order, None])
        for direction, again, order in zip(directions, repeats, _ORDERS, strict=True)
    ]
    state = tuple(leaves for direction in directions for leaves in direction.state)
    return Trajectory(_in_order_of_steps(case, *outputs), state)


def expected_for_inputs(case: Case, inputs: np.ndarray) -> Trajectory:
    """Return what the case's path must return for other inputs, all of whose steps count."""
    cells, weights, state = case.program.cells, case_arrays.weights(case), case_arrays.state(case)
    if not case.program.bidirectional:
        order = slice(None, None, -1 if case.program.layer.go_backwards else 1)
        whole = forward.run_cells(cells, weights, inputs[:, order], state, case.program.dtype)
        if case.program.layer.return_sequences:
            return whole
        return dataclasses.replace(whole, outputs=_last_step(whole.outputs))
    forwards, backwards = (
        forward.run_cells(
            cells[at : at + 1],
            weights[at : at + 1],
            inputs[:, order],
            state[at : at + 1],
            case.program.dtype,
        )
        for at, order in enumerate(_ORDERS)
    )
    merged = _in_order_of_steps(case, forwards.outputs, backwards.outputs)
    return Trajectory(merged, (*forwards.state, *backwards.state))


def expected_in_two_calls(case: Case) -> Trajectory:
    """Return the final state of a stateful bidirectional layer that is called twice.

    The first call has the steps before the case's split, the second call those after it. The
    outputs are those of the backward layer, in the order of its computation.
    """
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


def _last_step(outputs: Estimate) -> Estimate:
    return outputs.part(np.s_[:, -1:])


def _directions(specs: Sequence[ArraySpec]) -> list[tuple[Trajectory, Trajectory]]:
    return list(zip(_direction(specs, 0), _direction(specs, 1), strict=True))


_DIRECTIONS = BatchCache(_directions)


_ORDERS = (slice(None), slice(None, None, -1))  # in which the directions run the steps


def _direction(specs: Sequence[ArraySpec], at: int) -> list[Trajectory]:
    """Return the results of the cell at a place; the second runs the steps in reverse order."""
    order, place = np.s_[:, _ORDERS[at]], slice(at, at + 1)
    batches = []
    for spec in specs:
        steps = case_arrays.counted_steps(spec)
        counted = None if steps is None else Counted(steps[order], zero=False)
        batches.append(
            Batch(case_arrays.inputs(spec)[order], case_arrays.state(spec)[place], counted)
        )
    weights, shared = case_arrays.weights(specs[0])[place], specs[0].weights
    return forward.run_batches(shared.cells[place], weights, batches, shared.dtype)


def _merge(case: Case, one: Estimate, other: Estimate) -> Estimate:
    if case.program.layer.merge_mode in SIDE_BY_SIDE:
        parts = zip(one.arrays, other.arrays, strict=True)
        return Estimate(*(np.concatenate(pair, axis=-1) for pair in parts))
    may_overflow = one.may_overflow | other.may_overflow
    with np.errstate(over="ignore", invalid="ignore"):
        if case.program.layer.merge_mode == "mul":
            value = one.value * other.value
            error_bound = _product_bound(one, other, one.error_bound, other.error_bound)
            pair_bound = _product_bound(one, other, one.pair_bound, other.pair_bound)
            unrounded = Estimate(value, error_bound, pair_bound, may_overflow)
            return _round(case.program.dtype, unrounded)
        unrounded = Estimate(
            one.value + other.value,
            one.error_bound + other.error_bound,
            one.pair_bound + other.pair_bound,
            may_overflow,
        )
        merged = _round(case.program.dtype, unrounded)
    return _halve(case.program.dtype, merged) if case.program.layer.merge_mode == "ave" else merged


def _product_bound(one: Estimate, other: Estimate, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return how far a product may be off if its factors are off by up to a and b."""
    return np.abs(one.value) * b + np.abs(other.value) * a + a * b


def _round(dtype: str, unrounded: Estimate) -> Estimate:
    """Round once more; the bounds are infinite where the result may overflow."""
    noise = Noise(dtype)
    value, error_bound, pair_bound, may_overflow = unrounded.arrays
    size = np.abs(value) + error_bound
    own = floats.unit_roundoff(dtype)
    error_bound = error_bound + noise.roundoff * size + noise.tiny
    pair_bound = pair_bound + 2 * own * size + 2 * noise.tiny
    certain = size <= noise.limit
    # where a value is lost, its size is not known, but that of the reference's own run is
    too_large = np.where(np.isfinite(size), size, np.abs(value)) > noise.limit
    return Estimate(
        value,
        np.where(certain, error_bound, np.inf),
        np.where(certain, pair_bound, np.inf),
        may_overflow | too_large,
    )


def _halve(dtype: str, estimate: Estimate) -> Estimate:
    """Halve the values; this is exact, except for underflow."""
    tiny = Noise(dtype).tiny
    return Estimate(
        estimate.value / 2,
        estimate.error_bound / 2 + tiny,
        estimate.pair_bound / 2 + 2 * tiny,
        estimate.may_overflow,
    )
