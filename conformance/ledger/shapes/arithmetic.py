"""The operations of the cells' formulas, on shapes; each raises Misfit as TensorFlow refuses it."""

from __future__ import annotations

import numpy as np

Shape = tuple[int, ...]


class Misfit(Exception):
    """Shapes that an operation refuses."""


def elementwise(*shapes: Shape) -> Shape:
    """Return the shape of a sum or product of tensors, which are broadcast to each other."""
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError as error:
        raise Misfit from error


def matmul(left: Shape, matrix: Shape) -> Shape:
    """Return the shape of `tf.matmul` of a tensor and a matrix; each must have rows and columns."""
    if len(left) < 2 or left[-1] != matrix[0]:
        raise Misfit
    return (*left[:-1], matrix[1])


def split(shape: Shape, parts: int, axis: int) -> Shape:
    """Return the shape of each of the equal parts."""
    if axis >= len(shape) or shape[axis] % parts:
        raise Misfit
    return (*shape[:axis], shape[axis] // parts, *shape[axis + 1 :])


def columns(shape: Shape, start: int, stop: int) -> Shape:
    """Return the shape of `tensor[:, start:stop]`, which is cut where there is no more."""
    if len(shape) < 2:
        raise Misfit
    return (shape[0], len(range(shape[1])[start:stop]), *shape[2:])


def side_by_side(left: Shape, right: Shape) -> Shape:
    """Return the shape of `tf.concat([left, right], 1)` of two matrices."""
    if len(left) != 2 or len(right) != 2 or left[0] != right[0]:
        raise Misfit
    return (left[0], left[1] + right[1])


def without_ones(shape: Shape) -> Shape:
    """Return the shape of `tf.squeeze` of a tensor."""
    return tuple(size for size in shape if size != 1)


def bias_add(shape: Shape, bias: Shape) -> Shape:
    """Return the shape of `tf.nn.bias_add`, with the channels last."""
    if len(shape) < 2 or len(bias) != 1 or shape[-1] != bias[0]:
        raise Misfit
    return shape
