"""The code that builds and calls each path, in the same way as `conformance/adapter` does.

A target does this for many programs with shared code. Here it is written out for one program, as a
person would write it.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from conformance.adapter import wire
from conformance.cases import floats
from conformance.cases.case import Case, case_to_plain, to_plain
from conformance.cases.program import EAGER, Cell, Layer, Nesting
from conformance.cases.state_forms import Path
from reports.reproducer.code.source import Code, Group, assignment, call, lay_out, literal, sequence


class NotCovered(Exception):
    """No script is written yet for a case; the message names the part of it."""


@dataclass(frozen=True)
class Built:
    """The statements that build a path, and the function and arguments of a call.

    `first` are the arguments before the state. `state_names` are pairs: the name of an argument,
    and a format that makes its code from the state's variable. An empty name means by position.
    """

    statements: tuple[Code, ...]
    function: str
    first: tuple[Code, ...]
    state_names: tuple[tuple[str, str], ...]
    options: tuple[tuple[str, Code], ...] = ()

    def call(self, state: str | None, arguments: Sequence[str] = ()) -> Group:
        """Return the call with the variable `state`, if any, and a variable for each argument."""
        names = self.state_names if state else ()
        given = [(name, code.format(state)) for name, code in names]
        positional = [code for name, code in given if not name]
        named = {name: code for name, code in given if name}
        named.update({name: name for name in arguments})
        return call(self.function, *self.first, *positional, **{**named, **dict(self.options)})


def path_code(case: Case) -> Built:
    """Return the code of a case's path; raise NotCovered if there is none."""
    _must_be_covered(case)
    path = Path.parse(case.program.path)
    if path.api not in _BUILDERS:
        raise NotCovered(f"the path {case.program.path}")
    made = _BUILDERS[path.api](case, path)
    if not _has_policy_of_keras_2(case):
        return made
    return dataclasses.replace(made, statements=(*_policy(case), *made.statements))


def layer_alone(case: Case) -> Case:
    """Return the case of the layer alone, without its model, and without saving."""
    api, _, generation = case.program.path.partition("/")
    if api == "Model":
        api = "RNN" if case.program.stacked else "layer"
    return case.replace(
        path=f"{api}/{generation}",
        mode=EAGER if api != case.program.path.partition("/")[0] else case.program.mode,
        model=None,
        options="given",
        reloaded=None,
        wiring="given",
    )


def adapt_call(case: Case, given: wire.Call) -> wire.Call:
    """Return the call with the inputs that the path accepts: a single cell takes one step."""
    if Path.parse(case.program.path).api != "cell":
        return given
    step = floats.to_wire(floats.from_wire(given.inputs)[:, 0], case.program.dtype)
    return dataclasses.replace(given, inputs=step)


def build(name: str, case: Case) -> str:
    """Return the statement that creates the variables of a layer, or of a single cell."""
    path = Path.parse(case.program.path)
    if path.api == "cell":
        return _build(name, case.program.features, path)
    rows = case.data.batch if case.program.layer.stateful else None
    return f"{name}.build(({rows}, None, {case.program.features}))"


def keras(case: Case) -> str:
    """Return the name of the module of a case's Keras."""
    return "keras" if Path.parse(case.program.path).generation == "keras3" else "tf.keras"


def batch_input(case: Case) -> str:
    """Return the input of a model that accepts batches of the case's size."""
    shape = f"({case.data.batch}, None, {case.program.features})"
    return f'{keras(case)}.Input(batch_shape={shape}, dtype="{case.program.dtype}")'


def functional_model(case: Case) -> Iterator[Code]:
    """Yield the code of a functional `model` of `layer`, with the state among its inputs."""
    dtype = literal(case.program.dtype)
    sizes = [width for cell in case.program.cells for width in cell.state_widths]
    yield f"x = {keras(case)}.Input((None, {case.program.features}), dtype={dtype})"
    yield f"leaves = [{keras(case)}.Input((size,), dtype={dtype}) for size in {sizes}]"
    yield assignment("result", call("layer", "x", initial_state=_state_of_leaves(case)))
    yield f"model = {keras(case)}.Model([x, *leaves], tf.nest.flatten(result))"


def _state_of_leaves(case: Case) -> Code:
    """Return the state of the inputs `leaves`, in the containers that the layer accepts."""
    if not case.program.stacked:
        return "leaves"
    numbers = itertools.count()
    of_cells = [
        [f"leaves[{next(numbers)}]" for _ in cell.state_widths] for cell in case.program.cells
    ]

    def stacked(nesting: int | Nesting) -> Code:
        if isinstance(nesting, int):
            leaves = of_cells[nesting]
            return sequence(leaves) if len(leaves) > 1 else leaves[0]
        return sequence(map(stacked, nesting))

    return stacked(case.program.nesting or tuple(range(len(case.program.cells))))


