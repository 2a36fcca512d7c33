"""Canonical weights as each API lays them out: the documented conversion between v1 and Keras.

v1 stacks the kernel as [inputs; h], orders the LSTM's gates i, j (the candidate), f, o, the GRU's
r, u, and adds `forget_bias` while running; Keras orders i, f, c, o and z, r, h and keeps the forget
bias inside the bias vector.
"""

import collections

import numpy as np

from .. import compat, native_trees, wire

# A variable, by the name that the API has for it, of the cell of this number, and its value
Placed = collections.namedtuple("Placed", ["cell", "name", "variable", "value"])


class Assigned:
    """The values that the variables of a built path were given last."""

    def __init__(self):
        self._given = ()
        self._placed = []

    @property
    def variables(self):
        """The variables that were given values."""
        return [placed.variable for placed in self._placed]

    def assignments(self, built, values):
        """Pairs of (variable, value) to assign for a wire.Weights of each cell; none if given."""
        if values == self._given:
            return []
        self._given = values
        self.move_to(built)
        return [(placed.variable, placed.value) for placed in self._placed]

    def move_to(self, built):
        """Look from now on at the variables of another built path, which are to have the values."""
        cells = enumerate(zip(built.cells, built.specs, self._given))
        self._placed = [
            Placed(index, *placed)
            for index, arguments in cells
            for placed in layout(built.generation, *arguments)
        ]

    def are_intact(self, now):
        """Whether the variables' values now are those that they were given."""
        return all(_same(value, placed.value) for value, placed in zip(now, self._placed))

    def canonical(self, built, values):
        """A wire.Weights of each cell with other values than the variables', some of them None."""
        named = [{} for _ in built.specs]
        for placed, value in zip(self._placed, values):
            named[placed.cell][placed.name] = value
        return tuple(to_canonical(built.generation, *arguments) for arguments in zip(built.specs, named))


def _same(now, value):
    return now.dtype == value.dtype and now.tobytes() == value.tobytes()


def layout(generation, cell, spec, weights):
    """Names of variables, variables and values for one cell that has been built."""
    arrays = {
        name: None if array is None else native_trees.to_numpy(array)
        for name, array in vars(weights).items()
    }
    placed = _v1_placements(cell, spec, arrays) if generation == "v1" else _keras_placements(cell, spec, arrays)
    return [(name, *_pair(variable, value)) for name, variable, value in placed]


def _pair(variable, value):
    """In the variable's dtype, which under a policy of mixed precision is a wider one."""
    variable = compat.tf_variable(variable)
    return variable, value.astype(variable.dtype.as_numpy_dtype, copy=False)


def to_canonical(generation, spec, named):
    """A wire.Weights of what has the layout of one cell's variables, by their names.

    wire.Nothing stands for what is made of a None.
    """
    values = _from_v1(spec, named) if generation == "v1" else named
    return wire.Weights(
        **{
            name: wire.Nothing() if value is None else native_trees.to_wire_array(value)
            for name, value in values.items()
        }
    )


def _shape_as_kernel(variable, value):
    """A convolution's has an axis for each of its kernel's."""
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
    return named[min(matching, key=len)]  # "kernel" also ends "projection/kernel"


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
    in_order = _as_ijfo if spec["cell_type"].endswith("LSTM") else np.asarray  # undoes what it does
    kernel, recurrent = _unstack(spec, _apply_unless_none(in_order, named["kernel"]))
    values = {"kernel": kernel, "recurrent": recurrent, "bias": _apply_unless_none(in_order, named["bias"])}
    if spec["projection"]:
        values["projection"] = named["projection/kernel"]
    if spec["peepholes"]:
        names = ("w_i_diag", "w_f_diag", "w_o_diag")
        values["peepholes"] = _apply_unless_none(lambda *gates: np.stack(gates), *map(named.get, names))
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
    """The rows of the inputs and those of h."""
    if stacked is None:
        return None, None
    width = spec["projection"] or spec["units"]
    return stacked[:-width], stacked[-width:]


def v1_to_keras(spec, named):
    """What Keras' set_weights takes for what a v1 cell has in its variables, by their names."""
    values = _from_v1(spec, named)
    return [values["kernel"], values["recurrent"], _add_forget_bias(spec, values["bias"])]


def _apply_unless_none(function, *values):
    """The function of the values, or None where one of them is."""
    return None if any(value is None for value in values) else function(*values)
