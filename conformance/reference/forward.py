"""The cells in NumPy float64, each value with how far a correct computation may be from it.

**The value** is the cell's textbook formula in float64.

**The width** comes from Monte Carlo arithmetic (D. S. Parker, "Monte Carlo Arithmetic", UCLA
CSD-970002, 1997): the formula runs RUNS more times, and in each of these runs every operation's
result is moved by its own error bound, up or down at random. The width is the largest distance of
such a run from the exact one. What a recurrence does to an error (forget it, carry it, blow it up)
is thus done by the formula itself, and nothing needs to be known of its derivatives. The spread,
the distance between the outermost runs, says how far two correct computations may be apart.

**The bounds**, with u the unit roundoff of the dtype:

- An elementary operation rounds once: u·|result|. So does the reference, in float64; a path and
  the reference may therefore differ by (u + 2⁻⁵³)·|result|, and that sum is the u of all bounds
  here. In float64, where the reference is no better than the path, it doubles the width; elsewhere
  it vanishes.
- A sum of n terms, which libraries add up in different orders (v1 cells multiply [x, h] at once,
  Keras adds two products; the bias comes first, last, or with `forget_bias` added to it before).
  Products round, by u·Σ|terms| together. Each of n - 1 additions rounds a partial sum; in whatever
  order, that is a sum of some of the terms, so it lies between the sum of the negative and that of
  the positive ones: at most (Σ|terms| + |sum|)/2. The last one is the sum itself. Biases and
  `forget_bias` are terms too. This is the worst case of N. J. Higham, "Accuracy and Stability of
  Numerical Algorithms", 2002, section 4.2, not the √n of "A new approach to probabilistic rounding
  error analysis" (Higham and Mary, SIAM J. Sci. Comput. 41, 2019): where little follows a sum, as
  in one step of a linear cell, the probable case was seen to be exceeded.
- f·c + i·g and z·h + (1 - z)·c: each term as often as it is rounded, and the sum once.
- exp and tanh in float32 and float64 are approximated, to 4 units in the last place as vectorised
  mathematical libraries promise (NumPy's loops, Intel's VML "LA"); a unit in the last place is at
  most 2u·|result|, which makes 8u·|result|. Half precision is computed in float32 and rounded, or
  operation by operation: a sigmoid takes three (exp, add, divide), hence 3u·|result|.
- A sigmoid s may be computed as ½ + ½·tanh(x/2), as XLA and older versions of Eigen do. The error
  is then that of the half tanh, however small the result: relative to max(s, |s - ½|).
- Every product, quotient and function may underflow (sums of subnormal numbers are exact): by half
  the smallest subnormal when it rounds to nearest; by all of the smallest normal number where the
  processor flushes subnormals to zero, which TensorFlow asks for (`ScopedFlushDenormal`) and which
  affects all dtypes but float16, whose arithmetic is emulated.
- Clipping, relu and linear are exact.

Each operation's sign is independent, but in half of the runs an operation makes the same error at
every step: a recurrence that has come to rest repeats its rounding errors exactly. The rows of a
batch, which never meet, share their signs: so what a row is computed together with does not matter,
and the cases of a program are computed together.

**What is not judged.** A cell may be chaotic: rounding errors grow from step to step until nothing
is left of the value, in half precision within 16 steps. Then the runs are scattered with a long
tail, of which no number of them finds the end. So where not even the leading binary digit of a
row's largest value is certain any more (or the width passes ½, where that value is below 1), the
row has an infinite width from this step on, here and in the cells above. Likewise on overflow:
where an intermediate result may pass the largest number of the dtype, the outcome (inf or NaN)
depends on the order of operations, so it and all that depends on it get an infinite width. See
`Estimate.distance`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from conformance.cases import case_arrays
from conformance.cases.case import Case
from conformance.cases.case_arrays import ArraySpec, Source, Weights
from conformance.cases.program import Cell
from conformance.reference import formulas
from conformance.reference.batch_cache import BatchCache
from conformance.reference.formulas import State
from conformance.reference.rounding import RUNS, Estimate, Noise


@dataclass(frozen=True)
class Trajectory:
    """What cells do over a sequence.

    outputs: those of the last cell, (batch, steps, units). state: the final state of each cell,
    (h,) or (h, c), each (batch, width).
    """

    outputs: Estimate
    state: tuple[tuple[Estimate, ...], ...]


@dataclass(frozen=True)
class Counted:
    """Which steps count, (batch, steps) of bool; in the others the state is held.

    Outputs there are zero with `zero`, else those of the step before, and zero before the first.
    """

    steps: np.ndarray
    zero: bool = True


@dataclass(frozen=True)
class Batch:
    """Rows that start and end together: inputs (batch, steps, features), the initial state of each
    cell, (h,) or (h, c), each (batch, width), and which steps count; None: all of them."""

    inputs: np.ndarray
    state: tuple[tuple[np.ndarray, ...], ...]
    counted: Counted | None = None

    @property
    def steps(self) -> int:
        """The number of steps."""
        return self.inputs.shape[1]


def trajectory(case: Case) -> Trajectory:
    """What the case's cells do with the case's weights, inputs and initial state.

    Outputs stand in the order of their computation: with `go_backwards` the last step's first.
    """
    return _CACHE.get(case)


def run_cells(
    cells: tuple[Cell, ...],
    weights: tuple[Weights, ...],
    inputs: np.ndarray,
    state: tuple[tuple[np.ndarray, ...], ...],
    dtype: str,
) -> Trajectory:
    """What a stack of cells does, the output of each being the input of the next.

    inputs: (batch, steps, features). state: per cell (h,) or (h, c), each (batch, width). All
    values are to be exact in the dtype. The same arguments always give the same widths.

    Raises:
        ValueError: a kind of cell, an activation or a dtype that is not known here.
    """
    (trajectory,) = run_batches(cells, weights, [Batch(inputs, state)], dtype)
    return trajectory


def run_batches(
    cells: tuple[Cell, ...], weights: tuple[Weights, ...], batches: Sequence[Batch], dtype: str
) -> list[Trajectory]:
    """What a stack of cells does with each of several batches; see `run`."""
    noise = Noise(dtype)
    rows = Rows(batches)
    layers = [formulas.layer(*pair, noise) for pair in zip(cells, weights, strict=True)]
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        sequence, states = through(layers, rows, noise, cells)
        finals = [tuple(noise.estimate(leaf) for leaf in state) for state in states]
        outputs = noise.estimate(np.moveaxis(sequence, 0, 2))
    return [rows.trajectory(index, outputs, finals) for index in range(len(batches))]


def through(
    layers: Sequence[formulas.Layer], rows: Rows, noise: Noise, cells: Sequence[Cell] = ()
) -> tuple[np.ndarray, list[State]]:
    """The outputs of the last layer, (steps, runs, rows, width), and the final state of each.

    `cells` are those of the layers where there may be something around them.
    """
    sequence, states = rows.inputs, []
    for index, layer in enumerate(layers):
        outputs, state = _over_steps(
            layer,
            sequence,
            rows.leaves([batch.state[index] for batch in rows.batches]),
            rows,
            noise,
        )
        states.append(state)
        sequence = formulas.wrapped(cells[index], sequence, outputs, noise) if cells else outputs
    return sequence, states


def _trajectories(specs: Sequence[ArraySpec]) -> list[Trajectory]:
    """Return what each of several cases does that have their cells and weights in common."""
    batches = [batch_of_case(spec) for spec in specs]
    shared = specs[0].weights
    return run_batches(shared.cells, case_arrays.weights(specs[0]), batches, shared.dtype)


_CACHE = BatchCache(_trajectories)


def batch_of_case(source: Source) -> Batch:
    """Return the rows of a case, in the order of their computation."""
    spec = case_arrays.array_spec(source)
    order = slice(None, None, -1 if spec.go_backwards else 1)
    steps = case_arrays.counted_steps(spec)
    zero = spec.lengths is not None or spec.zero_output_for_mask
    counted = None if steps is None else Counted(steps[:, order], zero)
    return Batch(case_arrays.inputs(spec)[:, order], case_arrays.state(spec), counted)


class Rows:
    """The rows of several batches in one, those with the most steps first.

    So the rows that are still running at a step are the first ones. `inputs` has shape (steps, 1,
    rows, features).
    """

    def __init__(self, batches: Sequence[Batch]) -> None:
        self.batches = batches
        self._order = sorted(range(len(batches)), key=lambda index: -batches[index].steps)
        sizes = [len(batches[index].inputs) for index in self._order]
        ends = np.cumsum(sizes).tolist()
        self.places = {
            index: slice(end - size, end)
            for index, size, end in zip(self._order, sizes, ends, strict=True)
        }
        most = batches[self._order[0]].steps
        self.running = [
            sum(
                size
                for size, index in zip(sizes, self._order, strict=True)
                if batches[index].steps > step
            )
            for step in range(most)
        ]
        self.inputs = self.sequence([batch.inputs for batch in batches])
        self._counted = np.ones((most, sum(sizes)), bool)
        self.repeats = np.zeros((sum(sizes), 1), bool)  # outputs of steps that do not count
        for index, batch in enumerate(batches):
            if batch.counted is not None:
                self._counted[: batch.steps, self.places[index]] = batch.counted.steps.T
                self.repeats[self.places[index]] = not batch.counted.zero

    def sequence(self, arrays: Sequence[np.ndarray]) -> np.ndarray:
        """One (batch, steps, width) of each batch as (steps, 1, rows, width)."""
        joined = np.zeros((len(self.running), 1, sum(map(len, arrays)), arrays[0].shape[2]))
        for index, array in enumerate(arrays):
            joined[: array.shape[1], 0, self.places[index]] = np.swapaxes(array, 0, 1)
        return joined

    def leaves(self, states: Sequence[tuple[np.ndarray, ...]]) -> State:
        """Of each batch a cell's state as one, (runs, rows, width), to be written to."""
        ordered = [states[index] for index in self._order]
        joined = [np.concatenate(leaves) for leaves in zip(*ordered, strict=True)]
        return tuple(np.repeat(leaf[None], 1 + RUNS, axis=0) for leaf in joined)

    def held(self, step: int) -> np.ndarray | None:
        """Which of the running rows do not count at a step, (rows, 1), or None."""
        held = ~self._counted[step, : self.running[step], None]
        return held if held.any() else None

    def trajectory(
        self, index: int, outputs: Estimate, finals: Sequence[Sequence[Estimate]]
    ) -> Trajectory:
        """What is one batch's of what was found for all rows."""
        place, batch = self.places[index], self.batches[index]
        mine = outputs.part((place, slice(batch.steps)))
        if batch.counted is not None and batch.counted.zero:
            mine = mine.where(batch.counted.steps[..., None])
        return Trajectory(mine, tuple(tuple(leaf.part(place) for leaf in cell) for cell in finals))


