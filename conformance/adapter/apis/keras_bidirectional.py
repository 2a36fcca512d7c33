"""Keras `Bidirectional` around the layers `SimpleRNN`, `LSTM` and `GRU`."""

from .. import compat
from ..built_program import Built, layer_dtype
from ..cells import factory
from .keras_rnn import caller, layer_options, masking, neutral_layer_options


def build(generation, program):
    """Build the wrapper; it makes the backward layer itself where both layers are alike.

    Where the wrapper does not merge the outputs, they are put side by side.
    """
    dtype = layer_dtype(generation, program)
    kind = program.cells[0]["cell_type"]
    options = {**layer_options(program), **neutral_layer_options(generation, program, kind)}
    merge_mode = options.pop("merge_mode", "concat")
    layers = compat.keras(generation).layers
    forward, backward = [
        getattr(layers, spec["cell_type"])(
            name=name,
            go_backwards=name == "backward",
            **options,
            **factory.layer_arguments(generation, spec, dtype, program.options),
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
    return bind_wrapper(generation, program, wrapper)


def bind_wrapper(generation, program, wrapper):
    """Return the path of a wrapper that is already built."""
    directions = (wrapper.forward_layer, wrapper.backward_layer)
    parts = [layer.cell for layer in directions]
    outputs = 2 if wrapper.merge_mode is None else 1
    call = caller(wrapper, masking(generation, program), outputs)
    return Built(generation, program, parts[0], parts, call, wrapper, layers=directions)
