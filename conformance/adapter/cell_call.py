"""A cell called by itself, for one step."""

from .built import Built, built_cell


def build(generation, specs, features, dtype):
    """The cell; its state is an argument that cannot be left out."""
    cells, cell = built_cell(generation, specs, features, dtype)

    def call(inputs, state):
        return cell(inputs[:, 0], state)

    return Built(generation, cell, cells, specs, call, cell)
