"""Options that change nothing in inference, with values other than their defaults.

They are plain data, and the driver reads them too. All numbers are exact in every dtype.
"""


def _object(name, **config):
    return {"class_name": name, "config": config}


def _regularizer(l1, l2):
    # all releases have this class; the classes of one norm came later
    return _object("L1L2", l1=l1, l2=l2)


_KERAS_CELL = {
    "kernel_initializer": _object("RandomUniform", minval=-0.5, maxval=0.5, seed=1),
    "recurrent_initializer": _object("RandomUniform", minval=-0.25, maxval=0.25, seed=2),
    "bias_initializer": _object("Constant", value=0.5),
    "kernel_regularizer": _regularizer(0.0, 0.25),
    "recurrent_regularizer": _regularizer(0.5, 0.0),
    "bias_regularizer": _regularizer(0.0, 0.125),
    "kernel_constraint": _object("MaxNorm", max_value=2, axis=0),
    "recurrent_constraint": _object("NonNeg"),
    "bias_constraint": _object("MaxNorm", max_value=4, axis=0),
    "dropout": 0.25,
    "recurrent_dropout": 0.5,
    "trainable": False,
}
_V1_INITIALIZER = _object("RandomUniform", minval=-0.5, maxval=0.5, seed=1)
_V1_CELL = {
    "GRU": {"kernel_initializer": _V1_INITIALIZER, "bias_initializer": _object("Ones")},
    "LSTM": {"initializer": _V1_INITIALIZER},
}


def cell_options(generation, kind):
    """Return the options of a cell, by name."""
    if generation == "v1":
        return {"trainable": False, **_V1_CELL.get(kind, {})}
    return {**_KERAS_CELL, "seed": 3} if generation == "keras3" else _KERAS_CELL


def loop_options(generation, kind=None):
    """Return a layer's documented options that are not its cell's; without a kind, of `RNN`."""
    options = {"unroll": True}
    if kind is not None or generation == "keras3":
        options["activity_regularizer"] = _regularizer(0.0, 0.5)
    if kind in ("LSTM", "GRU") and generation == "keras3":
        options["use_cudnn"] = False
    return options