_NOT_OF_A_CELL = ("custom", "convolution", "ones_at_first")


def _must_be_covered(case: Case) -> None:
    """Refuse fields that no builder reads, so that none is left out in silence."""
    given = case_to_plain(case)
    for name in ("model", "options", "reloaded", "wiring", "state_is_tuple"):
        if name in given:
            raise NotCovered(f"a case with the field {name}")
    for name in to_plain(case.program.layer):
        if name not in (*_LAYER_FLAGS, *_OF_DYNAMIC_RNN, "return_sequences", "merge_mode"):
            raise NotCovered(f"a layer with the option {name}")
    for cell in case.program.cells:
        for name in _NOT_OF_A_CELL:
            alone = case.program.path.startswith("RNN/") and not case.program.stacked
            if name in to_plain(cell) and (name == "convolution" or not alone):
                raise NotCovered(f"a cell with the field {name}")


_OF_DYNAMIC_RNN = ("called_as_written", "declared_dtype")
_LAYER_FLAGS = ("go_backwards", "time_major", "zero_output_for_mask", "stateful")


# --- paths ----------------------------------------------------------------------------------------


def _rnn(case: Case, path: Path) -> Built:
    before, cell = _cell_and_its_class(case, path)
    options = {**_layer_options(case.program.layer), **_dtype(case)}
    layer = call("layers.RNN", cell, **options)
    if len(lay_out(assignment("layer", layer), 1)) > 1 and isinstance(cell, Group):
        before.append(assignment("cell", cell))
        layer = call("layers.RNN", "cell", **options)
    built = _of_layer(case, layer)
    return dataclasses.replace(built, statements=(*before, *built.statements))


def _cell_and_its_class(case: Case, path: Path) -> tuple[list[Code], Code]:
    """Return the statements of a user's own class of cell, if any, and the code of the cell."""
    made = _whole_cell(case, path)
    if case.program.cells[0].custom:
        return list(_own_cell(case)), "Own()"
    if case.program.cells[0].ones_at_first:
        return list(_ones_at_first(case)), Group("Own(", made.parts, ")")
    return [], made


def _own_cell(case: Case) -> Iterator[Code]:
    """Yield a user's own class of cell with the case's state_size; it returns its state."""
    (cell,) = case.program.cells
    custom, units = cell.custom, cell.units
    sizes = {"nested": f"[{units}, ({units},)]", "dict": f'[{{"c": {units}, "h": {units}}}]'}
    if custom is None or custom.start or custom.doubled or custom.structure not in sizes:
        raise NotCovered("a user's own cell like this")
    yield "class Own(layers.Layer):"
    yield f"    state_size, output_size = {sizes[custom.structure]}, {units}"
    yield "    def call(self, inputs, states):"
    yield "        return tf.nest.flatten(states)[0], states"


def _ones_at_first(case: Case) -> Iterator[Code]:
    """Yield a user's own class of cell that makes a state of ones."""
    (cell,) = case.program.cells
    ones = f"tf.ones((batch_size, {cell.units}), {literal(case.program.dtype)})"
    yield f"class Own(layers.{cell.cell_type}Cell):"
    yield "    def get_initial_state(self, inputs=None, batch_size=None, dtype=None):"
    yield f"        return {f'[{ones}, {ones}]' if cell.is_lstm else ones}"


def _layer(case: Case, path: Path) -> Built:
    (cell,) = case.program.cells
    options = {**_layer_options(case.program.layer), **_cell_options(cell, case)}
    return _of_layer(case, call(f"layers.{cell.cell_type}", str(cell.units), **options))


def _bidirectional(case: Case, path: Path) -> Built:
    forward, backward = (
        call(
            f"layers.{cell.cell_type}",
            str(cell.units),
            **_layer_options(case.program.layer),
            **backwards,
            **_cell_options(cell, case),
        )
        for cell, backwards in zip(case.program.cells, ({}, {"go_backwards": "True"}), strict=True)
    )
    options = _dtype(case)
    if case.program.cells[0] != case.program.cells[1]:
        options["backward_layer"] = backward
    if case.program.layer.merge_mode != "concat":
        options["merge_mode"] = literal(case.program.layer.merge_mode)
    return _of_layer(case, call("layers.Bidirectional", forward, **options))


def _of_layer(case: Case, layer: Group) -> Built:
    statements: list[Code] = [assignment("layer", layer)]
    if not case.program.fresh:
        statements.append(build("layer", case))
    return Built(tuple(statements), "layer", ("inputs",), (("initial_state", "{}"),))


def _cell(case: Case, path: Path) -> Built:
    return Built(_with_cell(case, path), "cell", ("inputs",), (("", "{}"),))


