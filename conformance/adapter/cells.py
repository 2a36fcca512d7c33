"""Cells of each generation from their specification."""

import functools
import itertools

import tensorflow as tf

from . import trees, versions

_numbers = itertools.count()

V1_KINDS = ("SimpleRNN", "BasicLSTM", "LSTM", "GRU")
KERAS_KINDS = ("SimpleRNN", "LSTM", "GRU")
STACK = "Stack"


def make(generation, spec, index, dtype):
    """One cell, not yet built; `index` is its place in the stack."""
    if generation == "v1":
        return _v1(spec, dtype)
    kind = getattr(versions.keras(generation).layers, spec["kind"] + "Cell")
    if spec["ones_at_first"]:
        kind = _with_ones_at_first(kind)
    return kind(name="cell_%d" % index, **keras_options(spec, dtype))


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


def keras_options(spec, dtype):
    """Arguments that a Keras cell and the layer of the same name share.

    The initializers are zeros because the weights are assigned; the default of the recurrent kernel
    (orthogonal) does not exist for bfloat16.
    """
    options = {
        "units": spec["units"],
        "activation": spec["activation"],
        "use_bias": spec["use_bias"],
        "kernel_initializer": "zeros",
        "recurrent_initializer": "zeros",
        "dtype": dtype,
    }
    if spec["kind"] != "SimpleRNN":
        options["recurrent_activation"] = spec["recurrent_activation"].split("_0.2")[0]
        options["implementation"] = spec["implementation"]
    if spec["kind"] == "LSTM":
        options["unit_forget_bias"] = False
    if spec["kind"] == "GRU":
        options["reset_after"] = spec["reset_after"]
    return options


def _v1(spec, dtype):
    cells = versions.v1_cells()
    common = {
        "activation": _v1_activation(spec["activation"]),
        "dtype": tf.as_dtype(dtype),
        # variables of v1 cells are found by name, across functions and eager calls alike
        "name": "v1_cell_%d" % next(_numbers),
    }
    if spec["kind"] == "SimpleRNN":
        return cells.BasicRNNCell(spec["units"], **common)
    if spec["kind"] == "GRU":
        return cells.GRUCell(spec["units"], **common)
    if spec["kind"] == "BasicLSTM":
        return cells.BasicLSTMCell(spec["units"], forget_bias=spec["forget_bias"], **common)
    return cells.LSTMCell(
        spec["units"],
        use_peepholes=spec["peepholes"],
        cell_clip=spec["cell_clip"],
        num_proj=spec["projection"],
        proj_clip=spec["projection_clip"],
        forget_bias=spec["forget_bias"],
        **common,
    )


def _v1_activation(name):
    return tf.identity if name == "linear" else getattr(tf.nn, name)
