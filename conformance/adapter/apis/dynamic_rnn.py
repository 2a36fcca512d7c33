"""`tf.compat.v1.nn.dynamic_rnn` over a v1 or a Keras cell."""

import tensorflow as tf

from .. import compat
from ..built_program import Built, build_cell


def build(generation, program):
    """Build the dynamic_rnn of a cell; dtype is always given, as the write-up does."""
    cells, cell = build_cell(generation, program)
    options = dict(program.layer)
    dtype = options.pop("declared_dtype", program.dtype)
    as_written = options.pop("called_as_written", False)

    def call(inputs, state, **arguments):
        # by the write-up's name only where a clause asks for it: TensorFlow 2 has no such name
        run = tf.nn.dynamic_rnn if as_written else compat.v1.nn.dynamic_rnn
        return run(cell, inputs, initial_state=state, dtype=dtype, **options, **arguments)

    return Built(generation, program, cell, cells, call, cell)
