"""The values of benign cases: rounding errors stay small in them, so small faults show.

Half precision has so few digits that the error bounds of usual values hide a fault of some per
cent. In a benign case few roundings meet in a value, and they do not grow:

- A column of a matrix has a single value that is not zero. So each sum has few terms.
- The inputs are of one binade, and so are the weights of one column.
- Many sums are large, so that sigmoid and tanh are flat and forget the errors of these sums. Others
  are not, as a flat gate hides what comes into it.
- The recurrent weights are contracting: errors of the state fade from step to step.
"""

from __future__ import annotations

import numpy as np

_OF_INPUTS = (0.0625, 1.0, 8.0)  # one for each column
_OF_STATE, _OF_BIAS = 0.25, 0.0625


def kernel(stream: np.random.RandomState, rows: int, columns: int) -> np.ndarray:
    """Return an input's weights: one in each column, of one of a few binades."""
    return _one_in_each_column(stream, rows, columns) * stream.choice(_OF_INPUTS, columns)


def contracting(stream: np.random.RandomState, rows: int, columns: int) -> np.ndarray:
    """Return the weights of a state: one in each column, in ±[¼, ½)."""
    return _one_in_each_column(stream, rows, columns) * _OF_STATE


def bias(stream: np.random.RandomState, *shape: int) -> np.ndarray:
    """Return biases or peepholes, in ±[1/16, 1/8)."""
    return in_one_binade(stream.uniform(-2.0, 2.0, shape)) * _OF_BIAS


def in_one_binade(values: np.ndarray) -> np.ndarray:
    """Return numbers in ±[1, 2): those in ±2, folded."""
    return np.where(np.abs(values) < 1.0, values + np.copysign(1.0, values), values)


def _one_in_each_column(stream: np.random.RandomState, rows: int, columns: int) -> np.ndarray:
    """Return a matrix of zeros and one value in ±[1, 2) in each column, down a diagonal."""
    matrix = np.zeros((rows, columns))
    at = (np.arange(columns) + stream.randint(rows)) % rows
    matrix[at, np.arange(columns)] = in_one_binade(stream.uniform(-2.0, 2.0, columns))
    return matrix
