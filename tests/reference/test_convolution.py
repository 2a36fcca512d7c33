"""Convolutions as products with matrices, against sums over the kernel written out."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from conformance.cases import case_arrays, floats
from conformance.cases.case import make_case
from conformance.cases.case_arrays import Weights
from conformance.cases.program import Cell, Convolution
from conformance.reference import convolution, forward

CONVOLUTIONS = [
    Convolution((1,), (3,)),
    Convolution((5,), (2,)),
    Convolution((5,), (3,), "valid"),
    Convolution((3, 4), (2, 3)),
    Convolution((3, 4), (2, 3), "valid"),
    Convolution((2, 3, 2), (2, 1, 3)),
]
CHANNELS, FILTERS, GATES = 2, 3, 4


def convolved(of: Convolution, kernel: np.ndarray, values: np.ndarray) -> np.ndarray:
    """(*positions, gates * filters): the sum over the kernel's places, position by position."""
    if of.padding == "same":
        around = [((size - 1) // 2, size // 2) for size in of.kernel]
        values = np.pad(values, [*around, (0, 0)])
    made = np.zeros((*of.positions, kernel.shape[-1]))
    for at in itertools.product(*map(range, of.positions)):
        window = values[tuple(slice(a, a + size) for a, size in zip(at, of.kernel, strict=True))]
        made[at] = np.tensordot(window, kernel, window.ndim)
    return made


def of_gates(made: np.ndarray) -> np.ndarray:
    """Gate by gate, and then position by position."""
    split = made.reshape(*made.shape[:-1], GATES, FILTERS)
    return np.moveaxis(split, -2, 0).ravel()


@pytest.mark.parametrize("of", CONVOLUTIONS, ids=str)
def test_a_convolution_is_a_product_with_its_matrix(of: Convolution) -> None:
    random = np.random.RandomState(0)
    kernel = random.uniform(-1, 1, (*of.kernel, CHANNELS, GATES * FILTERS))
    recurrent = random.uniform(-1, 1, (*of.kernel, FILTERS, GATES * FILTERS))
    bias = random.uniform(-1, 1, GATES * FILTERS)
    taken, carried = (matrix.reshape(-1, GATES * FILTERS) for matrix in (kernel, recurrent))
    dense = convolution.as_matrices(of, FILTERS, Weights(taken, carried, bias))
    inputs = random.uniform(-1, 1, (*of.space, CHANNELS))
    hidden = random.uniform(-1, 1, (*of.positions, FILTERS))
    of_hidden = Convolution(of.positions, of.kernel)
    assert inputs.ravel() @ dense.kernel == pytest.approx(of_gates(convolved(of, kernel, inputs)))
    assert hidden.ravel() @ dense.recurrent == pytest.approx(
        of_gates(convolved(of_hidden, recurrent, hidden))
    )
    assert dense.bias is not None
    assert dense.bias == pytest.approx(of_gates(np.broadcast_to(bias, (*of.positions, len(bias)))))


def test_at_one_position_a_conv_lstm_is_an_lstm() -> None:
    options = {"forget_bias": 1.0, "recurrent_activation": "hard_sigmoid"}
    lstm = Cell("LSTM", 3, **options)  # type: ignore[arg-type]
    conv = Cell("ConvLSTM", 3, convolution=Convolution((1, 1), (1, 1)), **options)  # type: ignore[arg-type]
    for dtype in floats.DTYPES:
        one, other = (
            forward.trajectory(
                make_case("p", "m", (cell,), 2, 5, features=2, dtype=dtype, state="mixed")
            )
            for cell in (lstm, conv)
        )
        assert (one.outputs.value == other.outputs.value).all()
        assert (one.outputs.error_bound == other.outputs.error_bound).all()


def test_zeros_of_the_matrix_do_not_widen() -> None:
    """A position sees its own window, however large the space around it is."""

    def widths(space: int) -> np.ndarray:
        cell = Cell("ConvLSTM", 1, convolution=Convolution((space,), (1,)))
        case = make_case("p", "m", (cell,), steps=1, state="ones")
        alike = np.ones((1, 1, space))
        weights = case_arrays.weights(case)
        run = forward.run_cells(
            case.program.cells, weights, alike, case_arrays.state(case), "float32"
        )
        return run.outputs.error_bound

    assert np.median(widths(40)) < 2 * np.median(widths(1))
