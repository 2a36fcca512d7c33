"""Names the formulas that can take the state of a case, whether it is malformed or not.

The libraries compare a state with nothing, so it is taken where its shapes fit into the sums and
products of the cells, and what comes out of them into the loop.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from conformance.adapter import wire
from conformance.cases import case_calls, state_forms
from conformance.cases.case import Case
from conformance.cases.program import EAGER, Cell
from conformance.ledger.shapes import keras2_cells, keras3_cells, loops, v1_cells
from conformance.ledger.shapes.arithmetic import Misfit, Shape
from conformance.ledger.shapes.step import CellStep, Stack, StackStepped, States

# For each generation its formulas by name; a name says in which releases cells compute so
FORMULAS: Mapping[str, Mapping[str, CellStep]] = {
    "v1": {"v1": v1_cells.step},
    "keras2": {
        "keras2": keras2_cells.step,
        "keras2 by columns": keras2_cells.step_with_columns,  # before 2.3
    },
    "keras3": {
        "keras3": keras3_cells.step,
        "keras3 adding by +": keras3_cells.step_with_plain_sums,  # before 3.12
        "keras3 in one product": keras3_cells.step_in_one_product,  # the layer GRU before 3.4
    },
}
_LOOPS: Mapping[str, loops.Loop] = {
    "cell": loops.cell_alone,
    "dynamic_rnn": loops.dynamic_rnn,
    "RNN": loops.keras_rnn,
    "layer": loops.keras_rnn,
    state_forms.FLAT: loops.keras_rnn,
    "RNN/keras2": loops.keras2_rnn,
    "layer/keras2": loops.keras2_rnn,
}


@functools.lru_cache(maxsize=512)
def fitting_formulas(case: Case) -> list[str]:
    """Return the names of the formulas that can take the case's state, in its loop and mode."""
    path = state_forms.Path.parse(case.program.path)
    states = _states(case)
    loop = _LOOPS.get(case.program.path, _LOOPS.get(path.api))
    if states is None or loop is None:
        return []
    parts = _parts(case, states)
    return [
        name
        for name, step in FORMULAS.get(path.generation, {}).items()
        if _fits(case, parts, step, loop)
    ]


@dataclass(frozen=True)
class _Part:
    """The cells that a loop runs: all of them, or those of one direction, with their states."""

    stack: Stack
    states: Sequence[States]


def _parts(case: Case, states: Sequence[States]) -> list[_Part]:
    program = case.program
    if program.bidirectional:
        return [
            _Part(_stack(case, [cell]), [its_states])
            for cell, its_states in zip(program.cells, states, strict=True)
        ]
    return [_Part(_stack(case, program.cells), states)]


def _stack(case: Case, cells: Sequence[Cell]) -> Stack:
    """Return the cells with the width of their inputs.

    A v1 cell makes its kernel in its first call, Keras makes all kernels before it.
    """
    program = case.program
    if program.fresh and state_forms.Path.parse(program.path).is_v1:
        return Stack(cells, [None] * len(cells))
    return Stack(cells, [program.features, *(cell.output_units for cell in cells[:-1])])


def _fits(case: Case, parts: Iterable[_Part], step: CellStep, loop: loops.Loop) -> bool:
    try:
        outputs = [loop(_run(case, part.stack, step), part.states) for part in parts]
    except Misfit:
        return False
    # the outputs of two directions are put side by side
    return len({output[:-1] for output in outputs}) == 1


def _run(case: Case, stack: Stack, step: CellStep) -> loops.Run:
    batch = case.data.batch

    def run_step(states: Sequence[States]) -> StackStepped:
        return stack.step(step, (batch, case.program.features), states)

    return loops.Run(
        run_step,
        case.data.steps,
        output=(batch, stack.cells[-1].output_units),
        traced=case.program.mode != EAGER,
        stacked=case.program.stacked,
    )


def _states(case: Case) -> list[States] | None:
    """Return the shapes of each cell's states; None where a leaf is no dense tensor of numbers."""
    tree = case_calls.given_state(case)
    if not all(_is_dense(leaf) for leaf in _leaves(tree)):
        return None
    path = state_forms.Path.parse(case.program.path)
    if path.api == state_forms.FLAT:
        shapes = _shapes(tree)
        return [
            tuple(itertools.islice(shapes, len(cell.state_widths))) for cell in case.program.cells
        ]
    parts = tree.children if isinstance(tree, wire.Node) and case.program.stacked else (tree,)
    states = [tuple(_shapes(part)) for part in parts]
    return [each[::-1] for each in states] if path.is_v1 else states  # v1 has c first


def _is_dense(leaf: object) -> bool:
    return isinstance(leaf, wire.Leaf) and leaf.held_as != "ragged"


def _shapes(tree: object) -> Iterator[Shape]:
    return (tuple(leaf.array.shape) for leaf in _leaves(tree) if isinstance(leaf, wire.Leaf))


def _leaves(tree: object) -> Iterator[object]:
    if not isinstance(tree, wire.Node):
        yield tree
        return
    for child in tree.children:
        yield from _leaves(child)