def _over_steps(
    layer: formulas.Layer, sequence: np.ndarray, state: State, rows: Rows, noise: Noise
) -> tuple[np.ndarray, State]:
    """The outputs and the final state of one layer over a sequence."""
    outputs = np.zeros((len(sequence), *state[0].shape))
    terms = layer.of_inputs(sequence)
    for step, running in enumerate(rows.running):
        noise.next_step()
        before = tuple(leaf[:, :running] for leaf in state)
        after = layer.step(tuple(term[step][:, :running] for term in terms), before)
        output, held = after[0], rows.held(step)
        if held is not None:
            last = outputs[step - 1, :, :running] if step else np.zeros(1)
            output = np.where(held, last, output)
            after = tuple(np.where(held, old, new) for old, new in zip(before, after, strict=True))
        outputs[step, :, :running] = output
        for leaf, values in zip(before, after, strict=True):
            leaf[...] = values
    noise.next_layer()
    return _without_lost(outputs, state)


def _without_lost(outputs: np.ndarray, state: State) -> tuple[np.ndarray, State]:
    """NaN in place of rows, from the step on where no digit of them is certain."""
    lost = _lost(outputs)
    if lost.any():
        outputs[np.broadcast_to(lost[:, None], outputs.shape[:3])] = np.nan
        state = tuple(np.where(lost[-1][:, None], np.nan, leaf) for leaf in state)
    return outputs, state


def _lost(outputs: np.ndarray) -> np.ndarray:
    """Whether the leading binary digit of a row's largest value is uncertain: (steps, batch).

    Counted against 1 where all values are smaller: it takes errors of that size to bend a sigmoid
    or a tanh, and those that are smaller add up as the runs show. And against the largest value so
    far, as a state that passes through zero or dies out is none the less certain.
    """
    exact = outputs[:, 0]
    largest = np.maximum.accumulate(np.abs(exact).max(axis=-1), axis=0)
    error = np.maximum(outputs.max(axis=1) - exact, exact - outputs.min(axis=1)).max(axis=-1)
    return np.logical_or.accumulate(error > 0.5 * np.maximum(largest, 1.0), axis=0)
