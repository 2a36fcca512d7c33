"""The reference over many batches at once, and over steps that do not count."""

from __future__ import annotations

import dataclasses
import itertools
from typing import Any

import numpy as np
import pytest

from conformance.cases import case_arrays, floats
from conformance.cases.case import Case, make_case
from conformance.cases.program import Cell, Layer
from conformance.reference import batch_cache, forward
from conformance.reference.rounding import Estimate

CASE = make_case("p", "m", (Cell("LSTM", 3), Cell("GRU", 2)), batch=4, steps=6, state="mixed")


def change(**fields: Any) -> Case:
    return CASE.replace(**fields)


def run_alone(case: Case) -> forward.Trajectory:
    """Run a case by `run_cells`, which knows no other cases."""
    arrays = (case_arrays.weights(case), case_arrays.inputs(case), case_arrays.state(case))
    return forward.run_cells(case.program.cells, *arrays, case.program.dtype)


def estimates(result: forward.Trajectory) -> list[Estimate]:
    return [result.outputs, *itertools.chain.from_iterable(result.state)]


def nearly_equal(one: forward.Trajectory, other: forward.Trajectory) -> bool:
    """Return True where two results differ at most by the order in which matrix products add up."""
    return all(
        a.value.shape == b.value.shape
        and np.allclose(a.value, b.value, rtol=1e-13, atol=1e-15)
        and np.allclose(a.error_bound, b.error_bound, rtol=1e-3)
        and np.allclose(a.pair_bound, b.pair_bound, rtol=1e-3)
        for a, b in zip(estimates(one), estimates(other), strict=True)
    )


@pytest.mark.parametrize("dtype", floats.DTYPES)
def test_values_and_bounds_do_not_depend_on_what_is_computed_together(dtype: str) -> None:
    sizes = itertools.product((0, 1, 5), (0, 1, 3, 12))
    cases = [
        change(batch=batch, steps=steps, dtype=dtype, data_seed=100 + at)
        for at, (batch, steps) in enumerate(sizes)
    ]
    batch_cache.expect(cases)
    assert all(nearly_equal(forward.trajectory(case), run_alone(case)) for case in cases)


def test_cases_of_several_programs_may_be_expected() -> None:
    cases = [change(weight_seed=seed, data_seed=7 + seed) for seed in range(3)]
    batch_cache.expect(cases)
    assert all(nearly_equal(forward.trajectory(case), run_alone(case)) for case in cases)


def test_paths_share_what_they_have_in_common() -> None:
    assert forward.trajectory(CASE) is forward.trajectory(change(path="q", mode="n", form="numpy"))


@pytest.mark.parametrize("mask", case_arrays.MASKS)
def test_a_row_runs_over_the_steps_that_count_and_no_others(mask: str) -> None:
    case = change(mask=mask)
    result, counted = forward.trajectory(case), case_arrays.counted_steps(case)
    assert counted is not None
    for row, steps in enumerate(counted):
        inputs = case_arrays.inputs(case)[row : row + 1, steps]
        state = tuple(
            tuple(leaf[row : row + 1] for leaf in cell) for cell in case_arrays.state(case)
        )
        of_row = forward.run_cells(
            case.program.cells, case_arrays.weights(case), inputs, state, case.program.dtype
        )
        assert np.allclose(result.outputs.value[row, steps], of_row.outputs.value[0], rtol=1e-13)
        for mine, whole in zip(of_row.state, result.state, strict=True):
            for leaf, of_all in zip(mine, whole, strict=True):
                assert np.allclose(of_all.value[row], leaf.value[0], rtol=1e-13)


def test_outputs_are_held_where_a_step_does_not_count() -> None:
    case = change(mask="scattered")
    values, counted = forward.trajectory(case).outputs.value, case_arrays.counted_steps(case)
    assert counted is not None
    for row, step in np.argwhere(~counted):
        before = values[row, step - 1] if step else 0.0
        assert (values[row, step] == before).all()


@pytest.mark.parametrize(
    "fields",
    [{"lengths": "drawn"}, {"mask": "scattered", "layer": Layer(zero_output_for_mask=True)}],
)
def test_outputs_are_exactly_zero_where_that_is_documented(fields: dict[str, Any]) -> None:
    case = change(**fields)
    outputs, counted = forward.trajectory(case).outputs, case_arrays.counted_steps(case)
    assert counted is not None
    assert (outputs.value[~counted] == 0).all()
    assert (outputs.error_bound[~counted] == 0).all()
    assert (outputs.value[counted] != 0).all()
    held = forward.trajectory(change(mask="scattered"))
    assert "mask" not in fields or nearly_equal(
        dataclasses.replace(held, outputs=outputs), forward.trajectory(case)
    )


def test_going_backwards_is_running_over_reversed_steps() -> None:
    result = forward.trajectory(change(mask="leading", layer=Layer(go_backwards=True)))
    counted = case_arrays.counted_steps(change(mask="leading"))
    assert counted is not None
    row = int(np.argmax(counted.sum(axis=1) > 1))
    inputs = case_arrays.inputs(CASE)[row : row + 1, counted[row]][:, ::-1]
    state = tuple(tuple(leaf[row : row + 1] for leaf in cell) for cell in case_arrays.state(CASE))
    of_row = forward.run_cells(
        CASE.program.cells, case_arrays.weights(CASE), inputs, state, CASE.program.dtype
    )
    steps = int(counted[row].sum())
    assert np.allclose(result.outputs.value[row, :steps], of_row.outputs.value[0], rtol=1e-13)
