"""Checks of numbers: against the reference or another run, within a bound or to the last bit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from conformance.adapter import wire
from conformance.cases import floats, state_forms
from conformance.cases.case import Case
from conformance.cases.floats import from_wire
from conformance.checks import counting
from conformance.checks.deviation import Deviation, error_line
from conformance.checks.outputs import Run
from conformance.reference import forward
from conformance.reference.expected import expected_trajectory
from conformance.reference.rounding import Estimate


def agrees_with_reference(
    case: Case, run: Run, trajectory: forward.Trajectory | None = None
) -> float:
    """Judge a run by the reference; return the largest error/error bound."""
    expected = trajectory or expected_trajectory(case)
    with judging(run):
        outputs = within_bound(run.outputs, expected.outputs, "outputs", run.observation)
        return max(outputs, state_agrees(run, expected))


@contextmanager
def judging(run: Run) -> Iterator[None]:
    """Give a deviation the whole run, by which the ledger knows a wrong result."""
    try:
        yield
    except Deviation as deviation:
        deviation.run = run
        raise


def state_agrees(run: Run, expected: forward.Trajectory) -> float:
    """Judge only the final state of a run; return the largest error/error bound."""
    ratios = []
    for index, (seen, wanted) in enumerate(zip(run.state, expected.state, strict=True)):
        for name, values, estimate in zip("hc", seen, wanted, strict=False):
            what = f"final {name} of cell {index}"
            ratios.append(within_bound(values, estimate, what, run.observation))
    return max(ratios)


def within_bound(
    values: np.ndarray, estimate: Estimate, what: str, observation: wire.Observation
) -> float:
    """Return the largest error/error bound; raise a Deviation where it is above 1."""
    return _compare(values, estimate, what, "the reference's", observation)


def distance_in_ulps(case: Case, run: Run) -> float:
    """Return how far a run is from the reference, in units in the last place of the case's dtype.

    Each array uses the unit of its largest value. If a value near zero had its own unit, the count
    would show how small the value is, not how wrong. Values with an infinite error bound are left
    out.
    """
    expected = expected_trajectory(case)
    pairs = [(run.outputs, expected.outputs)]
    for seen, wanted in zip(run.state, expected.state, strict=True):
        pairs += zip(seen, wanted, strict=True)
    return max(_ulps(values, estimate, case.program.dtype) for values, estimate in pairs)


def _ulps(values: np.ndarray, estimate: Estimate, dtype: str) -> float:
    certain = np.isfinite(estimate.error_bound) & np.isfinite(estimate.value)
    if not certain.any():
        return 0.0
    apart = np.abs(values[certain] - estimate.value[certain])
    return float(apart.max() / floats.ulp(np.abs(estimate.value[certain]).max(), dtype))


def runs_agree(
    one: Run, other: Run, trajectory: forward.Trajectory, whose: str = "the other path's"
) -> float:
    """Judge two runs of the same case; return the largest distance/pair bound."""
    expected = trajectory.outputs.of_second_run(other.outputs)
    with judging(one):
        ratio = _compare(one.outputs, expected, "outputs", whose, one.observation)
        return max(ratio, states_agree(one, other, trajectory, whose))


def states_agree(
    one: Run, other: Run, trajectory: forward.Trajectory, whose: str = "the other run's"
) -> float:
    """Judge the final states of two runs; return the largest distance/pair bound."""
    ratios = []
    triples = zip(one.state, other.state, trajectory.state, strict=True)
    for index, (here, there, estimates) in enumerate(triples):
        for name, a, b, estimate in zip("hc", here, there, estimates, strict=False):
            what = f"final {name} of cell {index}"
            ratios.append(_compare(a, estimate.of_second_run(b), what, whose, one.observation))
    return max(ratios)


def rows_agree(row: int, one: Run, other: Run, trajectory: forward.Trajectory) -> float:
    """Judge one row of two runs in which the other rows differ."""
    at = slice(row, row + 1)
    expected = forward.Trajectory(
        trajectory.outputs.part(at),
        tuple(tuple(leaf.part(at) for leaf in cell) for cell in trajectory.state),
    )
    return runs_agree(_row(row, one), _row(row, other), expected, "its own alone")


def _row(row: int, run: Run) -> Run:
    state = tuple(tuple(leaf[row : row + 1] for leaf in cell) for cell in run.state)
    return Run(run.outputs[row : row + 1], state, run.observation)


def runs_are_identical(one: Run, other: Run, whose: str = "the other run's") -> None:
    """Judge that two runs are the same to the last bit."""
    with judging(one):
        must_be_identical("outputs", one.outputs, other.outputs, one.observation, whose)
        for index, (here, there) in enumerate(zip(one.state, other.state, strict=True)):
            for name, a, b in zip("hc", here, there, strict=False):
                must_be_identical(f"final {name} of cell {index}", a, b, one.observation, whose)


def same_observations(before: wire.Observation, after: wire.Observation) -> None:
    """Judge that a call gives the same as one before it, to the last bit, whatever they return."""
    for what, observation in (("the call before", before), ("the call", after)):
        if observation.error is not None:
            raise Deviation(
                f"{what} = {error_line(observation.error)}, but must be accepted", observation
            )
    wanted, seen = (
        state_forms.format_tree(_returned(observation)) for observation in (before, after)
    )
    if wanted != seen:
        raise Deviation(f"outputs and state = {seen}, but must be as before {wanted}", after)
    arrays = zip(_arrays(_returned(before)), _arrays(_returned(after)), strict=True)
    for index, (there, here) in enumerate(arrays):
        what = f"leaf {index - 1} of the final state" if index else "outputs"
        must_be_identical(what, from_wire(here), from_wire(there), after, "that before")


def _returned(observation: wire.Observation) -> wire.Node:
    assert observation.outputs is not None
    return wire.Node("tuple", (wire.Leaf(observation.outputs), observation.state))


def _arrays(tree: object) -> list[wire.Array]:
    arrays: list[wire.Array] = []
    state_forms.map_leaves(tree, lambda leaf: arrays.append(leaf.array))
    return arrays


def _compare(
    values: np.ndarray, expected: Estimate, what: str, whose: str, observation: wire.Observation
) -> float:
    wanted = expected.value
    if values.shape != wanted.shape:
        raise Deviation(
            f"{what}'s shape = {values.shape}, but must be {whose} {wanted.shape}", observation
        )
    if not values.size:
        return 0.0
    counting.count_bounded(expected)
    ratio = expected.distance(values)
    worst = np.unravel_index(int(np.argmax(ratio)), ratio.shape)
    if ratio[worst] > 1:
        place = ", ".join(str(int(i)) for i in worst)
        bound = expected.error_bound[worst]
        demand = (
            f"{whose} {wanted[worst]:.17g} within {bound:.2g}"
            f" (it is {ratio[worst]:.3g} times as far)"
            if np.isfinite(bound)
            else "finite, as nothing here can overflow"
        )
        raise Deviation(
            f"{what}[{place}] = {values[worst]:.17g}, but must be {demand}",
            observation,
            numeric=True,
        )
    return float(ratio[worst])


def must_be_identical(
    what: str, one: np.ndarray, other: np.ndarray, observation: wire.Observation, whose: str
) -> None:
    """Judge that two arrays are the same to the last bit."""
    counting.count_identical(one)
    differs = ~((one == other) | (np.isnan(one) & np.isnan(other)))
    if differs.any():
        worst = tuple(int(i) for i in np.argwhere(differs)[0])
        raise Deviation(
            f"{what}[{', '.join(map(str, worst))}] = {one[worst]:.17g}, but must be exactly {whose}"
            f" {other[worst]:.17g}",
            observation,
            numeric=True,
        )
