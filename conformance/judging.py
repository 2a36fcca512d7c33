"""The judges: an observation in, silence or a Deviation out. Structure, numbers, grades."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from conformance import data, expectation, forms, malformations, reference
from conformance.adapter import wire
from conformance.case import Case
from conformance.noise import Estimate

EXPLAINED, REJECTED, LEAKED = "explained", "rejected", "leaked"
ACCEPTED, CRASHED, HUNG = "accepted", "crashed", "hung"
KEPT_GRADES = (EXPLAINED, REJECTED)

_REFUSALS = {"ValueError", "TypeError", "InvalidArgumentError"}
_EXPLAINABLE = {"ValueError", "TypeError"}
_STYLING = re.compile(r"\x1b\[[0-9;]*m")


class Deviation(AssertionError):
    """A clause does not hold for a case: the sentence that says so, and the observation."""

    def __init__(
        self, sentence: str, observation: wire.Observation | None = None, grade: str | None = None
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.observation = observation
        self.grade = grade


@dataclass(frozen=True)
class Run:
    """What a case's outputs and final state were, as float64 arrays."""

    outputs: np.ndarray  # (batch, steps, units); one step where only the last is returned
    state: tuple[tuple[np.ndarray, ...], ...]  # cell by cell (h,) or (h, c), each (batch, width)
    observation: wire.Observation


def accepted(
    case: Case, observation: wire.Observation, what: str = "the call", steps: int | None = None
) -> Run:
    """The numbers of a run that must not have failed; shapes, dtypes and structure are judged too.

    `steps` is the length of the run where it is not the case's.
    """
    outputs = outputs_of(case, observation, what, steps)
    return Run(outputs, state("final", observation.state, case, observation), observation)


def outputs_of(
    case: Case, observation: wire.Observation, what: str = "the call", steps: int | None = None
) -> np.ndarray:
    """The outputs of a run that must not have failed; shape and dtype are judged too."""
    if observation.error is not None:
        raise Deviation(
            f"{what} = {error_line(observation.error)}, but must be accepted", observation
        )
    return _outputs(case, observation, case.steps if steps is None else steps)


_STAGES = {"build": " while building", "before": " while its states were set"}


def error_line(error: wire.Error) -> str:
    """An error in one line, without the terminal's styling."""
    message = " ".join(_STYLING.sub("", error.message).split())
    shortened = message if len(message) <= 160 else message[:157] + "..."
    return f"{error.name}{_STAGES.get(error.stage, '')} ({shortened})"


def _outputs(case: Case, observation: wire.Observation, steps: int) -> np.ndarray:
    assert observation.outputs is not None
    _must_have_dtype("outputs'", observation.outputs, case, observation)
    values = numbers(observation.outputs)
    of_cell = forms.Path.of(case.path).api == "cell"
    one = of_cell or not case.layer.return_sequences
    rows = (case.batch,) if one else (case.batch, steps)
    shape = (*(rows[::-1] if case.layer.time_major else rows), *case.output_shape)
    if values.shape != shape:
        raise Deviation(f"outputs' shape = {values.shape}, but must be {shape}", observation)
    if case.layer.time_major and not one:
        values = np.swapaxes(values, 0, 1)
    return values.reshape(case.batch, 1 if one else steps, math.prod(case.output_shape))


def numbers(array: wire.Array) -> np.ndarray:
    """An array's values in float64."""
    return data.from_wire(array)


def state(
    which: str, tree: object, case: Case, observation: wire.Observation
) -> tuple[tuple[np.ndarray, ...], ...]:
    """The values of a state; structure, shapes and dtypes are judged."""
    try:
        leaves = forms.read(case, tree)
    except forms.UnexpectedStructure as expected:
        raise Deviation(
            f"{which} state = {forms.shown(tree)}, but must be {expected}", observation
        ) from expected
    for index, cell in enumerate(case.cells):
        for name, leaf, shape in zip("hc", leaves[index], cell.state_shapes, strict=False):
            _must_be_leaf(f"{which} {name} of cell {index}", leaf, shape, case, observation)
    return tuple(
        tuple(
            numbers(leaf.array).reshape(case.batch, width)
            for leaf, width in zip(of_cell, cell.state_widths, strict=True)
        )
        for of_cell, cell in zip(leaves, case.cells, strict=True)
    )


