"""The reference's gradients against differences, and their error bounds against TensorFlow."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest

from conformance.cases import case_arrays, case_calls, floats
from conformance.cases.case import Case, make_case
from conformance.cases.case_arrays import Weights
from conformance.cases.program import Cell, Layer
from conformance.checks import gradients
from conformance.reference import backward, batch_cache, forward
from conformance.reference.backward import Gradients
from conformance.reference.rounding import Estimate
from conformance.targets import Target

CELLS = (
    (Cell("SimpleRNN", 3),),
    (Cell("SimpleRNN", 2, activation="relu", use_bias=False),),
    (Cell("LSTM", 2, forget_bias=1.0),),
    (Cell("BasicLSTM", 2, activation="linear"),),
    (Cell("LSTM", 3, peepholes=True, projection=2, cell_clip=0.5, projection_clip=0.5),),
    (Cell("LSTM", 3, peepholes=True, activation="relu", recurrent_activation="hard_sigmoid"),),
    (Cell("GRU", 3),),
    (Cell("GRU", 3, reset_after=True),),
    (Cell("GRU", 2, activation="softsign", recurrent_activation="hard_sigmoid_0.2"),),
    (Cell("LSTM", 2), Cell("GRU", 3, reset_after=True), Cell("SimpleRNN", 2, activation="sigmoid")),
)
COUNTED: tuple[dict[str, Any], ...] = (
    {},
    {"lengths": "drawn"},
    {"mask": "scattered"},
    {"mask": "scattered", "layer": Layer(zero_output_for_mask=True)},
)


def a_case(cells: tuple[Cell, ...], **fields: object) -> Case:
    case = make_case(
        "p", "m", cells, batch=3, steps=4, features=2, dtype="float64", state="mixed", data_seed=3
    )
    return case.replace(**fields)


@dataclasses.dataclass(frozen=True)
class Loss:
    """The loss of a case, for other arrays than the case's own."""

    case: Case
    weights: tuple[Weights, ...]
    batch: forward.Batch

    @classmethod
    def from_case(cls, case: Case) -> Loss:
        return cls(case, case_arrays.weights(case), forward.batch_of_case(case))

    def __call__(self) -> float:
        cotangents = case_arrays.cotangents(self.case)
        (found,) = forward.run_batches(
            self.case.program.cells, self.weights, [self.batch], self.case.program.dtype
        )
        leaves = zip(found.state, cotangents.state, strict=True)
        parts = [(found.outputs, cotangents.outputs)]
        parts += [pair for cells in leaves for pair in zip(*cells, strict=True)]
        return float(sum((estimate.value * factor).sum() for estimate, factor in parts))

    def with_inputs(self, inputs: np.ndarray) -> Loss:
        return dataclasses.replace(self, batch=dataclasses.replace(self.batch, inputs=inputs))

    def with_leaf(self, cell: int, leaf: int, values: np.ndarray) -> Loss:
        state = [list(leaves) for leaves in self.batch.state]
        state[cell][leaf] = values
        changed = dataclasses.replace(self.batch, state=tuple(tuple(each) for each in state))
        return dataclasses.replace(self, batch=changed)

    def with_weight(self, cell: int, name: str, values: np.ndarray) -> Loss:
        weights = list(self.weights)
        weights[cell] = dataclasses.replace(weights[cell], **{name: values})
        return dataclasses.replace(self, weights=tuple(weights))


def differences(loss: Callable[[np.ndarray], Loss], at: np.ndarray) -> np.ndarray:
    """Compute the gradient by central differences."""
    found, small = np.zeros(at.shape), 1e-6
    for index in np.ndindex(*at.shape):
        step = np.zeros(at.shape)
        step[index] = small
        found[index] = (loss(at + step)() - loss(at - step)()) / (2 * small)
    return found


