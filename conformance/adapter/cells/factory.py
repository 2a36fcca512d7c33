"""The maker of cells: from a specification to a cell of each generation."""

import copy
import functools
import itertools

import tensorflow as tf

from .. import compat, native_trees, wire
from . import neutral_options, user_cells

_numbers = itertools.count()

V1_KINDS = ("SimpleRNN", "BasicLSTM", "LSTM", "GRU")
KERAS_KINDS = ("SimpleRNN", "LSTM", "GRU")
STACK = "Stack"
CONVOLUTIONAL = "ConvLSTM"


def make(generation, spec, index, dtype, options=wire.GIVEN, state_is_tuple=True):
    """Make one cell, neither wrapped nor built; `index` is its place in the stack.

    `options` is one of wire.OPTIONS.
    """
    if generation == "v1":
        return _make_v1(spec, dtype, options, state_is_tuple)
    kind = getattr(compat.keras(generation).layers, spec["cell_type"] + "Cell")
    if spec["ones_at_first"]:
        kind = _ones_at_first_class(kind)
    return kind(name="cell_%d" % index, **cell_arguments(generation, spec, dtype, options))


@functools.lru_cache(maxsize=None)
def _ones_at_first_class(kind):
    """Return a user's own cell class: like the given class, but it makes a state of ones."""

    class WithOnesAtFirst(kind):
        def get_initial_state(self, inputs=None, batch_size=None, dtype=None):
            dtype = dtype or self.compute_dtype
            state = [
                tf.ones((batch_size, size), dtype) for size in native_trees.flatten(self.state_size)
            ]
            return state if len(state) > 1 else state[0]

    return WithOnesAtFirst


def wrap(generation, spec, index, dtype, cell):
    """Put the cell into the custom cell and the wrappers that its specification names."""
    if spec["custom"]:
        cell = user_cells.make(generation, cell, spec, index, dtype)
    for name in spec["wrappers"]:
        cell = compat.wrapper(generation, name)(cell, dtype=dtype, **_WRAPPING[name])
    return cell


_WRAPPING = {
    "residual": {},
    "device": {"device": "/cpu:0"},
    "dropout": {},
    "output_dropout": {"output_keep_prob": wire.KEEP_PROBABILITY},
    "state_dropout": {"state_keep_prob": wire.KEEP_PROBABILITY},
}


def stack(generation, program, cells, dtype):
    """Return the cells as one cell; where the program nests them, stacks lie within a stack."""

    def stack_up(nesting):
        if isinstance(nesting, int):
            return cells[nesting]
        members = [stack_up(member) for member in nesting]
        if generation == "v1":
            return compat.v1_cells().MultiRNNCell(members, program.state_is_tuple)
        layers = compat.keras(generation).layers
        return layers.StackedRNNCells(members, dtype=dtype, name="stack")

    return stack_up(program.nesting or range(len(cells)))


def build(generation, cells, specs, features):
    """Create the variables of each cell, for the width of the inputs that reach it.

    Cells of v1 are given without their wrappers, cells of Keras with them.
    """
    width = features
    for cell, spec in zip(cells, specs):
        if generation == "v1":
            compat.build_v1_cell(cell, width)
        else:
            cell.build((None, width))
        width = spec["projection"] or spec["units"]
        if spec["custom"] and spec["custom"]["doubled"]:
            width *= 2


def nested_cells(cell):
    """Yield a cell and all cells that it contains."""
    inner = [getattr(cell, name, None) for name in ("cell", "inner")]
    for part in [*compat.parts(cell), *inner]:
        if part is not None and part is not cell:
            yield from nested_cells(part)
    yield cell


def cell_arguments(generation, spec, dtype, options=wire.GIVEN):
    """Return the arguments that a Keras cell and the layer of the same name share."""
    if options == wire.DEFAULTS:
        return {"units": spec["units"], **_dtype_option(dtype)}
    given = _arithmetic_options(spec, dtype)
    if options == wire.EVERY:
        given.update(copy.deepcopy(neutral_options.cell_options(generation, spec["cell_type"])))
    return given


def layer_arguments(generation, spec, dtype, options=wire.GIVEN):
    """Return the shared arguments that the layer takes; in some versions it does not take all."""
    given = cell_arguments(generation, spec, dtype, options)
    for name in compat.options_unknown_to_layer(generation, spec["cell_type"]):
        given.pop(name, None)
    return given


def _dtype_option(dtype):
    return {} if dtype == "float32" else {"dtype": dtype}


def _arithmetic_options(spec, dtype):
    """Return the arguments that change the numbers.

    The initializers are zeros because the weights are assigned later, and because the default of
    the recurrent kernel (orthogonal) does not exist for bfloat16.
    """
    given = {
        **_size_options(spec),
        "activation": spec["activation"],
        "use_bias": spec["use_bias"],
        "kernel_initializer": "zeros",
        "recurrent_initializer": "zeros",
        "dtype": dtype,
    }
    if spec["cell_type"] != "SimpleRNN":
        given["recurrent_activation"] = spec["recurrent_activation"].split("_0.2")[0]
    if spec["cell_type"] in ("LSTM", "GRU"):
        given["implementation"] = spec["implementation"]
    if spec["cell_type"] in ("LSTM", CONVOLUTIONAL):
        given["unit_forget_bias"] = False
    if spec["cell_type"] == "GRU":
        given["reset_after"] = spec["reset_after"]
    given.update({name: spec[name] for name in _DROPOUTS if spec[name]})
    return given


_DROPOUTS = ("dropout", "recurrent_dropout")


def _size_options(spec):
    convolution = spec["convolution"]
    if not convolution:
        return {"units": spec["units"]}
    return {
        "filters": spec["units"],
        "kernel_size": convolution["kernel"],
        "padding": convolution["padding"],
    }


_V1_NAMES = {"SimpleRNN": "BasicRNNCell", "BasicLSTM": "BasicLSTMCell"}


def _make_v1(spec, dtype, options, state_is_tuple):
    kind = getattr(compat.v1_cells(), _V1_NAMES.get(spec["cell_type"], spec["cell_type"] + "Cell"))
    # variables of v1 cells are found by name, across functions and eager calls alike
    name = "v1_cell_%d" % next(_numbers)
    if options == wire.DEFAULTS:
        return kind(spec["units"], name=name, **_dtype_option(dtype))
    given = {"dtype": tf.as_dtype(dtype), "name": name, **_v1_arithmetic_options(spec)}
    if not state_is_tuple and spec["cell_type"].endswith("LSTM"):
        given["state_is_tuple"] = False
    if options == wire.EVERY:
        given.update(copy.deepcopy(neutral_options.cell_options("v1", spec["cell_type"])))
    return kind(spec["units"], **given)


def _v1_arithmetic_options(spec):
    given = {"activation": _v1_activation(spec["activation"])}
    if spec["cell_type"] in ("BasicLSTM", "LSTM"):
        given["forget_bias"] = spec["forget_bias"]
    if spec["cell_type"] == "LSTM":
        given["use_peepholes"] = spec["peepholes"]
        given["cell_clip"] = spec["cell_clip"]
        given["num_proj"] = spec["projection"]
        given["proj_clip"] = spec["projection_clip"]
    return given


def _v1_activation(name):
    return tf.identity if name == "linear" else getattr(tf.nn, name)
