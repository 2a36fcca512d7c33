"""The only module that treats versions of TensorFlow and Keras differently.

Importing it imports TensorFlow. Where tf-keras is installed, this module makes it `tf.keras`,
unless the user has set the variable: the v1 cells work beside Keras 3 in one process only then.
"""

import functools
import importlib
import importlib.util
import inspect
import os
import platform
import random

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
if importlib.util.find_spec("tf_keras") is not None:
    os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")

import numpy as np
import tensorflow as tf

from . import wire

v1 = tf.compat.v1
KERAS_GENERATIONS = ("keras2", "keras3")


class NotAvailable(Exception):
    """An error for a path that this environment does not have; the message says why."""


def start():
    """Prepare the process: eager execution, one thread, no warnings on the streams."""
    if not tf.executing_eagerly():
        v1.enable_eager_execution()
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    v1.logging.set_verbosity(v1.logging.ERROR)


def keras(generation):
    """Return the module of a Keras generation; raise NotAvailable with the reason."""
    return _keras2() if generation == "keras2" else _keras3()


def _keras2():
    if importlib.util.find_spec("tf_keras") is not None:
        return importlib.import_module("tf_keras")
    if _major(_version(tf.keras)) == 2:
        return tf.keras
    raise NotAvailable("Keras 2 is not installed (pip install tf-keras)")


def _keras3():
    if importlib.util.find_spec("keras") is None:
        raise NotAvailable("Keras 3 is not installed")
    module = importlib.import_module("keras")
    if _major(module.__version__) < 3:
        raise NotAvailable("the keras package is %s" % module.__version__)
    if module.backend.backend() != "tensorflow":
        raise NotAvailable("Keras 3 runs on %s here" % module.backend.backend())
    return module


def _version(module):
    """Return the version of a Keras.

    The Keras of TensorFlow 2.15 does not state it; it has the version of the keras package.
    """
    if hasattr(module, "__version__"):
        return module.__version__
    found = importlib.util.find_spec("keras") is not None
    return importlib.import_module("keras").__version__ if found else "0"


def _major(version):
    return _numbers(version)[0]


def _numbers(version):
    return tuple(int(part) for part in version.split(".")[:2])


@functools.lru_cache(maxsize=None)
def v1_cells():
    """Return the namespace of the v1 cells; raise NotAvailable with the reason.

    This is done once. A cell made outside a graph turns the classes of cells that were made in a
    graph back into the eager classes, and their living instances change too
    (tf_keras/src/utils/version_utils.py).
    """
    try:
        cells = v1.nn.rnn_cell
        cells.BasicRNNCell(1)
    except (ImportError, AttributeError) as error:
        reason = str(error).strip().splitlines()[0][:120]
        raise NotAvailable("the v1 cells do not work here: %s" % reason) from error
    return cells


def keeps_dropout_masks():
    """Return True where `RNN` over a Keras 2 cell takes the dropout mask of one trace to the next.

    It does so up to TensorFlow 2.0, where the next trace has no such tensor.
    """
    return _numbers(tf.__version__) < (2, 1)


def versions():
    """Return the installed versions: python, numpy, tensorflow and each Keras generation found."""
    found = {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "tensorflow": tf.__version__,
    }
    for generation in KERAS_GENERATIONS:
        try:
            module = keras(generation)
        except NotAvailable:
            continue
        found[generation] = _version(module)
    return found


def options_unknown_to_layer(generation, kind):
    """Return the options of a cell that the layer of the same kind does not take."""
    lacks = generation == "keras3" and kind == "GRU"
    lacks = lacks and _numbers(_version(keras(generation))) < (3, 4)
    return ("implementation",) if lacks else ()


def parts(cell):
    """Return the cells of a stack, or a list of the cell alone where it is no stack."""
    return getattr(cell, "cells", None) or getattr(cell, "_cells", None) or [cell]


def files(generation):
    """Return the kinds of file that a model can be saved to and loaded from."""
    kinds = (wire.H5_FILE, wire.WEIGHTS_FILE, wire.SAVED_MODEL)
    has_zip = generation == "keras3" or _numbers(_version(keras(generation))) >= (2, 13)
    return (wire.KERAS_FILE, *kinds) if has_zip else kinds


def reload_saved_model(generation, model, folder):
    """Save a model as a SavedModel; return the loaded one, and True where it has the layers."""
    if generation == "keras2":
        model.save(folder, save_format="tf")
        return keras(generation).models.load_model(folder), True
    model.export(folder)
    loaded = tf.saved_model.load(folder)
    return lambda inputs: loaded.serve(inputs), False  # the function does not keep its variables


