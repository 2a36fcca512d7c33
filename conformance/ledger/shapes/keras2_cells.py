"""The formulas of Keras 2: tf_keras/src/layers/rnn/simple_rnn.py, gru.py and lstm.py."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from conformance.cases.program import Cell
from conformance.ledger.shapes.arithmetic import (
    Misfit,
    Shape,
    bias_add,
    columns,
    elementwise,
    matmul,
    split,
)
from conformance.ledger.shapes.step import Stepped

Part = Callable[[Shape, int, int], Shape]


@dataclass(frozen=True)
class _Inputs:
    """The inputs of a step, and the width of those that the kernel is for."""

    shape: Shape
    width: int

    def times_kernel(self, columns: int) -> Shape:
        """Return the shape of the product with a kernel of so many columns."""
        return matmul(self.shape, (self.width, columns))


def _last_columns(shape: Shape, start: int, stop: int) -> Shape:
    """Return the shape of a part of `tf.split` along the last axis."""
    return (*shape[:-1], len(range(shape[-1])[start:stop]))


def step(cell: Cell, width: int, inputs: Shape, states: Sequence[Shape]) -> Stepped:
    """Return what a cell makes of a step."""
    return _step(cell, _Inputs(inputs, width), states, _last_columns)


def step_with_columns(cell: Cell, width: int, inputs: Shape, states: Sequence[Shape]) -> Stepped:
    """Return the same in releases whose gates are cut from the second axis of a product."""
    return _step(cell, _Inputs(inputs, width), states, columns)


def _step(cell: Cell, inputs: _Inputs, states: Sequence[Shape], part: Part) -> Stepped:
    if len(states) < len(cell.state_widths):
        raise Misfit  # a state is taken by its index
    if cell.cell_type == "LSTM":
        return _lstm(cell, inputs, states[0], states[1])
    if cell.cell_type == "GRU":
        return _gru(cell, inputs, states[0], part)
    output = elementwise(_projected(cell, inputs, cell.units), _recurrent(cell, states[0], 1))
    return Stepped(output, (output,))


def _projected(cell: Cell, inputs: _Inputs, wide: int) -> Shape:
    """Return the shape of the inputs' product with the kernel, and of its sum with the bias."""
    product = inputs.times_kernel(wide)
    return bias_add(product, (wide,)) if cell.use_bias else product


def _recurrent(cell: Cell, h: Shape, gates: int) -> Shape:
    return matmul(h, (cell.units, gates * cell.units))


def _lstm(cell: Cell, inputs: _Inputs, h: Shape, c: Shape) -> Stepped:
    if cell.implementation == 1:
        gate = elementwise(_projected(cell, inputs, cell.units), _recurrent(cell, h, 1))
    else:
        at_once = inputs.times_kernel(4 * cell.units)
        at_once = elementwise(at_once, _recurrent(cell, h, 4))
        if cell.use_bias:
            at_once = bias_add(at_once, (4 * cell.units,))
        gate = split(at_once, 4, axis=1)
    c = elementwise(elementwise(gate, c), gate)
    h = elementwise(gate, c)
    return Stepped(h, (h, c))


def _gru(cell: Cell, inputs: _Inputs, h: Shape, part: Part) -> Stepped:
    if cell.implementation == 1:
        x = _projected(cell, inputs, cell.units)
        inner_z = inner_r = inner_h = _recurrent(cell, h, 1)
    else:
        units = cell.units
        x = part(_projected(cell, inputs, 3 * units), 0, units)
        inner = _recurrent(cell, h, 3 if cell.reset_after else 2)
        inner_z, inner_r = part(inner, 0, units), part(inner, units, 2 * units)
        inner_h = part(inner, 2 * units, 3 * units)
    z, r = elementwise(x, inner_z), elementwise(x, inner_r)
    if not cell.reset_after:
        inner_h = _recurrent(cell, elementwise(r, h), 1)
        r = inner_h
    candidate = elementwise(x, elementwise(r, inner_h))
    new = elementwise(elementwise(z, h), elementwise(z, candidate))
    return Stepped(new, (new,))
