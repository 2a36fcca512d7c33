"""The requests that a case sends to a target: its program, and calls of that program."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Sequence
from typing import Any

import numpy as np

from conformance.adapter import wire
from conformance.cases import case_arrays, floats, state_forms
from conformance.cases.case import Case, to_plain
from conformance.cases.case_arrays import WeightSpec
from conformance.cases.malformations import malformation, state_malformations
from conformance.cases.program import EAGER, VARIABLE_DTYPE, Cell, Layer, Program

_TRACED_FOR_STEPS = ("static_rnn",)

MASK_VALUE = 7.0  # what a Masking layer takes for padding; it is larger than any input

# One program has many cases. All of them send the same object, so it is sent once.
_remembered = functools.lru_cache(maxsize=64)
# A property builds each call twice: before it has the answer, and when it has it
_remembered_until_answered = functools.lru_cache(maxsize=512)


def program(case: Case, isolated: bool = False) -> wire.Program:
    """Return the program of a case as it is sent.

    The target builds an `isolated` program for this case alone. It does the same for malformed and
    fresh cases, as their results may depend on earlier calls of the program, and for programs that
    are traced for their number of steps.
    """
    program = case.program
    alone = isolated or case.data.malformation is not None or program.fresh
    alone = alone or program.static_shapes
    alone = alone or state_forms.Path.parse(program.path).api in _TRACED_FOR_STEPS
    given = program.model is not None and program.model.given
    return dataclasses.replace(
        _sent_program(program),
        kept=not alone,
        rows=case.data.batch if program.layer.stateful else None,
        initial_state=given_state(case) if given else None,
    )


_SHARED_FIELDS = sorted(
    {field.name for field in dataclasses.fields(wire.Program)}
    & {field.name for field in dataclasses.fields(Program)}
)


@_remembered
def _sent_program(program: Program) -> wire.Program:
    """Return what is sent for every case of a program; its parts are sent as plain data."""
    plain = {
        "cells": _sent_cells(program.cells),
        "layer": _sent_layer(program.layer),
        "model": program.model.api if program.model else None,
    }
    fields = {name: getattr(program, name) for name in _SHARED_FIELDS}
    return wire.Program(**{**fields, **plain})


@_remembered
def _sent_layer(layer: Layer) -> dict[str, Any]:
    return to_plain(layer)


@_remembered
def _sent_cells(cells: tuple[Cell, ...]) -> tuple[dict[str, Any], ...]:
    return tuple(dataclasses.asdict(cell) for cell in cells)


def run(case: Case, calls: Sequence[wire.Call]) -> wire.Run:
    """Return a run of these calls with the case's weights."""
    spec = case_arrays.array_spec(case).weights
    return wire.Run(() if case.program.fresh else _sent_weights(spec), tuple(calls))


@_remembered
def _sent_weights(spec: WeightSpec) -> tuple[wire.Weights, ...]:
    return tuple(
        _weights_to_wire(weights, spec.dtype) for weights in case_arrays.weights_of_spec(spec)
    )


def _weights_to_wire(weights: case_arrays.Weights, dtype: str) -> wire.Weights:
    def to_wire(values: np.ndarray | None) -> wire.Array | None:
        return None if values is None else floats.to_wire(values, dtype)

    return wire.Weights(
        floats.to_wire(weights.kernel, dtype),
        floats.to_wire(weights.recurrent, dtype),
        to_wire(weights.bias),
        to_wire(weights.peepholes),
        to_wire(weights.projection),
    )


@_remembered_until_answered
def whole(case: Case) -> wire.Call:
    """Return the call for the whole sequence, from the case's state, well-formed or malformed."""
    return wire.Call(inputs(case), given_state(case), arguments(case))


def first_part(case: Case) -> wire.Call:
    """Return the call for the steps before the split, in the order in which they are run."""
    return wire.Call(
        inputs(case, *_before(case)), given_state(case), arguments(case, *_before(case))
    )


def rest(case: Case, state: object) -> wire.Call:
    """Return the call for the steps after the split, from another state."""
    start, stop = _before(case)
    others = (0, start) if start else (stop, None)
    return wire.Call(inputs(case, *others), state, arguments(case, *others))


