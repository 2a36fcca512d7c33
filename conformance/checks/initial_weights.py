"""Checks of the weights that a cell starts with, before any are given to it."""

from __future__ import annotations

import numpy as np

from conformance.adapter import wire
from conformance.cases import floats
from conformance.cases.program import Cell
from conformance.checks.deviation import Deviation

_SEEN_DRAWN = 2  # equal values, from two on, show that they were not drawn


def must_be_as_documented(cell: Cell, weights: wire.Weights) -> None:
    """Judge the initial weights of a Keras cell that was given its units and no other option.

    They must be as documented.
    """
    kernel, recurrent = floats.from_wire(weights.kernel), floats.from_wire(weights.recurrent)
    _within_glorot_bound(kernel)
    _has_orthonormal_rows(recurrent, floats.unit_roundoff(weights.recurrent.dtype))
    assert weights.bias is not None
    bias = floats.from_wire(weights.bias)
    wanted = np.zeros_like(bias)
    if cell.cell_type == "LSTM":
        wanted[cell.units : 2 * cell.units] = 1.0
    if not np.array_equal(bias, wanted):
        raise Deviation(
            f"initial bias = {bias.tolist()}, but must be {wanted.tolist()}"
            " (zeros, and ones for the forget gate)"
        )


def _within_glorot_bound(kernel: np.ndarray) -> None:
    """Judge that a kernel's values lie within the bound of glorot_uniform.

    X. Glorot and Y. Bengio, "Understanding the difficulty of training deep feedforward neural
    networks", 2010, equation 16.
    """
    bound = np.sqrt(6.0 / sum(kernel.shape))
    largest = float(np.abs(kernel).max())
    if largest > bound * (1 + floats.unit_roundoff("float32")):
        raise Deviation(
            f"largest initial kernel value = {largest:.9g}, but must be at most"
            f" {bound:.9g}, the bound of glorot_uniform"
        )
    if kernel.size >= _SEEN_DRAWN and np.ptp(kernel) == 0:
        raise Deviation(f"initial kernel values = all {kernel.flat[0]:.9g}, but must be drawn")


def _has_orthonormal_rows(recurrent: np.ndarray, roundoff: float) -> None:
    """Judge that the rows of a recurrent kernel are orthonormal.

    The kernel is the Q of a QR decomposition. The computed columns of Q are orthonormal up to
    2·√n·m·n·u: N. J. Higham, "Accuracy and Stability of Numerical Algorithms", 2002, theorem 19.4,
    for m >= n. Here m is the number of columns of the kernel, n that of its rows.
    """
    rows, columns = recurrent.shape
    bound = 2 * np.sqrt(rows) * rows * columns * roundoff
    error = float(np.abs(recurrent @ recurrent.T - np.eye(rows)).max())
    if error > bound:
        raise Deviation(
            "products of the rows of the initial recurrent kernel = off those of an orthonormal"
            f" matrix by {error:.3g}, but must be within {bound:.3g}"
        )
