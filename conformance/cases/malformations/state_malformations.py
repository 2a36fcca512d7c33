"""The malformations: each named way of making a well-formed state, length or mask wrong.

A malformation of a state starts from the documented form of the path. It changes the structure, or
one leaf (by its place in the flattened state), or all leaves. A malformation of a sequence_length
or a mask does not change the state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from conformance.adapter import wire
from conformance.cases import floats, state_forms
from conformance.cases.case import Case, make_case
from conformance.cases.malformations import argument_malformations
from conformance.cases.malformations.malformation import (
    STATE,
    Applies,
    Change,
    MalformationType,
    Words,
    always,
    fixed_words,
)
from conformance.cases.program import BIDIRECTIONAL, EAGER, STACK, Cell

LeafChange = Callable[[wire.Leaf, Case], object]

_NOT_FLOATS = {"int32": np.int32, "bool": np.bool_}


MALFORMATIONS: dict[str, MalformationType] = dict(argument_malformations.MALFORMATIONS)


def malform(tree: object, case: Case, argument: str = STATE) -> object:
    """Return the value of this argument, made wrong if the case has a malformation of it."""
    if case.data.malformation is None:
        return tree
    malformation = MALFORMATIONS[case.data.malformation.name]
    return malformation.change(tree, case) if malformation.argument == argument else tree


def applicable(case: Case, argument: str = STATE) -> list[str]:
    """Return the names of the malformations that make this argument of the case wrong."""
    return [
        malformation.name
        for malformation in MALFORMATIONS.values()
        if malformation.argument == argument and malformation.applies(case)
    ]


def leaf_count(case: Case) -> int:
    """Return the number of leaves in the state of the case's cells."""
    return sum(len(cell.state_widths) for cell in case.program.cells)


def role(case: Case) -> str | None:
    """Return what the case's malformation changes.

    That is the `structure`, `all` leaves, one leaf such as `LSTM.c`, or the name of an argument
    other than the state; None without a malformation.
    """
    if case.data.malformation is None:
        return None
    malformation = MALFORMATIONS[case.data.malformation.name]
    if malformation.argument != STATE:
        return malformation.argument
    if not malformation.of_leaf:
        return "structure"
    return "all" if case.data.malformation.leaf is None else malformed_roles(case)[0]


def malformed_roles(case: Case) -> list[str]:
    """Return each malformed leaf, as `LSTM.c`: all leaves, or the one that the case names."""
    leaf = case.data.malformation.leaf if case.data.malformation else None
    roles = _leaf_roles(case)
    return roles if leaf is None else [roles[leaf]]


def _leaf_roles(case: Case) -> list[str]:
    pair = "ch" if state_forms.Path.parse(case.program.path).is_v1 else "hc"
    return [
        f"{cell.cell_type}.{name}"
        for cell in case.program.cells
        for name in (pair if cell.is_lstm else "h")
    ]


def _register(
    name: str,
    about: str,
    change: Change,
    applies: Applies,
    expected: Words,
    received: Words,
    of_leaf: bool = False,
) -> None:
    MALFORMATIONS[name] = MalformationType(
        name, about, applies, change, of_leaf, expected, received
    )


def _leaves(tree: object) -> Iterator[object]:
    if isinstance(tree, wire.Node):
        for child in tree.children:
            yield from _leaves(child)
    else:
        yield tree


def _sequence_of(tree: object) -> str:
    return tree.container if isinstance(tree, wire.Node) and tree.container != "dict" else "list"


def _plain_sequence(tree: object) -> str:
    """Return list or tuple, as a named tuple cannot have another number of children."""
    return "list" if _sequence_of(tree) == "list" else "tuple"


# --- structure -----------------------------------------------------------------------------------


def _drop_last(tree: object, case: Case) -> object:
    assert isinstance(tree, wire.Node)
    return wire.Node(_plain_sequence(tree), tree.children[:-1])


def _repeat_last(tree: object, case: Case) -> object:
    assert isinstance(tree, wire.Node)
    return wire.Node(_plain_sequence(tree), tree.children + tree.children[-1:])


def _drop_all(tree: object, case: Case) -> object:
    return wire.Node(_plain_sequence(tree), ())


def _first_leaf(tree: object, case: Case) -> object:
    return next(_leaves(tree))


def _first_leaf_twice(tree: object, case: Case) -> object:
    leaf = next(_leaves(tree))
    return wire.Node("list", (leaf, leaf))


def _flatten(tree: object, case: Case) -> object:
    return wire.Node(_plain_sequence(tree), tuple(_leaves(tree)))


def _nest(tree: object, case: Case) -> object:
    assert isinstance(tree, wire.Node)
    return wire.Node("list", (tree,))


