"""The containers that each path documents for a state, and how a final state is read back.

The canonical leaves of a state are, cell by cell, (h,) or (h, c). Keras writes an LSTM's state as
[h, c], v1 as LSTMStateTuple(c, h). The documentation names this conversion for migrations.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from conformance.adapter import wire
from conformance.cases import custom_cells, floats, state_trees
from conformance.cases.case import Case
from conformance.cases.program import LSTM_TYPES, STACK, Cell, Nesting

DOCUMENTED = "documented"
NUMPY = "numpy"
VARIABLE = "variable"
OTHER_SEQUENCE = "other sequence"  # a tuple where the documented form is a list, and the reverse
OTHER_FLOAT = "other float"  # leaves of another float dtype, where the API documents that it casts
BARE = "bare"  # one tensor without its list, where the cell has one state and both are documented
OWN = "own"  # the state that the cell or layer makes itself
LAYER_APIS = ("RNN", "layer", "Model")  # their states are those of a Keras layer
FORMS = (DOCUMENTED, NUMPY, VARIABLE, OTHER_SEQUENCE, OTHER_FLOAT, BARE, OWN)
TENSOR, LIST, TUPLE = "tensor", "list", "tuple"  # as the write-ups write it, on whatever path
WRITE_UP_FORMS = (TENSOR, LIST, TUPLE)

LSTM_STATE_TUPLE = "LSTMStateTuple"
FLAT = "Bidirectional"  # this API has all states in one list, those of the forward layer first
Leaves = tuple[tuple[wire.Leaf, ...], ...]
UnexpectedStructure = state_trees.UnexpectedStructure


@dataclass(frozen=True)
class Path:
    """The parts of a path's name: the API, such as dynamic_rnn or RNN, and the generation."""

    api: str
    generation: str

    @classmethod
    def parse(cls, name: str) -> Path:
        """Return the parts of a name such as `RNN/keras3`."""
        return cls(*name.split("/"))

    @property
    def is_v1(self) -> bool:
        """True where the cells are v1 cells."""
        return self.generation == "v1"


def write_state(case: Case, leaves: Leaves) -> object:
    """Return the tree of a state in the case's form."""
    if case.data.form == OWN:
        return wire.OwnZeros()
    tree = documented_tree(case, leaves)
    if case.data.form in (NUMPY, VARIABLE):
        return hold_leaves_as(case.data.form, tree)
    if case.data.form == BARE:
        return leaves[0][0]
    if case.data.form == OTHER_FLOAT:
        return _other_float(tree, case)
    return _other_sequence(tree) if case.data.form == OTHER_SEQUENCE else tree


# For each dtype, another one that has room for the values of the cases
_WIDER_OR_NARROWER = {
    "float16": "float32",
    "bfloat16": "float32",
    "float32": "float64",
    "float64": "float32",
}


def other_float(dtype: str) -> str:
    """Return a float dtype of another size."""
    return _WIDER_OR_NARROWER[dtype]


def _other_float(tree: object, case: Case) -> object:
    dtype = other_float(case.program.dtype)
    return map_leaves(
        tree, lambda leaf: wire.Leaf(floats.to_wire(floats.from_wire(leaf.array), dtype))
    )


def documented_tree(case: Case, leaves: Leaves) -> object:
    """Return canonical leaves in the containers that the case's path documents."""
    path = Path.parse(case.program.path)
    if not case.program.state_is_tuple:
        ordered = [leaf for cell_leaves in leaves for leaf in reversed(cell_leaves)]  # c before h
        return state_trees.join_widths(ordered)
    if path.api == FLAT:
        return wire.Node("list", tuple(leaf for cell_leaves in leaves for leaf in cell_leaves))
    states = [
        _cell_state(path, cell, leaf) for cell, leaf in zip(case.program.cells, leaves, strict=True)
    ]
    if case.program.bidirectional:
        return wire.Node("tuple", tuple(states))  # given as two arguments, returned as a tuple
    if not case.program.stacked:
        return _single_cell_state(path, states[0])
    inner = "list" if path.generation == "keras3" else "tuple"
    nested = tuple(_nest_states(inner, nesting, states) for nesting in _nesting(case))
    return wire.Node(_stack_container(path), nested)


def _nesting(case: Case) -> Nesting:
    return case.program.nesting or tuple(range(len(case.program.cells)))


