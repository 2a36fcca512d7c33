"""A case as what a target is asked to run: the program, and calls on it."""

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

# Of one program there are many cases; what is sent for all of them is the same object, sent once
_remembered = functools.lru_cache(maxsize=64)
# A property asks twice for the same, before the answer and with it
_remembered_until_answered = functools.lru_cache(maxsize=512)


def program(case: Case, isolated: bool = False) -> wire.Program:
    """Return the program of a case as it is sent; an `isolated` one was not built before.

    One for a malformed or fresh case never was: what it does may depend on what it was asked
    before. Nor was one that is traced for its number of steps.
    """
    program = case.program
    once = isolated or case.data.malformation is not None or program.fresh
    once = once or program.static_shapes
    once = once or state_forms.Path.of(program.path).api in _TRACED_FOR_STEPS
    given = program.model is not None and program.model.given
    return dataclasses.replace(
        _sent_program(program),
        kept=not once,
        rows=case.data.batch if program.layer.stateful else None,
        initial_state=given_state(case) if given else None,
    )


_SHARED_FIELDS = sorted(
    {field.name for field in dataclasses.fields(wire.Program)}
    & {field.name for field in dataclasses.fields(Program)}
)


@_remembered
def _sent_program(program: Program) -> wire.Program:
    """Return what is the same for all data of a program; the parts of it are sent as plain data."""
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
    """Return calls with the case's weights."""
    spec = case_arrays.array_spec(case).weights
    return wire.Run(() if case.program.fresh else _sent_weights(spec), tuple(calls))


@_remembered
def _sent_weights(spec: WeightSpec) -> tuple[wire.Weights, ...]:
    return tuple(_sent(weights, spec.dtype) for weights in case_arrays.weights_of_spec(spec))


def _sent(weights: case_arrays.Weights, dtype: str) -> wire.Weights:
    def sent(values: np.ndarray | None) -> wire.Array | None:
        return None if values is None else floats.to_wire(values, dtype)

    return wire.Weights(
        floats.to_wire(weights.kernel, dtype),
        floats.to_wire(weights.recurrent, dtype),
        sent(weights.bias),
        sent(weights.peepholes),
        sent(weights.projection),
    )


@_remembered_until_answered
def whole(case: Case) -> wire.Call:
    """The whole sequence from the case's state, malformed where the case says so."""
    return wire.Call(inputs(case), given_state(case), arguments(case))


def first_part(case: Case) -> wire.Call:
    """The steps before the split, counted in the order in which they are run."""
    return wire.Call(
        inputs(case, *_before(case)), given_state(case), arguments(case, *_before(case))
    )


def rest(case: Case, state: object) -> wire.Call:
    """The steps from the split on, from another state."""
    start, stop = _before(case)
    others = (0, start) if start else (stop, None)
    return wire.Call(inputs(case, *others), state, arguments(case, *others))


def _before(case: Case) -> tuple[int, int | None]:
    """The steps that are run before the split: the last ones where the case goes backwards."""
    return (
        (case.data.steps - split(case), None)
        if case.program.layer.go_backwards
        else (0, split(case))
    )


def differentiated(case: Case, in_two: bool = False) -> wire.Call:
    """The whole sequence and the gradients of the case's loss; `in_two` parts at its split."""
    cotangents = case_arrays.cotangents(case)
    state = tuple(
        tuple(wire.Leaf(floats.to_wire(leaf, case.program.dtype)) for leaf in of_cell)
        for of_cell in cotangents.state
    )
    outputs = cotangents.outputs
    if state_forms.Path.of(case.program.path).api == "cell":
        outputs = outputs[:, -1]
    loss = wire.Loss(
        floats.to_wire(outputs, case.program.dtype),
        state_forms.documented_tree(case, state),
        split(case) if in_two else None,
    )
    return dataclasses.replace(whole(case), loss=loss)


def without_state(case: Case) -> wire.Call:
    """The whole sequence without an initial state."""
    return wire.Call(inputs(case), None, arguments(case))


def after_reset(call: wire.Call, states: object = None) -> wire.Call:
    """The call of a stateful layer whose states were reset before, to zeros or to given ones."""
    return dataclasses.replace(call, before=wire.Reset(states))


def of_other_batch(case: Case) -> wire.Call:
    """The whole sequence of another number of rows, without an initial state."""
    assert case.data.other_batch is not None
    return without_state(case.replace(batch=case.data.other_batch))


def by_model(case: Case, call: wire.Call) -> wire.Call:
    """The call as the case's model is called; such a call gives no state."""
    assert case.program.model is not None
    return dataclasses.replace(call, state=None, by=case.program.model.by)


def in_two_batches(case: Case) -> wire.Call:
    """The two halves of the sequence, as batches one below the other."""
    values = case_arrays.inputs(case)
    halves = np.concatenate([values[:, : split(case)], values[:, split(case) :]])
    return by_model(case, wire.Call(floats.to_wire(halves, case.program.dtype)))