def _must_be_leaf(
    what: str,
    leaf: wire.Leaf,
    of_row: tuple[int, ...],
    case: Case,
    observation: wire.Observation,
) -> None:
    shape = (case.batch, *of_row)
    if tuple(leaf.array.shape) != shape:
        raise Deviation(
            f"{what}'s shape = {tuple(leaf.array.shape)}, but must be {shape}", observation
        )
    _must_have_dtype(f"{what}'s", leaf.array, case, observation)


def _must_have_dtype(
    whose: str, array: wire.Array, case: Case, observation: wire.Observation
) -> None:
    if array.dtype != case.dtype:
        raise Deviation(f"{whose} dtype = {array.dtype}, but must be {case.dtype}", observation)


# --- numbers -------------------------------------------------------------------------------------


def agrees_with_reference(
    case: Case, run: Run, trajectory: reference.Trajectory | None = None
) -> float:
    """Judge a run by the reference; gives the largest observed/width."""
    expected = trajectory or expectation.of(case)
    outputs = within(run.outputs, expected.outputs, "outputs", run.observation)
    return max(outputs, state_agrees(run, expected))


def state_agrees(run: Run, expected: reference.Trajectory) -> float:
    """Judge the final state of a run alone; gives the largest observed/width."""
    ratios = []
    for index, (seen, wanted) in enumerate(zip(run.state, expected.state, strict=True)):
        for name, values, estimate in zip("hc", seen, wanted, strict=False):
            what = f"final {name} of cell {index}"
            ratios.append(within(values, estimate, what, run.observation))
    return max(ratios)


def within(
    values: np.ndarray, estimate: Estimate, what: str, observation: wire.Observation
) -> float:
    """The largest observed/width; a Deviation where it is above 1."""
    return _compare(values, estimate.value, estimate.width, what, "the reference's", observation)


def ulps(case: Case, run: Run) -> float:
    """How far a run is from the reference, in units in the last place of the case's dtype.

    In each array the unit is that of its largest value: of a value near zero one of its own would
    say how small the value is. What nothing is certain of is left out.
    """
    expected = expectation.of(case)
    pairs = [(run.outputs, expected.outputs)]
    for seen, wanted in zip(run.state, expected.state, strict=True):
        pairs += zip(seen, wanted, strict=True)
    return max(_ulps(values, estimate, case.dtype) for values, estimate in pairs)


def _ulps(values: np.ndarray, estimate: Estimate, dtype: str) -> float:
    certain = np.isfinite(estimate.width) & np.isfinite(estimate.value)
    if not certain.any():
        return 0.0
    apart = np.abs(values[certain] - estimate.value[certain])
    return float(apart.max() / data.ulp(np.abs(estimate.value[certain]).max(), dtype))


def agree(
    one: Run, other: Run, trajectory: reference.Trajectory, whose: str = "the other path's"
) -> float:
    """Judge two runs of the same case by how far two correct computations may be apart."""
    expected = trajectory.outputs
    of_outputs = _compare(
        one.outputs, other.outputs, expected.spread, "outputs", whose, one.observation
    )
    return max(of_outputs, agree_in_state(one, other, trajectory, whose))


def agree_in_state(
    one: Run, other: Run, trajectory: reference.Trajectory, whose: str = "the other run's"
) -> float:
    """Judge the final states of two runs by how far two correct computations may be apart."""
    ratios = []
    triples = zip(one.state, other.state, trajectory.state, strict=True)
    for index, (here, there, estimates) in enumerate(triples):
        for name, a, b, estimate in zip("hc", here, there, estimates, strict=False):
            what = f"final {name} of cell {index}"
            ratios.append(_compare(a, b, estimate.spread, what, whose, one.observation))
    return max(ratios)


