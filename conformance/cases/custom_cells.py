"""The ways in which a user's own cell around an LSTM cell holds its state."""

from __future__ import annotations

from conformance.adapter import wire
from conformance.cases import state_trees
from conformance.cases.program import DICT, NESTED, PLANES, Custom
from conformance.cases.state_trees import UnexpectedStructure

_FORMATS = {NESTED: "[h, (c,)]", DICT: "[{c, h}]"}


def write_custom(custom: Custom, is_v1: bool, h: wire.Leaf, c: wire.Leaf) -> object:
    """Return the tree of a state; v1 has tuples where Keras has lists."""
    sequence = "tuple" if is_v1 else "list"
    if custom.structure == PLANES:
        planes = state_trees.join_planes((h, c))
        return planes if is_v1 else wire.Node("list", (planes,))
    if custom.structure == DICT:
        return wire.Node(sequence, (wire.Node("dict", (c, h), ("c", "h")),))
    if custom.structure == NESTED:
        return wire.Node(sequence, (h, wire.Node("tuple", (c,))))
    return wire.Node(sequence, (h, c))


def read_custom(custom: Custom, units: int, tree: object) -> tuple[wire.Leaf, ...]:
    """Return h and c of a state; its sequences may be lists or tuples.

    Raises:
        UnexpectedStructure: the containers are not those of the structure.
    """
    expected = _FORMATS.get(custom.structure, "[h, c]")
    if custom.structure == PLANES:
        (planes,) = (tree,) if isinstance(tree, wire.Leaf) else _children(tree, 1, "one tensor")
        return state_trees.split_planes(_leaf(planes, "one tensor"), 2, units)
    if custom.structure == DICT:
        (held,) = _children(tree, 1, expected)
        if not isinstance(held, wire.Node) or held.keys != ("c", "h"):
            raise UnexpectedStructure(expected)
        c, h = held.children
    else:
        h, c = _children(tree, 2, expected)
        if custom.structure == NESTED:
            (c,) = _children(c, 1, expected)
    return _leaf(h, expected), _leaf(c, expected)


def _children(tree: object, count: int, expected: str) -> tuple[object, ...]:
    if not isinstance(tree, wire.Node) or tree.keys or len(tree.children) != count:
        raise UnexpectedStructure(expected)
    return tree.children


def _leaf(tree: object, expected: str) -> wire.Leaf:
    if not isinstance(tree, wire.Leaf):
        raise UnexpectedStructure(expected)
    return tree