def of_model(case: Case, rows: int | None = None) -> wire.Call:
    """The whole sequence given to a model; with `rows`, so many are predicted at a time."""
    given = (("split", case.data.split), ("batch_size", rows))
    arguments = tuple((name, _whole_number(value)) for name, value in given if value is not None)
    return wire.Call(inputs(case), given_state(case), arguments)


def _whole_number(value: int) -> wire.Array:
    return wire.Array("int32", (), np.int32(value).tobytes())


def with_other_rows(case: Case, kept: int) -> wire.Call:
    """The whole sequence with every row but one replaced by other inputs and another state."""
    other = case.replace(data_seed=case.data.data_seed + 1)

    def mixed(mine: np.ndarray, others: np.ndarray) -> np.ndarray:
        return np.where(
            (np.arange(case.data.batch) == kept).reshape(-1, *[1] * (mine.ndim - 1)), mine, others
        )

    pairs = zip(case_arrays.state(case), case_arrays.state(other), strict=True)
    state = tuple(
        tuple(
            wire.Leaf(floats.to_wire(mixed(mine, others), case.program.dtype))
            for mine, others in zip(*cell, strict=True)
        )
        for cell in pairs
    )
    fed = mixed(case_arrays.inputs(case), case_arrays.inputs(other))
    return wire.Call(_sent_inputs(case, fed), state_forms.write_state(case, state), arguments(case))


def with_padding(case: Case, value: float | None = None) -> wire.Call:
    """The whole sequence with other inputs, or a value, in the steps that do not count."""
    counted = case_arrays.counted(case)
    assert counted is not None
    other = case_arrays.inputs(case.replace(data_seed=case.data.data_seed + 1))
    padding = other if value is None else value
    fed = np.where(counted[..., None], case_arrays.inputs(case), padding)
    return wire.Call(_sent_inputs(case, fed), given_state(case), arguments(case))


def retyped(call: wire.Call, dtype: str) -> wire.Call:
    """The call with its lengths or its mask in another dtype."""
    arguments = tuple(
        (name, as_array(np.frombuffer(array.data, array.dtype).reshape(array.shape), dtype))
        for name, array in call.arguments
    )
    return dataclasses.replace(call, arguments=arguments)


def cast_by_hand(case: Case) -> wire.Call:
    """The whole sequence from the state as the other float width rounds it, in the case's dtype."""
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
    """The case that a malformed one was made from."""
    return case.replace(malformation=None)


def on_other_path(case: Case) -> Case:
    """The same case on its second path, where it is not reloaded."""
    assert case.other is not None
    return case.replace(path=case.other, other=None, reloaded=None)


def as_made(case: Case) -> Case:
    """A reloaded case as it was before."""
    return case.replace(reloaded=None, other=None)


def in_mode(case: Case, mode: str) -> Case:
    """The same case in another mode."""
    return case.replace(mode=mode)


def of_layer(case: Case) -> Case:
    """The case of a model as the layer in it is called directly, in eager mode."""
    api = "RNN" if case.program.stacked else "layer"
    generation = state_forms.Path.of(case.program.path).generation
    return case.replace(path=f"{api}/{generation}", mode=EAGER, wiring="given", split=None)


def split(case: Case) -> int:
    """The number of steps before the state is carried over."""
    assert case.data.split is not None
    return case.data.split


def inputs(case: Case, start: int | None = None, stop: int | None = None) -> wire.Array:
    """The inputs' steps from start to stop: (batch, steps, ..., features), unless time_major."""
    return _sent_inputs(case, case_arrays.inputs(case)[:, start:stop])


def _sent_inputs(case: Case, values: np.ndarray) -> wire.Array:
    shaped = values.reshape(*values.shape[:2], *case.program.input_shape)
    turned = np.swapaxes(shaped, 0, 1) if case.program.layer.time_major else shaped
    # what a layer casts by its policy are usual inputs
    return floats.to_wire(turned, VARIABLE_DTYPE if case.program.policy else case.program.dtype)


def arguments(
    case: Case, start: int | None = None, stop: int | None = None
) -> tuple[tuple[str, object], ...]:
    """Which of the steps from start to stop count, as the path takes it: lengths or a mask."""
    counted = case_arrays.counted(case)
    if counted is None:
        return ()
    steps = counted[:, start:stop]
    if case.data.lengths is None:
        name, sent = malformation.MASK, as_array(steps, "bool")
    else:
        name, sent = malformation.LENGTHS, as_array(steps.sum(axis=1), "int32")
    return ((name, state_malformations.malform(sent, case, name)),)


def as_array(values: np.ndarray, dtype: str) -> wire.Array:
    """The values in a dtype that is no float."""
    return wire.Array(dtype, values.shape, values.astype(dtype).tobytes())


def given_state(case: Case) -> object:
    """The initial state in the case's form, or None where the case has none."""
    if case.data.state is None:
        return None
    return state_malformations.malform(state_forms.write_state(case, leaves(case)), case)


def leaves(case: Case) -> state_forms.Leaves:
    """The canonical leaves of the case's state."""
    return tuple(
        tuple(wire.Leaf(floats.to_wire(leaf, case.program.dtype)) for leaf in of_cell)
        for of_cell in case_arrays.state(case)
    )
