"""`tf.compat.v1.nn.dynamic_rnn` over a v1 or a Keras cell."""

from . import versions
from .built import Built, built_cell


def build(generation, specs, features, dtype):
    """The dynamic_rnn of a cell; dtype is always given, as the write-up does."""
    cells, cell = built_cell(generation, specs, features, dtype)

    def call(inputs, state):
        return versions.v1.nn.dynamic_rnn(cell, inputs, initial_state=state, dtype=dtype)

    return Built(generation, cell, cells, specs, call, cell)
