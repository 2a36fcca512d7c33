"""Keras `Bidirectional` around the layers `SimpleRNN`, `LSTM` and `GRU`."""

from . import cells, versions
from .built import Built, layer_dtype
from .keras_rnn import caller, layer_options, masking


def build(generation, program):
    """The wrapper; it makes the backward layer itself where that is like the forward one.

    Outputs that it does not merge are given side by side.
    """
    options, dtype = layer_options(program), layer_dtype(generation, program)
    merge_mode = options.pop("merge_mode", "concat")
    layers = versions.keras(generation).layers
    forward, backward = [
        getattr(layers, spec["kind"])(
            name=name,
            go_backwards=name == "backward",
            **options,
            **cells.keras_options(generation, spec, dtype),
        )
        for name, spec in zip(("forward", "backward"), program.cells)
    ]
    wrapper = layers.Bidirectional(
        forward,
        merge_mode=merge_mode,
        backward_layer=None if program.cells[0] == program.cells[1] else backward,
        dtype=dtype,
        name="bidirectional",
    )
    if not program.fresh:
        wrapper.build((program.rows, None, program.features))
    directions = (wrapper.forward_layer, wrapper.backward_layer)
    parts = [layer.cell for layer in directions]

    call = caller(wrapper, masking(generation, program), outputs=2 if merge_mode is None else 1)
    return Built(generation, program, parts[0], parts, call, wrapper, layers=directions)
