"""The cells in NumPy float64: each value with bounds for the errors of a correct computation.

**The value** is the cell's textbook formula in float64.

**The error bound** comes from Monte Carlo arithmetic (D. S. Parker, "Monte Carlo Arithmetic", UCLA
CSD-970002, 1997). The formula runs RUNS more times. In each of these runs the result of every
operation is moved by its own bound, up or down at random. The error bound of a value is the largest
distance of such a run from the exact one. A recurrence may forget an error, carry it on or blow it
up. Here the formula itself does that, so that nobody needs to know its derivatives.

**The pair bound** is the distance between the outermost runs. It says how far two correct
computations may be apart.

**Neither is a proof.** The bounds of the single operations below hold for every order and method
that is named there. But how these errors meet is seen in RUNS runs with random signs, and a worse
meeting is possible. The bounds are statistical: no correct computation was seen beyond them.

**The bound of each operation**, where u is the unit roundoff of the dtype:

- An elementary operation rounds once: by at most u·|result|. The reference rounds too, in float64.
  So a path and the reference may differ by (u + 2⁻⁵³)·|result|. In all bounds here u stands for
  that sum. In float64 the reference is no better than the path, so the error bound is twice as
  large. In the other dtypes 2⁻⁵³ is too small to matter.
- A sum of n terms may be added up in any order, and libraries choose different ones: v1 cells
  multiply [x, h] at once, Keras adds two products; the bias comes first or last, or `forget_bias`
  is added to it before. The products round by u·Σ|terms| together. Each of the n - 1 additions
  rounds a partial sum. In any order, a partial sum is a sum of some of the terms. So it lies
  between the sum of the negative terms and the sum of the positive ones: its size is at most
  (Σ|terms| + |sum|)/2. The last partial sum is the sum itself. Biases and `forget_bias` are terms
  too. This is the worst case of N. J. Higham, "Accuracy and Stability of Numerical Algorithms",
  2002, section 4.2. It is not the √n of "A new approach to probabilistic rounding error analysis"
  (Higham and Mary, SIAM J. Sci. Comput. 41, 2019). Where few operations follow a sum, as in one
  step of a linear cell, errors above that probable bound were seen.
- In f·c + i·g and z·h + (1 - z)·c each term counts as often as it is rounded, and the sum once.
- exp and tanh in float32 and float64 are approximations. Vectorised mathematical libraries promise
  4 units in the last place (NumPy's loops, Intel's VML "LA"). A unit in the last place is at most
  2u·|result|, so the bound is 8u·|result|.
- A sigmoid s may be computed as ½ + ½·tanh(x/2), as XLA and older versions of Eigen do. The error
  is then that of half the tanh, however small s is. So the bound is relative to max(s, |s - ½|).
- In half precision exp and tanh are computed in float32 and rounded: u·|result|, and 8 unit
  roundoffs of float32. A sigmoid is computed so, too, or operation by operation: exp, a sum and a
  quotient; or a tanh and a sum. Rounding to nearest moves a result in ±1 no farther than to 1 or
  -1, so an activation that is nearly 1 has nearly no error. Every float16 and every bfloat16 was
  given to tanh and sigmoid of TensorFlow 1.15, 2.0, 2.4, 2.10, 2.15 and 2.21, eagerly, in a
  function and compiled by XLA: none was off by more than this bound, and some were off by as much.
- Every product, quotient and function may underflow (sums of subnormal numbers are exact). Where
  the processor rounds to nearest, this changes the result by half the smallest subnormal number.
  Where it flushes subnormal numbers to zero, this changes the result by up to the smallest normal
  number. TensorFlow asks for flushing (`ScopedFlushDenormal`). That affects all dtypes except
  float16, because its arithmetic is emulated.
- Clipping, relu and linear are exact.

**The signs of the errors.** Each operation draws its own sign, independent of the others. But in
half of the runs an operation makes the same error at every step, because a recurrence that has come
to rest repeats its rounding errors exactly. The rows of a batch never meet, so they share their
signs. Thus a row has the same bounds whatever rows are computed with it, and the cases of one
program can be computed together.

**Values that are not judged.** A cell may be chaotic: rounding errors grow from step to step until
nothing is left of the value, in half precision within 16 steps. Then the results of the runs are
scattered with a long tail, and no number of runs finds its end. So a row is lost when not even the
leading binary digit of its largest value is certain any more. (Where that value is below 1, the row
is lost when its error bound passes ½.) From this step on the row has an infinite error bound, here
and in the cells above. It must still be finite. An overflow is the other reason. Where an
intermediate result may pass the largest number of the dtype, the outcome (inf or NaN) depends on
the order of operations. So the result has an infinite error bound, and so has everything that
depends on it; here alone NaN is right, too. The runs themselves tell the two apart: those of a lost
row go on, and one that overflows is NaN. See `Estimate.distance`. All values that are not judged
are counted (`checks/counting.py`).
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
    """The results of cells over a sequence.

    outputs: those of the last cell, (batch, steps, units). state: the final state of each cell,
    (h,) or (h, c), each (batch, width).
    """

    outputs: Estimate
    state: tuple[tuple[Estimate, ...], ...]


@dataclass(frozen=True)
class Counted:
    """The steps that count, (batch, steps) of bool; the other steps leave the state as it is.

    With `zero` the outputs of the other steps are zero. Without it they repeat the output of the
    step before, and are zero before the first step that counts.
    """

    steps: np.ndarray
    zero: bool = True


@dataclass(frozen=True)
class Batch:
    """Rows that start and end together.

    inputs: (batch, steps, features). state: the initial state of each cell, (h,) or (h, c), each
    (batch, width). counted: the steps that count; None stands for all of them.
    """

    inputs: np.ndarray
    state: tuple[tuple[np.ndarray, ...], ...]
    counted: Counted | None = None

    @property
    def steps(self) -> int:
        """The number of steps."""
        return self.inputs.shape[1]


def trajectory(case: Case) -> Trajectory:
    """Return the results of the case's cells for the case's weights, inputs and initial state.

    The outputs stand in the order of their computation: with `go_backwards`, that of the last step
    comes first.
    """
    return _CACHE.get(case)


def run_cells(
    cells: tuple[Cell, ...],
    weights: tuple[Weights, ...],
    inputs: np.ndarray,
    state: tuple[tuple[np.ndarray, ...], ...],
    dtype: str,
) -> Trajectory:
    """Return the results of a stack of cells; the output of each is the input of the next.

    inputs: (batch, steps, features). state: for each cell (h,) or (h, c), each (batch, width). The
    dtype must hold all values exactly. The same arguments always give the same error bounds.

    Raises:
        ValueError: a type of cell, an activation or a dtype is not known here.
    """
    (trajectory,) = run_batches(cells, weights, [Batch(inputs, state)], dtype)
    return trajectory


def run_batches(
    cells: tuple[Cell, ...], weights: tuple[Weights, ...], batches: Sequence[Batch], dtype: str
) -> list[Trajectory]:
    """Return the results of a stack of cells for each of several batches; see `run_cells`."""
    noise = Noise(dtype)
    rows = Rows(batches)
    layers = [formulas.layer(*pair, noise) for pair in zip(cells, weights, strict=True)]
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        results = run_layers(layers, rows, noise, cells)
        finals = [
            tuple(noise.estimate(leaf, at_any_step(lost)[:, None]) for leaf in state)
            for state, lost in zip(results.states, results.lost, strict=True)
        ]
        by_rows = np.moveaxis(results.sequence, 0, 2)
        outputs = noise.estimate(by_rows, results.lost[-1].T[..., None])
    return [rows.trajectory(index, outputs, finals) for index in range(len(batches))]


@dataclass(frozen=True)
class LayersRun:
    """The runs of all layers.

    sequence: the outputs of the last layer, (steps, runs, rows, width). states: the final state of
    each layer. lost: for each layer, (steps, rows) of bool, True from the step on where chaos in it
    or in a layer below leaves nothing certain.
    """

    sequence: np.ndarray
    states: list[State]
    lost: list[np.ndarray]


def at_any_step(lost: np.ndarray) -> np.ndarray:
    """Return True for each row that is lost at any step, from (steps, rows)."""
    return np.asarray(lost.any(axis=0))


def run_layers(
    layers: Sequence[formulas.Layer], rows: Rows, noise: Noise, cells: Sequence[Cell] = ()
) -> LayersRun:
    """Run the layers one above the other.

    `cells` are those of the layers. They are needed only where cells may have wrappers.
    """
    sequence, states, lost = rows.inputs, [], []
    lost_below = np.zeros((len(sequence), sequence.shape[2]), bool)
    for index, layer in enumerate(layers):
        outputs, state = _run_steps(
            layer,
            sequence,
            rows.leaves([batch.state[index] for batch in rows.batches]),
            rows,
            noise,
        )
        states.append(state)
        lost_below = lost_below | _uncertain_rows(outputs)
        lost.append(lost_below)
        sequence = (
            formulas.apply_wrappers(cells[index], sequence, outputs, noise) if cells else outputs
        )
    return LayersRun(sequence, states, lost)


def _trajectories(specs: Sequence[ArraySpec]) -> list[Trajectory]:
    """Return the trajectories of several cases that share their cells and weights."""
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
    """The rows of several batches as one; the batches with the most steps come first.

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
        # rows that repeat their last output in the steps that do not count
        self.repeats = np.zeros((sum(sizes), 1), bool)
        for index, batch in enumerate(batches):
            if batch.counted is not None:
                self._counted[: batch.steps, self.places[index]] = batch.counted.steps.T
                self.repeats[self.places[index]] = not batch.counted.zero

    def sequence(self, arrays: Sequence[np.ndarray]) -> np.ndarray:
        """Join one array of each batch, (batch, steps, width), to (steps, 1, rows, width)."""
        joined = np.zeros((len(self.running), 1, sum(map(len, arrays)), arrays[0].shape[2]))
        for index, array in enumerate(arrays):
            joined[: array.shape[1], 0, self.places[index]] = np.swapaxes(array, 0, 1)
        return joined

    def leaves(self, states: Sequence[tuple[np.ndarray, ...]]) -> State:
        """Join a cell's states, one of each batch, to arrays (runs, rows, width) to write to."""
        ordered = [states[index] for index in self._order]
        joined = [np.concatenate(leaves) for leaves in zip(*ordered, strict=True)]
        return tuple(np.repeat(leaf[None], 1 + RUNS, axis=0) for leaf in joined)

    def held_rows(self, step: int) -> np.ndarray | None:
        """Return the running rows for which a step does not count, (rows, 1) of bool, or None."""
        held = ~self._counted[step, : self.running[step], None]
        return held if held.any() else None

    def trajectory(
        self, index: int, outputs: Estimate, finals: Sequence[Sequence[Estimate]]
    ) -> Trajectory:
        """Take the part of one batch from the results of all rows."""
        place, batch = self.places[index], self.batches[index]
        mine = outputs.part((place, slice(batch.steps)))
        if batch.counted is not None and batch.counted.zero:
            mine = mine.zero_except(batch.counted.steps[..., None])
        return Trajectory(mine, tuple(tuple(leaf.part(place) for leaf in cell) for cell in finals))


