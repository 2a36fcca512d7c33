"""What each class of cells and layers takes for the options that it is not given."""

import inspect

from .. import compat, wire

_V1 = ("BasicRNNCell", "GRUCell", "BasicLSTMCell", "LSTMCell", "MultiRNNCell")
_KERAS = {
    "SimpleRNNCell": lambda layers: layers.SimpleRNNCell(1),
    "GRUCell": lambda layers: layers.GRUCell(1),
    "LSTMCell": lambda layers: layers.LSTMCell(1),
    "SimpleRNN": lambda layers: layers.SimpleRNN(1),
    "GRU": lambda layers: layers.GRU(1),
    "LSTM": lambda layers: layers.LSTM(1),
    "RNN": lambda layers: layers.RNN(layers.SimpleRNNCell(1)),
    "StackedRNNCells": lambda layers: layers.StackedRNNCells([layers.SimpleRNNCell(1)]),
    "Bidirectional": lambda layers: layers.Bidirectional(layers.SimpleRNN(1)),
    "TimeDistributed": lambda layers: layers.TimeDistributed(layers.SimpleRNN(1)),
    "ConvLSTM1D": lambda layers: layers.ConvLSTM1D(1, 1),
    "ConvLSTM2D": lambda layers: layers.ConvLSTM2D(1, 1),
    "ConvLSTM3D": lambda layers: layers.ConvLSTM3D(1, 1),
}
# What is given, what differs from object to object, and what has a record of its own
_LEFT_OUT = {
    "self", "name", "units", "num_units", "filters", "kernel_size",
    "cell", "cells", "layer", "backward_layer",
}  # fmt: skip


def all_defaults():
    """A wire.Defaults for each class of each generation that is here."""
    found = compat.versions()
    records = list(_v1_defaults())
    for generation in compat.KERAS_GENERATIONS:
        if generation in found:
            layers = compat.keras(generation).layers
            records += [_keras_defaults(generation, layers, name) for name in _KERAS]
    return tuple(records)


def _v1_defaults():
    """Those of the signatures; a v1 cell does not tell its options in all versions."""
    try:
        cells = compat.v1_cells()
    except compat.NotAvailable:
        return ()
    return tuple(wire.Defaults("v1/" + name, _signature_defaults(getattr(cells, name))) for name in _V1)


def _keras_defaults(generation, layers, name):
    """Those of the signature, and over them what get_config says."""
    owner = "%s/%s" % (generation, name)
    try:
        config = _KERAS[name](layers).get_config()
        options = {**_signature_defaults(getattr(layers, name)), **config}
    except Exception as raised:  # an older version may lack the class
        return wire.Defaults(owner, {}, "%s: %s" % (type(raised).__name__, raised))
    plain = {key: _to_plain(value) for key, value in options.items() if key not in _LEFT_OUT}
    return wire.Defaults(owner, plain)


def _signature_defaults(kind):
    taken = inspect.signature(kind.__init__).parameters.items()
    return {
        name: parameter.default
        for name, parameter in taken
        if parameter.default is not parameter.empty and name not in _LEFT_OUT
    }


def _to_plain(value):
    """As JSON has it; an object by its class and config, a policy of dtypes by its name."""
    if isinstance(value, dict) and "class_name" in value:
        config = value.get("config") or {}
        if "DTypePolicy" in value["class_name"] or value["class_name"] == "Policy":
            return config["name"]
        return {"class_name": value["class_name"], "config": _to_plain(config)}
    if isinstance(value, dict):
        return {key: _to_plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_to_plain(item) for item in value]
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return type(value).__name__