def _before(case: Case) -> tuple[int, int | None]:
    """Return where the steps before the split start and stop: at the end, if run backwards."""
    return (
        (case.data.steps - split(case), None)
        if case.program.layer.go_backwards
        else (0, split(case))
    )


def with_gradients(case: Case, in_two: bool = False) -> wire.Call:
    """Return the call for the whole sequence and the gradients of the case's loss.

    With `in_two` the sequence is run in two parts, cut at the case's split.
    """
    cotangents = case_arrays.cotangents(case)
    state = tuple(
        tuple(wire.Leaf(floats.to_wire(leaf, case.program.dtype)) for leaf in cell_leaves)
        for cell_leaves in cotangents.state
    )
    outputs = cotangents.outputs
    if state_forms.Path.parse(case.program.path).api == "cell":
        outputs = outputs[:, -1]
    loss = wire.Loss(
        floats.to_wire(outputs, case.program.dtype),
        state_forms.documented_tree(case, state),
        split(case) if in_two else None,
    )
    return dataclasses.replace(whole(case), loss=loss)


def without_state(case: Case) -> wire.Call:
    """Return the call for the whole sequence without an initial state."""
    return wire.Call(inputs(case), None, arguments(case))


def after_reset(call: wire.Call, states: object = None) -> wire.Call:
    """Return the call with a reset of the layer's states before it, to zeros or to these states."""
    return dataclasses.replace(call, before=wire.Reset(states))


def whole_of_other_batch(case: Case) -> wire.Call:
    """Return the call for the whole sequence, of `other_batch` rows, without an initial state."""
    assert case.data.other_batch is not None
    return without_state(case.replace(batch=case.data.other_batch))


def by_model(case: Case, call: wire.Call) -> wire.Call:
    """Return the call in the way in which the case's model is called; it gives no state."""
    assert case.program.model is not None
    return dataclasses.replace(call, state=None, by=case.program.model.by)


def in_two_batches(case: Case) -> wire.Call:
    """Return the call for both parts of the sequence as two batches, one below the other."""
    values = case_arrays.inputs(case)
    halves = np.concatenate([values[:, : split(case)], values[:, split(case) :]])
    return by_model(case, wire.Call(floats.to_wire(halves, case.program.dtype)))


def model_call(case: Case, rows: int | None = None) -> wire.Call:
    """Return the call of a model for the whole sequence; `rows` is its `batch_size`, if given."""
    given = (("split", case.data.split), ("batch_size", rows))
    arguments = tuple((name, _whole_number(value)) for name, value in given if value is not None)
    return wire.Call(inputs(case), given_state(case), arguments)


def _whole_number(value: int) -> wire.Array:
    return wire.Array("int32", (), np.int32(value).tobytes())


def with_other_rows(case: Case, kept: int) -> wire.Call:
    """Return the call in which every row but one has other inputs and another state."""
    other = case.replace(data_seed=case.data.data_seed + 1)

    def mix_rows(mine: np.ndarray, others: np.ndarray) -> np.ndarray:
        return np.where(
            (np.arange(case.data.batch) == kept).reshape(-1, *[1] * (mine.ndim - 1)), mine, others
        )

    pairs = zip(case_arrays.state(case), case_arrays.state(other), strict=True)
    state = tuple(
        tuple(
            wire.Leaf(floats.to_wire(mix_rows(mine, others), case.program.dtype))
            for mine, others in zip(*cell, strict=True)
        )
        for cell in pairs
    )
    fed = mix_rows(case_arrays.inputs(case), case_arrays.inputs(other))
    return wire.Call(_sent_inputs(case, fed), state_forms.write_state(case, state), arguments(case))


def with_padding(case: Case, value: float | None = None) -> wire.Call:
    """Return the call for the whole sequence with other inputs in the steps that do not count.

    With `value` these steps have that value.
    """
    counted = case_arrays.counted_steps(case)
    assert counted is not None
    other = case_arrays.inputs(case.replace(data_seed=case.data.data_seed + 1))
    padding = other if value is None else value
    fed = np.where(counted[..., None], case_arrays.inputs(case), padding)
    return wire.Call(_sent_inputs(case, fed), given_state(case), arguments(case))


