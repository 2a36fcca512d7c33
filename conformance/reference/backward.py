"""Gradients of a loss with respect to initial state, inputs and weights, each with its bounds.

The loss is the sum of outputs and final state, each multiplied by its cotangent. Reverse mode goes
back through the steps that `forward.py` took. Its runs, with their moved values, go on as they are.
Each operation on the way back (`derivatives.py`) is moved by its own error. Error bound and pair
bound mean the same as in `forward.py`.

**The bounds of the new operations:**

- The derivative of an activation is computed from its result, as libraries do. 1 - y·y rounds the
  square, which is at most 1, and the difference. y·(1 - y) rounds the difference and two products.
- Gradients may arrive at a value from several places. They are summed in any order, and a matrix
  product among them may come gate by gate.
- The gradient of a weight is a sum over the rows of each step, in any order, and then over the
  steps, in any order.

At a kink (relu, a clip) some runs may come to the other side. Then each run takes one of the two
derivatives at random. So the error bound covers what rounding may do there.

**Values that are not judged.** A row that is lost to chaos on the way forward is lost altogether.
On the way back a row is lost from the step on where not even the leading binary digit of the
gradients that are carried from step to step is certain. Where these are below 1, the error is
compared with 1, as the cotangents have that size. Gradients of weights are lost when any row is
lost. A row that may overflow on the way forward may overflow in all its gradients.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from conformance.cases import case_arrays
from conformance.cases.case import Case
from conformance.cases.case_arrays import ArraySpec, Cotangents, Weights
from conformance.cases.program import Cell
from conformance.reference import derivatives, formulas, forward
from conformance.reference.batch_cache import BatchCache
from conformance.reference.derivatives import Derivative, Factor, Sum, TakenStep
from conformance.reference.formulas import GRUStep, LSTMStep, State, Terms
from conformance.reference.rounding import Estimate, Noise

_RUNS_APART = 5  # shift of the runs from row to row; it shares no factor with RUNS


@dataclass(frozen=True)
class WeightGradients:
    """Gradients of the weights of one cell, in the layout of `case_arrays.Weights`."""

    kernel: Estimate
    recurrent: Estimate
    bias: Estimate | None = None
    peepholes: Estimate | None = None
    projection: Estimate | None = None


@dataclass(frozen=True)
class Gradients:
    """Gradients of the inputs, of each leaf of the initial state and of each cell's weights."""

    inputs: Estimate
    state: tuple[tuple[Estimate, ...], ...]
    weights: tuple[WeightGradients, ...]


def loss_gradients(case: Case) -> Gradients:
    """Return the gradients of the case's loss."""
    return _CACHE.get(case)


def gradients_of_batches(
    cells: tuple[Cell, ...],
    weights: tuple[Weights, ...],
    batches: Sequence[forward.Batch],
    cotangents: Sequence[Cotangents],
    dtype: str,
) -> list[Gradients]:
    """Return the gradients of the loss of each of several batches; see `forward.run_batches`."""
    noise = Noise(dtype)
    rows = forward.Rows(batches)
    pairs = list(zip(cells, weights, strict=True))
    layers = [_RecordedLayer(formulas.layer(*pair, noise)) for pair in pairs]
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        results = forward.run_layers(layers, rows, noise)
        loss = _Loss(cotangents, rows, _overflowing_rows(results))
        arriving, layers_back = loss.output_sums(), []
        lost = np.broadcast_to(forward.at_any_step(results.lost[-1]), results.lost[-1].shape)
        for index in reversed(range(len(cells))):
            derivative = derivatives.derivative(*pairs[index], noise)
            back = _go_back_over_steps(
                derivative, layers[index].taken, arriving, loss.state_sums(index), rows, noise, lost
            )
            arriving, lost = back.inputs, back.lost
            layers_back.append(back)
        return [
            _batch_gradients(index, layers_back[::-1], weights, rows, noise)
            for index in range(len(batches))
        ]


def _gradients(specs: Sequence[ArraySpec]) -> list[Gradients]:
    """Return the gradients of several cases that share their cells and weights."""
    shared = specs[0].weights
    found = gradients_of_batches(
        shared.cells,
        case_arrays.weights(specs[0]),
        [forward.batch_of_case(spec) for spec in specs],
        [case_arrays.cotangents(spec) for spec in specs],
        shared.dtype,
    )
    return [_order_inputs(spec, gradients) for spec, gradients in zip(specs, found, strict=True)]


def _order_inputs(spec: ArraySpec, found: Gradients) -> Gradients:
    """Put the gradients of the inputs in the order of the case, not of the computation."""
    if not spec.go_backwards:
        return found
    return dataclasses.replace(
        found, inputs=found.inputs.part((slice(None), slice(None, None, -1)))
    )


_CACHE = BatchCache(_gradients)


