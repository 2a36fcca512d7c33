"""The defaults: the value that each class of cells and layers takes for an option not given."""

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
# Options that must be given, that differ from object to object, or that have their own record
_LEFT_OUT = {
    "self", "name", "units", "num_units", "filters", "kernel_size",
    "cell", "cells", "layer", "backward_layer",
}  # fmt: skip


def all_defaults():
    """Return a wire.Defaults for each class of each generation that is installed."""
    found = compat.versions()
    records = list(_v1_defaults())
    for generation in compat.KERAS_GENERATIONS:
        if generation in found:
            layers = compat.keras(generation).layers
            records += [_keras_defaults(generation, layers, name) for name in _KERAS]
    return tuple(records)


def _v1_defaults():
    """Return the defaults in the signatures; not every version's v1 cells show their options."""
    try:
        cells = compat.v1_cells()
    except compat.NotAvailable:
        return ()
    return tuple(
        wire.Defaults("v1/" + name, _signature_defaults(getattr(cells, name))) for name in _V1
    )


def _keras_defaults(generation, layers, name):
    """Return the defaults in the signature; where get_config gives a value, that one wins."""
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
    """Return a value as JSON: an object as its class and config, a dtype policy as its name."""
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
