"""The arrays of a case: exact in its dtype, and dependent only on the right fields."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from conformance.adapter import wire
from conformance.cases import case_arrays, floats
from conformance.cases.case import Case, make_case
from conformance.cases.program import Cell, Convolution, Custom

DTYPES = ("float16", "bfloat16", "float32", "float64")

LSTM = Cell("LSTM", units=3, peepholes=True, projection=2)
GRU = Cell("GRU", units=4, reset_after=True)
CASE = make_case(
    "keras3", "eager", (LSTM, GRU), batch=3, steps=5, features=2, state="mixed", dtype="bfloat16"
)


def with_fields(**fields: Any) -> Case:
    return CASE.replace(**fields)


def all_arrays(case: Case) -> list[np.ndarray]:
    weights = [
        array
        for one in case_arrays.weights(case)
        for array in vars(one).values()
        if array is not None
    ]
    leaves = [leaf for leaves in case_arrays.state(case) for leaf in leaves]
    return [*weights, case_arrays.inputs(case), *leaves]


def same(one: list[np.ndarray], other: list[np.ndarray]) -> bool:
    pairs = zip(one, other, strict=True)
    return all(a.shape == b.shape and (a == b).all() for a, b in pairs)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("values", case_arrays.STATE_VALUES)
def test_all_values_are_exact_in_the_dtype(dtype: str, values: str) -> None:
    for array in all_arrays(with_fields(dtype=dtype, state=values)):
        assert array.dtype == np.float64
        assert (floats.round_to(array, dtype) == array).all()


@pytest.mark.parametrize("dtype", DTYPES)
def test_an_array_survives_the_journey(dtype: str) -> None:
    values = case_arrays.inputs(with_fields(dtype=dtype))
    sent = floats.to_wire(values, dtype)
    assert sent.dtype == dtype
    assert len(sent.data) == values.size * (8 if dtype == "float64" else 4 if "32" in dtype else 2)
    assert (floats.from_wire(wire.loads(wire.dumps(sent))) == values).all()


def test_values_that_are_not_finite_survive_the_journey() -> None:
    values = np.array([np.inf, -np.inf, np.nan])
    for dtype in DTYPES:
        np.testing.assert_array_equal(floats.from_wire(floats.to_wire(values, dtype)), values)


def test_whole_numbers_and_truth_values_are_read() -> None:
    whole = wire.Array("int32", (2,), np.array([-7, 9], np.int32).tobytes())
    truth = wire.Array("bool", (2, 1), np.array([True, False]).tobytes())
    assert floats.from_wire(whole).tolist() == [-7.0, 9.0]
    assert floats.from_wire(truth).tolist() == [[1.0], [0.0]]


def test_what_is_read_can_be_written_to() -> None:
    read = floats.from_wire(floats.to_wire(np.zeros(2), "float64"))
    read += 1.0
    assert read.tolist() == [1.0, 1.0]


def test_weights_have_the_shapes_of_their_cells() -> None:
    lstm, gru = case_arrays.weights(CASE)
    assert lstm.kernel.shape == (2, 12)
    assert lstm.recurrent.shape == (2, 12)
    assert lstm.bias is not None
    assert lstm.bias.shape == (12,)
    assert lstm.peepholes is not None
    assert lstm.peepholes.shape == (3, 3)
    assert lstm.projection is not None
    assert lstm.projection.shape == (3, 2)
    assert gru.kernel.shape == (2, 12)
    assert gru.recurrent.shape == (4, 12)
    assert gru.bias is not None
    assert gru.bias.shape == (2, 12)
    assert gru.peepholes is None
    assert gru.projection is None


def test_a_convolution_has_rows_for_each_place_in_its_kernel() -> None:
    cell = Cell("ConvLSTM", 3, convolution=Convolution((4, 5), (2, 3), "valid"))
    case = with_fields(cells=(cell,))
    (weights,) = case_arrays.weights(case)
    assert weights.kernel.shape == (2 * 3 * 2, 12)
    assert weights.recurrent.shape == (2 * 3 * 3, 12)
    assert case_arrays.inputs(case).shape == (3, 5, 4 * 5 * 2)
    assert [leaf.shape for leaf in case_arrays.state(case)[0]] == [(3, 3 * 3 * 3)] * 2


def test_a_cell_above_one_with_doubled_output_is_fed_all_of_it() -> None:
    own = Cell("LSTM", 3, custom=Custom(doubled=True))
    _, above = case_arrays.weights(with_fields(cells=(own, Cell("GRU", 2))))
    assert above.kernel.shape == (6, 6)


def test_without_a_state_a_cell_starts_from_its_own() -> None:
    own = Cell("LSTM", 2, custom=Custom(start=True))
    case = with_fields(cells=(own, Cell("GRU", 2)), state=None)
    (h, c), (above,) = case_arrays.state(case)
    assert (h == 0.5).all()
    assert (c == -0.25).all()
    assert not above.any()
    assert case_arrays.state(case_arrays.array_spec(case))[0][0].tolist() == h.tolist()
    assert case_arrays.array_spec(with_fields(state=None)) == case_arrays.array_spec(
        with_fields(state="zeros")
    )


def test_a_cell_without_bias_has_none() -> None:
    (weights,) = case_arrays.weights(with_fields(cells=(Cell("SimpleRNN", 2, use_bias=False),)))
    assert weights.bias is None
    assert weights.kernel.shape == (2, 2)


def test_weights_keep_to_their_scale() -> None:
    for scale in (0.1, 2.0):
        (weights,) = case_arrays.weights(
            with_fields(cells=(Cell("LSTM", 16),), weight_scale=scale, features=8)
        )
        assert weights.bias is not None
        assert 0.8 * scale < np.abs(weights.bias).max() <= 1.01 * scale
        assert 0.8 * scale < np.abs(weights.recurrent).max() * np.sqrt(16) <= 1.01 * scale
        assert 0.8 * scale < np.abs(weights.kernel).max() * np.sqrt(8) <= 1.01 * scale


def test_state_has_the_widths_of_its_cells() -> None:
    shapes = [[leaf.shape for leaf in leaves] for leaves in case_arrays.state(CASE)]
    assert shapes == [[(3, 2), (3, 3)], [(3, 4)]]


@pytest.mark.parametrize(
    ("values", "least", "most"),
    [
        ("zeros", 0.0, 0.0),
        (None, 0.0, 0.0),
        ("ones", 1.0, 1.0),
        ("small", 5e-4, 1.5e-3),
        ("mixed", 0.5, 1.5),
        ("large", 5.0, 15.0),
    ],
)
def test_state_values_are_as_large_as_their_name_says(
    values: str | None, least: float, most: float
) -> None:
    for leaves in case_arrays.state(with_fields(state=values, dtype="float64", batch=8)):
        for leaf in leaves:
            assert (np.abs(leaf) >= least).all()
            assert (np.abs(leaf) <= most).all()


@pytest.mark.parametrize("values", ["small", "mixed", "large"])
@pytest.mark.parametrize("dtype", DTYPES)
def test_rows_units_and_leaves_of_a_state_differ(values: str, dtype: str) -> None:
    case = with_fields(state=values, dtype=dtype, batch=8, cells=(Cell("LSTM", 3), Cell("LSTM", 3)))
    cells = [np.concatenate(leaves, axis=1) for leaves in case_arrays.state(case)]
    for values_of_cell in cells:
        assert np.unique(values_of_cell).size == values_of_cell.size
    assert (cells[0] != cells[1]).any()


def test_a_wide_batch_of_a_narrow_dtype_runs_out_of_values_but_not_of_time() -> None:
    case = with_fields(state="large", batch=300, cells=(Cell("SimpleRNN", 4),))
    assert case_arrays.state(case)[0][0].shape == (300, 4)


def test_unknown_state_values_are_refused() -> None:
    with pytest.raises(ValueError, match="state = 'tiny', but must be None or one of"):
        case_arrays.state(with_fields(state="tiny"))


def test_unknown_dtypes_are_refused() -> None:
    with pytest.raises(ValueError, match="dtype = 'float8', but must be one of"):
        floats.round_to(1.0, "float8")


def test_the_same_case_means_the_same_arrays() -> None:
    assert same(all_arrays(CASE), all_arrays(with_fields()))


def test_path_mode_and_form_do_not_matter() -> None:
    other = with_fields(path="dynamic_rnn", mode="graph", form="list", split=1, other="reference")
    assert same(all_arrays(CASE), all_arrays(other))


def test_weights_depend_on_their_seed_alone() -> None:
    weights = all_arrays(CASE)[:8]
    assert same(weights, all_arrays(with_fields(data_seed=9, batch=1, steps=2, state="ones"))[:8])
    other = all_arrays(with_fields(weight_seed=9))[:8]
    assert not any((a == b).all() for a, b in zip(weights, other, strict=True))


def test_inputs_and_state_depend_on_their_seed_alone() -> None:
    assert same(all_arrays(CASE)[8:], all_arrays(with_fields(weight_seed=9, weight_scale=0.1))[8:])
    other = all_arrays(with_fields(data_seed=9))[8:]
    assert not any((a == b).all() for a, b in zip(all_arrays(CASE)[8:], other, strict=True))


def test_large_seeds_do_not_wrap_around() -> None:
    assert not same(all_arrays(with_fields(data_seed=2**32)), all_arrays(with_fields(data_seed=0)))


def test_more_rows_and_steps_keep_the_others() -> None:
    longer = with_fields(batch=5, steps=9)
    assert (case_arrays.inputs(longer)[:3, :5] == case_arrays.inputs(CASE)).all()
    pairs = zip(case_arrays.state(longer), case_arrays.state(CASE), strict=True)
    assert all((a[:3] == b).all() for one, other in pairs for a, b in zip(one, other, strict=True))


def test_inputs_have_both_signs_and_some_zeros() -> None:
    values = case_arrays.inputs(with_fields(batch=8, steps=16, features=4))
    assert values.shape == (8, 16, 4)
    assert 0.01 < (values == 0).mean() < 0.2
    assert (values > 0).mean() > 0.3
    assert (values < 0).mean() > 0.3


def test_no_rows_and_no_steps_are_a_case_too() -> None:
    assert case_arrays.inputs(with_fields(batch=0)).shape == (0, 5, 2)
    assert case_arrays.inputs(with_fields(steps=0)).shape == (3, 0, 2)
    assert case_arrays.state(with_fields(batch=0))[0][1].shape == (0, 3)


@pytest.mark.parametrize(
    ("dtype", "roundoff", "subnormal"),
    [
        ("float16", 2**-11, 2**-24),
        ("bfloat16", 2**-8, 2**-133),
        ("float32", 2**-24, 2**-149),
        ("float64", 2**-53, 2**-1074),
    ],
)
def test_the_dtypes_constants(dtype: str, roundoff: float, subnormal: float) -> None:
    assert floats.unit_roundoff(dtype) == roundoff
    assert floats.smallest_subnormal(dtype) == subnormal
    assert floats.round_to(1.0 + 2 * roundoff, dtype) == 1.0 + 2 * roundoff
    assert floats.round_to(1.0 + 0.9 * roundoff, dtype) == 1.0
    assert floats.round_to(subnormal, dtype) == subnormal


def counted_rows(**fields: Any) -> list[str]:
    steps = case_arrays.counted_steps(with_fields(batch=40, steps=6, **fields))
    assert steps is not None
    return ["".join("1" if step else "0" for step in row) for row in steps]


@pytest.mark.parametrize(
    ("fields", "pattern"),
    [
        ({"lengths": "full"}, "1{6}"),
        ({"lengths": "drawn"}, "1*0*"),
        ({"lengths": "one"}, "10{5}"),
        ({"lengths": "zero"}, "0{6}"),
        ({"mask": "full"}, "1{6}"),
        ({"mask": "trailing"}, "1*0*"),
        ({"mask": "leading"}, "0*1*"),
        ({"mask": "interior"}, "1+0*1+"),
        ({"mask": "scattered"}, "[01]*"),
        ({"mask": "empty_row"}, "1{6}|0{6}"),
        ({"mask": "nothing"}, "0{6}"),
    ],
)
def test_the_steps_that_count_are_as_their_name_says(fields: dict[str, str], pattern: str) -> None:
    rows = counted_rows(**fields)
    assert all(re.fullmatch(pattern, row) for row in rows)
    if "*" in pattern:
        assert len(set(rows)) > 3


def test_lengths_are_the_number_of_steps_that_count() -> None:
    case = with_fields(batch=9, steps=6, lengths="drawn")
    assert (
        case_arrays.lengths(case).tolist()
        == [row.count("1") for row in counted_rows(lengths="drawn")][:9]
    )
    assert case_arrays.lengths(case).dtype == np.int32


def test_without_lengths_and_mask_there_is_no_choice_of_steps() -> None:
    assert case_arrays.counted_steps(CASE) is None