def _run_steps(
    layer: formulas.Layer, sequence: np.ndarray, state: State, rows: Rows, noise: Noise
) -> tuple[np.ndarray, State]:
    """Return the outputs and the final state of one layer over a sequence."""
    outputs = np.zeros((len(sequence), *state[0].shape))
    terms = layer.input_terms(sequence)
    for step, running in enumerate(rows.running):
        noise.next_step()
        before = tuple(leaf[:, :running] for leaf in state)
        after = layer.step(tuple(term[step][:, :running] for term in terms), before)
        output, held = after[0], rows.held_rows(step)
        if held is not None:
            last = outputs[step - 1, :, :running] if step else np.zeros(1)
            output = np.where(held, last, output)
            after = tuple(np.where(held, old, new) for old, new in zip(before, after, strict=True))
        outputs[step, :, :running] = output
        for leaf, values in zip(before, after, strict=True):
            leaf[...] = values
    noise.next_layer()
    return outputs, state


def _uncertain_rows(outputs: np.ndarray) -> np.ndarray:
    """Return True where the leading binary digit of a row's largest value is uncertain.

    The result has shape (steps, batch). The error is compared with 1 where all values are smaller.
    Only errors of that size bend a sigmoid or a tanh; smaller ones add up as the runs show. The
    largest value is the largest so far: a state that passes through zero, or dies out, is still
    certain.
    """
    exact = outputs[:, 0]
    largest = np.maximum.accumulate(np.abs(exact).max(axis=-1), axis=0)
    error = np.maximum(outputs.max(axis=1) - exact, exact - outputs.min(axis=1)).max(axis=-1)
    return np.logical_or.accumulate(error > 0.5 * np.maximum(largest, 1.0), axis=0)