class _RecordedLayer:
    """A layer that records the steps that it takes."""

    def __init__(self, layer: formulas.Layer) -> None:
        self._layer = layer
        self.taken: list[TakenStep] = []

    @property
    def intermediates(self) -> LSTMStep | GRUStep | None:
        return self._layer.intermediates

    def input_terms(self, sequence: np.ndarray) -> Terms:
        self._sequence = sequence
        return self._layer.input_terms(sequence)

    def step(self, terms: Terms, state: State) -> State:
        inputs = self._sequence[len(self.taken)][:, : state[0].shape[1]]
        before = tuple(leaf.copy() for leaf in state)  # the state is written to after each step
        after = self._layer.step(terms, state)
        self.taken.append(TakenStep(inputs, before, after, self._layer.intermediates))
        return after


def _overflowing_rows(results: forward.LayersRun) -> np.ndarray:
    """Return True for each row that may overflow at any step, (rows,)."""
    overflowing = np.isnan(results.sequence).any(axis=(0, 1, 3))
    for leaf in (leaf for state in results.states for leaf in state):
        overflowing |= np.isnan(leaf).any(axis=(0, 2))
    return overflowing


class _Loss:
    """The gradients that the loss sends back: its cotangents, in the order of the rows.

    They are NaN in the rows that may overflow.
    """

    def __init__(
        self, cotangents: Sequence[Cotangents], rows: forward.Rows, overflowing: np.ndarray
    ) -> None:
        self._cotangents = cotangents
        self._rows = rows
        self._factors = np.where(overflowing, np.nan, 1.0)[:, None]

    def output_sums(self) -> list[Sum]:
        """Return the gradients of the outputs, step by step, for the rows that are running.

        An output that repeats the one before it passes its gradient on to that one.
        """
        values = self._rows.sequence([each.outputs for each in self._cotangents]) * self._factors
        size, terms = np.abs(values), np.ones((len(values), 1, values.shape[2], 1))
        for step in reversed(range(len(values))):
            running, held = self._rows.running[step], self._rows.held_rows(step)
            if held is None:
                continue
            repeats = held & self._rows.repeats[:running]
            for array in (values, size, terms):
                if step:
                    array[step - 1, :, :running] += np.where(repeats, array[step, :, :running], 0.0)
                array[step, :, :running] = np.where(held, 0.0, array[step, :, :running])
        unrounded, whole = np.zeros_like(size), np.ones_like(terms[:, 0])
        sums = zip(values, size, unrounded, terms[:, 0], whole, strict=True)
        return [
            Sum(*each).part(running) for each, running in zip(sums, self._rows.running, strict=True)
        ]

    def state_sums(self, cell: int) -> tuple[Sum, ...]:
        """Return the gradients of the final state of a cell."""
        leaves = self._rows.leaves([each.state[cell] for each in self._cotangents])
        return tuple(Sum.one_term(leaf * self._factors) for leaf in leaves)


@dataclass(frozen=True)
class _BackwardLayer:
    """The way back through a layer: gradients for all rows, and the weights' factors by steps.

    lost: (steps, rows) of bool, True in the steps before which chaos leaves nothing certain.
    """

    inputs: list[Sum]
    state: tuple[np.ndarray, ...]
    weights: list[dict[str, list[list[Factor]]]]
    lost: np.ndarray


def _go_back_over_steps(
    derivative: Derivative,
    taken: Sequence[TakenStep],
    arriving: Sequence[Sum],
    final: tuple[Sum, ...],
    rows: forward.Rows,
    noise: Noise,
    lost_above: np.ndarray,
) -> _BackwardLayer:
    """Go back through one layer, from the gradients of its outputs and its final state."""
    carried, steps, lost = final, [], _LostRows(lost_above)
    for step in reversed(range(len(taken))):
        noise.go_back_to(step + 1)
        held = rows.held_rows(step)
        mine = tuple(leaf.part(rows.running[step]) for leaf in carried)
        after = (mine[0] + arriving[step], *mine[1:])
        if held is not None:
            after = tuple(leaf.zero_rows(held) for leaf in after)
        back = derivative.step(taken[step], after)
        before = back.before
        lost.look_at(step, before)
        if held is not None:
            before = tuple(old.select(held, new) for old, new in zip(mine, before, strict=True))
        carried = tuple(
            new.replace_first_rows(old) for new, old in zip(before, carried, strict=True)
        )
        steps.append(back)
    noise.go_back_to(0)
    state = tuple(leaf.total(noise) for leaf in carried)
    noise.next_layer()
    steps.reverse()
    return _BackwardLayer(
        [step.inputs for step in steps], state, [step.weights for step in steps], lost.by_step
    )


