"""Checks of the results of a call: structure, shapes and dtypes of outputs and final state."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from conformance.adapter import wire
from conformance.cases import floats, state_forms
from conformance.cases.case import Case
from conformance.cases.floats import from_wire
from conformance.checks.deviation import Deviation, error_line


@dataclass(frozen=True)
class Run:
    """The outputs and the final state of a call, as float64 arrays."""

    outputs: np.ndarray  # (batch, steps, units); one step where only the last is returned
    state: tuple[tuple[np.ndarray, ...], ...]  # cell by cell (h,) or (h, c), each (batch, width)
    observation: wire.Observation


def accepted_run(
    case: Case, observation: wire.Observation, what: str = "the call", steps: int | None = None
) -> Run:
    """Return the numbers of a run that must not have failed.

    Its shapes, dtypes and structure are judged too.
    `steps` is the length of the run if it differs from the case's.
    """
    outputs = accepted_outputs(case, observation, what, steps)
    return Run(outputs, state_values("final", observation.state, case, observation), observation)


def accepted_outputs(
    case: Case, observation: wire.Observation, what: str = "the call", steps: int | None = None
) -> np.ndarray:
    """Return the outputs of a run that must not have failed; judge their shape and dtype."""
    if observation.error is not None:
        raise Deviation(
            f"{what} = {error_line(observation.error)}, but must be accepted", observation
        )
    return _outputs(case, observation, case.data.steps if steps is None else steps)


def _outputs(case: Case, observation: wire.Observation, steps: int) -> np.ndarray:
    assert observation.outputs is not None
    _must_have_dtype("outputs'", observation.outputs, case, observation)
    values = from_wire(observation.outputs)
    is_cell = state_forms.Path.parse(case.program.path).api == "cell"
    one = is_cell or not case.program.layer.return_sequences
    rows = (case.data.batch,) if one else (case.data.batch, steps)
    shape = (*(rows[::-1] if case.program.layer.time_major else rows), *case.program.output_shape)
    if values.shape != shape:
        raise Deviation(f"outputs' shape = {values.shape}, but must be {shape}", observation)
    if case.program.layer.time_major and not one:
        values = np.swapaxes(values, 0, 1)
    return values.reshape(
        case.data.batch, 1 if one else steps, math.prod(case.program.output_shape)
    )


def state_values(
    which: str, tree: object, case: Case, observation: wire.Observation
) -> tuple[tuple[np.ndarray, ...], ...]:
    """Return the values of a state; judge its structure, shapes and dtypes."""
    try:
        leaves = state_forms.read_state(case, tree)
    except state_forms.UnexpectedStructure as expected:
        raise Deviation(
            f"{which} state = {state_forms.format_tree(tree)}, but must be {expected}", observation
        ) from expected
    for index, cell in enumerate(case.program.cells):
        for name, leaf, shape in zip("hc", leaves[index], cell.state_shapes, strict=False):
            _must_be_leaf(f"{which} {name} of cell {index}", leaf, shape, case, observation)
    return tuple(
        tuple(
            from_wire(leaf.array).reshape(case.data.batch, width)
            for leaf, width in zip(of_cell, cell.state_widths, strict=True)
        )
        for of_cell, cell in zip(leaves, case.program.cells, strict=True)
    )


def _must_be_leaf(
    what: str,
    leaf: wire.Leaf,
    row_shape: tuple[int, ...],
    case: Case,
    observation: wire.Observation,
) -> None:
    shape = (case.data.batch, *row_shape)
    if tuple(leaf.array.shape) != shape:
        raise Deviation(
            f"{what}'s shape = {tuple(leaf.array.shape)}, but must be {shape}", observation
        )
    _must_have_dtype(f"{what}'s", leaf.array, case, observation)


def _must_have_dtype(
    whose: str, array: wire.Array, case: Case, observation: wire.Observation
) -> None:
    if array.dtype != case.program.dtype:
        raise Deviation(
            f"{whose} dtype = {array.dtype}, but must be {case.program.dtype}", observation
        )


def join_runs(first: Run, second: Run) -> Run:
    """Join a run in two parts: the outputs of both in turn, and the second's final state."""
    outputs = np.concatenate([first.outputs, second.outputs], axis=1)
    return Run(outputs, second.state, second.observation)


def state_leaves(run: Run, dtype: str) -> state_forms.Leaves:
    """Return the final state of a run as canonical leaves."""
    return tuple(
        tuple(wire.Leaf(floats.to_wire(leaf, dtype)) for leaf in cell) for cell in run.state
    )


def must_have_same_structure(one: Run, other: Run, whose: str) -> None:
    """Judge that two final states have the same containers, shapes and dtypes."""
    here, there = (
        state_forms.format_tree(one.observation.state),
        state_forms.format_tree(other.observation.state),
    )
    if here != there:
        raise Deviation(f"final state = {here}, but must be {whose} {there}", one.observation)


def must_match_declaration(observation: wire.Observation) -> None:
    """Judge that outputs and final state have the shapes and dtypes that a model declares."""
    assert observation.outputs is not None
    given = wire.Node("tuple", (wire.Leaf(observation.outputs), observation.state))
    if not _declares(observation.declared, given):
        raise Deviation(
            f"the symbolic outputs and state = {state_forms.format_tree(observation.declared)}, but"
            f" must be what is given, {state_forms.format_tree(given)}",
            observation,
        )


def _declares(declared: object, given: object) -> bool:
    if isinstance(declared, wire.Node) and isinstance(given, wire.Node):
        pairs = list(zip(declared.children, given.children, strict=False))
        same = len(declared.children) == len(given.children)
        return same and all(_declares(*pair) for pair in pairs)
    if not (isinstance(declared, wire.Spec) and isinstance(given, wire.Leaf)):
        return False
    sizes = list(zip(declared.shape, given.array.shape, strict=False))
    same = len(declared.shape) == len(given.array.shape)
    return (
        same
        and all(known in (None, size) for known, size in sizes)
        and (declared.dtype == given.array.dtype)
    )


def must_keep_arguments(observation: wire.Observation) -> None:
    """Judge that the call did not change the caller's arguments."""
    if not observation.arguments_intact:
        raise Deviation("the caller's initial_state = changed, but must be unchanged", observation)


def must_keep_weights(observation: wire.Observation) -> None:
    """Judge that the call did not change the weights."""
    if not observation.weights_intact:
        raise Deviation("weights after the call = changed, but must be unchanged", observation)


def must_have_variables_in(dtype: str, observation: wire.Observation) -> None:
    """Judge the dtypes of the variables.

    They are observed only under a policy of mixed precision.
    """
    if observation.variables != (dtype,):
        seen = ", ".join(observation.variables)
        raise Deviation(f"variables' dtype = {seen}, but must be {dtype}", observation)
