"""A step of a cell, or of a stack of cells, on shapes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from conformance.cases.program import Cell
from conformance.ledger.shapes.arithmetic import Shape

States = tuple[Shape, ...]  # of a cell: (h,) or (h, c)


@dataclass(frozen=True)
class Stepped:
    """The shapes of a cell's output and of its new states."""

    output: Shape
    states: States


# of a cell, the width of the inputs that its kernel is for, its inputs and its states
CellStep = Callable[[Cell, int, Shape, Sequence[Shape]], Stepped]


@dataclass(frozen=True)
class StackStepped:
    """The shapes of the last cell's output, and of the new states of each cell."""

    output: Shape
    states: tuple[States, ...]


@dataclass(frozen=True)
class Stack:
    """Cells in a row, and the width of the inputs for which each has its kernel.

    A width of None stands for a kernel that is made for the inputs that come.
    """

    cells: Sequence[Cell]
    widths: Sequence[int | None]

    def step(self, step: CellStep, inputs: Shape, states: Sequence[States]) -> StackStepped:
        """Return what the cells make of a step: each takes the output of the one before it.

        A cell for which there are no states is left out.
        """
        new = []
        for cell, width, its_states in zip(self.cells, self.widths, states, strict=False):
            stepped = step(cell, inputs[-1] if width is None else width, inputs, its_states)
            inputs = stepped.output
            new.append(stepped.states)
        return StackStepped(inputs, tuple(new))
