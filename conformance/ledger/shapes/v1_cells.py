"""The formulas of the v1 cells: legacy_cells.py of tf-keras, rnn_cell_impl.py before."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.cases.program import Cell
from conformance.ledger.shapes.arithmetic import (
    Misfit,
    Shape,
    bias_add,
    elementwise,
    matmul,
    side_by_side,
    split,
)
from conformance.ledger.shapes.step import Stepped


def step(cell: Cell, width: int, inputs: Shape, states: Sequence[Shape]) -> Stepped:
    """Return what a cell makes of a step; inputs that are no matrix are refused."""
    if len(inputs) != 2 or len(states) != len(cell.state_widths):
        raise Misfit
    if cell.is_lstm:
        return _lstm(cell, width, inputs, *states)
    if cell.cell_type == "GRU":
        return _gru(cell, width, inputs, *states)
    output = _product(inputs, states[0], (width + cell.units, cell.units))
    return Stepped(output, (output,))


def _product(inputs: Shape, h: Shape, kernel: Shape) -> Shape:
    """Return the shape of the product of inputs and h, side by side, with the kernel."""
    return bias_add(matmul(side_by_side(inputs, h), kernel), kernel[1:])


def _gru(cell: Cell, width: int, inputs: Shape, h: Shape) -> Stepped:
    units = cell.units
    gate = split(_product(inputs, h, (width + units, 2 * units)), 2, axis=1)
    candidate = _product(inputs, elementwise(gate, h), (width + units, units))
    new = elementwise(elementwise(gate, h), elementwise(gate, candidate))
    return Stepped(new, (new,))


def _lstm(cell: Cell, width: int, inputs: Shape, h: Shape, c: Shape) -> Stepped:
    units = cell.units
    gates = _product(inputs, h, (width + cell.output_units, 4 * units))
    gate = split(gates, 4, axis=1)
    peephole = elementwise(gate, elementwise((units,), c)) if cell.peepholes else gate
    c = elementwise(elementwise(peephole, c), elementwise(peephole, gate))
    h = elementwise(gate, (units,), c) if cell.peepholes else elementwise(gate, c)
    if cell.projection is not None:
        h = matmul(h, (units, cell.projection))
    return Stepped(h, (h, c))