def near(estimate: Estimate, expected: np.ndarray) -> bool:
    return np.allclose(estimate.value, expected, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("counted", COUNTED, ids=lambda fields: "-".join(fields) or "all")
@pytest.mark.parametrize("cells", CELLS, ids=lambda cells: "-".join(c.cell_type for c in cells))
def test_gradients_are_what_differences_say(
    cells: tuple[Cell, ...], counted: dict[str, object]
) -> None:
    case = a_case(cells, **counted)
    loss, found = Loss.from_case(case), backward.loss_gradients(case)
    assert near(found.inputs, differences(loss.with_inputs, loss.batch.inputs))
    for cell, leaves in enumerate(loss.batch.state):
        for leaf, values in enumerate(leaves):
            expected = differences(lambda v, c=cell, i=leaf: loss.with_leaf(c, i, v), values)  # type: ignore[misc]
            assert near(found.state[cell][leaf], expected)
    for cell, weights in enumerate(loss.weights):
        for name, values in vars(weights).items():
            estimate = getattr(found.weights[cell], name)
            assert (estimate is None) == (values is None)
            if estimate is not None:
                expected = differences(lambda v, c=cell, n=name: loss.with_weight(c, n, v), values)  # type: ignore[misc]
                assert near(estimate, expected)


def test_going_backwards_gives_the_inputs_gradients_as_the_inputs_stand() -> None:
    case = a_case((Cell("GRU", 2),), layer=Layer(go_backwards=True))
    loss = Loss.from_case(case)
    expected = differences(loss.with_inputs, loss.batch.inputs)
    assert near(backward.loss_gradients(case).inputs, expected[:, ::-1])


def estimates(found: Gradients) -> Iterator[Estimate]:
    yield found.inputs
    yield from (leaf for leaves in found.state for leaf in leaves)
    yield from (e for weights in found.weights for e in vars(weights).values() if e is not None)


def run_alone(case: Case) -> Gradients:
    batch, cotangents = forward.batch_of_case(case), case_arrays.cotangents(case)
    arguments = (
        case.program.cells,
        case_arrays.weights(case),
        [batch],
        [cotangents],
        case.program.dtype,
    )
    (found,) = backward.gradients_of_batches(*arguments)
    return found


@pytest.mark.parametrize("dtype", floats.DTYPES)
@pytest.mark.parametrize("cells", CELLS[3:], ids=lambda cells: "-".join(c.cell_type for c in cells))
def test_values_and_bounds_do_not_depend_on_what_is_computed_together(
    cells: tuple[Cell, ...], dtype: str
) -> None:
    sizes = ((1, 1), (4, 7), (2, 3), (3, 7), (1, 12))
    cases = [
        a_case(cells, batch=batch, steps=steps, dtype=dtype, data_seed=100 + at)
        for at, (batch, steps) in enumerate(sizes)
    ]
    batch_cache.expect(cases)
    for case in cases:
        for together, by_itself in zip(
            estimates(backward.loss_gradients(case)), estimates(run_alone(case)), strict=True
        ):
            assert np.allclose(together.value, by_itself.value, rtol=1e-12, equal_nan=True)
            assert np.allclose(together.error_bound, by_itself.error_bound, rtol=1e-6)
            assert np.allclose(together.pair_bound, by_itself.pair_bound, rtol=1e-6)


@pytest.mark.parametrize("fields", COUNTED[1:], ids=str)
def test_inputs_that_do_not_count_have_no_gradient(fields: dict[str, object]) -> None:
    case = a_case((Cell("LSTM", 2), Cell("GRU", 2)), steps=8, **fields)
    counted, found = case_arrays.counted_steps(case), backward.loss_gradients(case).inputs
    assert counted is not None
    assert not counted.all()
    assert (found.value[~counted] == 0).all()
    assert (found.distance(np.full(found.value.shape, 1e-300))[~counted] == np.inf).all()
    assert (found.error_bound[counted] > 0).all()


@pytest.mark.parametrize(("dtype", "fault"), [("float32", 1e-5), ("float64", 1e-9)])
def test_a_gradient_that_is_a_little_too_large_is_seen(dtype: str, fault: float) -> None:
    for cells in CELLS:
        for estimate in estimates(backward.loss_gradients(a_case(cells, dtype=dtype))):
            assert estimate.distance(estimate.value * (1 + fault)).max() > 1
            assert estimate.distance(estimate.value).max() == 0


def test_rows_with_opposite_errors_do_not_lower_the_error_bound_of_weights() -> None:
    # two rows with one state and opposite inputs: their gradients of the kernel cancel
    cell, weights = Cell("SimpleRNN", 1, use_bias=False), Weights(np.ones((1, 1)), np.ones((1, 1)))
    one = np.full((2, 1, 1), 1.0)
    batch = forward.Batch(one * [[[1.0]], [[-1.0]]], ((np.zeros((2, 1)),),))
    cotangents = case_arrays.Cotangents(one, ((np.zeros((2, 1)),),))
    (found,) = backward.gradients_of_batches((cell,), (weights,), [batch], [cotangents], "float32")
    assert abs(found.weights[0].kernel.value[0, 0]) < 1e-15
    assert found.weights[0].kernel.error_bound[0, 0] > 1e-8


def test_a_kink_may_fall_to_either_side() -> None:
    # the exact sum is 0: rounded, relu passes its gradient on in one order, and not in another
    cell = Cell("SimpleRNN", 1, activation="relu")
    weights = Weights(np.array([[0.1]]), np.array([[-0.1]]), np.zeros(1))
    batch = forward.Batch(np.full((1, 1, 1), 0.3), ((np.full((1, 1), 0.3),),))
    cotangents = case_arrays.Cotangents(np.ones((1, 1, 1)), ((np.zeros((1, 1)),),))
    (found,) = backward.gradients_of_batches((cell,), (weights,), [batch], [cotangents], "float32")
    for gradient in (0.0, 0.1):
        assert (found.inputs.distance(np.full((1, 1, 1), gradient)) <= 1 + 1e-6).all()
    assert (found.inputs.distance(np.full((1, 1, 1), 0.2)) > 1).all()


def test_what_may_overflow_is_not_judged_and_other_rows_are() -> None:
    cell = Cell("SimpleRNN", 1, use_bias=False, activation="linear")
    weights = Weights(np.array([[1.0]]), np.array([[16.0]]))
    inputs = np.zeros((2, 6, 1))
    state = ((np.array([[1.0], [0.0]]),),)
    batch = forward.Batch(inputs, state)
    small = np.full((2, 6, 1), 2.0**-10)
    cotangents = case_arrays.Cotangents(small, ((np.array([[1.0], [2.0**-10]]),),))
    (found,) = backward.gradients_of_batches((cell,), (weights,), [batch], [cotangents], "float16")
    assert np.isinf(found.state[0][0].error_bound[:, 0]).tolist() == [True, False]
    assert np.isinf(found.weights[0].kernel.error_bound).all()
    assert found.state[0][0].may_overflow[:, 0].tolist() == [True, False]
    assert found.weights[0].kernel.may_overflow.all()


def test_chaos_is_not_judged_from_where_it_begins() -> None:
    # a tent map by two relu units, as in test_forward.py: each step multiplies errors by 1.75
    cell = Cell("SimpleRNN", 2, activation="relu")
    recurrent, bias = np.array([[1.75, 1.75], [-3.5, -3.5]]), np.array([0.0, -0.5])
    weights = Weights(np.zeros((1, 2)), recurrent, bias)
    batch = forward.Batch(np.zeros((1, 16, 1)), ((np.array([[0.3125, 0.0]]),),))
    cotangents = case_arrays.Cotangents(np.ones((1, 16, 2)), ((np.ones((1, 2)),),))
    found = {
        dtype: backward.gradients_of_batches((cell,), (weights,), [batch], [cotangents], dtype)[0]
        for dtype in ("bfloat16", "float64")
    }
    assert np.isinf(found["bfloat16"].state[0][0].error_bound).all()
    assert np.isinf(found["bfloat16"].weights[0].recurrent.error_bound).all()
    for estimate in estimates(found["bfloat16"]):
        assert not estimate.may_overflow.any()
    assert np.isfinite(found["float64"].state[0][0].error_bound).all()


# The error bound, on the real TensorFlow

CELLS_OF_KERAS = (
    (Cell("SimpleRNN", 4, activation="relu"),),
    (Cell("LSTM", 5, forget_bias=1.0, recurrent_activation="hard_sigmoid_0.2"),),
    (Cell("GRU", 3, reset_after=True, implementation=1),),
    (Cell("LSTM", 3), Cell("GRU", 4)),
)


def drawn_cases(dtype: str, count: int) -> Iterator[Case]:
    random = np.random.RandomState(11)
    for cells in CELLS_OF_KERAS:
        for seed in range(count):
            yield make_case(
                "RNN/keras2", "graph", cells,
                batch=int(random.choice([1, 3, 8])), steps=int(random.choice([1, 2, 6, 16])),
                features=3, dtype=dtype, data_seed=seed,
                state=str(random.choice(case_arrays.STATE_VALUES)),
            )  # fmt: skip


@pytest.mark.skipif(find_spec("tf_keras") is None, reason="Keras 2 is not installed here")
@pytest.mark.parametrize("dtype", floats.DTYPES)
def test_tensorflow_stays_within_the_error_bound(target: Target, dtype: str) -> None:
    ratios = []
    for case in drawn_cases(dtype, 12):
        run = case_calls.run(case, [case_calls.with_gradients(case)])
        ((seen,),) = target.run(case_calls.program(case), (run,))
        ratios.append(gradients.with_respect_to_all(case, seen, backward.loss_gradients(case)))
    assert max(ratios) <= 1.0
    assert np.median(ratios) > 0.03, "the error bound is too large to be of use"