def _swap_layers(tree: object, case: Case) -> object:
    assert isinstance(tree, wire.Node)
    return wire.Node(tree.container, tuple(reversed(tree.children)))


def _put_into_dict(tree: object, case: Case) -> object:
    children = tree.children if isinstance(tree, wire.Node) else (tree,)
    return wire.Node("dict", children, tuple(f"state_{i}" for i in range(len(children))))


def _is_lstm(case: Case) -> bool:
    return not case.program.stacked and case.program.cells[0].is_lstm


def _is_single(case: Case) -> bool:
    return len(case.program.cells) == 1 and not case.program.cells[0].is_lstm


def _flattening_changes(case: Case) -> bool:
    return case.program.stacked and any(cell.is_lstm for cell in case.program.cells)


def _swapping_changes(case: Case) -> bool:
    shapes = [(cell.is_lstm, cell.state_widths) for cell in case.program.cells]
    return case.program.stacked and shapes != shapes[::-1]


def _several_leaves(case: Case) -> bool:
    return len(case.program.cells) > 1 or case.program.cells[0].is_lstm


def _count_words(change: int) -> Words:
    def words(case: Case) -> tuple[str, ...]:
        children = len(case.program.cells) if case.program.stacked else leaf_count(case)
        return (str(children + change), str(leaf_count(case) + change))

    return words


def _state_size_words(case: Case) -> tuple[str, ...]:
    return ("state_size", "structure", *_count_words(0)(case))


_SEQUENCES = ("list", "tuple", "sequence", "structure", "shape", "tensor", "Tensor")

_register(
    "too_few", "the last of several states is missing", _drop_last, _several_leaves,
    _state_size_words, _count_words(-1),
)  # fmt: skip
_register(
    "too_many", "one state more than the cell has", _repeat_last, _several_leaves,
    _state_size_words, _count_words(1),
)  # fmt: skip
_register(
    "no_leaves", "an empty sequence", _drop_all, always, _state_size_words,
    fixed_words("[]", "()", "0", "empty"),
)  # fmt: skip
_register(
    "bare_for_pair", "one tensor where an LSTM needs the pair", _first_leaf, _is_lstm,
    _state_size_words, fixed_words("1", *_SEQUENCES),
)  # fmt: skip
_register(
    "pair_for_bare", "a pair where the cell has one state", _first_leaf_twice, _is_single,
    _state_size_words, fixed_words("2", *_SEQUENCES),
)  # fmt: skip
_register(
    "flat_for_nested", "a flat sequence where a stack needs one state for each cell", _flatten,
    _flattening_changes, _state_size_words, _count_words(0),
)  # fmt: skip
_register(
    "nested_for_flat", "the pair of an LSTM inside another list", _nest, _is_lstm,
    _state_size_words, fixed_words("1", *_SEQUENCES),
)  # fmt: skip
_register(
    "layers_swapped", "the states of a stack in reverse order", _swap_layers, _swapping_changes,
    lambda case: tuple(str(width) for cell in case.program.cells for width in cell.state_widths),
    fixed_words(*_SEQUENCES),
)  # fmt: skip
_register(
    "dict",
    "a dict of the states",
    _put_into_dict,
    always,
    _state_size_words,
    fixed_words("dict", "state_0"),
)


# --- leaves --------------------------------------------------------------------------------------


def _change_leaves(change: LeafChange) -> Change:
    """Return the change of the leaf that the case names, or of every leaf."""

    def change_tree(tree: object, case: Case) -> object:
        chosen = case.data.malformation.leaf if case.data.malformation else None
        places = iter(range(leaf_count(case)))

        def walk(node: object) -> object:
            if isinstance(node, wire.Node):
                children = tuple(walk(child) for child in node.children)
                return wire.Node(node.container, children, node.keys)
            place = next(places)
            assert isinstance(node, wire.Leaf)
            return change(node, case) if chosen in (None, place) else node

        return walk(tree)

    return change_tree


def _reshape(index: Callable[[np.ndarray], np.ndarray]) -> LeafChange:
    def change(leaf: wire.Leaf, case: Case) -> wire.Leaf:
        values = index(floats.from_wire(leaf.array))
        return wire.Leaf(floats.to_wire(values, case.program.dtype), leaf.held_as)

    return change


def _retype(dtype: Callable[[Case], str]) -> LeafChange:
    def change(leaf: wire.Leaf, case: Case) -> wire.Leaf:
        values = floats.from_wire(leaf.array)
        name = dtype(case)
        if name in _NOT_FLOATS:
            array = wire.Array(name, values.shape, values.astype(_NOT_FLOATS[name]).tobytes())
        else:
            array = floats.to_wire(values, name)
        return wire.Leaf(array, leaf.held_as)

    return change


