"""Canonical weights as each API lays them out: the documented conversion between v1 and Keras.

v1 stacks the kernel as [inputs; h]. It orders the gates of an LSTM i, j (the candidate), f, o and
those of a GRU r, u, and it adds `forget_bias` while it runs. Keras orders the gates i, f, c, o and
z, r, h, and keeps the forget bias inside the bias vector.
"""

import collections

import numpy as np

from .. import compat, native_trees, wire

# A variable and its value: the number of its cell, and the name that the API has for it
Placed = collections.namedtuple("Placed", ["cell", "name", "variable", "value"])


class Assigned:
    """The values that were assigned last to the variables of a built path."""

    def __init__(self):
        self._given = ()
        self._placed = []

    @property
    def variables(self):
        """The variables that have been given values."""
        return [placed.variable for placed in self._placed]

    def assignments(self, built, values):
        """Return the pairs (variable, value) to assign for each cell's wire.Weights.

        There are none if these weights are already assigned.
        """
        if values == self._given:
            return []
        self._given = values
        self.move_to(built)
        return [(placed.variable, placed.value) for placed in self._placed]

    def move_to(self, built):
        """Look from now on at the variables of another built path, which must have these values."""
        cells = enumerate(zip(built.cells, built.specs, self._given))
        self._placed = [
            Placed(index, *placed)
            for index, each in cells
            for placed in layout(built.generation, *each)
        ]

    def are_intact(self, now):
        """Return True where the variables' values `now` are the assigned ones."""
        return all(_same(value, placed.value) for value, placed in zip(now, self._placed))

    def canonical(self, built, values):
        """Return a wire.Weights for each cell, with `values` in the variables' places.

        Some values may be None.
        """
        named = [{} for _ in built.specs]
        for placed, value in zip(self._placed, values):
            named[placed.cell][placed.name] = value
        return tuple(to_canonical(built.generation, *each) for each in zip(built.specs, named))


def _same(now, value):
    return now.dtype == value.dtype and now.tobytes() == value.tobytes()


def layout(generation, cell, spec, weights):
    """Return (name, variable, value) for each variable of one built cell."""
    arrays = {
        name: None if array is None else native_trees.to_numpy(array)
        for name, array in vars(weights).items()
    }
    place = _v1_placements if generation == "v1" else _keras_placements
    return [(name, *_pair(variable, value)) for name, variable, value in place(cell, spec, arrays)]


def _pair(variable, value):
    """Return the variable and the value in its dtype; a mixed-precision policy has a wider one."""
    variable = compat.tf_variable(variable)
    return variable, value.astype(variable.dtype.as_numpy_dtype, copy=False)


def to_canonical(generation, spec, named):
    """Return a wire.Weights of values in the layout of one cell's variables, by their names.

    Where a value is None, the result holds wire.Nothing.
    """
    values = _from_v1(spec, named) if generation == "v1" else named
    return wire.Weights(
        **{
            name: wire.Nothing() if value is None else native_trees.to_wire_array(value)
            for name, value in values.items()
        }
    )


def _shape_as_kernel(variable, value):
    """Return a kernel in the variable's shape; a convolution has more axes."""
    return value.reshape(variable.shape)


def _keras_placements(cell, spec, arrays):
    placed = [
        ("kernel", cell.kernel, _shape_as_kernel(cell.kernel, arrays["kernel"])),
        (
            "recurrent",
            cell.recurrent_kernel,
            _shape_as_kernel(cell.recurrent_kernel, arrays["recurrent"]),
        ),
    ]
    if arrays["bias"] is not None:
        placed.append(("bias", cell.bias, _add_forget_bias(spec, arrays["bias"])))
    return placed


def _add_forget_bias(spec, bias):
    if spec["cell_type"] not in ("LSTM", "BasicLSTM", "ConvLSTM"):
        return bias
    units = spec["units"]
    bias = bias.copy()
    bias[units : 2 * units] += bias.dtype.type(spec["forget_bias"])
    return bias


def _v1_placements(cell, spec, arrays):
    named = {variable.name.split(":")[0]: variable for variable in cell.variables}
    return [(end, _find_by_ending(named, end), value) for end, value in _v1_values(spec, arrays)]


def _find_by_ending(named, ending):
    matching = [name for name in named if ("/" + name).endswith("/" + ending)]
    return named[min(matching, key=len)]  # "projection/kernel" ends with "kernel" too


def _v1_values(spec, arrays):
    stacked = np.concatenate([arrays["kernel"], arrays["recurrent"]])
    if spec["cell_type"] == "SimpleRNN":
        return [("kernel", stacked), ("bias", arrays["bias"])]
    if spec["cell_type"] == "GRU":
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


def _from_v1(spec, named):
    if spec["cell_type"] == "GRU":
        return _from_v1_gru(spec, named)
    in_order = _as_ijfo if spec["cell_type"].endswith("LSTM") else np.asarray  # its own inverse
    kernel, recurrent = _unstack(spec, _apply_unless_none(in_order, named["kernel"]))
    bias = _apply_unless_none(in_order, named["bias"])
    values = {"kernel": kernel, "recurrent": recurrent, "bias": bias}
    if spec["projection"]:
        values["projection"] = named["projection/kernel"]
    if spec["peepholes"]:
        names = ("w_i_diag", "w_f_diag", "w_o_diag")
        peepholes = map(named.get, names)
        values["peepholes"] = _apply_unless_none(lambda *gates: np.stack(gates), *peepholes)
    return values


def _from_v1_gru(spec, named):
    def join_gates(gates, candidate):
        reset, update = np.split(gates, 2, axis=-1)
        return np.concatenate([update, reset, candidate], axis=-1)

    stacked = _apply_unless_none(join_gates, named["gates/kernel"], named["candidate/kernel"])
    kernel, recurrent = _unstack(spec, stacked)
    bias = _apply_unless_none(join_gates, named["gates/bias"], named["candidate/bias"])
    return {"kernel": kernel, "recurrent": recurrent, "bias": bias}


def _unstack(spec, stacked):
    """Return the rows of the inputs and the rows of h."""
    if stacked is None:
        return None, None
    width = spec["projection"] or spec["units"]
    return stacked[:-width], stacked[-width:]


def v1_to_keras(spec, named):
    """Return a v1 cell's variables, given by name, in the form that Keras' set_weights takes."""
    values = _from_v1(spec, named)
    return [values["kernel"], values["recurrent"], _add_forget_bias(spec, values["bias"])]


def _apply_unless_none(function, *values):
    """Return the function of the values, or None where one value is None."""
    return None if any(value is None for value in values) else function(*values)
