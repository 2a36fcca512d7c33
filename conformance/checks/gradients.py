"""Checks of gradients: those that a target gave against those of the reference."""

from __future__ import annotations

from collections.abc import Callable

from conformance.adapter import wire
from conformance.cases import state_forms
from conformance.cases.case import Case
from conformance.cases.floats import from_wire
from conformance.checks.deviation import Deviation
from conformance.checks.numbers import within_bound
from conformance.checks.outputs import accepted_run
from conformance.reference.backward import Gradients
from conformance.reference.rounding import Estimate

Judge = Callable[[Case, wire.Observation, Gradients], float]


def with_respect_to_state(case: Case, seen: wire.Observation, expected: Gradients) -> float:
    """Judge the gradient of each leaf of the initial state.

    Return the largest error/error bound.
    """
    tree = _gradients(case, seen).state
    if _lacks_gradient(tree):
        raise Deviation(
            f"gradients of initial_state = {state_forms.format_tree(tree)}, but must be tensors",
            seen,
        )
    ratios = []
    pairs = zip(state_forms.read_state(case, tree), expected.state, strict=True)
    for index, (leaves, estimates) in enumerate(pairs):
        for name, leaf, estimate in zip("hc", leaves, estimates, strict=False):
            ratios.append(
                _within_bound(f"initial {name} of cell {index}", leaf, estimate, case, seen)
            )
    return max(ratios)


def with_respect_to_inputs(case: Case, seen: wire.Observation, expected: Gradients) -> float:
    """Judge the gradient of the inputs; return the largest error/error bound."""
    return _within_bound("inputs", _gradients(case, seen).inputs, expected.inputs, case, seen)


def with_respect_to_weights(case: Case, seen: wire.Observation, expected: Gradients) -> float:
    """Judge the gradient of each cell's weights; return the largest error/error bound."""
    ratios = []
    pairs = zip(_gradients(case, seen).weights, expected.weights, strict=True)
    for index, (cell_weights, estimates) in enumerate(pairs):
        for name, estimate in vars(estimates).items():
            if estimate is not None:
                array = getattr(cell_weights, name)
                given = wire.Leaf(array) if isinstance(array, wire.Array) else array
                ratios.append(_within_bound(f"{name} of cell {index}", given, estimate, case, seen))
    return max(ratios)


def with_respect_to_all(case: Case, seen: wire.Observation, expected: Gradients) -> float:
    """Judge all gradients; return the largest error/error bound."""
    judges = (with_respect_to_state, with_respect_to_inputs, with_respect_to_weights)
    return max(judge(case, seen, expected) for judge in judges)


def _gradients(case: Case, seen: wire.Observation) -> wire.Gradients:
    accepted_run(case, seen, "the call with gradients")
    assert seen.gradients is not None
    return seen.gradients


def _lacks_gradient(tree: object) -> bool:
    """Return True where a tree of gradients lacks one."""
    if isinstance(tree, wire.Node):
        return any(_lacks_gradient(child) for child in tree.children)
    return isinstance(tree, wire.Nothing)


def _within_bound(
    what: str, given: object, estimate: Estimate, case: Case, seen: wire.Observation
) -> float:
    if not isinstance(given, wire.Leaf):
        raise Deviation(f"gradient of {what} = None, but must be a tensor", seen)
    if given.array.dtype != case.program.dtype:
        raise Deviation(
            f"gradient of {what}'s dtype = {given.array.dtype}, but must be {case.program.dtype}",
            seen,
        )
    return within_bound(from_wire(given.array), estimate, f"gradient of {what}", seen)
