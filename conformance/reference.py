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
every step: a recurrence that has come to rest repeats its rounding errors exactly.

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

import functools
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from conformance import data
from conformance.case import Case, Cell
from conformance.data import Weights

RUNS = 32
_HELD = RUNS // 2  # runs in which an operation makes the same error at every step
_NOISE_SEED = 1997
_POOL = 1 << 17  # signs drawn, and more where need be; operations take stretches of them


@dataclass(frozen=True)
class Estimate:
    """Values, how far a correct computation may be from them, and two of these from each other.

    Three arrays of one shape, in float64. Where `width` is infinite nothing is certain of a correct
    computation (it may overflow, or be chaotic), and `value` may be NaN.
    """

    value: np.ndarray
    width: np.ndarray
    spread: np.ndarray

    def distance(self, observed: np.ndarray) -> np.ndarray:
        """How far the observed values are from these, in widths: at most 1 on a correct path.

        0 where the width is infinite, inf where the observed value is not finite but should be.
        """
        with np.errstate(invalid="ignore", divide="ignore"):
            apart = np.abs(np.asarray(observed, np.float64) - self.value)
            ratio = np.where(apart == 0, 0.0, apart / self.width)
        ratio = np.where(np.isfinite(observed), ratio, np.inf)
        return np.where(np.isinf(self.width), 0.0, ratio)


@dataclass(frozen=True)
class Trajectory:
    """What cells do over a sequence.

    outputs: those of the last cell, (batch, steps, units). state: the final state of each cell,
    (h,) or (h, c), each (batch, width).
    """

    outputs: Estimate
    state: tuple[tuple[Estimate, ...], ...]


@functools.lru_cache(maxsize=256)
def of(case: Case) -> Trajectory:
    """What the case's cells do with the case's weights, inputs and initial state."""
    return run(case.cells, data.weights(case), data.inputs(case), data.state(case), case.dtype)