def agree_in_row(row: int, one: Run, other: Run, trajectory: reference.Trajectory) -> float:
    """Judge one row of two runs in which the other rows differ."""
    at = slice(row, row + 1)
    expected = reference.Trajectory(
        trajectory.outputs.part(at),
        tuple(tuple(leaf.part(at) for leaf in cell) for cell in trajectory.state),
    )
    return agree(_row(row, one), _row(row, other), expected, "its own alone")


def _row(row: int, run: Run) -> Run:
    state = tuple(tuple(leaf[row : row + 1] for leaf in cell) for cell in run.state)
    return Run(run.outputs[row : row + 1], state, run.observation)


def joined(first: Run, second: Run) -> Run:
    """A run in two parts as one: outputs one after the other, the second's final state."""
    outputs = np.concatenate([first.outputs, second.outputs], axis=1)
    return Run(outputs, second.state, second.observation)


def leaves(run: Run, dtype: str) -> forms.Leaves:
    """The final state of a run as canonical leaves."""
    return tuple(tuple(wire.Leaf(data.to_wire(leaf, dtype)) for leaf in cell) for cell in run.state)


def identical_runs(one: Run, other: Run, whose: str = "the other run's") -> None:
    """Judge two runs that must be the same to the last bit."""
    identical("outputs", one.outputs, other.outputs, one.observation, whose)
    for index, (here, there) in enumerate(zip(one.state, other.state, strict=True)):
        for name, a, b in zip("hc", here, there, strict=False):
            identical(f"final {name} of cell {index}", a, b, one.observation, whose)


def same_observations(before: wire.Observation, after: wire.Observation) -> None:
    """Judge a call and one before it, alike to the last bit, whatever it is that they return."""
    for what, observation in (("the call before", before), ("the call", after)):
        if observation.error is not None:
            raise Deviation(
                f"{what} = {error_line(observation.error)}, but must be accepted", observation
            )
    wanted, seen = (forms.shown(_returned(observation)) for observation in (before, after))
    if wanted != seen:
        raise Deviation(f"outputs and state = {seen}, but must be as before {wanted}", after)
    arrays = zip(_arrays(_returned(before)), _arrays(_returned(after)), strict=True)
    for index, (there, here) in enumerate(arrays):
        what = f"leaf {index - 1} of the final state" if index else "outputs"
        identical(what, numbers(here), numbers(there), after, "that before")


def _returned(observation: wire.Observation) -> wire.Node:
    assert observation.outputs is not None
    return wire.Node("tuple", (wire.Leaf(observation.outputs), observation.state))


def _arrays(tree: object) -> list[wire.Array]:
    arrays: list[wire.Array] = []
    forms.map_leaves(tree, lambda leaf: arrays.append(leaf.array))
    return arrays


def same_structure(one: Run, other: Run, whose: str) -> None:
    """Judge two final states whose containers, shapes and dtypes must be the same."""
    here, there = forms.shown(one.observation.state), forms.shown(other.observation.state)
    if here != there:
        raise Deviation(f"final state = {here}, but must be {whose} {there}", one.observation)


