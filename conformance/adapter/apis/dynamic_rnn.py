"""`tf.compat.v1.nn.dynamic_rnn` over a v1 or a Keras cell."""

from .. import compat
from ..built_program import Built, build_cell


def build(generation, program):
    """Build the dynamic_rnn of a cell; dtype is always given, as the write-up does."""
    cells, cell = build_cell(generation, program)
    options = {"dtype": program.dtype, **program.layer}

    def call(inputs, state, **arguments):
        return compat.v1.nn.dynamic_rnn(cell, inputs, initial_state=state, **options, **arguments)

    return Built(generation, program, cell, cells, call, cell)