class _LostRows:
    """The rows that are lost on the way back.

    A row is lost from the step on where not even the leading binary digit of the gradients that are
    carried to the step before is certain. Where they are below 1, the error is compared with 1: the
    cotangents of the loss have that size.
    """

    def __init__(self, above: np.ndarray) -> None:
        """Begin with the rows that are lost in the layer above, (steps, rows)."""
        self._above = above
        self._largest = np.ones(above.shape[1])
        self._lost = np.zeros(above.shape[1], bool)
        self.by_step = above.copy()

    def look_at(self, step: int, before: tuple[Sum, ...]) -> None:
        """Find the rows that a backward step loses, from the gradients that it carries on."""
        values = np.concatenate([leaf.value for leaf in before], axis=-1)
        running = values.shape[1]
        largest, lost = self._largest[:running], self._lost[:running]
        np.maximum(largest, np.abs(values[0]).max(axis=-1), out=largest)
        error = np.abs(values[1:] - values[0]).max(axis=(0, 2))
        lost |= error > 0.5 * largest
        self._lost |= self._above[step]
        self.by_step[step] = self._lost


def _batch_gradients(
    index: int,
    layers: Sequence[_BackwardLayer],
    weights: Sequence[Weights],
    rows: forward.Rows,
    noise: Noise,
) -> Gradients:
    place, batch = rows.places[index], rows.batches[index]
    noise.go_back_to(0)
    by_inputs = [each.value[:, place] for each in layers[0].inputs[: batch.steps]]
    lost = [layer.lost[: batch.steps, place] for layer in layers]
    inputs = noise.estimate(np.stack(by_inputs, axis=2), lost[0].T[..., None])
    return Gradients(
        inputs if batch.counted is None else inputs.zero_except(batch.counted.steps[..., None]),
        tuple(
            tuple(
                noise.estimate(leaf[:, place], forward.at_any_step(of_layer)[:, None])
                for leaf in layer.state
            )
            for layer, of_layer in zip(layers, lost, strict=True)
        ),
        tuple(
            _weight_gradients(layer.weights[: batch.steps], cell_weights, place, noise, of_layer)
            for layer, cell_weights, of_layer in zip(layers, weights, lost, strict=True)
        ),
    )


def _weight_gradients(
    steps: Sequence[dict[str, list[list[Factor]]]],
    weights: Weights,
    place: slice,
    noise: Noise,
    lost: np.ndarray,
) -> WeightGradients:
    found = {}
    for name, array in vars(weights).items():
        if array is not None:
            rows = [
                np.concatenate(
                    [_sum_factor(part, place, noise) for part in zip(*row, strict=True)], axis=-1
                )
                for row in zip(*(step[name] for step in steps), strict=True)
            ]
            runs = np.concatenate(rows, axis=1).reshape(-1, *array.shape)
            found[name] = noise.estimate(runs, bool(lost.any()))
    return WeightGradients(**found)


def _sum_factor(steps: Sequence[Factor], place: slice, noise: Noise) -> np.ndarray:
    """Sum a factor over the steps and the rows at a place: (runs, width of left or 1, of right).

    Rows share their signs. Where rows are alike, their errors are equal and add up. Where they are
    opposite, their errors cancel in the sum. So runs of both sorts are made: some take all rows
    from one run, the others take each row from another run.
    """
    right = np.stack([step.right[:, place] for step in steps], axis=1)
    lefts = [step.left[:, place] for step in steps if step.left is not None]
    left = np.stack(lefts, axis=1) if lefts else np.ones((1, *right.shape[1:3], 1))
    rounded = bool(lefts) or steps[0].product
    together = _sum_rows_and_steps(left, right, rounded, noise)
    if right.shape[2] == 1:
        return together
    apart = _sum_rows_and_steps(_cycle_runs(left), _cycle_runs(right), rounded, noise)
    return np.concatenate([together, apart[1:]])


def _sum_rows_and_steps(
    left: np.ndarray, right: np.ndarray, rounded: bool, noise: Noise
) -> np.ndarray:
    values = _sum_rows(_join_steps(left), _join_steps(right))
    size = _sum_rows(_join_steps(np.abs(left[:1])), _join_steps(np.abs(right[:1])))
    by_step = np.abs(_sum_rows(left[0], right[0])).sum(axis=0)
    values[:, ~(size[0] <= noise.limit)] = np.nan
    among_rows = 0.5 * (right.shape[2] - 1) * (size + by_step)
    among_steps = 0.5 * (right.shape[1] - 1) * (by_step + np.abs(values[:1]))
    products = right.shape[1] * right.shape[2]
    bound = noise.roundoff * (rounded * size + among_rows + among_steps)
    return noise.move(values, bound, products)


def _cycle_runs(runs: np.ndarray) -> np.ndarray:
    """Take each row from another run; `runs` has shape (runs, steps, rows, width)."""
    if len(runs) == 1:
        return runs
    apart = runs.copy()
    for row in range(1, runs.shape[2]):
        apart[1:, :, row] = np.roll(runs[1:, :, row], row * _RUNS_APART, axis=0)
    return apart


def _join_steps(runs: np.ndarray) -> np.ndarray:
    """Join steps and rows to one axis."""
    return runs.reshape(len(runs), -1, runs.shape[-1])


def _sum_rows(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    return np.swapaxes(left, -1, -2) @ right
