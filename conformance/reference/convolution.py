"""Convolutions as products with matrices: what a ConvLSTM does, in the formula of an LSTM.

Values in space stand in one row, position by position in the order of the axes, the channels of a
position side by side; gates stand side by side around that.
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
    """The weights of the LSTM that does to rows what a ConvLSTM with these weights does in space.

    Its units are the filters of all positions.
    """
    positions = convolution.positions
    count = int(np.prod(positions))
    bias = weights.bias
    if bias is not None:
        bias = np.tile(bias.reshape(-1, 1, filters), (1, count, 1)).ravel()
    # the state is convolved with padding, so that its extent stays
    carried = Convolution(positions, convolution.kernel)
    return Weights(
        _matrix(convolution, weights.kernel, filters),
        _matrix(carried, weights.recurrent, filters),
        bias,
    )


def _matrix(convolution: Convolution, kernel: np.ndarray, filters: int) -> np.ndarray:
    """The matrix, (positions · channels, gates · positions · filters), of a convolution.

    kernel: (places in it · channels, gates · filters).
    """
    channels = len(kernel) // int(np.prod(convolution.kernel))
    places = kernel.reshape(*convolution.kernel, channels, -1, filters)
    gates = places.shape[-2]
    matrix = np.zeros(
        (*convolution.space, channels, gates, *convolution.positions, filters), kernel.dtype
    )
    for taken, place, made in _taken_positions(convolution):
        at: Any = (*taken, slice(None), slice(None), *made)
        matrix[at] = places[place]
    width = int(np.prod(convolution.space)) * channels
    return matrix.reshape(width, -1)


def _taken_positions(convolution: Convolution) -> Iterator[tuple[_Place, _Place, _Place]]:
    """The position that is taken, by which place in the kernel, for which position that is made."""
    for made in itertools.product(*map(range, convolution.positions)):
        for place in itertools.product(*map(range, convolution.kernel)):
            taken = tuple(
                at + offset - before
                for at, offset, before in zip(made, place, _padding(convolution), strict=True)
            )
            if all(0 <= at < size for at, size in zip(taken, convolution.space, strict=True)):
                yield taken, place, made


def _padding(convolution: Convolution) -> _Place:
    """How many zeros there are before the first position along each axis: no more than after."""
    if convolution.padding == "valid":
        return tuple(0 for _ in convolution.kernel)
    return tuple((size - 1) // 2 for size in convolution.kernel)
