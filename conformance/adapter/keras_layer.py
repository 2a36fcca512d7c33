"""The Keras layers `SimpleRNN`, `LSTM` and `GRU`, returning sequences and state."""

from . import cells, versions
from .built import Built
from .keras_rnn import caller, layer_options


def build(generation, program):
    """The layer; it makes its cell itself."""
    (spec,) = program.cells
    options = {**cells.keras_options(spec, program.dtype), **layer_options(program)}
    layer = getattr(versions.keras(generation).layers, spec["kind"])(name="layer", **options)
    if not program.fresh:
        layer.build((None, None, program.features))
    return Built(generation, program, layer.cell, [layer.cell], caller(layer), layer)