def initial_state_of(maker, inputs, batch, dtype):
    """Return the state that a cell or layer makes itself; the arguments' names vary by version."""
    if hasattr(maker, "zero_state"):
        return maker.zero_state(batch, dtype)
    taken = inspect.signature(maker.get_initial_state).parameters
    if "inputs" not in taken:
        return maker.get_initial_state(batch_size=batch)
    if "batch_size" not in taken:
        return maker.get_initial_state(inputs)
    return maker.get_initial_state(inputs=inputs, batch_size=batch, dtype=dtype)


def policy(generation, name):
    """Return a policy of mixed precision."""
    mixed_precision = keras(generation).mixed_precision
    if hasattr(mixed_precision, "experimental"):  # up to TensorFlow 2.3
        mixed_precision = mixed_precision.experimental
    kind = mixed_precision.DTypePolicy if generation == "keras3" else mixed_precision.Policy
    return kind(name)


def reset(generation, layer, states=None):
    """Reset a stateful layer's states; the method's name depends on the generation."""
    method = layer.reset_states if generation == "keras2" else layer.reset_state
    return method() if states is None else method(states=states)


def missing_relatives(generation):
    """Return the relatives of cells that a generation should have but this environment lacks."""
    if generation == "v1":
        return ()
    lacks = []
    if generation == "keras2" and not hasattr(tf.nn, "RNNCellResidualWrapper"):
        lacks.append("Wrapped")
    if not hasattr(keras(generation).layers, "ConvLSTM1D"):
        lacks.append("ConvLSTM")
    if not _has_policies(generation):
        lacks.append("Mixed")
    return tuple(lacks)


def _has_policies(generation):
    if _major(tf.__version__) < 2:
        return False  # such policies exist, but layers do not cast by them
    try:
        for name in ("mixed_float16", "mixed_bfloat16"):
            policy(generation, name)
    except (AttributeError, ValueError):
        return False
    return True


def wrapper(generation, name):
    """Return the class of a cell wrapper, by the name that a specification gives it."""
    kind = {"residual": "Residual", "device": "Device"}.get(name, "Dropout") + "Wrapper"
    return getattr(v1_cells(), kind) if generation == "v1" else getattr(tf.nn, "RNNCell" + kind)


def seed():
    """Make Keras draw the same seeds, and so the same initial values, in every process."""
    random.seed(0)
    np.random.seed(0)


def forget_kernels():
    """Empty TensorFlow's unbounded cache of eager kernels; setting the seed does that."""
    v1.set_random_seed(0)


def fix_initial_values(call):
    """Return the call of a v1 cell with initial values that are the same in every process.

    The values come from NumPy. Setting TensorFlow's own seed for each call would empty its cache
    of kernels (see forget_kernels), and the next call would take ten times as long.
    """

    def initial_value(shape, dtype, partition_info=None):  # TensorFlow 1.15 gives the last one
        return tf.constant(np.random.RandomState(0).uniform(-0.5, 0.5, shape), dtype)

    def call_with_values(inputs, state, **arguments):
        with v1.variable_scope(v1.get_variable_scope(), initializer=initial_value):
            return call(inputs, state, **arguments)

    return call_with_values


_COMPILES = ("jit_compile", "experimental_compile")  # the latter up to TensorFlow 2.4
_RELAXES = ("reduce_retracing", "experimental_relax_shapes")  # the latter up to TensorFlow 2.8


def trace(function):
    """Return the only trace of a tf.function with a signature; it is called like the function.

    Up to TensorFlow 2.2 a trace took no nested arguments: there the function itself is returned.
    """
    return function if _numbers(tf.__version__) < (2, 3) else function.get_concrete_function()


def can_compile():
    """Return True where XLA can compile a tf.function."""
    return _option_of_function(_COMPILES) is not None


def xla_function(traced, input_signature):
    """Return a tf.function that XLA compiles."""
    options = {_option_of_function(_COMPILES): True}
    return tf.function(traced, input_signature=input_signature, autograph=False, **options)


def relaxed_function(traced):
    """Return a tf.function that is traced for unknown sizes after calls with different sizes."""
    return tf.function(traced, autograph=False, **{_option_of_function(_RELAXES): True})


def _option_of_function(names):
    taken = inspect.signature(tf.function).parameters
    return next((name for name in names if name in taken), None)


def tf_variable(variable):
    """Return the tf.Variable in a weight: Keras 3 wraps it, and Keras 2 does with a policy."""
    if "AutoCast" in type(variable).__name__:
        return variable._variable
    # the others have a method `value`
    return variable.value if isinstance(variable.value, tf.Variable) else variable


def build_v1_cell(cell, width):
    """Create the variables of a v1 cell for inputs of the given width."""
    cell.build(tf.TensorShape([None, width]))
