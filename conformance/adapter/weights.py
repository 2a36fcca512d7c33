"""Canonical weights as each API lays them out: the documented conversion between v1 and Keras.

v1 stacks the kernel as [inputs; h], orders the LSTM's gates i, j (the candidate), f, o, the GRU's
r, u, and adds `forget_bias` while running; Keras orders i, f, c, o and z, r, h and keeps the forget
bias inside the bias vector.
"""

import numpy as np

from . import trees, versions


class Assigned:
    """The values that the variables of a built path were given last."""

    def __init__(self):
        self._given = ()
        self._pairs = []

    @property
    def variables(self):
        """The variables that were given values."""
        return [variable for variable, _ in self._pairs]

    def changed(self, built, values):
        """Pairs of (variable, value) to assign for a wire.Weights of each cell; none if given."""
        if values == self._given:
            return []
        self._given = values
        cells = zip(built.cells, built.specs, values)
        self._pairs = [p for c in cells for p in layout(built.generation, *c)]
        return self._pairs

    def intact(self, now):
        """Whether the variables' values now are those that they were given."""
        return all(_same(value, given) for value, (_, given) in zip(now, self._pairs))


def _same(now, value):
    return now.dtype == value.dtype and now.tobytes() == value.tobytes()


def layout(generation, cell, spec, weights):
    """Pairs of (variable, value) for one cell that has been built."""
    arrays = {
        name: None if array is None else trees.to_numpy(array)
        for name, array in vars(weights).items()
    }
    pairs = _v1(cell, spec, arrays) if generation == "v1" else _keras(cell, spec, arrays)
    return [(versions.tf_variable(variable), value) for variable, value in pairs]


def _keras(cell, spec, arrays):
    pairs = [(cell.kernel, arrays["kernel"]), (cell.recurrent_kernel, arrays["recurrent"])]
    if arrays["bias"] is not None:
        pairs.append((cell.bias, _with_forget_bias(spec, arrays["bias"])))
    return pairs


def _with_forget_bias(spec, bias):
    if spec["kind"] != "LSTM":
        return bias
    units = spec["units"]
    bias = bias.copy()
    bias[units : 2 * units] += bias.dtype.type(spec["forget_bias"])
    return bias


def _v1(cell, spec, arrays):
    named = {variable.name.split(":")[0]: variable for variable in cell.variables}
    return [(_ending(named, ending), value) for ending, value in _v1_values(spec, arrays)]


def _ending(named, ending):
    matching = [name for name in named if ("/" + name).endswith("/" + ending)]
    return named[min(matching, key=len)]  # "kernel" also ends "projection/kernel"


def _v1_values(spec, arrays):
    stacked = np.concatenate([arrays["kernel"], arrays["recurrent"]])
    if spec["kind"] == "SimpleRNN":
        return [("kernel", stacked), ("bias", arrays["bias"])]
    if spec["kind"] == "GRU":
        return _v1_gru(spec["units"], stacked, arrays["bias"])
    return _v1_lstm(stacked, arrays)


def _v1_gru(units, stacked, bias):
    update, reset, candidate = np.split(stacked, 3, axis=1)
    update_bias, reset_bias, candidate_bias = np.split(bias, 3)
    return [
        ("gates/kernel", np.concatenate([reset, update], axis=1)),
        ("gates/bias", np.concatenate([reset_bias, update_bias])),
        ("candidate/kernel", candidate),
        ("candidate/bias", candidate_bias),
    ]


def _v1_lstm(stacked, arrays):
    pairs = [("kernel", _as_ijfo(stacked)), ("bias", _as_ijfo(arrays["bias"]))]
    if arrays["projection"] is not None:
        pairs.append(("projection/kernel", arrays["projection"]))
    if arrays["peepholes"] is not None:
        names = ("w_i_diag", "w_f_diag", "w_o_diag")
        pairs.extend(zip(names, arrays["peepholes"]))
    return pairs


def _as_ijfo(values):
    i, f, j, o = np.split(values, 4, axis=-1)
    return np.concatenate([i, j, f, o], axis=-1)
