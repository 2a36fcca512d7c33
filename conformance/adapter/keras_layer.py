"""The Keras layers `SimpleRNN`, `LSTM` and `GRU`, returning sequences and state."""

from . import cells, versions
from .built import Built
from .keras_rnn import caller


def build(generation, specs, features, dtype):
    """The layer; it makes its cell itself."""
    (spec,) = specs
    layer = getattr(versions.keras(generation).layers, spec["kind"])(
        return_sequences=True, return_state=True, name="layer", **cells.keras_options(spec, dtype)
    )
    if features is not None:
        layer.build((None, None, features))
    return Built(generation, layer.cell, [layer.cell], specs, caller(layer), layer)
