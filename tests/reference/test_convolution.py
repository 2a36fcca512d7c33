"""Convolutions as products with matrices, against sums over the kernel."""

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


def convolve(conv: Convolution, kernel: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Sum over the kernel's places, position by position: (*positions, gates * filters)."""
    if conv.padding == "same":
        around = [((size - 1) // 2, size // 2) for size in conv.kernel]
        values = np.pad(values, [*around, (0, 0)])
    values_out = np.zeros((*conv.positions, kernel.shape[-1]))
    for at in itertools.product(*map(range, conv.positions)):
        window = values[tuple(slice(a, a + size) for a, size in zip(at, conv.kernel, strict=True))]
        values_out[at] = np.tensordot(window, kernel, window.ndim)
    return values_out


def by_gates(values_out: np.ndarray) -> np.ndarray:
    """Order values gate by gate, and then position by position."""
    split = values_out.reshape(*values_out.shape[:-1], GATES, FILTERS)
    return np.moveaxis(split, -2, 0).ravel()


@pytest.mark.parametrize("conv", CONVOLUTIONS, ids=str)
def test_a_convolution_is_a_product_with_its_matrix(conv: Convolution) -> None:
    random = np.random.RandomState(0)
    kernel = random.uniform(-1, 1, (*conv.kernel, CHANNELS, GATES * FILTERS))
    recurrent = random.uniform(-1, 1, (*conv.kernel, FILTERS, GATES * FILTERS))
    bias = random.uniform(-1, 1, GATES * FILTERS)
    taken, carried = (matrix.reshape(-1, GATES * FILTERS) for matrix in (kernel, recurrent))
    dense = convolution.as_matrices(conv, FILTERS, Weights(taken, carried, bias))
    inputs = random.uniform(-1, 1, (*conv.space, CHANNELS))
    hidden = random.uniform(-1, 1, (*conv.positions, FILTERS))
    of_hidden = Convolution(conv.positions, conv.kernel)
    assert inputs.ravel() @ dense.kernel == pytest.approx(by_gates(convolve(conv, kernel, inputs)))
    assert hidden.ravel() @ dense.recurrent == pytest.approx(
        by_gates(convolve(of_hidden, recurrent, hidden))
    )
    assert dense.bias is not None
    assert dense.bias == pytest.approx(
        by_gates(np.broadcast_to(bias, (*conv.positions, len(bias))))
    )


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


def test_zeros_of_the_matrix_do_not_add_to_the_error_bound() -> None:
    # a position sees its own window, however large the space around it is

    def error_bounds(space: int) -> np.ndarray:
        cell = Cell("ConvLSTM", 1, convolution=Convolution((space,), (1,)))
        case = make_case("p", "m", (cell,), steps=1, state="ones")
        alike = np.ones((1, 1, space))
        weights = case_arrays.weights(case)
        run = forward.run_cells(
            case.program.cells, weights, alike, case_arrays.state(case), "float32"
        )
        return run.outputs.error_bound

    assert np.median(error_bounds(40)) < 2 * np.median(error_bounds(1))
