"""What the write-ups do with a state: how they write it, and how they use what comes back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeGuard

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
    """The leaves of a single cell, the hidden state first, in a list or tuple."""
    (leaves,) = case_calls.leaves(case)
    return wire.Node(container, tuple(wire.Leaf(leaf.array, held_as) for leaf in leaves))


def tensor(case: Case) -> wire.Leaf:
    """The hidden state of a single cell by itself."""
    ((hidden, *_),) = case_calls.leaves(case)
    return hidden


def nested(case: Case, outer: str, held_as: str = "tensor") -> wire.Node:
    """The states of a stack in a list of tuples, or in a tuple of lists."""
    return wire.Node(
        outer,
        tuple(
            wire.Node(_OTHER[outer], tuple(wire.Leaf(leaf.array, held_as) for leaf in leaves))
            for leaves in case_calls.leaves(case)
        ),
    )


def write_example(case: Case) -> object:
    """The state as the case's form says: a bare tensor, or tensors in lists and tuples."""
    if case.data.form == TENSOR:
        return tensor(case)
    return nested(case, case.data.form) if case.program.stacked else pair(case, case.data.form)


def call(case: Case, state: object) -> wire.Call:
    """The whole sequence from a state."""
    return wire.Call(case_calls.inputs(case), state)


# --- using what comes back ------------------------------------------------------------------------


def returned(observation: wire.Observation, what: str = "the call") -> object:
    """The final state of a call that must not have failed."""
    if observation.error is not None:
        raise Deviation(
            f"{what} = {error_line(observation.error)}, but must be accepted", observation
        )
    return observation.state


def unpacked(observation: wire.Observation, count: int) -> tuple[object, ...]:
    """The values beside the output, where a layer's result is unpacked into so many names."""
    states = returned(observation)
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
    """Judge `value.shape`, which a list or tuple does not have."""
    seen = (
        tuple(value.array.shape) if isinstance(value, wire.Leaf) else state_forms.format_tree(value)
    )
    if seen != shape:
        raise Deviation(f"{name}.shape = {seen}, but must be {shape}", observation)


def item(name: str, value: object, index: int, observation: wire.Observation) -> object:
    """`value[index]`: a member of a list or tuple, a row of a tensor."""
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
    """Judge `value[0].shape` and so on."""
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
    """Judge that a call raised an exception, of whatever class; a crash or a hang is none."""
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


# --- state_size -----------------------------------------------------------------------------------


def is_integer(size: object) -> bool:
    """Whether a part of a state_size is a whole number."""
    return isinstance(size, wire.Other) and size.name.isdigit()


def is_tuple_of_two(size: object) -> bool:
    """Whether a state_size is a tuple of two whole numbers."""
    return _is_tuple(size) and [is_integer(child) for child in size.children] == [True, True]


def is_tuple_of_tuples(size: object) -> bool:
    """Whether a state_size is a tuple of tuples of two whole numbers."""
    return _is_tuple(size) and all(is_tuple_of_two(child) for child in size.children)


def _is_tuple(value: object) -> TypeGuard[wire.Node]:
    return isinstance(value, wire.Node) and value.container == TUPLE


def shown_size(size: object) -> str:
    """A state_size as Python shows it."""
    if not isinstance(size, wire.Node):
        return getattr(size, "name", repr(size))
    inner = ", ".join(shown_size(child) for child in size.children)
    if size.container == LIST:
        return f"[{inner}]"
    return f"({inner})" if size.container == TUPLE else f"{size.container}({inner})"


def flat(tree: object) -> Iterator[object]:
    """The leaves of a tree, in order."""
    if isinstance(tree, wire.Node):
        for child in tree.children:
            yield from flat(child)
    else:
        yield tree
