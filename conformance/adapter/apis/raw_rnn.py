"""`tf.compat.v1.nn.raw_rnn` over a v1 cell, with a loop function that reads one step after another.

The loop ends when all rows have ended: there are as many outputs as the longest row has steps.
"""

import tensorflow as tf

from .. import compat
from ..built_program import Built, build_cell


def build(generation, program):
    """Build the raw_rnn of a cell."""
    cells, cell = build_cell(generation, program)

    def call(inputs, state, sequence_length=None):
        rows, steps = tf.shape(inputs)[0], tf.shape(inputs)[1]
        lengths = tf.fill([rows], steps) if sequence_length is None else sequence_length
        first = cell.zero_state(rows, program.dtype) if state is None else state
        read = _reader(inputs, steps)

        def loop(time, output, cell_state, loop_state):
            finished = time >= lengths
            following = tf.cond(
                tf.reduce_all(finished), lambda: tf.zeros_like(read(0)), lambda: read(time)
            )
            return finished, following, first if output is None else cell_state, output, None

        outputs, final, _ = compat.v1.nn.raw_rnn(cell, loop)
        return tf.transpose(outputs.stack(), [1, 0, 2]), final

    return Built(generation, program, cell, cells, call, cell)


def _reader(inputs, steps):
    """Return a function that gives the inputs of a step."""
    in_order = tf.TensorArray(inputs.dtype, size=steps, clear_after_read=False).unstack(
        tf.transpose(inputs, [1, 0, 2])
    )
    shape = (inputs.shape[0], inputs.shape[2])

    def read(time):
        step = in_order.read(time)
        step.set_shape(shape)
        return step

    return read