def _nest_states(container: str, nesting: int | Nesting, states: Sequence[object]) -> object:
    if isinstance(nesting, int):
        return states[nesting]
    return wire.Node(container, tuple(_nest_states(container, each, states) for each in nesting))


def _stack_container(path: Path) -> str:
    # v1 and Keras 2 give the state_size of a stack as a tuple, Keras 3 as a list
    is_tuple = path.api not in LAYER_APIS and path.generation != "keras3"
    return "tuple" if is_tuple else "list"


def _cell_state(path: Path, cell: Cell, leaves: Sequence[wire.Leaf]) -> object:
    if not cell.is_lstm:
        return leaves[0]
    if cell.custom:
        return custom_cells.write_custom(cell.custom, path.is_v1, *leaves)
    h, c = leaves
    if cell.convolution:
        h, c = (state_trees.reshape_leaf(leaf, cell.output_shape) for leaf in leaves)
    return wire.Node(LSTM_STATE_TUPLE, (c, h)) if path.is_v1 else wire.Node("list", (h, c))


def _single_cell_state(path: Path, state: object) -> object:
    """Return the state of a single cell: a bare tensor, or a list if the API documents a list."""
    takes_list = path.api in LAYER_APIS or (path.api == "cell" and not path.is_v1)
    if takes_list and not isinstance(state, wire.Node):
        return wire.Node("list", (state,))
    return state


def map_leaves(tree: object, change: Callable[[wire.Leaf], object]) -> object:
    """Return the tree with each tensor leaf replaced."""
    if isinstance(tree, wire.Node):
        children = tuple(map_leaves(child, change) for child in tree.children)
        return wire.Node(tree.container, children, tree.keys)
    return change(tree) if isinstance(tree, wire.Leaf) else tree


def hold_leaves_as(form: str, tree: object) -> object:
    """Return the tree with its leaves as NumPy arrays or variables."""
    return map_leaves(tree, lambda leaf: wire.Leaf(leaf.array, form))


_OTHER_SEQUENCE = {"list": "tuple", "tuple": "list", LSTM_STATE_TUPLE: "tuple"}


def _other_sequence(tree: object) -> object:
    """Return the tree with its outermost container exchanged; named tuples in a stack stay."""
    if not isinstance(tree, wire.Node):
        return tree
    return wire.Node(_OTHER_SEQUENCE[tree.container], tree.children)


def has_sequence(path_name: str, cell: str) -> bool:
    """Return True where the cell's documented state is a list or a tuple, not a named tuple."""
    path = Path.parse(path_name)
    if cell == STACK:
        return True
    return not path.is_v1 and (cell in LSTM_TYPES or path.api != "dynamic_rnn")


def casts_floats(path_name: str) -> bool:
    """Return True where the API documents that it casts floats, as Keras 3 layers do."""
    path = Path.parse(path_name)
    return path.generation == "keras3" and path.api != "dynamic_rnn"


def read_state(case: Case, tree: object) -> Leaves:
    """Return the canonical leaves of a final state.

    A sequence of one leaf is read as that leaf, and a list as a tuple: other clauses feed a state
    back and so judge whether the API accepts what it returned. The pair of a v1 LSTM must be an
    LSTMStateTuple.

    Raises:
        UnexpectedStructure: the containers are not those of a state of these cells.
    """
    if not case.program.state_is_tuple:
        return _read_side_by_side(case, tree)
    if Path.parse(case.program.path).api == FLAT:
        return _read_flat(case, tree)
    if len(case.program.cells) == 1 and not case.program.stacked:
        return (_read_cell(case, case.program.cells[0], tree),)
    states = _cell_states(_nesting(case), tree)
    pairs = zip(case.program.cells, states, strict=True)
    return tuple(_read_cell(case, cell, state) for cell, state in pairs)


def _read_flat(case: Case, tree: object) -> Leaves:
    """Return the leaves of one sequence, grouped by cell."""
    leaves = tree.children if isinstance(tree, wire.Node) else ()
    counts = [len(cell.state_widths) for cell in case.program.cells]
    if len(leaves) != sum(counts) or not all(isinstance(leaf, wire.Leaf) for leaf in leaves):
        raise UnexpectedStructure(f"a sequence of {sum(counts)} tensors")
    remaining = iter(leaves)
    return tuple(tuple(itertools.islice(remaining, count)) for count in counts)


