"""The formulas of Keras 3: keras/src/layers/rnn/simple_rnn.py, gru.py and lstm.py."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

from conformance.cases.program import Cell
from conformance.ledger.shapes import arithmetic
from conformance.ledger.shapes.arithmetic import Misfit, Shape, columns, elementwise, split
from conformance.ledger.shapes.step import Stepped

Add = Callable[[Shape, Shape], Shape]


def matmul(left: Shape, matrix: Shape) -> Shape:
    """Return the shape of `keras.ops.matmul`, which takes a vector on the left, too."""
    if len(left) == 1 and left == matrix[:1]:
        return matrix[1:]
    return arithmetic.matmul(left, matrix)


def ops_add(left: Shape, right: Shape) -> Shape:
    """Return the shape of `keras.ops.add`, by which cells add since 3.12.

    It adds a right side as a bias if all sizes of it but one are 1, and that one is the number of
    channels of the left side. So an axis of size 1 does not give the result a further axis.
    """
    sizes = [size for size in right if size > 1]
    if len(sizes) != 1 or len(left) < 2 or sizes[0] not in (left[1], left[-1]):
        return elementwise(left, right)
    if len(arithmetic.without_ones(right)) != 1:
        raise Misfit  # a right side without rows is no vector, but taken for one
    return left


def step(cell: Cell, width: int, inputs: Shape, states: Sequence[Shape]) -> Stepped:
    """Return what a cell makes of a step."""
    return _step(cell, width, inputs, states, ops_add)


def step_with_plain_sums(cell: Cell, width: int, inputs: Shape, states: Sequence[Shape]) -> Stepped:
    """Return what a cell makes of a step in releases whose cells add by `+`."""
    return _step(cell, width, inputs, states, elementwise)


def step_in_one_product(cell: Cell, width: int, inputs: Shape, states: Sequence[Shape]) -> Stepped:
    """Return the same where the layer GRU does not hand `implementation` on to its cell."""
    if cell.cell_type == "GRU":
        cell = dataclasses.replace(cell, implementation=2)
    return step_with_plain_sums(cell, width, inputs, states)


def _step(cell: Cell, width: int, inputs: Shape, states: Sequence[Shape], add: Add) -> Stepped:
    if len(states) < len(cell.state_widths):
        raise Misfit  # a state is taken by its index
    if cell.cell_type == "LSTM":
        return _lstm(cell, width, inputs, states[0], states[1], add)
    if cell.cell_type == "GRU":
        return _gru(cell, width, inputs, states[0])
    return _simple_rnn(cell, width, inputs, states[0])


def _simple_rnn(cell: Cell, width: int, inputs: Shape, h: Shape) -> Stepped:
    units = cell.units
    output = elementwise(matmul(inputs, (width, units)), matmul(h, (units, units)))
    return Stepped(output, (output,))


def _lstm(cell: Cell, width: int, inputs: Shape, h: Shape, c: Shape, add: Add) -> Stepped:
    units = cell.units
    if cell.implementation == 1:
        gate = elementwise(matmul(inputs, (width, units)), matmul(h, (units, units)))
    else:
        gates = matmul(inputs, (width, 4 * units))
        gates = add(gates, matmul(h, (units, 4 * units)))
        if cell.use_bias:
            gates = add(gates, (4 * units,))
        gate = split(gates, 4, axis=1)
    c = elementwise(gate, c)
    h = elementwise(gate, c)
    return Stepped(h, (h, c))


def _gru(cell: Cell, width: int, inputs: Shape, h: Shape) -> Stepped:
    x = matmul(inputs, (width, cell.units))
    gates = _gru_gates if cell.implementation == 1 else _gru_gates_of_one_product
    z, reset = gates(cell, x, h)
    candidate = elementwise(x, reset)
    new = elementwise(elementwise(z, h), elementwise(z, candidate))
    return Stepped(new, (new,))


def _gru_gates(cell: Cell, x: Shape, h: Shape) -> tuple[Shape, Shape]:
    """Return z and the recurrent part of the candidate, each by a product of its own."""
    product = matmul(h, (cell.units, cell.units))
    gate = elementwise(x, product)
    return gate, _reset(cell, gate, h, product)


def _gru_gates_of_one_product(cell: Cell, x: Shape, h: Shape) -> tuple[Shape, Shape]:
    """Return the same from one product, whose second axis is cut into gates."""
    units = cell.units
    product = matmul(h, (units, (3 if cell.reset_after else 2) * units))
    z = elementwise(x, columns(product, 0, units))
    r = elementwise(x, columns(product, units, 2 * units))
    return z, _reset(cell, r, h, columns(product, 2 * units, 3 * units))


def _reset(cell: Cell, r: Shape, h: Shape, product: Shape) -> Shape:
    if cell.reset_after:
        return elementwise(r, product)
    return matmul(elementwise(r, h), (cell.units, cell.units))