def run(
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
    noise = _Noise(dtype)
    sequence = np.swapaxes(inputs, 0, 1)[:, None]
    finals = []
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        for cell, cell_weights, initial in zip(cells, weights, state, strict=True):
            layer = _LAYERS[_known(cell.kind, _LAYERS, "kind")](cell, cell_weights, noise)
            sequence, leaves = _over_steps(layer, sequence, _repeated(initial), noise)
            finals.append(tuple(noise.estimate(leaf) for leaf in leaves))
        outputs = noise.estimate(np.moveaxis(sequence, 0, 2))
    return Trajectory(outputs, tuple(finals))


_State = tuple[np.ndarray, ...]
_Terms = tuple[np.ndarray, ...]


class _Layer(Protocol):
    """A cell with its weights: the inputs' part of it for all steps, then step by step."""

    def __init__(self, cell: Cell, weights: Weights, noise: _Noise) -> None: ...
    def of_inputs(self, sequence: np.ndarray) -> _Terms: ...
    def step(self, terms: _Terms, state: _State) -> _State: ...


# Arrays below have shape (runs, batch, width), run 0 being the exact one, or (1, batch, width)
# where all runs are alike or only run 0 is meant; sequences have the steps before that.


def _repeated(leaves: tuple[np.ndarray, ...]) -> _State:
    return tuple(np.repeat(leaf[None], 1 + RUNS, axis=0) for leaf in leaves)


def _over_steps(
    layer: _Layer, sequence: np.ndarray, state: _State, noise: _Noise
) -> tuple[np.ndarray, _State]:
    """The outputs and the final state of one layer over a sequence."""
    outputs = np.empty((len(sequence), *state[0].shape))
    terms = layer.of_inputs(sequence)
    for step in range(len(sequence)):
        noise.next_step()
        state = layer.step(tuple(term[step] for term in terms), state)
        outputs[step] = state[0]
    noise.next_layer()
    return _without_lost(outputs, state)


def _without_lost(outputs: np.ndarray, state: _State) -> tuple[np.ndarray, _State]:
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


class _Noise:
    """Moves results by their error bounds, up or down at random; run 0 stays exact.

    A bound is that of run 0's result: that it is another in the other runs matters only to second
    order. Methods change their first argument in place and return it.
    """

    def __init__(self, dtype: str) -> None:
        self.dtype = dtype
        self._own = data.unit_roundoff(dtype)
        self.roundoff = self._own + data.unit_roundoff("float64")
        self.tiny = _underflow(dtype)
        self.limit = data.largest(dtype)
        half = self._own > data.unit_roundoff("float32")
        self.activation_roundings = 3.0 if half else 8.0
        self._held_start = self._held_at = 0
        self._free_at = _POOL // 2
        self._pool = _pool(_POOL)

    def next_step(self) -> None:
        """Let the held runs make the errors of the step before once more."""
        self._held_at = self._held_start

    def next_layer(self) -> None:
        """Give the operations that follow errors of their own."""
        self._held_start = self._held_at

    def rounded(self, values: np.ndarray, roundings: float = 1.0) -> np.ndarray:
        """Move by so many roundings of each value."""
        return self.moved(values, roundings * self.roundoff * np.abs(values[:1]))

    def moved(self, values: np.ndarray, bound: np.ndarray, products: int = 1) -> np.ndarray:
        """Move by a bound of shape (1, batch, width), and by an underflow of each product."""
        errors = np.empty((RUNS, *values.shape[1:]))
        held, free = errors[:_HELD], errors[_HELD:]
        bound = bound + products * self.tiny
        np.multiply(self._signs(self._held_at, held), bound, out=held)
        np.multiply(self._signs(self._free_at, free), bound, out=free)
        self._held_at += held.size + 1
        self._free_at += free.size + 1
        values[1:] += errors
        return values

    def summed(self, values: np.ndarray, size: np.ndarray, products: int) -> np.ndarray:
        """Round a sum once, and its terms by `size`: their magnitudes, each as often as it rounds.

        Where the sum may overflow it is lost, that is NaN.
        """
        if values.size and not (values.max() <= self.limit and values.min() >= -self.limit):
            values[np.abs(values) > self.limit] = np.nan
        return self.moved(values, self.roundoff * (size + np.abs(values[:1])), products)

    def estimate(self, runs: np.ndarray, axis: int = 0) -> Estimate:
        """Value, width and spread over an axis of runs."""
        value = runs.take(0, axis)
        highest, lowest = runs.max(axis), runs.min(axis)
        width = np.maximum(highest - value, value - lowest)
        # Only the paths' own roundings set them apart; the reference's have no part in it.
        spread = (highest - lowest) * (self._own / self.roundoff)
        return Estimate(value, self._judgeable(width), self._judgeable(spread))

    def _signs(self, start: int, like: np.ndarray) -> np.ndarray:
        """Signs in the shape of an array, from a place in an endless sequence of them."""
        if 2 * like.size > self._pool.size:
            self._pool = _pool(4 * like.size)
        begin = start % (self._pool.size - like.size)
        return self._pool[begin : begin + like.size].reshape(like.shape)

    def _judgeable(self, width: np.ndarray) -> np.ndarray:
        """No narrower than an underflow, infinite where a run is lost."""
        return np.where(np.isfinite(width), np.maximum(width, self.tiny), np.inf)


@functools.lru_cache(maxsize=4)
def _pool(length: int) -> np.ndarray:
    return np.random.RandomState(_NOISE_SEED).randint(0, 2, length) * 2.0 - 1.0


def _underflow(dtype: str) -> float:
    """How far a result may be off because it is too small for the dtype."""
    if dtype == "float16":
        return data.smallest_subnormal(dtype) / 2
    return data.smallest_normal(dtype)


class _Sum:
    """x·kernel + h·recurrent + biases, moved by the bound of a sum of that many terms.

    Any part may be None. The inputs' part is computed for all steps at once. A size is the sum of
    the terms' magnitudes in run 0.
    """

    def __init__(
        self,
        noise: _Noise,
        kernel: np.ndarray | None,
        recurrent: np.ndarray | None,
        *biases: np.ndarray | None,
    ) -> None:
        self._noise = noise
        self._kernel = kernel
        self._recurrent = recurrent
        present = [bias for bias in biases if bias is not None]
        self._bias = sum(present, np.zeros(1))
        self._bias_size = sum((np.abs(bias) for bias in present), np.zeros(1))
        matrices = [matrix for matrix in (kernel, recurrent) if matrix is not None]
        self._products = sum(len(matrix) for matrix in matrices)
        self._additions = max(self._products + len(present) - 1, 1)

    def of_inputs(self, sequence: np.ndarray) -> _Terms:
        """The part of the inputs and biases, and its size."""
        assert self._kernel is not None
        value = _product(sequence, self._kernel) + self._bias
        size = _product(np.abs(sequence[:, :1]), np.abs(self._kernel)) + self._bias_size
        return value, size

    def at(self, part: _Terms, hidden: np.ndarray) -> np.ndarray:
        """The sum at one step, given the inputs' part there and its size."""
        inputs, size = part
        if self._recurrent is None:
            return self._moved(np.repeat(inputs, len(hidden) // len(inputs), axis=0), size)
        values = _product(hidden, self._recurrent)
        values += inputs
        return self._moved(values, _product(np.abs(hidden[:1]), np.abs(self._recurrent)) + size)

    def of_hidden(self, hidden: np.ndarray) -> np.ndarray:
        """The sum where it has no inputs' part."""
        return self.at((self._bias, self._bias_size), hidden)

    def _moved(self, values: np.ndarray, size: np.ndarray) -> np.ndarray:
        if size.size and not size.max() <= self._noise.limit:
            values[:, ~(size[0] <= self._noise.limit)] = np.nan
        largest_partial = 0.5 * (size + np.abs(values[:1]))
        size = size + (self._additions - 1) * largest_partial
        return self._noise.summed(values, size, self._products)


def _product(rows: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Matrix product over the last axis, as one call for all the others."""
    flat = rows.reshape(math.prod(rows.shape[:-1]), rows.shape[-1])
    return (flat @ matrix).reshape(*rows.shape[:-1], matrix.shape[1])


_Activation = Callable[[np.ndarray, _Noise], np.ndarray]


def _tanh(values: np.ndarray, noise: _Noise) -> np.ndarray:
    return noise.rounded(np.tanh(values), noise.activation_roundings)


def _sigmoid(values: np.ndarray, noise: _Noise) -> np.ndarray:
    result = np.negative(values)
    np.exp(result, out=result)
    result += 1.0
    np.reciprocal(result, out=result)
    size = np.maximum(result[:1], 0.5 - result[:1])
    return noise.moved(result, noise.activation_roundings * noise.roundoff * size)


def _softsign(values: np.ndarray, noise: _Noise) -> np.ndarray:
    """x/(1 + |x|): an addition and a division."""
    return noise.rounded(values / (1.0 + np.abs(values)), 2.0)


def _relu(values: np.ndarray, noise: _Noise) -> np.ndarray:
    return np.maximum(values, 0.0)


def _linear(values: np.ndarray, noise: _Noise) -> np.ndarray:
    return values


def _hard(slope: float) -> _Activation:
    """clip(slope·x + ½, 0, 1): a sum of two terms, its slope rounded or divided by."""

    def activation(values: np.ndarray, noise: _Noise) -> np.ndarray:
        scaled = slope * values
        bound = 2.0 * noise.roundoff * (np.abs(scaled[:1]) + 0.5)
        return np.clip(noise.moved(scaled + 0.5, bound), 0.0, 1.0)

    return activation


_ACTIVATIONS: dict[str, _Activation] = {
    "tanh": _tanh,
    "sigmoid": _sigmoid,
    "softsign": _softsign,
    "relu": _relu,
    "linear": _linear,
    "hard_sigmoid": _hard(1.0 / 6.0),
    "hard_sigmoid_0.2": _hard(0.2),
}
ACTIVATIONS = tuple(_ACTIVATIONS)


class _SimpleRNN:
    """h' = act(x·W + h·U + b).

    J. L. Elman, "Finding structure in time", Cognitive Science 14, 1990.
    """

    def __init__(self, cell: Cell, weights: Weights, noise: _Noise) -> None:
        self._noise = noise
        self._activation = _activation(cell.activation)
        self._sum = _Sum(noise, weights.kernel, weights.recurrent, weights.bias)
        self.of_inputs = self._sum.of_inputs

    def step(self, terms: _Terms, state: _State) -> _State:
        (hidden,) = state
        return (self._activation(self._sum.at(terms, hidden), self._noise),)


class _LSTM:
    """The LSTM with forget gates, peepholes, clipping and projection.

    F. A. Gers, J. Schmidhuber and F. Cummins, "Learning to forget", Neural Computation 12, 2000;
    peepholes by F. A. Gers and J. Schmidhuber, "Recurrent nets that time and count", IJCNN 2000;
    projection by H. Sak, A. Senior and F. Beaufays, "Long short-term memory recurrent neural
    network architectures for large scale acoustic modeling", Interspeech 2014; peepholes, clipping
    and projection in the order of https://www.tensorflow.org/api_docs/python/tf/compat/v1/nn/rnn_cell/LSTMCell:

        i = sig(z_i + w_i·c)    f = sig(z_f + forget_bias + w_f·c)
        c' = clip(f·c + i·act(z_c))
        o = sig(z_o + w_o·c')   h' = clip(projection of (o·act(c')))
    """

    def __init__(self, cell: Cell, weights: Weights, noise: _Noise) -> None:
        self._noise = noise
        self._units = cell.units
        self._activation = _activation(cell.activation)
        self._gate = _activation(cell.recurrent_activation)
        self._cell_clip = _rounded_clip(cell.cell_clip, noise)
        self._projection_clip = _rounded_clip(cell.projection_clip, noise)
        self._peepholes = weights.peepholes
        self._sum = self._gates_sum(cell, weights)
        self._projection = (
            None if weights.projection is None else _Sum(noise, None, weights.projection)
        )
        self.of_inputs = self._sum.of_inputs

    def _gates_sum(self, cell: Cell, weights: Weights) -> _Sum:
        """The sums of all gates in the order i, f, o, c, so that the sigmoids lie together."""
        i, f, c, o = np.arange(4 * cell.units).reshape(4, cell.units)
        order = np.concatenate([i, f, o, c])
        bias = None if weights.bias is None else weights.bias[order]
        forget_bias = None
        if cell.forget_bias:
            forget_bias = np.zeros(4 * cell.units)
            forget_bias[f] = data.round_to(cell.forget_bias, self._noise.dtype)
        parts = (weights.kernel[:, order], weights.recurrent[:, order], bias, forget_bias)
        return _Sum(self._noise, *parts)

    def step(self, terms: _Terms, state: _State) -> _State:
        hidden, carry = state
        sums = self._sum.at(terms, hidden)
        if self._peepholes is None:
            gates = self._gate(sums[..., : 3 * self._units], self._noise)
            forward, forget, output = (self._of_gate(gates, gate) for gate in range(3))
        else:
            forward = self._peeping_gate(sums, 0, carry)
            forget = self._peeping_gate(sums, 1, carry)
        candidate = self._activation(sums[..., 3 * self._units :], self._noise)
        carry = self._new_carry(forget, carry, forward, candidate)
        if self._peepholes is not None:
            output = self._peeping_gate(sums, 2, carry)
        hidden = self._noise.rounded(output * self._activation(carry, self._noise))
        return self._projected(hidden), carry

    def _of_gate(self, gates: np.ndarray, gate: int) -> np.ndarray:
        """The part of gate i, f or o, which are numbered from 0 as the peepholes are."""
        return gates[..., gate * self._units : (gate + 1) * self._units]

    def _peeping_gate(self, sums: np.ndarray, gate: int, carry: np.ndarray) -> np.ndarray:
        """A gate that sees the cell state: one product and one addition more."""
        assert self._peepholes is not None
        seen = self._peepholes[gate] * carry
        size = np.abs(seen[:1])
        seen += self._of_gate(sums, gate)
        return self._gate(self._noise.summed(seen, size, 1), self._noise)

    def _new_carry(
        self, forget: np.ndarray, carry: np.ndarray, forward: np.ndarray, candidate: np.ndarray
    ) -> np.ndarray:
        """f·c + i·act(z_c): two products and an addition."""
        kept, added = forget * carry, forward * candidate
        size = np.abs(kept[:1]) + np.abs(added[:1])
        kept += added
        return _clipped(self._noise.summed(kept, size, 2), self._cell_clip)

    def _projected(self, hidden: np.ndarray) -> np.ndarray:
        if self._projection is None:
            return hidden
        return _clipped(self._projection.of_hidden(hidden), self._projection_clip)


class _GRU:
    """The GRU with the reset gate before the product with the recurrent matrix, or after it.

    Before: K. Cho et al., "Learning phrase representations using RNN encoder-decoder", EMNLP 2014,
    version 3 of arXiv:1406.1078, and v1's GRUCell. After: its version 1, as cuDNN and
    https://keras.io/api/layers/recurrent_layers/gru/ with `reset_after`, where the recurrent sum
    has a bias of its own:

        z = sig(z_z)   r = sig(z_r)
        c = act(x·W + b + (r·h)·U)      or   act(x·W + b + r·(h·U + b'))
        h' = z·h + (1 - z)·c
    """

    def __init__(self, cell: Cell, weights: Weights, noise: _Noise) -> None:
        self._noise = noise
        self._units = cell.units
        self._activation = _activation(cell.activation)
        self._gate = _activation(cell.recurrent_activation)
        gates, new = slice(None, 2 * cell.units), slice(2 * cell.units, None)
        kernel, recurrent = weights.kernel, weights.recurrent
        biases = () if weights.bias is None else np.atleast_2d(weights.bias)
        self._gates = _Sum(
            noise, kernel[:, gates], recurrent[:, gates], *(bias[gates] for bias in biases)
        )
        news = [bias[new] for bias in biases]
        self._inner = None
        if cell.reset_after:
            self._inner = _Sum(noise, None, recurrent[:, new], *news[1:])
            self._new = _Sum(noise, kernel[:, new], None, *news[:1])
        else:
            self._new = _Sum(noise, kernel[:, new], recurrent[:, new], *news)

    def of_inputs(self, sequence: np.ndarray) -> _Terms:
        return (*self._gates.of_inputs(sequence), *self._new.of_inputs(sequence))

    def step(self, terms: _Terms, state: _State) -> _State:
        (hidden,) = state
        gates = self._gate(self._gates.at(terms[:2], hidden), self._noise)
        update, reset = gates[..., : self._units], gates[..., self._units :]
        candidate = self._activation(self._new_sum(terms[2:], reset, hidden), self._noise)
        return (self._mixed(update, hidden, candidate),)

    def _new_sum(self, terms: _Terms, reset: np.ndarray, hidden: np.ndarray) -> np.ndarray:
        if self._inner is None:
            return self._new.at(terms, self._noise.rounded(reset * hidden))
        inner = reset * self._inner.of_hidden(hidden)
        size = np.abs(inner[:1])
        inner += self._new.at(terms, hidden)
        return self._noise.summed(inner, size, 1)

    def _mixed(self, update: np.ndarray, old: np.ndarray, new: np.ndarray) -> np.ndarray:
        """z·h + (1 - z)·c: a subtraction and two products, and the addition."""
        kept, added = update * old, (1.0 - update) * new
        size = np.abs(kept[:1]) + 2.0 * np.abs(added[:1])
        kept += added
        return self._noise.summed(kept, size, 2)


def _clipped(values: np.ndarray, bound: float | None) -> np.ndarray:
    return values if bound is None else np.clip(values, -bound, bound)


def _rounded_clip(bound: float | None, noise: _Noise) -> float | None:
    return None if bound is None else float(data.round_to(bound, noise.dtype))


def _activation(name: str) -> _Activation:
    return _ACTIVATIONS[_known(name, _ACTIVATIONS, "activation")]


def _known(name: str, names: Iterable[str], what: str) -> str:
    if name not in names:
        raise ValueError(f"{what} = {name!r}, but must be one of {tuple(names)}")
    return name


_LAYERS: dict[str, type[_Layer]] = {
    "SimpleRNN": _SimpleRNN,
    "LSTM": _LSTM,
    "BasicLSTM": _LSTM,
    "GRU": _GRU,
}
