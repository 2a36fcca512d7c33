"""The reference over many batches at once, and over steps that do not count."""

from __future__ import annotations

import dataclasses
import itertools
from typing import Any

import numpy as np
import pytest

from conformance import data, memory, reference
from conformance.case import Case, Cell, Layer
from conformance.noise import Estimate

CASE = Case("p", "m", (Cell("LSTM", 3), Cell("GRU", 2)), batch=4, steps=6, state="mixed")


def changed(**fields: Any) -> Case:
    return dataclasses.replace(CASE, **fields)


def alone(case: Case) -> reference.Trajectory:
    """What `run` says, which knows of no other cases."""
    arrays = (data.weights(case), data.inputs(case), data.state(case))
    return reference.run(case.cells, *arrays, case.dtype)


def estimates(result: reference.Trajectory) -> list[Estimate]:
    return [result.outputs, *itertools.chain.from_iterable(result.state)]


def same(one: reference.Trajectory, other: reference.Trajectory) -> bool:
    """Alike but for the order in which a matrix product adds up."""
    return all(
        a.value.shape == b.value.shape
        and np.allclose(a.value, b.value, rtol=1e-13, atol=1e-15)
        and np.allclose(a.width, b.width, rtol=1e-3)
        and np.allclose(a.spread, b.spread, rtol=1e-3)
        for a, b in zip(estimates(one), estimates(other), strict=True)
    )


@pytest.mark.parametrize("dtype", data.DTYPES)
def test_values_and_widths_do_not_depend_on_what_is_computed_together(dtype: str) -> None:
    sizes = itertools.product((0, 1, 5), (0, 1, 3, 12))
    cases = [
        changed(batch=batch, steps=steps, dtype=dtype, data_seed=100 + at)
        for at, (batch, steps) in enumerate(sizes)
    ]
    memory.expect(cases)
    assert all(same(reference.of(case), alone(case)) for case in cases)


def test_cases_of_several_programs_may_be_expected() -> None:
    cases = [changed(weight_seed=seed, data_seed=7 + seed) for seed in range(3)]
    memory.expect(cases)
    assert all(same(reference.of(case), alone(case)) for case in cases)


def test_paths_share_what_they_have_in_common() -> None:
    assert reference.of(CASE) is reference.of(changed(path="q", mode="n", form="numpy"))


@pytest.mark.parametrize("mask", data.MASKS)
def test_a_row_runs_over_the_steps_that_count_and_no_others(mask: str) -> None:
    case = changed(mask=mask)
    result, counted = reference.of(case), data.counted(case)
    assert counted is not None
    for row, steps in enumerate(counted):
        inputs = data.inputs(case)[row : row + 1, steps]
        state = tuple(tuple(leaf[row : row + 1] for leaf in cell) for cell in data.state(case))
        of_row = reference.run(case.cells, data.weights(case), inputs, state, case.dtype)
        assert np.allclose(result.outputs.value[row, steps], of_row.outputs.value[0], rtol=1e-13)
        for mine, whole in zip(of_row.state, result.state, strict=True):
            for leaf, of_all in zip(mine, whole, strict=True):
                assert np.allclose(of_all.value[row], leaf.value[0], rtol=1e-13)


def test_outputs_are_held_where_a_step_does_not_count() -> None:
    case = changed(mask="scattered")
    values, counted = reference.of(case).outputs.value, data.counted(case)
    assert counted is not None
    for row, step in np.argwhere(~counted):
        before = values[row, step - 1] if step else 0.0
        assert (values[row, step] == before).all()


@pytest.mark.parametrize(
    "fields",
    [{"lengths": "drawn"}, {"mask": "scattered", "layer": Layer(zero_output_for_mask=True)}],
)
def test_outputs_are_exactly_zero_where_that_is_documented(fields: dict[str, Any]) -> None:
    case = changed(**fields)
    outputs, counted = reference.of(case).outputs, data.counted(case)
    assert counted is not None
    assert (outputs.value[~counted] == 0).all()
    assert (outputs.width[~counted] == 0).all()
    assert (outputs.value[counted] != 0).all()
    held = reference.of(changed(mask="scattered"))
    assert "mask" not in fields or same(
        dataclasses.replace(held, outputs=outputs), reference.of(case)
    )


def test_going_backwards_is_running_over_reversed_steps() -> None:
    result = reference.of(changed(mask="leading", layer=Layer(go_backwards=True)))
    counted = data.counted(changed(mask="leading"))
    assert counted is not None
    row = int(np.argmax(counted.sum(axis=1) > 1))
    inputs = data.inputs(CASE)[row : row + 1, counted[row]][:, ::-1]
    state = tuple(tuple(leaf[row : row + 1] for leaf in cell) for cell in data.state(CASE))
    of_row = reference.run(CASE.cells, data.weights(CASE), inputs, state, CASE.dtype)
    steps = int(counted[row].sum())
    assert np.allclose(result.outputs.value[row, :steps], of_row.outputs.value[0], rtol=1e-13)
