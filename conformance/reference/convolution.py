"""Convolutions as products with matrices: the formula of an LSTM then computes a ConvLSTM.

The values in space form one row, position by position in the order of the axes. The channels of a
position stand side by side. Gates stand side by side around that: each gate holds all positions.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np

from conformance.cases.case_arrays import Weights
from conformance.cases.program import Convolution

_Place = tuple[int, ...]


def as_matrices(convolution: Convolution, filters: int, weights: Weights) -> Weights:
    """Return the weights of an LSTM that does to rows what a ConvLSTM does in space.

    Its units are the filters of all positions.
    """
    positions = convolution.positions
    count = int(np.prod(positions))
    bias = weights.bias
    if bias is not None:
        bias = np.tile(bias.reshape(-1, 1, filters), (1, count, 1)).ravel()
    # the state is convolved with padding, which keeps its size in space
    carried = Convolution(positions, convolution.kernel)
    return Weights(
        _matrix(convolution, weights.kernel, filters),
        _matrix(carried, weights.recurrent, filters),
        bias,
    )


def _matrix(convolution: Convolution, kernel: np.ndarray, filters: int) -> np.ndarray:
    """Return the matrix of a convolution: (positions · channels, gates · positions · filters).

    kernel: (places in the kernel · channels, gates · filters).
    """
    channels = len(kernel) // int(np.prod(convolution.kernel))
    places = kernel.reshape(*convolution.kernel, channels, -1, filters)
    gates = places.shape[-2]
    matrix = np.zeros(
        (*convolution.space, channels, gates, *convolution.positions, filters), kernel.dtype
    )
    for source, place, target in _products(convolution):
        at: Any = (*source, slice(None), slice(None), *target)
        matrix[at] = places[place]
    width = int(np.prod(convolution.space)) * channels
    return matrix.reshape(width, -1)


def _products(convolution: Convolution) -> Iterator[tuple[_Place, _Place, _Place]]:
    """Yield the input position, the place in the kernel and the output position of each product."""
    for target in itertools.product(*map(range, convolution.positions)):
        for place in itertools.product(*map(range, convolution.kernel)):
            source = tuple(
                at + offset - before
                for at, offset, before in zip(target, place, _padding(convolution), strict=True)
            )
            if all(0 <= at < size for at, size in zip(source, convolution.space, strict=True)):
                yield source, place, target


def _padding(convolution: Convolution) -> _Place:
    """Return the number of zeros before the first position on each axis: at most those after."""
    if convolution.padding == "valid":
        return tuple(0 for _ in convolution.kernel)
    return tuple((size - 1) // 2 for size in convolution.kernel)
