"""Leaves of a state: reshaped, put together into one tensor, and taken apart again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from conformance.adapter import wire
from conformance.cases import floats


class UnexpectedStructure(Exception):
    """A final state whose containers are not those of a state of the case's cells."""


def reshape_leaf(leaf: wire.Leaf, shape: tuple[int, ...]) -> wire.Leaf:
    """The same values, each row of this shape."""
    array = leaf.array
    return wire.Leaf(wire.Array(array.dtype, (array.shape[0], *shape), array.data), leaf.held_as)


def join_widths(leaves: Sequence[wire.Leaf]) -> wire.Leaf:
    """One tensor, (batch, all widths)."""
    return _leaf(
        np.concatenate([floats.from_wire(leaf.array) for leaf in leaves], axis=1), leaves[0]
    )


def split_widths(leaf: wire.Leaf, widths: Sequence[int]) -> list[wire.Leaf]:
    """Leaves of these widths out of one tensor."""
    values = _values(leaf, (sum(widths),))
    return [_leaf(part, leaf) for part in np.split(values, np.cumsum(widths)[:-1], axis=1)]


def join_planes(leaves: Sequence[wire.Leaf]) -> wire.Leaf:
    """One tensor, (batch, leaves, width)."""
    return _leaf(np.stack([floats.from_wire(leaf.array) for leaf in leaves], axis=1), leaves[0])


def split_planes(leaf: wire.Leaf, count: int, width: int) -> tuple[wire.Leaf, ...]:
    """So many leaves of this width out of one tensor."""
    values = _values(leaf, (count, width))
    return tuple(_leaf(values[:, plane], leaf) for plane in range(count))


def _values(leaf: wire.Leaf, shape: tuple[int, ...]) -> np.ndarray:
    if leaf.array.dtype not in floats.DTYPES or tuple(leaf.array.shape[1:]) != shape:
        sizes = ", ".join(map(str, ("batch", *shape)))
        raise UnexpectedStructure(f"one tensor of floats ({sizes})")
    return floats.from_wire(leaf.array)


def _leaf(values: np.ndarray, like: wire.Leaf) -> wire.Leaf:
    return wire.Leaf(floats.to_wire(values, like.array.dtype), like.held_as)
