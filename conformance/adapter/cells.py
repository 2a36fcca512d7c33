"""Cells of each generation from their specification."""

import copy
import functools
import itertools

import tensorflow as tf

from . import idle, trees, versions, wire

_numbers = itertools.count()

V1_KINDS = ("SimpleRNN", "BasicLSTM", "LSTM", "GRU")
KERAS_KINDS = ("SimpleRNN", "LSTM", "GRU")
STACK = "Stack"


def make(generation, spec, index, dtype, options=wire.GIVEN):
    """One cell, not yet built; `index` is its place in the stack, `options` one of wire.OPTIONS."""
    if generation == "v1":
        return _v1(spec, dtype, options)
    kind = getattr(versions.keras(generation).layers, spec["kind"] + "Cell")
    if spec["ones_at_first"]:
        kind = _with_ones_at_first(kind)
    return kind(name="cell_%d" % index, **keras_options(generation, spec, dtype, options))


@functools.lru_cache(maxsize=None)
def _with_ones_at_first(kind):
    """A user's own class of cell, like another but for the state that it makes."""

    class WithOnesAtFirst(kind):
        def get_initial_state(self, inputs=None, batch_size=None, dtype=None):
            dtype = dtype or self.compute_dtype
            state = [tf.ones((batch_size, size), dtype) for size in trees.flatten(self.state_size)]
            return state if len(state) > 1 else state[0]

    return WithOnesAtFirst


def stack(generation, cells, dtype):
    """Several cells as one."""
    if generation == "v1":
        return versions.v1_cells().MultiRNNCell(cells)
    return versions.keras(generation).layers.StackedRNNCells(cells, dtype=dtype, name="stack")


def build(generation, cells, specs, features):
    """Create the variables of each cell, for the width that reaches it."""
    width = features
    for cell, spec in zip(cells, specs):
        if generation == "v1":
            versions.build_v1_cell(cell, width)
        else:
            cell.build((None, width))
        width = spec["projection"] or spec["units"]


def keras_options(generation, spec, dtype, options=wire.GIVEN):
    """Arguments that a Keras cell and the layer of the same name share."""
    if options == wire.DEFAULTS:
        return {"units": spec["units"], **_unless_default(dtype)}
    given = _arithmetic(spec, dtype)
    if options == wire.EVERY:
        given.update(copy.deepcopy(idle.of_cell(generation, spec["kind"])))
    return given


def options_of_layer(generation, spec, dtype, options=wire.GIVEN):
    """Those arguments, for the layer, which in some versions does not take all of them."""
    given = keras_options(generation, spec, dtype, options)
    for name in versions.not_taken_by_layer(generation, spec["kind"]):
        given.pop(name, None)
    return given


def _unless_default(dtype):
    return {} if dtype == "float32" else {"dtype": dtype}


def _arithmetic(spec, dtype):
    """Those that change what is computed.

    The initializers are zeros because the weights are assigned; the default of the recurrent kernel
    (orthogonal) does not exist for bfloat16.
    """
    given = {
        "units": spec["units"],
        "activation": spec["activation"],
        "use_bias": spec["use_bias"],
        "kernel_initializer": "zeros",
        "recurrent_initializer": "zeros",
        "dtype": dtype,
    }
    if spec["kind"] != "SimpleRNN":
        given["recurrent_activation"] = spec["recurrent_activation"].split("_0.2")[0]
        given["implementation"] = spec["implementation"]
    if spec["kind"] == "LSTM":
        given["unit_forget_bias"] = False
    if spec["kind"] == "GRU":
        given["reset_after"] = spec["reset_after"]
    return given


_V1_NAMES = {"SimpleRNN": "BasicRNNCell", "BasicLSTM": "BasicLSTMCell"}


def _v1(spec, dtype, options):
    kind = getattr(versions.v1_cells(), _V1_NAMES.get(spec["kind"], spec["kind"] + "Cell"))
    # variables of v1 cells are found by name, across functions and eager calls alike
    name = "v1_cell_%d" % next(_numbers)
    if options == wire.DEFAULTS:
        return kind(spec["units"], name=name, **_unless_default(dtype))
    given = {"dtype": tf.as_dtype(dtype), "name": name, **_v1_arithmetic(spec)}
    if options == wire.EVERY:
        given.update(copy.deepcopy(idle.of_cell("v1", spec["kind"])))
    return kind(spec["units"], **given)


def _v1_arithmetic(spec):
    given = {"activation": _v1_activation(spec["activation"])}
    if spec["kind"] in ("BasicLSTM", "LSTM"):
        given["forget_bias"] = spec["forget_bias"]
    if spec["kind"] == "LSTM":
        given["use_peepholes"] = spec["peepholes"]
        given["cell_clip"] = spec["cell_clip"]
        given["num_proj"] = spec["projection"]
        given["proj_clip"] = spec["projection_clip"]
    return given


def _v1_activation(name):
    return tf.identity if name == "linear" else getattr(tf.nn, name)
