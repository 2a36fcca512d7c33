"""A cell called by itself, for one step."""

from ..built_program import Built, build_cell
from . import keras_rnn


def build(generation, program):
    """The cell; its state is an argument that cannot be left out."""
    cells, cell = build_cell(generation, program)
    call = caller(cell, keras_rnn.call_options(program))
    return Built(generation, program, cell, cells, call, cell)


def caller(cell, options=()):
    """Call a cell with the first step; `options` go with each call."""
    options = dict(options)

    def call(inputs, state):
        return cell(inputs[:, 0], state, **options)

    return call
