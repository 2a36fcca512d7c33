"""Keras `RNN(cell)`, returning sequences and state."""

from . import versions
from .built import Built, built_cell


def build(generation, program):
    """The layer around its cell."""
    cells, cell = built_cell(generation, program)
    layer = versions.keras(generation).layers.RNN(
        cell, dtype=program.dtype, name="rnn", **layer_options(program)
    )
    if not program.fresh:
        layer.build((None, None, program.features))
    return Built(generation, program, cell, cells, caller(layer), layer)


def layer_options(program):
    """Arguments of a layer: all outputs and the state are returned unless the program says else."""
    return {"return_sequences": True, "return_state": True, **program.layer}


def caller(layer):
    """Call a layer and cut what it returns into outputs and state, as users do: result[1:]."""

    def call(inputs, state, **arguments):
        if state is not None:
            arguments["initial_state"] = state
        result = layer(inputs, **arguments)
        return result[0], result[1:]

    return call
