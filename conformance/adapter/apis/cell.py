"""A cell that is called by itself, for one step."""

from ..built_program import Built, build_cell
from . import keras_rnn


def build(generation, program):
    """Build the cell; the state is an argument that must always be given."""
    cells, cell = build_cell(generation, program)
    call = caller(cell, keras_rnn.call_options(program))
    return Built(generation, program, cell, cells, call, cell)


def caller(cell, options=()):
    """Return a function that calls a cell with the first step; `options` go with each call."""
    options = dict(options)

    def call(inputs, state):
        return cell(inputs[:, 0], state, **options)

    return call
