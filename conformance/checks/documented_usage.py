"""Usage as in the two write-ups: how they write a state, and how they use what comes back."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import TypeGuard

import numpy as np

from conformance.adapter import wire
from conformance.cases import case_calls, floats, state_forms
from conformance.cases.case import Case
from conformance.cases.state_forms import LIST, TENSOR, TUPLE
from conformance.checks.deviation import Deviation, error_line
from conformance.results.grades import ACCEPTED, CRASHED, HUNG

FEEDING = "write-up: How can I manually feed hidden state to tf.nn.dynamic_rnn?"
INCOMPATIBLE = (
    "write-up: How to resolve an incompatible `initial_state` with `cell.state_size` in"
    " TensorFlow/Keras RNN layers?"
)
BOTH = f"{FEEDING}; {INCOMPATIBLE}"
_OTHER = {LIST: TUPLE, TUPLE: LIST}


# --- writing a state ------------------------------------------------------------------------------


def pair(case: Case, container: str, held_as: str = "tensor") -> wire.Node:
    """Return the leaves of a single cell in a list or tuple, the hidden state first."""
    (leaves,) = case_calls.leaves(case)
    return wire.Node(container, tuple(wire.Leaf(leaf.array, held_as) for leaf in leaves))


def tensor(case: Case) -> wire.Leaf:
    """Return the hidden state of a single cell by itself."""
    ((hidden, *_),) = case_calls.leaves(case)
    return hidden


def nested_state(case: Case, outer: str, held_as: str = "tensor") -> wire.Node:
    """Return the states of a stack in a list of tuples, or in a tuple of lists."""
    return wire.Node(
        outer,
        tuple(
            wire.Node(_OTHER[outer], tuple(wire.Leaf(leaf.array, held_as) for leaf in leaves))
            for leaves in case_calls.leaves(case)
        ),
    )


def write_example(case: Case) -> object:
    """Return the state in the case's form: a bare tensor, or tensors in lists and tuples."""
    if case.data.form == TENSOR:
        return tensor(case)
    return (
        nested_state(case, case.data.form) if case.program.stacked else pair(case, case.data.form)
    )


def fed_state(case: Case) -> object:
    """Return the state as the first write-up feeds it: a tuple of two for an LSTM, or a tensor."""
    return pair(case, TUPLE) if case.program.cells[0].is_lstm else tensor(case)


def zeros_of_size(case: Case, size: object) -> wire.Node:
    """Return zeros as the second write-up makes them, by the indexes that its examples use.

    These are `state_size` for a SimpleRNNCell, `state_size[0]` for an LSTMCell, and
    `state_size[0][0]` for a stack of those.
    """
    cells = case.program.cells
    if not case.program.stacked:
        places: list[tuple[int, ...]] = [(0,), (1,)] if cells[0].is_lstm else [()]
        return _zeros_at(case, size, places)
    states = tuple(_zeros_at(case, size, [(at, 0), (at, 1)]) for at in range(len(cells)))
    return wire.Node(TUPLE, states)


def _zeros_at(case: Case, size: object, places: Sequence[tuple[int, ...]]) -> wire.Node:
    """Return a list of zeros, one tensor for each place in a state_size."""
    widths = [_width_at(size, place) for place in places]
    return wire.Node(
        LIST,
        tuple(
            wire.Leaf(floats.to_wire(np.zeros((case.data.batch, width)), case.program.dtype))
            for width in widths
        ),
    )


def _width_at(size: object, place: tuple[int, ...]) -> int:
    """Return the number at a place in a state_size, as `state_size[0][1]`."""
    found = size
    for index in place:
        if not (isinstance(found, wire.Node) and index < len(found.children)):
            raise _no_number_at(size, place)
        found = found.children[index]
    if not (isinstance(found, wire.Other) and is_integer(found)):
        raise _no_number_at(size, place)
    return int(found.name)


def _no_number_at(size: object, place: tuple[int, ...]) -> Deviation:
    at = "".join(f"[{index}]" for index in place)
    return Deviation(f"state_size = {format_size(size)}, but state_size{at} must be an integer")


def call(case: Case, state: object) -> wire.Call:
    """Return a call that runs the whole sequence from a state."""
    return wire.Call(case_calls.inputs(case), state)


def compiled_prediction(case: Case) -> wire.Call:
    """Return the prediction of a functional model, which is compiled before."""
    return dataclasses.replace(case_calls.by_model(case, call(case, None)), before=wire.Compile())


# --- using what comes back ------------------------------------------------------------------------


def final_state(observation: wire.Observation, what: str = "the call") -> object:
    """Return the final state of a call that must not have failed."""
    if observation.error is not None:
        raise Deviation(
            f"{what} = {error_line(observation.error)}, but must be accepted", observation
        )
    return observation.state


