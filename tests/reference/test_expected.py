"""The results that a path must return, and the calls that ask for them."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from conformance.adapter import wire
from conformance.cases import case_arrays, case_calls, floats
from conformance.cases.case import Case, make_case
from conformance.cases.program import Cell, Layer
from conformance.checks import numbers
from conformance.checks.deviation import Deviation
from conformance.checks.outputs import accepted_run
from conformance.reference.expected import expected_in_two_calls, expected_trajectory
from conformance.reference.forward import Trajectory, run_cells
from tests import support

GRU = Cell("GRU", 3)
ONE = make_case("RNN/keras3", "eager", (GRU,), batch=3, steps=4, features=2, state="mixed")
BOTH = ONE.replace(path="Bidirectional/keras3", cells=(GRU, GRU), data_seed=5)


def change(case: Case, **fields: Any) -> Case:
    """Change fields of a case, and of its layer."""
    of_layer = {field.name for field in dataclasses.fields(Layer)}
    layer = {name: fields.pop(name) for name in list(fields) if name in of_layer}
    return case.replace(layer=dataclasses.replace(case.program.layer, **layer), **fields)


def outputs(case: Case) -> np.ndarray:
    return expected_trajectory(case).outputs.value


def final(case: Case) -> list[np.ndarray]:
    return [leaf.value for cell in expected_trajectory(case).state for leaf in cell]


# --- one direction --------------------------------------------------------------------------------


def test_the_last_output_alone() -> None:
    assert np.array_equal(outputs(change(ONE, return_sequences=False)), outputs(ONE)[:, -1:])


def test_going_backwards_the_first_step_comes_last() -> None:
    backwards = change(ONE, go_backwards=True)
    last = change(backwards, return_sequences=False)
    assert np.array_equal(outputs(last)[:, 0], final(backwards)[0])


def test_zero_output_is_used_only_where_all_outputs_are_returned() -> None:
    masked = change(ONE, mask="trailing", zero_output_for_mask=True, batch=8)
    held = ~case_arrays.counted_steps(masked)[:, -1]  # type: ignore[index]
    assert held.any()
    assert not outputs(masked)[held, -1].any()
    last = outputs(change(masked, return_sequences=False))
    plain = outputs(change(masked, return_sequences=False, zero_output_for_mask=False))
    assert np.array_equal(last, plain)
    assert last[held].any()


# --- both directions ------------------------------------------------------------------------------


def run_direction(case: Case, at: int) -> Trajectory:
    """Run one direction by itself."""
    order = slice(None, None, -1 if at else 1)
    return run_cells(
        case.program.cells[at : at + 1],
        case_arrays.weights(case)[at : at + 1],
        case_arrays.inputs(case)[:, order],
        case_arrays.state(case)[at : at + 1],
        case.program.dtype,
    )


def test_each_direction_has_weights_and_a_state_of_its_own() -> None:
    forward, backward = case_arrays.weights(BOTH)
    assert forward.kernel.shape == backward.kernel.shape == (2, 9)
    assert not np.array_equal(forward.kernel, backward.kernel)
    ((h,), (other,)) = case_arrays.state(BOTH)
    assert not np.array_equal(h, other)


def test_outputs_stand_side_by_side_in_the_order_of_the_steps() -> None:
    for mode in ("concat", None):
        seen = outputs(change(BOTH, merge_mode=mode))
        assert np.array_equal(seen[..., :3], run_direction(BOTH, 0).outputs.value)
        assert np.array_equal(seen[..., 3:], run_direction(BOTH, 1).outputs.value[:, ::-1])


def test_final_states_are_those_of_each_direction() -> None:
    assert [leaf.tolist() for leaf in final(BOTH)] == [
        run_direction(BOTH, at).state[0][0].value.tolist() for at in (0, 1)
    ]


MERGED = {
    "sum": lambda one, other: one + other,
    "ave": lambda one, other: (one + other) / 2,
    "mul": lambda one, other: one * other,
}


@pytest.mark.parametrize("mode", MERGED)
def test_outputs_are_merged(mode: str) -> None:
    one, other = run_direction(BOTH, 0).outputs.value, run_direction(BOTH, 1).outputs.value[:, ::-1]
    assert np.array_equal(outputs(change(BOTH, merge_mode=mode)), MERGED[mode](one, other))


def test_the_last_outputs_of_both_directions_are_merged() -> None:
    last = change(BOTH, return_sequences=False, merge_mode="sum")
    assert np.allclose(outputs(last)[:, 0], sum(final(BOTH)))


def test_both_directions_give_zero_for_masked_steps() -> None:
    masked = change(BOTH, mask="scattered")
    counted = case_arrays.counted_steps(masked)
    assert counted is not None
    assert not outputs(masked)[~counted].any()
    assert outputs(masked)[counted].any(axis=-1).all()


def test_a_row_is_reversed_within_its_length() -> None:
    lengths = change(BOTH, path="bidirectional_dynamic_rnn/v1", lengths="drawn", batch=8)
    row, length = next(
        (row, length)
        for row, length in enumerate(case_arrays.lengths(lengths))
        if 1 < length < lengths.data.steps
    )
    weights, inputs = case_arrays.weights(lengths), case_arrays.inputs(lengths)
    cut = run_cells(
        lengths.program.cells[1:],
        weights[1:],
        inputs[row : row + 1, :length][:, ::-1],
        tuple((leaf[row : row + 1],) for (leaf,) in case_arrays.state(lengths)[1:]),
        lengths.program.dtype,
    )
    assert np.array_equal(outputs(lengths)[row, :length, 3:], cut.outputs.value[0, ::-1])
    assert np.array_equal(final(lengths)[1][row], cut.state[0][0].value[0])


# --- the bounds of merged outputs -----------------------------------------------------------------


def merge(case: Case, mode: str, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Merge two outputs in the case's dtype."""
    narrow = np.dtype(case.program.dtype)
    return MERGED[mode](one.astype(narrow), other.astype(narrow)).astype(np.float64)


