"""The Keras layers `SimpleRNN`, `LSTM` and `GRU`, returning sequences and state."""

from . import cells, versions
from .built import layer_dtype
from .keras_rnn import built_layer, idle_options, layer_options


def build(generation, program):
    """The layer; it makes its cell itself."""
    (spec,) = program.cells
    dtype = layer_dtype(generation, program)
    given = cells.options_of_layer(generation, spec, dtype, program.options)
    options = {**given, **layer_options(program), **idle_options(generation, program, spec["kind"])}
    layer = getattr(versions.keras(generation).layers, spec["kind"])(name="layer", **options)
    return built_layer(generation, program, layer, [layer.cell], build)