def _register_leaf(
    name: str,
    about: str,
    change: LeafChange,
    received: Words,
    applies: Applies = always,
    expected: Words | None = None,
) -> None:
    _register(
        name,
        about,
        _change_leaves(change),
        applies,
        expected or _shape_words,
        received,
        of_leaf=True,
    )


def _shape_words(case: Case) -> tuple[str, ...]:
    """Return the sizes that a leaf must have, as words."""
    return (
        "state_size",
        *(str(width) for cell in case.program.cells for width in cell.state_widths),
        str(case.data.batch),
    )


def _dtype_words(case: Case) -> tuple[str, ...]:
    return _dtype_names(case.program.dtype)


def _dtype_names(dtype: str) -> tuple[str, ...]:
    return (dtype, {"float16": "half", "float32": "float", "float64": "double"}.get(dtype, dtype))


def _no_width_of_one(case: Case) -> bool:
    return all(width > 1 for cell in case.program.cells for width in cell.state_widths)


def _wider_units(case: Case) -> tuple[str, ...]:
    return tuple(str(width + 1) for cell in case.program.cells for width in cell.state_widths)


_register_leaf(
    "wrong_units", "one unit more than the cell has",
    _reshape(lambda v: np.concatenate([v, v[:, :1]], axis=1)), _wider_units,
)  # fmt: skip
_register_leaf(
    "wrong_batch", "one row more than the inputs have",
    _reshape(lambda v: np.concatenate([v, v[:1]], axis=0)),
    lambda case: (str(case.data.batch + 1),),
)  # fmt: skip
_register_leaf(
    "batch_one", "one row, which could be broadcast to the inputs' batch",
    _reshape(lambda v: v[:1]), lambda case: ("1",), lambda case: case.data.batch > 1,
)  # fmt: skip
_register_leaf(
    "units_one", "one unit, which could be broadcast to the cell's",
    _reshape(lambda v: v[:, :1]), lambda case: ("1",),
    lambda case: _no_width_of_one(case),
)  # fmt: skip
_register_leaf(
    "scalar", "a scalar, which could be broadcast to any shape",
    _reshape(lambda v: np.ravel(v)[0].reshape(())),
    fixed_words("()", "[]", "rank 0", "scalar", "ndim=0"),
)  # fmt: skip
_register_leaf(
    "rank_one", "a vector: the batch axis is missing",
    _reshape(lambda v: v[0]), fixed_words("rank 1", "ndim=1", "1D", "(", "["),
)  # fmt: skip
_register_leaf(
    "rank_three", "a tensor with one axis too many",
    _reshape(lambda v: v[:, None, :]), fixed_words("rank 3", "ndim=3", "3D", ", 1, "),
)  # fmt: skip
_register_leaf(
    "dtype_other_float", "a float of another width",
    _retype(lambda case: state_forms.other_float(case.program.dtype)),
    lambda case: _dtype_names(state_forms.other_float(case.program.dtype)),
    applies=lambda case: not state_forms.casts_floats(case.program.path), expected=_dtype_words,
)  # fmt: skip
_register_leaf(
    "dtype_int", "integers", _retype(lambda case: "int32"), fixed_words("int32", "int"),
    expected=_dtype_words,
)  # fmt: skip
_register_leaf(
    "dtype_bool", "booleans", _retype(lambda case: "bool"), fixed_words("bool"),
    expected=_dtype_words,
)  # fmt: skip
_register_leaf(
    "dtype_string", "strings", lambda leaf, case: wire.Text(leaf.array.shape),
    fixed_words("string"), expected=_dtype_words,
)  # fmt: skip
_register_leaf(
    "none_leaf", "None where a tensor is expected", lambda leaf, case: wire.Nothing(),
    fixed_words("None"), applies=_several_leaves, expected=_state_size_words,
)  # fmt: skip
_register_leaf(
    "ragged", "a ragged tensor, its last row one shorter",
    lambda leaf, case: wire.Leaf(leaf.array, "ragged"), fixed_words("Ragged", "ragged"),
    applies=lambda case: case.data.batch > 1 and _no_width_of_one(case),
    expected=fixed_words("Tensor", "tensor", "dense"),
)  # fmt: skip


def state_malformation_names(path: str, cell: str) -> list[str]:
    """Return the malformations that apply to some state of the cell on the path."""
    cell_types: tuple[str, ...] = ("LSTM", "GRU") if cell == STACK else (cell,)
    if state_forms.Path.parse(path).api in BIDIRECTIONAL:
        cell_types = (cell, cell)
    cells = tuple(Cell(each, units) for units, each in enumerate(cell_types, start=2))
    return applicable(make_case(path, EAGER, cells, batch=2))


def argument_malformation_names(argument: str) -> list[str]:
    """Return the malformations of a sequence_length or of a mask."""
    return [each.name for each in MALFORMATIONS.values() if each.argument == argument]