@pytest.mark.parametrize("mode", MERGED)
@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_a_merged_output_may_be_as_far_off_as_both_can(mode: str, dtype: str) -> None:
    case = change(BOTH, merge_mode=mode, dtype=dtype, batch=8, steps=9)
    one, other = run_direction(case, 0).outputs, run_direction(case, 1).outputs.part(np.s_[:, ::-1])
    merged = expected_trajectory(case).outputs
    farthest = 0.0
    for sign, against in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
        seen = merge(
            case,
            mode,
            floats.round_to(one.value + 0.99 * sign * one.error_bound, dtype),
            floats.round_to(other.value + 0.99 * against * other.error_bound, dtype),
        )
        farthest = max(farthest, float(merged.distance(seen).max()))
    assert 0.5 < farthest <= 1.05  # the ends themselves were rounded


def test_where_merging_may_overflow_nothing_is_judged() -> None:
    relu = Cell("SimpleRNN", 2, activation="linear", use_bias=False)
    case = change(
        BOTH, cells=(relu, relu), dtype="float16", steps=16, merge_mode="mul", weight_scale=3.0,
        state="large",
    )  # fmt: skip
    merged = expected_trajectory(case).outputs
    sure = np.abs(merged.value) + merged.error_bound <= floats.largest("float16")
    assert np.isinf(merged.error_bound[~sure]).all()
    assert (merged.may_overflow == ~sure).all()
    assert sure.any()
    assert not sure.all()


# --- how a path is asked for them, and judged -----------------------------------------------------


def test_time_major_turns_inputs_and_the_mask() -> None:
    turned = change(ONE, time_major=True, mask="scattered")
    call = case_calls.whole(turned)
    assert call.inputs.shape == (4, 3, 2)
    plain = case_calls.whole(change(turned, time_major=False))
    values, others = (floats.from_wire(one.inputs) for one in (call, plain))
    assert np.array_equal(values, others.swapaxes(0, 1))
    mask, other = (floats.from_wire(dict(one.arguments)["mask"]) for one in (call, plain))
    assert mask.shape == (4, 3)
    assert np.array_equal(mask, other.T)
    assert call.state == plain.state