def as_declared(observation: wire.Observation) -> None:
    """Judge whether outputs and final state have the shapes and dtypes that a model declares."""
    assert observation.outputs is not None
    given = wire.Node("tuple", (wire.Leaf(observation.outputs), observation.state))
    if not _declares(observation.declared, given):
        raise Deviation(
            f"the symbolic outputs and state = {forms.shown(observation.declared)}, but must be"
            f" what is given, {forms.shown(given)}",
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


def left_intact(observation: wire.Observation) -> None:
    """Judge whether the caller's arguments are what they were."""
    if not observation.arguments_intact:
        raise Deviation("the caller's initial_state = changed, but must be unchanged", observation)


def weights_intact(observation: wire.Observation) -> None:
    """Judge whether the weights are what they were."""
    if not observation.weights_intact:
        raise Deviation("weights after the call = changed, but must be unchanged", observation)


def variables_are(dtype: str, observation: wire.Observation) -> None:
    """Judge the dtypes of the variables, which are observed under a policy of mixed precision."""
    if observation.variables != (dtype,):
        seen = ", ".join(observation.variables)
        raise Deviation(f"variables' dtype = {seen}, but must be {dtype}", observation)


def _compare(
    values: np.ndarray,
    wanted: np.ndarray,
    width: np.ndarray,
    what: str,
    whose: str,
    observation: wire.Observation,
) -> float:
    if values.shape != wanted.shape:
        raise Deviation(
            f"{what}'s shape = {values.shape}, but must be {whose} {wanted.shape}", observation
        )
    if not values.size:
        return 0.0
    ratio = Estimate(wanted, width, width).distance(values)
    worst = np.unravel_index(int(np.argmax(ratio)), ratio.shape)
    if ratio[worst] > 1:
        place = ", ".join(str(int(i)) for i in worst)
        raise Deviation(
            f"{what}[{place}] = {values[worst]:.17g}, but must be {whose}"
            f" {wanted[worst]:.17g} within {width[worst]:.2g}"
            f" (it is {ratio[worst]:.3g} times as far)",
            observation,
        )
    return float(ratio[worst])


def identical(
    what: str, one: np.ndarray, other: np.ndarray, observation: wire.Observation, whose: str
) -> None:
    """Judge two arrays that must be the same to the last bit."""
    differs = ~((one == other) | (np.isnan(one) & np.isnan(other)))
    if differs.any():
        worst = tuple(int(i) for i in np.argwhere(differs)[0])
        raise Deviation(
            f"{what}[{', '.join(map(str, worst))}] = {one[worst]:.17g}, but must be exactly {whose}"
            f" {other[worst]:.17g}",
            observation,
        )


# --- rejection -----------------------------------------------------------------------------------


def grade(case: Case, observation: wire.Observation) -> str:
    """The rejection grade of a malformed case's observation."""
    return graded(observation, lambda message: _explains(case, message))


def graded(observation: wire.Observation, explains: Callable[[str], bool]) -> str:
    """The rejection grade of an observation; `explains` says whether a message does."""
    error = observation.error
    if error is None:
        return ACCEPTED
    if error.name in (CRASHED, HUNG):
        return error.name
    bases = set(error.bases)
    if not bases & _REFUSALS:
        return LEAKED
    return EXPLAINED if bases & _EXPLAINABLE and explains(error.message) else REJECTED


def _explains(case: Case, message: str) -> bool:
    assert case.malformation is not None
    kind = malformations.KINDS[case.malformation.name]
    return names(message, kind.expected(case)) and names(message, kind.received(case))


def names(message: str, words: tuple[str, ...]) -> bool:
    """Whether a word stands in the message; a number only as a number of its own."""
    text = _STYLING.sub("", message)
    return any(
        re.search(
            rf"(?<![\w.]){re.escape(word)}(?![\w.])" if word.isdigit() else re.escape(word), text
        )
        for word in words
    )


def refused(case: Case, observation: wire.Observation) -> str:
    """The grade of a malformed state, which must be `rejected` or better."""
    assert case.malformation is not None
    kind = malformations.KINDS[case.malformation.name]
    return kept_grade(f"{kind.argument} with {kind.about}", grade(case, observation), observation)


def kept_grade(what: str, seen: str, observation: wire.Observation) -> str:
    """The grade of what must be refused; a Deviation where it is less than `rejected`."""
    error = observation.error
    if error is not None and error.stage == "build":
        raise Deviation(f"building = {error_line(error)}", observation, seen)
    if seen not in KEPT_GRADES:
        told = "accepted" if error is None else error_line(error)
        raise Deviation(
            f"{what} = {told}, but must be refused with ValueError, TypeError or"
            " InvalidArgumentError",
            observation,
            seen,
        )
    return seen
