"""Functions that reshape the leaves of a state, join them into one tensor, and split it again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from conformance.adapter import wire
from conformance.cases import floats


class UnexpectedStructure(Exception):
    """A final state with other containers than a state of the case's cells."""


def reshape_leaf(leaf: wire.Leaf, shape: tuple[int, ...]) -> wire.Leaf:
    """Return the same values, with this shape for each row."""
    array = leaf.array
    return wire.Leaf(wire.Array(array.dtype, (array.shape[0], *shape), array.data), leaf.held_as)


def join_widths(leaves: Sequence[wire.Leaf]) -> wire.Leaf:
    """Return the leaves side by side in one tensor, (batch, all widths)."""
    return _leaf(
        np.concatenate([floats.from_wire(leaf.array) for leaf in leaves], axis=1), leaves[0]
    )


def split_widths(leaf: wire.Leaf, widths: Sequence[int]) -> list[wire.Leaf]:
    """Return the leaves of these widths that are side by side in one tensor."""
    values = _values(leaf, (sum(widths),))
    return [_leaf(part, leaf) for part in np.split(values, np.cumsum(widths)[:-1], axis=1)]


def join_planes(leaves: Sequence[wire.Leaf]) -> wire.Leaf:
    """Return the leaves as the planes of one tensor, (batch, leaves, width)."""
    return _leaf(np.stack([floats.from_wire(leaf.array) for leaf in leaves], axis=1), leaves[0])


def split_planes(leaf: wire.Leaf, count: int, width: int) -> tuple[wire.Leaf, ...]:
    """Return the leaves of this width that are the planes of one tensor."""
    values = _values(leaf, (count, width))
    return tuple(_leaf(values[:, plane], leaf) for plane in range(count))


def _values(leaf: wire.Leaf, shape: tuple[int, ...]) -> np.ndarray:
    if leaf.array.dtype not in floats.DTYPES or tuple(leaf.array.shape[1:]) != shape:
        sizes = ", ".join(map(str, ("batch", *shape)))
        raise UnexpectedStructure(f"one tensor of floats ({sizes})")
    return floats.from_wire(leaf.array)


def _leaf(values: np.ndarray, model: wire.Leaf) -> wire.Leaf:
    return wire.Leaf(floats.to_wire(values, model.array.dtype), model.held_as)
