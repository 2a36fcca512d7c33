"""`tf.compat.v1.nn.static_rnn` over a v1 cell: the steps are a list, as many as the inputs have."""

import tensorflow as tf

from .. import compat
from ..built_program import Built, build_cell


def build(generation, program):
    """Build the static_rnn of a cell."""
    cells, cell = build_cell(generation, program)

    def call(inputs, state, **arguments):
        outputs, final = compat.v1.nn.static_rnn(
            cell, tf.unstack(inputs, axis=1), state, program.dtype, **arguments
        )
        return tf.stack(outputs, axis=1), final

    return Built(generation, program, cell, cells, call, cell)
