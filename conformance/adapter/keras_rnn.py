"""Keras `RNN(cell)`, returning sequences and state."""

from . import versions
from .built import Built, built_cell


def build(generation, specs, features, dtype):
    """The layer around its cell."""
    cells, cell = built_cell(generation, specs, features, dtype)
    layer = versions.keras(generation).layers.RNN(
        cell, return_sequences=True, return_state=True, dtype=dtype, name="rnn"
    )
    if features is not None:
        layer.build((None, None, features))
    return Built(generation, cell, cells, specs, caller(layer), layer)


def caller(layer):
    """Call a layer and cut what it returns into outputs and state, as users do: result[1:]."""

    def call(inputs, state):
        result = layer(inputs) if state is None else layer(inputs, initial_state=state)
        return result[0], result[1:]

    return call
