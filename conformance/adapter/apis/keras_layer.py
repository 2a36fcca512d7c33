"""The Keras layers `SimpleRNN`, `LSTM`, `GRU` and `ConvLSTM`, which return sequences and state."""

import tensorflow as tf

from .. import compat
from ..built_program import layer_dtype
from ..cells import factory
from .keras_rnn import build_layer, call_options, layer_options, neutral_layer_options


def build(generation, program):
    """Build the layer; it makes its cell itself."""
    (spec,) = program.cells
    dtype = layer_dtype(generation, program)
    given = factory.layer_arguments(generation, spec, dtype, program.options)
    options = {
        **given,
        **layer_options(program),
        **neutral_layer_options(generation, program, spec["cell_type"]),
    }
    distributed = program.layer.get("time_distributed")
    if distributed:
        options["return_state"] = False
    layers = compat.keras(generation).layers
    layer = getattr(layers, _class_name(spec))(name="layer", **options)
    built = build_layer(generation, program, layer, [layer.cell], build)
    if distributed:
        wrapper = layers.TimeDistributed(layer, dtype=dtype)
        wrapper.build((program.rows, None, None, program.features))
        call_in_slices = _call_in_halves if program.layer.get("stateful") else _call_in_pairs
        built.call = call_in_slices(wrapper, program)
    return built


def _class_name(spec):
    if not spec["convolution"]:
        return spec["cell_type"]
    return "%s%dD" % (spec["cell_type"], len(spec["convolution"]["space"]))


def _call_in_pairs(layer, program):
    """Return a function that gives a TimeDistributed two rows of the batch as two slices in time.

    It returns no state. Where the number of rows is not known beforehand, the number of slices is
    not known either.
    """
    options = call_options(program)

    def call(inputs, state):
        slices = tf.minimum(tf.shape(inputs)[0], 2)
        pairs = tf.reshape(inputs, [-1, slices, *_inner_sizes(inputs)])
        outputs = layer(pairs, **options)
        return tf.reshape(outputs, [-1, *_inner_sizes(outputs)[1:]]), ()

    return call


def _call_in_halves(layer, program):
    """Return a function that gives a TimeDistributed both halves of the steps as two slices.

    A stateful layer keeps its batch; it starts the second half where the first half ended.
    """

    def call(inputs, state):
        halves = tf.reshape(inputs, [program.rows, 2, -1, program.features])
        outputs = layer(halves, **call_options(program))
        return tf.reshape(outputs, [program.rows, -1, outputs.shape[-1]]), ()

    return call


def _inner_sizes(values):
    """Return the sizes of all axes except the first: numbers where known, else tensors."""
    known, sizes = values.shape.as_list()[1:], tf.unstack(tf.shape(values))[1:]
    return [size if known is None else known for known, size in zip(known, sizes)]