def _dynamic_rnn(case: Case, path: Path) -> Built:
    return Built(
        _with_cell(case, path),
        f"tf.{'' if case.program.layer.called_as_written else 'compat.v1.'}nn.dynamic_rnn",
        ("cell", "inputs"),
        (("initial_state", "{}"),),
        _loop_options(case),
    )


def _static_rnn(case: Case, path: Path) -> Built:
    return Built(
        _with_cell(case, path),
        "tf.compat.v1.nn.static_rnn",
        ("cell", "tf.unstack(inputs, axis=1)"),
        (("initial_state", "{}"),),
        _loop_options(case),
    )


RAW_RNN = "raw_rnn"  # the name of a function that a script defines


def _raw_rnn(case: Case, path: Path) -> Built:
    """Return the code of raw_rnn; after the last step its loop reads that step again."""
    given = "inputs, state" if case.data.state is not None else "inputs"
    zeros = f'    state = cell.zero_state(tf.shape(inputs)[0], "{case.program.dtype}")'
    loop = (
        f"def raw_rnn({given}, sequence_length):",
        *(() if case.data.state is not None else (zeros,)),
        "    def loop(time, output, last, loop_state):",
        "        fed = inputs[:, tf.minimum(time, tf.shape(inputs)[1] - 1)]",
        "        return time >= sequence_length, fed, state if last is None else last, output, "
        "None",
        "    outputs, final, _ = tf.compat.v1.nn.raw_rnn(cell, loop)",
        "    return outputs.stack(), final",
    )
    statements = (*_with_cell(case, path), *loop)
    return Built(statements, RAW_RNN, ("inputs",), (("", "{}"),))


def _bidirectional_dynamic_rnn(case: Case, path: Path) -> Built:
    cells = [assignment(name, _one_cell(cell, case, path)) for name, cell in _directions(case)]
    builds = (
        []
        if case.program.fresh
        else [_build(name, case.program.features, path) for name in _DIRECTIONS]
    )
    return Built(
        (*cells, *builds),
        "tf.compat.v1.nn.bidirectional_dynamic_rnn",
        (*_DIRECTIONS, "inputs"),
        (("initial_state_fw", "{}[0]"), ("initial_state_bw", "{}[1]")),
        _loop_options(case),
    )


_DIRECTIONS = ("forward", "backward")


def _directions(case: Case) -> list[tuple[str, Cell]]:
    return list(zip(_DIRECTIONS, case.program.cells, strict=True))


def _loop_options(case: Case) -> tuple[tuple[str, Code], ...]:
    layer = case.program.layer
    turned = (("time_major", "True"),) if layer.time_major else ()
    return (("dtype", literal(layer.declared_dtype or case.program.dtype)), *turned)


def _layer_options(layer: Layer) -> dict[str, Code]:
    given = {"return_sequences": layer.return_sequences, "return_state": layer.return_state}
    for name in _LAYER_FLAGS:
        if getattr(layer, name):
            given[name] = True
    return {name: literal(value) for name, value in given.items()}


# --- cells ----------------------------------------------------------------------------------------


def _with_cell(case: Case, path: Path) -> tuple[Code, ...]:
    """Return the code of the variable `cell`; it creates the weights unless it must be fresh."""
    if case.program.fresh:
        return (assignment("cell", _whole_cell(case, path)),)
    if not case.program.stacked:
        (cell,) = case.program.cells
        return (
            assignment("cell", _one_cell(cell, case, path)),
            _build("cell", case.program.features, path),
        )
    names = [f"cell_{index}" for index in range(len(case.program.cells))]
    widths = [case.program.features, *(cell.output_units for cell in case.program.cells)]
    made = zip(names, case.program.cells, strict=True)
    return (
        *(assignment(name, _one_cell(cell, case, path)) for name, cell in made),
        *(_build(name, width, path) for name, width in zip(names, widths, strict=False)),
        assignment("cell", _stack(names, case, path)),
    )


def _build(name: str, features: int, path: Path) -> str:
    if path.is_v1:
        return f"{name}.build(tf.TensorShape([None, {features}]))"
    return f"{name}.build((None, {features}))"


def _whole_cell(case: Case, path: Path) -> Group:
    made = [_one_cell(cell, case, path) for cell in case.program.cells]
    return _stack(made, case, path) if case.program.stacked else made[0]


def _stack(cells: Sequence[Code], case: Case, path: Path) -> Group:
    def stacked(nesting: Nesting) -> Group:
        parts = (cells[part] if isinstance(part, int) else stacked(part) for part in nesting)
        members = sequence(parts)
        if path.is_v1:
            return call("cells.MultiRNNCell", members)
        return call("layers.StackedRNNCells", members, **_dtype(case))

    return stacked(case.program.nesting or tuple(range(len(cells))))


