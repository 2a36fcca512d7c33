"""A cell called by itself, for one step."""

from .built import Built, built_cell


def build(generation, program):
    """The cell; its state is an argument that cannot be left out."""
    cells, cell = built_cell(generation, program)

    def call(inputs, state):
        return cell(inputs[:, 0], state)

    return Built(generation, program, cell, cells, call, cell)
