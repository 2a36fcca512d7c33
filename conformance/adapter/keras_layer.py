"""The Keras layers `SimpleRNN`, `LSTM` and `GRU`, returning sequences and state."""

from . import cells, versions
from .built import layer_dtype
from .keras_rnn import built_layer, layer_options


def build(generation, program):
    """The layer; it makes its cell itself."""
    (spec,) = program.cells
    dtype = layer_dtype(generation, program)
    options = {**cells.keras_options(spec, dtype), **layer_options(program)}
    layer = getattr(versions.keras(generation).layers, spec["kind"])(name="layer", **options)
    return built_layer(generation, program, layer, [layer.cell], build)
