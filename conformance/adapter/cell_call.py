"""A cell called by itself, for one step."""

from .built import Built, built_cell


def build(generation, program):
    """The cell; its state is an argument that cannot be left out."""
    cells, cell = built_cell(generation, program)
    return Built(generation, program, cell, cells, caller(cell), cell)


def caller(cell):
    """Call a cell with the first step."""

    def call(inputs, state):
        return cell(inputs[:, 0], state)

    return call
