"""The reference against arithmetic by hand, and its error bounds against honest rounding."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator

import ml_dtypes
import numpy as np
import pytest

from conformance.cases import case_arrays
from conformance.cases.case import Case, make_case
from conformance.cases.case_arrays import Weights
from conformance.cases.program import Cell, Custom
from conformance.reference import forward
from conformance.reference.rounding import Estimate

DTYPES = ("float16", "bfloat16", "float32", "float64")
NUMPY_DTYPES = {name: np.dtype(name) for name in ("float16", "float32", "float64")}
NUMPY_DTYPES["bfloat16"] = np.dtype(ml_dtypes.bfloat16)


def sig(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def array(*values: float) -> np.ndarray:
    return np.array([values], np.float64)


def trajectory(
    cell: Cell, weights: Weights, xs: list[float], *state: list[float], dtype: str = "float64"
) -> forward.Trajectory:
    """Run one row of one feature."""
    inputs = np.array(xs, np.float64).reshape(1, -1, 1)
    leaves = tuple(array(*leaf) for leaf in state)
    return forward.run_cells((cell,), (weights,), inputs, (leaves,), dtype)


def outputs(result: forward.Trajectory) -> list[float]:
    return result.outputs.value[0].ravel().tolist()


def leaves(result: forward.Trajectory) -> list[list[float]]:
    return [leaf.value[0].tolist() for leaf in result.state[-1]]


close = pytest.approx


# Values computed by hand


def test_simple_rnn() -> None:
    weights = Weights(array(0.5), array(-0.25), np.array([0.125]))
    result = trajectory(Cell("SimpleRNN", 1), weights, [1.0, -2.0], [0.5])
    first = math.tanh(1.0 * 0.5 + 0.5 * -0.25 + 0.125)
    second = math.tanh(-2.0 * 0.5 + first * -0.25 + 0.125)
    assert outputs(result) == close([first, second], rel=1e-15)
    assert leaves(result) == [[close(second, rel=1e-15)]]


def test_the_recurrent_matrix_is_multiplied_from_the_right() -> None:
    weights = Weights(array(0.0, 0.0), np.array([[1.0, 2.0], [3.0, 4.0]]), None)
    cell = Cell("SimpleRNN", 2, use_bias=False, activation="linear")
    assert outputs(trajectory(cell, weights, [7.0], [10.0, 100.0])) == [310.0, 420.0]


@pytest.mark.parametrize(
    ("activation", "of_minus_two", "of_half"),
    [
        ("tanh", math.tanh(-2.0), math.tanh(0.5)),
        ("sigmoid", 1 / (1 + math.exp(2.0)), 1 / (1 + math.exp(-0.5))),
        ("relu", 0.0, 0.5),
        ("linear", -2.0, 0.5),
        ("softsign", -2.0 / 3.0, 0.5 / 1.5),
        ("hard_sigmoid", 1.0 / 6.0, 3.5 / 6.0),
        ("hard_sigmoid_0.2", 0.1, 0.6),
    ],
)
def test_activations(activation: str, of_minus_two: float, of_half: float) -> None:
    cell = Cell("SimpleRNN", 1, use_bias=False, activation=activation)
    weights = Weights(array(1.0), array(0.0))
    expected = close([of_minus_two, of_half], rel=1e-15, abs=1e-16)
    assert outputs(trajectory(cell, weights, [-2.0, 0.5], [0.0])) == expected


@pytest.mark.parametrize("activation", ["hard_sigmoid", "hard_sigmoid_0.2"])
def test_hard_sigmoids_end_at_nought_and_one(activation: str) -> None:
    cell = Cell("SimpleRNN", 1, use_bias=False, activation=activation)
    result = trajectory(cell, Weights(array(1.0), array(0.0)), [-3.1, 3.1], [0.0])
    assert outputs(result) == [0.0, 1.0]


LSTM_WEIGHTS = Weights(
    kernel=array(0.5, -0.25, 0.75, 1.0),
    recurrent=array(0.1, 0.2, -0.3, 0.4),
    bias=np.array([0.0, 0.5, -0.5, 0.25]),
)


def lstm_step_by_hand(
    x: float, h: float, c: float, forget_bias: float = 0.0
) -> tuple[float, float]:
    i = sig(0.5 * x + 0.1 * h + 0.0)
    f = sig(-0.25 * x + 0.2 * h + 0.5 + forget_bias)
    g = math.tanh(0.75 * x - 0.3 * h - 0.5)
    o = sig(1.0 * x + 0.4 * h + 0.25)
    c = f * c + i * g
    return o * math.tanh(c), c


@pytest.mark.parametrize("kind", ["LSTM", "BasicLSTM"])
@pytest.mark.parametrize("forget_bias", [0.0, 1.0])
def test_lstm(kind: str, forget_bias: float) -> None:
    cell = Cell(kind, 1, forget_bias=forget_bias)
    result = trajectory(cell, LSTM_WEIGHTS, [1.0, -2.0], [0.3], [-0.7])
    first, carry = lstm_step_by_hand(1.0, 0.3, -0.7, forget_bias)
    second, carry = lstm_step_by_hand(-2.0, first, carry, forget_bias)
    assert outputs(result) == close([first, second], rel=1e-14)
    assert leaves(result) == [[close(second, rel=1e-14)], [close(carry, rel=1e-14)]]


def test_lstm_with_other_activations() -> None:
    cell = Cell("LSTM", 1, activation="relu", recurrent_activation="hard_sigmoid_0.2")
    result = trajectory(cell, LSTM_WEIGHTS, [1.0], [0.0], [2.0])
    i, f, g, o = 0.2 * 0.5 + 0.5, 0.2 * 0.25 + 0.5, 0.25, 0.2 * 1.25 + 0.5
    carry = f * 2.0 + i * g
    assert leaves(result) == [[close(o * carry, rel=1e-14)], [close(carry, rel=1e-14)]]


def test_lstm_peepholes_see_the_old_cell_state_and_the_output_gate_the_new_one() -> None:
    weights = Weights(
        LSTM_WEIGHTS.kernel,
        LSTM_WEIGHTS.recurrent,
        LSTM_WEIGHTS.bias,
        peepholes=np.array([[0.5], [-1.0], [2.0]]),
    )
    cell = Cell("LSTM", 1, peepholes=True)
    result = trajectory(cell, weights, [1.0], [0.0], [-0.7])
    i = sig(0.5 + 0.5 * -0.7)
    f = sig(0.25 + -1.0 * -0.7)
    carry = f * -0.7 + i * math.tanh(0.25)
    o = sig(1.25 + 2.0 * carry)
    assert leaves(result) == [[close(o * math.tanh(carry), rel=1e-14)], [close(carry, rel=1e-14)]]


def test_lstm_clips_the_cell_state_before_the_output_is_made() -> None:
    cell = Cell("LSTM", 1, cell_clip=0.25)
    result = trajectory(cell, LSTM_WEIGHTS, [1.0], [0.0], [5.0])
    assert leaves(result) == [[close(sig(1.25) * math.tanh(0.25), rel=1e-14)], [0.25]]


def test_clips_are_rounded_to_the_dtype() -> None:
    cell = Cell("LSTM", 1, cell_clip=0.1)
    result = trajectory(cell, LSTM_WEIGHTS, [1.0], [0.0], [5.0], dtype="float16")
    assert leaves(result)[1] == [float(np.float16(0.1))]


def test_lstm_projection_and_its_clip() -> None:
    weights = Weights(
        kernel=LSTM_WEIGHTS.kernel,
        recurrent=np.array([[0.1, 0.2, -0.3, 0.4], [0.5, -0.5, 0.25, -0.25]]),
        bias=LSTM_WEIGHTS.bias,
        projection=array(2.0, -3.0),
    )
    cell = Cell("LSTM", 1, projection=2, projection_clip=0.5)
    result = trajectory(cell, weights, [1.0], [0.4, -0.2], [0.1])
    i = sig(0.5 + 0.1 * 0.4 + 0.5 * -0.2)
    f = sig(0.25 + 0.2 * 0.4 - 0.5 * -0.2)
    g = math.tanh(0.25 - 0.3 * 0.4 + 0.25 * -0.2)
    o = sig(1.25 + 0.4 * 0.4 - 0.25 * -0.2)
    carry = f * 0.1 + i * g
    hidden = o * math.tanh(carry)
    assert 2.0 * hidden < 0.5
    expected = [max(-0.5, min(0.5, factor * hidden)) for factor in (2.0, -3.0)]
    assert leaves(result) == [close(expected, rel=1e-14), [close(carry, rel=1e-14)]]
    assert outputs(result) == leaves(result)[0]


GRU_KERNEL = array(0.5, -0.25, 0.75)
GRU_RECURRENT = array(0.2, 0.4, -0.8)


def test_gru_resets_before_the_product() -> None:
    weights = Weights(GRU_KERNEL, GRU_RECURRENT, np.array([0.125, 0.25, -0.5]))

    def by_hand(x: float, h: float) -> float:
        z = sig(0.5 * x + 0.2 * h + 0.125)
        r = sig(-0.25 * x + 0.4 * h + 0.25)
        candidate = math.tanh(0.75 * x + (r * h) * -0.8 - 0.5)
        return z * h + (1 - z) * candidate

    first = by_hand(1.0, 0.6)
    result = trajectory(Cell("GRU", 1), weights, [1.0, -2.0], [0.6])
    assert outputs(result) == close([first, by_hand(-2.0, first)], rel=1e-14)


def test_gru_resets_after_the_product_and_its_bias() -> None:
    bias = np.array([[0.125, 0.25, -0.5], [0.0625, -0.375, 2.0]])
    weights = Weights(GRU_KERNEL, GRU_RECURRENT, bias)

    def by_hand(x: float, h: float) -> float:
        z = sig(0.5 * x + 0.2 * h + 0.125 + 0.0625)
        r = sig(-0.25 * x + 0.4 * h + 0.25 - 0.375)
        candidate = math.tanh(0.75 * x - 0.5 + r * (h * -0.8 + 2.0))
        return z * h + (1 - z) * candidate

    first = by_hand(1.0, 0.6)
    result = trajectory(Cell("GRU", 1, reset_after=True), weights, [1.0, -2.0], [0.6])
    assert outputs(result) == close([first, by_hand(-2.0, first)], rel=1e-14)


def test_where_the_reset_is_matters_only_from_two_units_on() -> None:
    case = make_case("p", "m", (Cell("GRU", 2, use_bias=False),), state="mixed", dtype="float64")
    after = make_case(
        "p",
        "m",
        (Cell("GRU", 2, use_bias=False, reset_after=True),),
        state="mixed",
        dtype="float64",
    )
    assert (forward.trajectory(case).outputs.value != forward.trajectory(after).outputs.value).all()


def test_a_stack_feeds_each_output_to_the_next_cell() -> None:
    rnn = Cell("SimpleRNN", 1)
    weights = (
        Weights(array(0.5), array(0.25), np.array([0.0])),
        Weights(array(-2.0), array(0.125), np.array([1.0])),
    )
    states = ((array(0.5),), (array(-0.5),))
    inputs = np.array([1.0, -1.0]).reshape(1, 2, 1)
    result = forward.run_cells((rnn, rnn), weights, inputs, states, "float64")
    low = math.tanh(0.5 + 0.25 * 0.5)
    high = math.tanh(-2.0 * low + 0.125 * -0.5 + 1.0)
    low_2 = math.tanh(-0.5 + 0.25 * low)
    high_2 = math.tanh(-2.0 * low_2 + 0.125 * high + 1.0)
    assert outputs(result) == close([high, high_2], rel=1e-14)
    assert result.state[0][0].value[0, 0] == close(low_2, rel=1e-14)
    assert result.state[1][0].value[0, 0] == close(high_2, rel=1e-14)


def test_rows_are_computed_by_themselves() -> None:
    case = make_case("p", "m", (Cell("LSTM", 3), Cell("GRU", 2)), batch=3, steps=4, state="mixed")
    together = forward.trajectory(case)
    state = tuple(tuple(leaf[1:2] for leaf in leaves) for leaves in case_arrays.state(case))
    inputs = case_arrays.inputs(case)[1:2]
    alone = forward.run_cells(
        case.program.cells, case_arrays.weights(case), inputs, state, case.program.dtype
    )
    assert alone.outputs.value == close(together.outputs.value[1:2], rel=1e-14)


def test_no_steps_leave_the_state_as_it_is() -> None:
    case = make_case("p", "m", (Cell("LSTM", 2), Cell("GRU", 3)), batch=2, steps=0, state="mixed")
    result = forward.trajectory(case)
    assert result.outputs.value.shape == (2, 0, 3)
    for estimates, given in zip(result.state, case_arrays.state(case), strict=True):
        for estimate, leaf in zip(estimates, given, strict=True):
            assert (estimate.value == leaf).all()


def test_no_rows_are_a_case_too() -> None:
    case = make_case(
        "p", "m", (Cell("LSTM", 2), Cell("GRU", 3, reset_after=True)), batch=0, steps=3
    )
    assert forward.trajectory(case).outputs.error_bound.shape == (0, 3, 3)


def test_unknown_names_are_refused() -> None:
    weights = Weights(array(1.0), array(1.0))
    with pytest.raises(ValueError, match="activation = 'swish', but must be one of"):
        trajectory(Cell("SimpleRNN", 1, activation="swish"), weights, [1.0], [0.0])
    with pytest.raises(ValueError, match="cell_type = 'GRUU', but must be one of"):
        trajectory(Cell("GRUU", 1), weights, [1.0], [0.0])


# The error bound, on random cases

CELLS = (
    Cell("SimpleRNN", 1, activation="linear", use_bias=False),
    Cell("SimpleRNN", 4, activation="relu"),
    Cell("SimpleRNN", 16),
    Cell("LSTM", 1),
    Cell("LSTM", 5, forget_bias=1.0),
    Cell("LSTM", 16),
    Cell("GRU", 1),
    Cell("GRU", 6),
    Cell("GRU", 3, reset_after=True),
)


def drawn_cases(dtype: str, count: int, cells: tuple[Cell, ...] = CELLS) -> Iterator[Case]:
    random = np.random.RandomState(7)
    for seed in range(count):
        yield make_case(
            "p", "m", (cells[seed % len(cells)],),
            batch=int(random.choice([1, 3])), steps=int(random.choice([1, 2, 6, 16])),
            features=int(random.choice([1, 2, 8])), dtype=dtype, weight_seed=seed, data_seed=seed,
            weight_scale=float(random.choice([0.1, 0.5, 1.0, 2.0])),
            state=str(random.choice(case_arrays.STATE_VALUES)),
        )  # fmt: skip


def estimates(result: forward.Trajectory) -> list[Estimate]:
    return [result.outputs, *(leaf for leaves in result.state for leaf in leaves)]


class Honest:
    """The cells computed in the dtype itself, operation by operation, in one of two orders.

    `joined` multiplies [x, h, 1] by all weights at once, the last term first; otherwise two
    products are added, and then the bias. `fault` is a relative error of the candidate.
    """

    def __init__(self, case: Case, joined: bool = False, fault: float = 0.0) -> None:
        self.case = case
        self.dtype = NUMPY_DTYPES[case.program.dtype]
        self.joined = joined
        self.fault = 1.0 + fault
        (self.weights,) = case_arrays.weights(case)
        (self.cell,) = case.program.cells

    def run(self) -> list[np.ndarray]:
        inputs = self.cast(case_arrays.inputs(self.case))
        state = [self.cast(leaf) for leaf in case_arrays.state(self.case)[0]]
        steps: dict[str, Callable[..., list[np.ndarray]]] = {
            "SimpleRNN": self.rnn,
            "LSTM": self.lstm,
            "GRU": self.gru,
        }
        step = steps[self.cell.cell_type]
        seen = []
        for at in range(self.case.data.steps):
            state = step(inputs[:, at], *state)
            seen.append(state[0])
        return [np.stack(seen, axis=1).astype(np.float64), *(s.astype(np.float64) for s in state)]

    def cast(self, values: np.ndarray | float) -> np.ndarray:
        return np.asarray(values, np.float64).astype(self.dtype)

    def sums(
        self, x: np.ndarray, h: np.ndarray, part: slice, bias: int | None = None
    ) -> np.ndarray:
        kernel, recurrent = self.weights.kernel[:, part], self.weights.recurrent[:, part]
        biases = []
        if self.weights.bias is not None:
            rows = np.atleast_2d(self.weights.bias)
            biases = [row[part] for row in (rows if bias is None else rows[bias : bias + 1])]
        if self.joined:
            ones = [np.ones((len(x), 1), self.dtype)] * len(biases)
            matrix = np.concatenate([kernel, recurrent, *(row[None] for row in biases)])
            return self.product(np.concatenate([x, h, *ones], axis=1), matrix, -1)
        total = self.product(x, kernel, 1) + self.product(h, recurrent, 1)
        for row in biases:
            total = total + self.cast(row)
        return total

    def product(self, rows: np.ndarray, matrix: np.ndarray, direction: int) -> np.ndarray:
        terms = rows[:, :, None] * self.cast(matrix)[None]
        total = np.zeros_like(terms[:, 0])
        for at in range(terms.shape[1])[::direction]:
            total = total + terms[:, at]
        return total

    def sigmoid(self, values: np.ndarray) -> np.ndarray:
        one = self.cast(1.0)
        with np.errstate(over="ignore"):
            return one / (one + np.exp(-values))

    def faulty(self, values: np.ndarray) -> np.ndarray:
        return self.cast(values.astype(np.float64) * self.fault)

    def rnn(self, x: np.ndarray, h: np.ndarray) -> list[np.ndarray]:
        total = self.sums(x, h, slice(None))
        relu, name = self.cast(0.0), self.cell.activation
        return [
            np.tanh(total)
            if name == "tanh"
            else np.maximum(total, relu)
            if name == "relu"
            else total
        ]

    def lstm(self, x: np.ndarray, h: np.ndarray, c: np.ndarray) -> list[np.ndarray]:
        units = self.cell.units
        i, f, g, o = np.split(self.sums(x, h, slice(None)), 4, axis=1)
        assert f.shape[1] == units
        f = self.sigmoid(f + self.cast(self.cell.forget_bias))
        c = f * c + self.sigmoid(i) * self.faulty(np.tanh(g))
        return [self.sigmoid(o) * np.tanh(c), c]

    def gru(self, x: np.ndarray, h: np.ndarray) -> list[np.ndarray]:
        units, none = self.cell.units, np.zeros_like
        z, r = np.split(self.sigmoid(self.sums(x, h, slice(0, 2 * units))), 2, axis=1)
        new = slice(2 * units, None)
        if self.cell.reset_after:
            fed, kept = self.sums(x, none(h), new, bias=0), self.sums(none(x), h, new, bias=1)
            candidate = np.tanh(fed + r * kept)
        else:
            candidate = np.tanh(self.sums(x, r * h, new))
        return [z * h + (self.cast(1.0) - z) * self.faulty(candidate)]


def worst(case: Case, observed: list[np.ndarray]) -> float:
    expected = estimates(forward.trajectory(case))
    pairs = zip(expected, observed, strict=True)
    return max(float(estimate.distance(values).max()) for estimate, values in pairs)


@pytest.mark.parametrize("dtype", DTYPES)
def test_honest_rounding_stays_within_the_error_bound(dtype: str) -> None:
    distances = []
    for case in drawn_cases(dtype, 270):
        for joined in (False, True):
            distances.append(worst(case, Honest(case, joined).run()))
            assert distances[-1] <= 1.0, case.to_json()
    assert np.median(distances) > 0.03, "the error bound is too large to be of use"


@pytest.mark.parametrize("dtype", DTYPES)
def test_two_orders_of_operations_stay_within_the_pair_bound(dtype: str) -> None:
    for case in drawn_cases(dtype, 90):
        one, other = Honest(case).run(), Honest(case, joined=True).run()
        for estimate, a, b in zip(estimates(forward.trajectory(case)), one, other, strict=True):
            assert (np.abs(a - b) <= estimate.pair_bound).all(), case.to_json()


def share_caught(dtype: str, fault: float, count: int = 140) -> float:
    cells = tuple(cell for cell in CELLS if cell.cell_type != "SimpleRNN")
    cases = drawn_cases(dtype, count, cells)
    return float(np.mean([worst(case, Honest(case, fault=fault).run()) > 1 for case in cases]))


@pytest.mark.parametrize(("dtype", "fault"), [("float32", 1e-5), ("float64", 1e-9)])
def test_a_wrong_gate_is_caught(dtype: str, fault: float) -> None:
    assert share_caught(dtype, fault) > 0.9
    assert share_caught(dtype, 0.0) == 0.0


@pytest.mark.parametrize("dtype", DTYPES)
def test_error_bounds_are_positive_and_pair_bounds_at_least_half_of_them(dtype: str) -> None:
    for case in drawn_cases(dtype, 40):
        for estimate in estimates(forward.trajectory(case)):
            assert estimate.value.shape == estimate.error_bound.shape == estimate.pair_bound.shape
            assert (estimate.error_bound > 0).all()
            assert (estimate.pair_bound >= 0.5 * estimate.error_bound).all()
            assert (estimate.pair_bound <= 2 * estimate.error_bound * (1 + 1e-9)).all()


def test_error_bounds_grow_with_the_unit_roundoff() -> None:
    # the values are exact in bfloat16, so all dtypes compute the same
    case = next(drawn_cases("bfloat16", 1, (Cell("LSTM", 5),)))
    arguments = (
        case.program.cells,
        case_arrays.weights(case),
        case_arrays.inputs(case),
        case_arrays.state(case),
    )
    bounds = {dtype: forward.run_cells(*arguments, dtype).outputs.error_bound for dtype in DTYPES}
    order = ("float64", "float32", "float16", "bfloat16")
    for finer, coarser in itertools.pairwise(order):
        assert (bounds[finer] < bounds[coarser]).all()


def test_the_same_case_has_the_same_bounds() -> None:
    case = next(drawn_cases("float32", 1))
    one, other = forward.trajectory(case).outputs, forward.trajectory(case).outputs
    assert (one.error_bound == other.error_bound).all()
    assert (one.pair_bound == other.pair_bound).all()


def test_underflow_is_no_error() -> None:
    cell = Cell("SimpleRNN", 1, use_bias=False, activation="linear")
    weights = Weights(array(2.0**-14), array(0.0))
    result = trajectory(cell, weights, [2.0**-11 * 1.5], [0.0], dtype="float16")
    rounded = np.array(float(np.float16(2.0**-14) * np.float16(2.0**-11 * 1.5)))
    assert outputs(result) != [float(rounded)]
    assert (result.outputs.distance(rounded) <= 1.0).all()


def test_a_possible_overflow_is_not_judged() -> None:
    cell = Cell("SimpleRNN", 2, use_bias=False, activation="linear")
    weights = Weights(array(1.0, 1.0), np.array([[300.0, 0.0], [0.0, 0.5]]))
    result = trajectory(cell, weights, [1.0, 1.0], [300.0, 1.0], dtype="float16")
    assert np.isinf(result.outputs.error_bound[0, :, 0]).all()
    assert np.isinf(result.outputs.pair_bound[0, :, 0]).all()
    assert result.outputs.distance(np.full((1, 2, 2), np.nan))[0, 0].tolist() == [0.0, np.inf]
    assert result.outputs.may_overflow[0, 0].tolist() == [True, False]


def test_a_partial_sum_that_may_overflow_is_not_judged() -> None:
    cell = Cell("SimpleRNN", 1, use_bias=False, activation="linear")
    result = trajectory(
        cell, Weights(array(200.0), array(-200.0)), [330.0], [330.0], dtype="float16"
    )
    assert np.isinf(result.outputs.error_bound).all()


def test_chaos_is_not_judged_from_where_it_begins() -> None:
    # two relu units make a tent map: x' = 1.75·x - 3.5·max(x - 0.5, 0)
    # each step multiplies errors by 1.75
    cell = Cell("SimpleRNN", 2, activation="relu")
    weights = Weights(
        array(0.0, 0.0), np.array([[1.75, 1.75], [-3.5, -3.5]]), np.array([0.0, -0.5])
    )
    result = trajectory(cell, weights, [0.0] * 16, [0.3125, 0.0], dtype="bfloat16")
    certain = np.isfinite(result.outputs.error_bound[0]).all(axis=-1).tolist()
    assert certain[:3] == [True, True, True]
    assert certain == sorted(certain, reverse=True)
    assert not certain[-1]
    assert np.isinf(result.state[0][0].error_bound).all()
    assert not result.outputs.may_overflow.any()
    assert (result.state[0][0].distance(np.full((1, 2), np.nan)) == np.inf).all()
    finer = trajectory(cell, weights, [0.0] * 16, [0.3125, 0.0], dtype="float32")
    assert np.isfinite(finer.outputs.error_bound).all()


def test_a_gate_that_is_shut_is_judged() -> None:
    # sigmoid(-20) has no certain digit in float32, but it is certainly close to zero
    cell = Cell("SimpleRNN", 1, use_bias=False, activation="sigmoid")
    result = trajectory(cell, Weights(array(1.0), array(1.0)), [-20.0], [0.0], dtype="float32")
    assert (result.outputs.error_bound < 1e-6).all()
    assert (result.outputs.distance(np.full((1, 1, 1), 1e-3)) > 1.0).all()


def test_a_state_that_passes_through_zero_is_judged() -> None:
    cell = Cell("SimpleRNN", 1, use_bias=False, activation="linear")
    result = trajectory(cell, Weights(array(1.0), array(1.0)), [0.7, -0.7, 0.5], [0.0])
    assert np.isfinite(result.outputs.error_bound).all()


def test_a_value_that_is_not_finite_is_infinitely_far() -> None:
    estimate = Estimate(np.zeros(3), np.full(3, 0.5), np.full(3, 1.0))
    distances = estimate.distance(np.array([np.nan, -np.inf, 0.25]))
    assert distances.tolist() == [np.inf, np.inf, 0.5]


def test_a_kink_does_not_hide_an_error_beyond_it() -> None:
    # the exact sum is 0, and rounding moves it: relu gives 0 in one order, and a little in another
    cell = Cell("SimpleRNN", 1, activation="relu")
    weights = Weights(array(0.1), array(-0.1), np.array([0.0]))
    result = trajectory(cell, weights, [0.3], [0.3], dtype="float32")
    assert outputs(result) == [0.0]
    assert result.outputs.error_bound[0, 0, 0] > 1e-9


# Wrappers around a cell


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_residual_wrapper_adds_the_inputs_and_leaves_the_state_alone(dtype: str) -> None:
    plain = make_case("p", "m", (Cell("LSTM", 2),), 3, 4, features=2, dtype=dtype, state="mixed")
    alone = forward.trajectory(plain)
    for times in (1, 2):
        wrapped = Cell("LSTM", 2, wrappers=("device",) + ("residual",) * times)
        seen = forward.trajectory(plain.replace(cells=(wrapped,)))
        added = alone.outputs.value + times * case_arrays.inputs(plain)
        assert seen.outputs.value == close(added, rel=1e-12)
        assert (seen.outputs.error_bound > alone.outputs.error_bound).any()
        for leaf, other in zip(seen.state[0], alone.state[0], strict=True):
            assert (leaf.value == other.value).all()


def test_a_cell_above_a_residual_wrapper_is_fed_what_it_gives() -> None:
    below, above = Cell("SimpleRNN", 2, wrappers=("residual",)), Cell("GRU", 1)
    both = make_case("p", "m", (below, above), 2, 3, features=2, dtype="float64", state="ones")
    fed = forward.trajectory(both.replace(cells=(below,))).outputs.value
    weights, state = case_arrays.weights(both), case_arrays.state(both)
    alone = forward.run_cells((above,), weights[1:], fed, state[1:], "float64")
    assert forward.trajectory(both).outputs.value == close(alone.outputs.value, rel=1e-12)


def test_a_doubled_output_is_h_twice() -> None:
    case = make_case("p", "m", (Cell("LSTM", 2, custom=Custom(doubled=True)),), 2, 3, state="mixed")
    seen = forward.trajectory(case).outputs
    for array in (seen.value, seen.error_bound, seen.pair_bound):
        assert array.shape == (2, 3, 4)
        assert (array[..., :2] == array[..., 2:]).all()