def answer(case: Case, values: np.ndarray) -> wire.Observation:
    plain = support.perfect(change(case, time_major=False, return_sequences=True))
    return dataclasses.replace(plain, outputs=support.to_wire(values, case.program.dtype))


@pytest.mark.parametrize(
    ("fields", "shape"),
    [
        ({}, (3, 4, 3)),
        ({"time_major": True}, (4, 3, 3)),
        ({"return_sequences": False}, (3, 3)),
        ({"return_sequences": False, "time_major": True}, (3, 3)),
    ],
)
def test_outputs_have_the_layout_that_the_layer_is_asked_for(
    fields: dict[str, bool], shape: tuple[int, ...]
) -> None:
    case = change(ONE, **fields)
    whole = outputs(ONE)
    given = {(3, 4, 3): whole, (4, 3, 3): whole.swapaxes(0, 1), (3, 3): whole[:, -1]}[shape]
    seen = accepted_run(case, answer(case, given))
    assert numbers.agrees_with_reference(case, seen) <= 1
    with pytest.raises(Deviation, match="outputs' shape"):
        accepted_run(case, answer(case, whole[:, :2]))


def test_a_split_is_counted_in_the_order_of_the_steps() -> None:
    case = change(ONE, split=1, mask="scattered")
    whole = case_arrays.inputs(case)
    for backwards, first, rest in ((False, whole[:, :1], whole[:, 1:]),
                                   (True, whole[:, 3:], whole[:, :3])):  # fmt: skip
        one = change(case, go_backwards=backwards)
        calls = (case_calls.first_part(one), case_calls.rest(one, None))
        for call, expected in zip(calls, (first, rest), strict=True):
            assert np.array_equal(floats.from_wire(call.inputs), expected)
            ((_, mask),) = call.arguments
            assert mask.shape == expected.shape[:2]


def test_padding_is_put_only_where_steps_do_not_count() -> None:
    case = change(ONE, mask="scattered")
    counted = case_arrays.counted_steps(case)
    plain = case_arrays.inputs(case)
    for value in (None, np.nan):
        padded = floats.from_wire(case_calls.with_padding(case, value).inputs)
        assert np.array_equal(padded[counted], plain[counted])
        assert not np.array_equal(padded[~counted], plain[~counted])  # type: ignore[operator]


def test_a_mask_in_another_dtype_has_the_same_values() -> None:
    call = case_calls.whole(change(ONE, mask="scattered"))
    ((name, mask),) = call.arguments
    ((same, retyped),) = case_calls.with_arguments_of_dtype(call, "float32").arguments
    assert (name, same) == ("mask", "mask")
    assert np.array_equal(floats.from_wire(mask), floats.from_wire(retyped))
    assert retyped.dtype == "float32"


# --- two calls of a stateful layer ----------------------------------------------------------------


def test_in_two_calls_the_backward_layer_goes_on_with_the_later_steps() -> None:
    case = change(BOTH, split=1, stateful=True, state=None)
    forwards, backwards = expected_in_two_calls(case).state
    assert np.array_equal(forwards[0].value, final(case)[0])
    weights, inputs = case_arrays.weights(case)[1:], case_arrays.inputs(case)
    state = case_arrays.state(case)[1:]
    for part in (inputs[:, :1], inputs[:, 1:]):
        after = run_cells(case.program.cells[1:], weights, part[:, ::-1], state, case.program.dtype)
        state = tuple(tuple(leaf.value for leaf in cell) for cell in after.state)
    assert np.allclose(backwards[0].value, state[0][0], rtol=0, atol=1e-15)
    assert not np.allclose(backwards[0].value, final(case)[1])
