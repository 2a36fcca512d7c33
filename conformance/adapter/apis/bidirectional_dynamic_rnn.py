"""`tf.compat.v1.nn.bidirectional_dynamic_rnn` over v1 cells."""

import tensorflow as tf

from .. import compat
from ..built_program import Built
from ..cells import factory


def build(generation, program):
    """Build both directions.

    The states are given and returned as a pair; the outputs are put side by side.
    """
    specs, dtype = program.cells, program.dtype
    cells = [factory.make(generation, spec, i, dtype) for i, spec in enumerate(specs)]
    for cell, spec in zip(cells, specs):
        factory.build(generation, [cell], [spec], program.features)
    options = {"dtype": dtype, **program.layer}

    def call(inputs, state, **arguments):
        forward, backward = (None, None) if state is None else state
        outputs, final = compat.v1.nn.bidirectional_dynamic_rnn(
            *cells,
            inputs,
            initial_state_fw=forward,
            initial_state_bw=backward,
            **options,
            **arguments,
        )
        return tf.concat(outputs, -1), final

    return Built(generation, program, cells[0], cells, call, cells[0])