def _cell_states(nesting: Nesting, tree: object) -> list[object]:
    """Return the states of the cells, in their order, from a tree like the nesting."""
    if not isinstance(tree, wire.Node) or len(tree.children) != len(nesting):
        raise UnexpectedStructure(f"one state for each of {len(nesting)} cells")
    states: list[object] = []
    for inner, child in zip(nesting, tree.children, strict=True):
        states += [child] if isinstance(inner, int) else _cell_states(inner, child)
    return states


def _read_side_by_side(case: Case, tree: object) -> Leaves:
    widths = [width for cell in case.program.cells for width in reversed(cell.state_widths)]
    leaves = iter(state_trees.split_widths(_only_leaf(tree, "one tensor"), widths))
    ordered = [[next(leaves) for _ in cell.state_widths] for cell in case.program.cells]
    return tuple(tuple(reversed(cell_leaves)) for cell_leaves in ordered)


def _only_leaf(tree: object, expected: str) -> wire.Leaf:
    """Return the leaf of a tree with one leaf; raise UnexpectedStructure for any other tree."""
    while isinstance(tree, wire.Node) and len(tree.children) == 1:
        tree = tree.children[0]
    if not isinstance(tree, wire.Leaf):
        raise UnexpectedStructure(expected)
    return tree


def _read_cell(case: Case, cell: Cell, tree: object) -> tuple[wire.Leaf, ...]:
    if cell.custom:
        return custom_cells.read_custom(cell.custom, cell.units, tree)
    if cell.is_lstm:
        return _read_pair(Path.parse(case.program.path), tree)
    return (_only_leaf(tree, f"one tensor for {cell.cell_type}"),)


def _read_pair(path: Path, tree: object) -> tuple[wire.Leaf, ...]:
    expected = f"{LSTM_STATE_TUPLE}(c, h)" if path.is_v1 else "[h, c]"
    is_pair = (
        isinstance(tree, wire.Node)
        and len(tree.children) == 2
        and all(isinstance(child, wire.Leaf) for child in tree.children)
        and (tree.container == LSTM_STATE_TUPLE) == path.is_v1
    )
    if not is_pair:
        raise UnexpectedStructure(expected)
    first, second = tree.children  # type: ignore[attr-defined]
    return (second, first) if path.is_v1 else (first, second)


def structure_words(case: Case, tree: object) -> tuple[str, ...]:
    """Return the containers of a final state and their contents, as `[h, c]`, without sizes.

    A stack has one such text for each type of cell, as `LSTM: [h, c] in (...)`. There is none for
    nested stacks, or where several states are in one tensor.

    Raises:
        UnexpectedStructure: the containers are not those of a state of these cells.
    """
    if case.program.nesting or not case.program.state_is_tuple:
        return ()
    names = {
        id(leaf): name
        for cell in read_state(case, tree)
        for name, leaf in zip("hc", cell, strict=False)
    }
    if not case.program.stacked or not isinstance(tree, wire.Node):
        return (_format_structure(tree, names),)
    stack = _brackets(tree, "...")
    pairs = zip(case.program.cells, tree.children, strict=True)
    texts = (
        f"{cell.cell_type}: {_format_structure(child, names)} in {stack}" for cell, child in pairs
    )
    return tuple(dict.fromkeys(texts))


def _format_structure(tree: object, names: Mapping[int, str]) -> str:
    if isinstance(tree, wire.Node):
        inner = ", ".join(_format_structure(child, names) for child in tree.children)
        comma = "," if tree.container == "tuple" and len(tree.children) == 1 else ""
        return _brackets(tree, inner + comma)
    return names.get(id(tree), "tensor")


def _brackets(node: wire.Node, inner: str) -> str:
    if node.container == "dict":
        return "{" + inner + "}"
    opening = {"list": "[", "tuple": "("}.get(node.container, node.container + "(")
    return opening + inner + ("]" if node.container == "list" else ")")


def format_tree(tree: object) -> str:
    """Return a tree in one line, as `[float32(2, 5), float32(2, 5)]`: leaves by dtype and shape."""
    if isinstance(tree, wire.Leaf):
        return f"{tree.array.dtype}{tuple(tree.array.shape)}"
    if isinstance(tree, wire.Spec):
        return f"{tree.dtype}{tuple(tree.shape)}"
    if isinstance(tree, wire.Node):
        return _brackets(tree, ", ".join(map(format_tree, tree.children)))
    return "None" if tree is None or isinstance(tree, wire.Nothing) else repr(tree)