def unpack_states(observation: wire.Observation, count: int) -> tuple[object, ...]:
    """Return the values after the output, where a layer's result is unpacked into `count` names."""
    states = final_state(observation)
    assert isinstance(states, wire.Node)
    if len(states.children) != count - 1:
        raise Deviation(
            f"values returned = {len(states.children) + 1}, but must be {count}", observation
        )
    return states.children


def must_have_output_shape(observation: wire.Observation, shape: tuple[int, ...]) -> None:
    """Judge the shape of the outputs."""
    assert observation.outputs is not None
    seen = tuple(observation.outputs.shape)
    if seen != shape:
        raise Deviation(f"output.shape = {seen}, but must be {shape}", observation)


def must_have_shape(
    name: str, value: object, shape: tuple[int, ...], observation: wire.Observation
) -> None:
    """Judge `value.shape`; a list or tuple has none."""
    seen = (
        tuple(value.array.shape) if isinstance(value, wire.Leaf) else state_forms.format_tree(value)
    )
    if seen != shape:
        raise Deviation(f"{name}.shape = {seen}, but must be {shape}", observation)


def item(name: str, value: object, index: int, observation: wire.Observation) -> object:
    """Return `value[index]`: a member of a list or tuple, or a row of a tensor."""
    if isinstance(value, wire.Leaf) and value.array.shape:
        return wire.Leaf(floats.to_wire(floats.from_wire(value.array)[index], value.array.dtype))
    if isinstance(value, wire.Node) and index < len(value.children):
        return value.children[index]
    raise Deviation(
        f"{name} = {state_forms.format_tree(value)}, but must have an item {index}", observation
    )


def must_have_item_shapes(
    name: str, value: object, shapes: Sequence[tuple[int, ...]], observation: wire.Observation
) -> None:
    """Judge `value[0].shape`, `value[1].shape` and so on."""
    for index, shape in enumerate(shapes):
        member = item(name, value, index, observation)
        must_have_shape(f"{name}[{index}]", member, shape, observation)


def must_be_tuple(
    name: str, value: object, shapes: Sequence[tuple[int, ...]], observation: wire.Observation
) -> None:
    """Judge that `value` is a plain tuple of tensors of these shapes."""
    if not (_is_tuple(value) and len(value.children) == len(shapes)):
        raise Deviation(
            f"{name} = {state_forms.format_tree(value)}, but must be a tuple of {len(shapes)}",
            observation,
        )
    must_have_item_shapes(name, value, shapes, observation)


# --- refusals -------------------------------------------------------------------------------------


def must_raise(observation: wire.Observation, about: str) -> wire.Error:
    """Judge that a call raised an exception of any class; a crash or a hang does not count."""
    error = observation.error
    if error is None:
        raise Deviation(f"{about} = accepted, but must raise an exception", observation, ACCEPTED)
    if error.name in (CRASHED, HUNG):
        raise Deviation(
            f"{about} = {error_line(error)}, but must raise an exception",
            observation,
            error.name,
        )
    if error.stage == "build":
        raise Deviation(f"building = {error_line(error)}", observation)
    return error


COMPILED, RUN = "compile", "call"  # the last stages at which a model may fail


def must_fail_by(stage: str, observation: wire.Observation, about: str) -> None:
    """Judge that a model failed at this stage or before it; a crash or a hang does not count."""
    error = observation.error
    if error is None:
        raise Deviation(f"{about} = accepted, but must fail", observation, ACCEPTED)
    if error.name in (CRASHED, HUNG):
        raise Deviation(f"{about} = {error_line(error)}, but must fail", observation, error.name)
    if stage != RUN and error.stage == RUN:
        raise Deviation(
            f"{about} = {error_line(error)} when the model runs,"
            " but must fail when it is made or compiled",
            observation,
        )


# --- state_size -----------------------------------------------------------------------------------


def is_integer(size: object) -> bool:
    """Return True where a part of a state_size is a whole number."""
    return isinstance(size, wire.Other) and size.name.isdigit()


def is_tuple_of_two(size: object) -> bool:
    """Return True where a state_size is a tuple of two whole numbers."""
    return _is_tuple(size) and [is_integer(child) for child in size.children] == [True, True]


def is_tuple_of_tuples(size: object) -> bool:
    """Return True where a state_size is a tuple of tuples of two whole numbers."""
    return _is_tuple(size) and all(is_tuple_of_two(child) for child in size.children)


def _is_tuple(value: object) -> TypeGuard[wire.Node]:
    return isinstance(value, wire.Node) and value.container == TUPLE


def format_size(size: object) -> str:
    """Write a state_size as Python shows it."""
    if not isinstance(size, wire.Node):
        return getattr(size, "name", repr(size))
    inner = ", ".join(format_size(child) for child in size.children)
    if size.container == LIST:
        return f"[{inner}]"
    return f"({inner})" if size.container == TUPLE else f"{size.container}({inner})"


def tree_leaves(tree: object) -> Iterator[object]:
    """Yield the leaves of a tree, in order."""
    if isinstance(tree, wire.Node):
        for child in tree.children:
            yield from tree_leaves(child)
    else:
        yield tree