def with_arguments_of_dtype(call: wire.Call, dtype: str) -> wire.Call:
    """Return the call with its lengths or its mask in another dtype."""
    arguments = tuple(
        (name, as_array(np.frombuffer(array.data, array.dtype).reshape(array.shape), dtype))
        for name, array in call.arguments
    )
    return dataclasses.replace(call, arguments=arguments)


def cast_by_hand(case: Case) -> wire.Call:
    """Return the call for the whole sequence, from the state as the other float dtype rounds it."""
    other = state_forms.other_float(case.program.dtype)
    state = tuple(
        tuple(
            wire.Leaf(floats.to_wire(floats.round_to(leaf, other), case.program.dtype))
            for leaf in cell
        )
        for cell in case_arrays.state(case)
    )
    return wire.Call(inputs(case), state_forms.documented_tree(case, state))


def well_formed(case: Case) -> Case:
    """Return the well-formed case that a malformed case was made from."""
    return case.replace(malformation=None)


def on_other_path(case: Case) -> Case:
    """Return the same case on its second path, not reloaded."""
    assert case.other is not None
    return case.replace(path=case.other, other=None, reloaded=None)


def before_reloading(case: Case) -> Case:
    """Return a reloaded case as it was before it was saved."""
    return case.replace(reloaded=None, other=None)


def in_mode(case: Case, mode: str) -> Case:
    """Return the same case in another mode."""
    return case.replace(mode=mode)


def layer_of_model(case: Case) -> Case:
    """Return the case that calls the layer in a case's model directly, in eager mode."""
    api = "RNN" if case.program.stacked else "layer"
    generation = state_forms.Path.parse(case.program.path).generation
    return case.replace(path=f"{api}/{generation}", mode=EAGER, wiring="given", split=None)


def split(case: Case) -> int:
    """Return the number of steps before the state is carried over."""
    assert case.data.split is not None
    return case.data.split


def inputs(case: Case, start: int | None = None, stop: int | None = None) -> wire.Array:
    """Return the inputs from start to stop: (batch, steps, ..., features), unless time_major."""
    return _sent_inputs(case, case_arrays.inputs(case)[:, start:stop])


def _sent_inputs(case: Case, values: np.ndarray) -> wire.Array:
    shaped = values.reshape(*values.shape[:2], *case.program.input_shape)
    turned = np.swapaxes(shaped, 0, 1) if case.program.layer.time_major else shaped
    # under a policy of mixed precision the layer casts, so its inputs are not in its dtype
    return floats.to_wire(turned, VARIABLE_DTYPE if case.program.policy else case.program.dtype)


def arguments(
    case: Case, start: int | None = None, stop: int | None = None
) -> tuple[tuple[str, object], ...]:
    """Return the argument that says which steps from start to stop count: lengths or a mask.

    A mask is laid out as the inputs are: (batch, steps), unless time_major.
    """
    counted = case_arrays.counted_steps(case)
    if counted is None:
        return ()
    steps = counted[:, start:stop]
    if case.data.lengths is None:
        turned = steps.T if case.program.layer.time_major else steps
        name, sent = malformation.MASK, as_array(turned, "bool")
    else:
        name, sent = malformation.LENGTHS, as_array(steps.sum(axis=1), "int32")
    return ((name, state_malformations.malform(sent, case, name)),)


def as_array(values: np.ndarray, dtype: str) -> wire.Array:
    """Return the values in a dtype that is not a float."""
    return wire.Array(dtype, values.shape, values.astype(dtype).tobytes())


def given_state(case: Case) -> object:
    """Return the initial state in the case's form, or None where the case has none."""
    if case.data.state is None:
        return None
    return state_malformations.malform(state_forms.write_state(case, leaves(case)), case)


def leaves(case: Case) -> state_forms.Leaves:
    """Return the canonical leaves of the case's state."""
    return tuple(
        tuple(wire.Leaf(floats.to_wire(leaf, case.program.dtype)) for leaf in cell_leaves)
        for cell_leaves in case_arrays.state(case)
    )
