"""Keras `RNN(cell)`, returning sequences and state."""

import dataclasses

import tensorflow as tf

from .. import compat, wire
from ..built_program import Built, build_cell, layer_dtype
from ..cells import neutral_options
from . import sequential_model


def build(generation, program):
    """The layer around its cell."""
    cells, cell = build_cell(generation, program)
    options = {**layer_options(program), **neutral_layer_options(generation, program)}
    dtype = layer_dtype(generation, program)
    layer = compat.keras(generation).layers.RNN(cell, dtype=dtype, name="rnn", **options)
    return build_layer(generation, program, layer, cells, build)


def layer_options(program):
    """Arguments of a layer: all outputs and the state are returned unless the program says else.

    A Sequential model takes no layer of several outputs; in a model the outputs are all.
    """
    others = ("mask_value", "training", "time_distributed")
    given = {name: value for name, value in program.layer.items() if name not in others}
    return {"return_sequences": True, "return_state": program.model is None, **given}


def call_options(program):
    """Arguments of each call of a layer or cell."""
    return {name: value for name, value in program.layer.items() if name == "training"}


def neutral_layer_options(generation, program, kind=None):
    """Arguments of a layer that change nothing in inference, if the program asks for them."""
    return neutral_options.loop_options(generation, kind) if program.options == wire.EVERY else {}


def masking(generation, program):
    """What the inputs come through: a Masking layer, if the program asks for one."""
    value = program.layer.get("mask_value")
    if value is None:
        return lambda inputs: inputs
    return compat.keras(generation).layers.Masking(value, dtype=program.dtype, name="masking")


def build_layer(generation, program, layer, cells, build):
    """A layer as a Built, in its model where it has one; `build` builds another of its kind."""
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
    """Call a layer and cut what it returns into outputs and state, as users do: result[1:].

    Where it returns several outputs they are given side by side. `options` go with each call.
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
    """A function that gives the call of another layer with the same weights, not stateful."""
    options = {name: value for name, value in program.layer.items() if name != "stateful"}
    another = dataclasses.replace(program, layer=options, rows=None)
    made = []

    def way():
        if not made:
            made.append(build(generation, another))
        made[0].maker.set_weights(layer.get_weights())
        return made[0].call

    return way