def _one_cell(cell: Cell, case: Case, path: Path) -> Group:
    made = _bare_cell(cell, case, path)
    for name in cell.wrappers:
        kind, options = _WRAPPERS[name]
        if not path.is_v1:
            options = {**options, **_dtype(case)}
        prefix = "cells." if path.is_v1 else "tf.nn.RNNCell"
        made = call(f"{prefix}{kind}Wrapper", made, **options)
    return made


# the same wrappers as in conformance/adapter/cells/factory.py
_WRAPPERS: dict[str, tuple[str, dict[str, Code]]] = {
    "residual": ("Residual", {}),
    "device": ("Device", {"device": '"/cpu:0"'}),
    "dropout": ("Dropout", {}),
    "output_dropout": ("Dropout", {"output_keep_prob": str(wire.KEEP_PROBABILITY)}),
    "state_dropout": ("Dropout", {"state_keep_prob": str(wire.KEEP_PROBABILITY)}),
}


def _bare_cell(cell: Cell, case: Case, path: Path) -> Group:
    if path.is_v1:
        return _v1_cell(cell, case)
    return call(f"layers.{cell.cell_type}Cell", str(cell.units), **_cell_options(cell, case))


def _cell_options(cell: Cell, case: Case) -> dict[str, Code]:
    """Return the options that a Keras cell shares with its layer and that are not the default."""
    given: dict[str, tuple[object, object]] = {
        "activation": (cell.activation, "tanh"),
        "use_bias": (cell.use_bias, True),
        "dropout": (cell.dropout, 0.0),
        "recurrent_dropout": (cell.recurrent_dropout, 0.0),
    }
    if cell.cell_type != "SimpleRNN":
        # the suite adds the slope to the name of the hard_sigmoid of Keras 2
        name = cell.recurrent_activation.split("_0.2")[0]
        given["recurrent_activation"] = (name, "sigmoid")
        given["implementation"] = (cell.implementation, 2)
    if cell.cell_type == "GRU":
        given["reset_after"] = (cell.reset_after, True)
    if case.program.dtype in ("float16", "bfloat16") and case.program.policy is None:
        # the default, orthogonal, does not work in every dtype
        given["recurrent_initializer"] = ("zeros", None)
    return {**_unlike(given), **_dtype(case)}


def _v1_cell(cell: Cell, case: Case) -> Group:
    activation = "tf.identity" if cell.activation == "linear" else f"tf.nn.{cell.activation}"
    options: dict[str, Code] = {}
    if cell.activation != "tanh":
        options["activation"] = activation
    if cell.is_lstm:
        options.update(_unlike({"forget_bias": (cell.forget_bias, 1.0)}))
    if cell.cell_type == "LSTM":
        of_lstm: dict[str, tuple[object, object]] = {
            "use_peepholes": (cell.peepholes, False),
            "num_proj": (cell.projection, None),
            "cell_clip": (cell.cell_clip, None),
            "proj_clip": (cell.projection_clip, None),
        }
        options.update(_unlike(of_lstm))
    if case.program.dtype != "float32":
        options["dtype"] = f"tf.{case.program.dtype}"
    return call(
        f"cells.{_V1_NAMES.get(cell.cell_type, cell.cell_type + 'Cell')}",
        str(cell.units),
        **options,
    )


_V1_NAMES = {"SimpleRNN": "BasicRNNCell", "BasicLSTM": "BasicLSTMCell"}


def _unlike(options: Mapping[str, tuple[object, object]]) -> dict[str, Code]:
    """Return the options that differ from their default, from pairs of value and default."""
    return {name: literal(value) for name, (value, default) in options.items() if value != default}


def _dtype(case: Case) -> dict[str, Code]:
    if _has_policy_of_keras_2(case):
        return {"dtype": "policy"}
    if case.program.policy:
        return {"dtype": literal(case.program.policy)}
    return {} if case.program.dtype == "float32" else {"dtype": f'"{case.program.dtype}"'}


def _has_policy_of_keras_2(case: Case) -> bool:
    return case.program.policy is not None and Path.parse(case.program.path).generation == "keras2"


def _policy(case: Case) -> Iterator[Code]:
    """Yield the code of a policy; until TensorFlow 2.3 a name alone was not accepted."""
    yield 'mixed = getattr(tf.keras.mixed_precision, "experimental", tf.keras.mixed_precision)'
    yield f"policy = mixed.Policy({literal(case.program.policy)})"


_BUILDERS: dict[str, Callable[[Case, Path], Built]] = {
    "RNN": _rnn,
    "layer": _layer,
    "Bidirectional": _bidirectional,
    "cell": _cell,
    "dynamic_rnn": _dynamic_rnn,
    "static_rnn": _static_rnn,
    "raw_rnn": _raw_rnn,
    "bidirectional_dynamic_rnn": _bidirectional_dynamic_rnn,
}
