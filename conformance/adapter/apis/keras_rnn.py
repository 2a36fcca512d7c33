"""Keras `RNN(cell)`, which returns sequences and state."""

import dataclasses

import tensorflow as tf

from .. import compat, wire
from ..built_program import Built, build_cell, layer_dtype
from ..cells import neutral_options
from . import sequential_model


def build(generation, program):
    """Build the layer around its cell."""
    cells, cell = build_cell(generation, program)
    options = {**layer_options(program), **neutral_layer_options(generation, program)}
    dtype = layer_dtype(generation, program)
    layer = compat.keras(generation).layers.RNN(cell, dtype=dtype, name="rnn", **options)
    return build_layer(generation, program, layer, cells, build)


def layer_options(program):
    """Return the arguments of a layer, which returns all outputs and the state by default.

    The program's own options win. A Sequential model takes no layer with several outputs, so a
    layer in a model returns only the outputs.
    """
    others = ("mask_value", "training", "time_distributed")
    given = {name: value for name, value in program.layer.items() if name not in others}
    return {"return_sequences": True, "return_state": program.model is None, **given}


def call_options(program):
    """Return the arguments of each call of a layer or cell."""
    return {name: value for name, value in program.layer.items() if name == "training"}


def neutral_layer_options(generation, program, kind=None):
    """Return a layer's arguments that change nothing in inference, if the program wants them."""
    return neutral_options.loop_options(generation, kind) if program.options == wire.EVERY else {}


def masking(generation, program):
    """Return what the inputs go through: a Masking layer if the program asks for one."""
    value = program.layer.get("mask_value")
    if value is None:
        return lambda inputs: inputs
    return compat.keras(generation).layers.Masking(value, dtype=program.dtype, name="masking")


def build_layer(generation, program, layer, cells, build):
    """Return a layer as a Built, in its model if it has one; `build` builds another such layer."""
    model = sequential_model.make_model(generation, program, layer) if program.model else None
    if not program.fresh and model is None:
        convolution = program.cells[0]["convolution"]
        space = convolution["space"] if convolution else ()
        layer.build((program.rows, None, *space, program.features))
    call = caller(layer, masking(generation, program), options=call_options(program))
    others = {"new_layer": _new_layer(generation, program, layer, build)}
    if model is not None:
        call, others = sequential_model.ways(model, program.rows)
    return Built(generation, program, layer.cell, cells, call, layer, others, model)


def caller(layer, masked, outputs=1, options=()):
    """Return a function that calls a layer and splits the result into outputs and state.

    It splits as users do: the state is result[1:]. Several outputs are put side by side. `options`
    go with each call.
    """
    options = dict(options)

    def call(inputs, state, **arguments):
        if state is not None:
            arguments["initial_state"] = state
        result = layer(masked(inputs), **options, **arguments)
        if outputs == 1 and not layer.return_state:
            result = [result]
        returned = result[0] if outputs == 1 else tf.concat(result[:outputs], -1)
        return returned, result[outputs:]

    return call


def _new_layer(generation, program, layer, build):
    """Return a function that returns the call of another layer: same weights, not stateful."""
    options = {name: value for name, value in program.layer.items() if name != "stateful"}
    another = dataclasses.replace(program, layer=options, rows=None)
    made = []

    def way():
        if not made:
            made.append(build(generation, another))
        made[0].maker.set_weights(layer.get_weights())
        return made[0].call

    return way
