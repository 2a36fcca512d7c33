"""The cells' textbook formulas in NumPy, step by step, each operation moved by its own error.

Arrays have shape (runs, batch, width), as in `rounding.py`. Sequences have the steps as an
additional first axis.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from conformance.cases import floats
from conformance.cases.case_arrays import Weights
from conformance.cases.program import ACTIVATIONS, CONVOLUTIONAL, RESIDUAL, Cell
from conformance.reference import convolution
from conformance.reference.rounding import Noise

State = tuple[np.ndarray, ...]
Terms = tuple[np.ndarray, ...]


@dataclass(frozen=True)
class LSTMStep:
    """The intermediate values of an LSTM's step: its gates, act(z_c), act(c') and o·act(c')."""

    forward: np.ndarray
    forget: np.ndarray
    output: np.ndarray
    candidate: np.ndarray
    activated: np.ndarray
    unprojected: np.ndarray


@dataclass(frozen=True)
class GRUStep:
    """The intermediate values of a GRU's step; `recurrent` is r·h, or with reset_after h·U + b'."""

    update: np.ndarray
    reset: np.ndarray
    candidate: np.ndarray
    recurrent: np.ndarray


class Layer(Protocol):
    """A cell with its weights: first the inputs' part for all steps, then step by step."""

    @property
    def intermediates(self) -> LSTMStep | GRUStep | None:
        """The intermediate values of the last step; None where it has none."""

    def __init__(self, cell: Cell, weights: Weights, noise: Noise) -> None: ...

    def input_terms(self, sequence: np.ndarray) -> Terms:
        """Return the inputs' part of the formula's sums, for all steps."""

    def step(self, terms: Terms, state: State) -> State:
        """Return the next state; its first leaf is the output."""


def layer(cell: Cell, weights: Weights, noise: Noise) -> Layer:
    """Return the formula of a cell.

    Raises:
        ValueError: the type of the cell or an activation is not known here.
    """
    return _LAYERS[_must_be_one_of(cell.cell_type, _LAYERS, "cell_type")](cell, weights, noise)


def apply_wrappers(cell: Cell, inputs: np.ndarray, outputs: np.ndarray, noise: Noise) -> np.ndarray:
    """Apply the wrappers around a cell to its outputs, over all steps; they leave the state alone.

    https://www.tensorflow.org/api_docs/python/tf/compat/v1/nn/rnn_cell/ResidualWrapper
    """
    if cell.custom and cell.custom.doubled:
        outputs = np.concatenate([outputs, outputs], axis=-1)
    for _ in range(cell.wrappers.count(RESIDUAL)):
        outputs = np.stack(
            [_add_inputs(*step, noise) for step in zip(inputs, outputs, strict=True)]
        )
        noise.next_layer()
    return outputs


def _add_inputs(inputs: np.ndarray, outputs: np.ndarray, noise: Noise) -> np.ndarray:
    noise.next_step()
    return noise.round_sum(inputs + outputs, np.zeros(1), 1)


class _Sum:
    """The sum x·kernel + h·recurrent + biases, moved by the bound for its number of terms.

    Each part may be None. The inputs' part is computed for all steps at once. A size is the sum of
    the terms' magnitudes in run 0.
    """

    def __init__(
        self,
        noise: Noise,
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
        self._products = sum(_terms(matrix) for matrix in matrices)
        self._additions = max(self._products + len(present) - 1, 1)

    def input_terms(self, sequence: np.ndarray) -> Terms:
        """Return the part of the inputs and biases, and its size."""
        assert self._kernel is not None
        value = _product(sequence, self._kernel) + self._bias
        size = _product(np.abs(sequence[:, :1]), np.abs(self._kernel)) + self._bias_size
        return value, size

    def evaluate(self, part: Terms, hidden: np.ndarray) -> np.ndarray:
        """Return the sum at one step, given the inputs' part there and its size."""
        inputs, size = part
        if self._recurrent is None:
            return self._move(np.repeat(inputs, len(hidden) // len(inputs), axis=0), size)
        values = _product(hidden, self._recurrent)
        values += inputs
        return self._move(values, _product(np.abs(hidden[:1]), np.abs(self._recurrent)) + size)

    def evaluate_hidden(self, hidden: np.ndarray) -> np.ndarray:
        """Return the sum where it has no inputs' part."""
        return self.evaluate((self._bias, self._bias_size), hidden)

    def _move(self, values: np.ndarray, size: np.ndarray) -> np.ndarray:
        if size.size and not size.max() <= self._noise.limit:
            values[:, ~(size[0] <= self._noise.limit)] = np.nan
        largest_partial = 0.5 * (size + np.abs(values[:1]))
        size = size + (self._additions - 1) * largest_partial
        return self._noise.round_sum(values, size, self._products)


def _terms(matrix: np.ndarray) -> int:
    """Return the largest number of terms in a product with the matrix; zeros do not count.

    Adding zero rounds nothing.
    """
    return int(np.count_nonzero(matrix, axis=0).max(initial=0))


def _product(rows: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Compute a matrix product over the last axis, in one call for all other axes."""
    flat = rows.reshape(math.prod(rows.shape[:-1]), rows.shape[-1])
    return (flat @ matrix).reshape(*rows.shape[:-1], matrix.shape[1])


_Activation = Callable[[np.ndarray, Noise], np.ndarray]


def _tanh(values: np.ndarray, noise: Noise) -> np.ndarray:
    result = np.tanh(values)
    return noise.move(result, _tanh_error(result, noise))


def _tanh_error(result: np.ndarray, noise: Noise) -> np.ndarray:
    approximation = noise.approximation * np.abs(result[:1])
    if not noise.half:
        return approximation
    return approximation + _rounding_up_to_one(result, approximation, noise)


def _rounding_up_to_one(result: np.ndarray, error: np.ndarray, noise: Noise) -> np.ndarray:
    """Return the error of rounding a result in ±1 that has an error already.

    Rounding to nearest moves it no farther than to 1 or -1.
    """
    apart = 1.0 - np.abs(result).min(axis=0, keepdims=True)
    return np.minimum(noise.roundoff * np.abs(result[:1]), apart + error)


def _sigmoid(values: np.ndarray, noise: Noise) -> np.ndarray:
    result = np.negative(values)
    np.exp(result, out=result)
    result += 1.0
    np.reciprocal(result, out=result)
    return noise.move(result, _sigmoid_error(result, noise))


def _sigmoid_error(result: np.ndarray, noise: Noise) -> np.ndarray:
    """Return the larger error of 1/(1 + exp(-x)) and ½ + ½·tanh(x/2)."""
    exact = result[:1]
    if not noise.half:
        return noise.approximation * np.maximum(exact, 0.5 - exact)
    by_exp = (noise.approximation + noise.roundoff * (1.0 - exact)) * exact
    by_tanh = 0.5 * _tanh_error(2.0 * result - 1.0, noise)
    for _ in range(2):  # the sum with 1, and the quotient
        by_exp = by_exp + _rounding_up_to_one(result, by_exp, noise)
    return np.maximum(by_exp, by_tanh + _rounding_up_to_one(result, by_tanh, noise))


def _softsign(values: np.ndarray, noise: Noise) -> np.ndarray:
    """Compute x/(1 + |x|): an addition and a division."""
    return noise.round(values / (1.0 + np.abs(values)), 2.0)


def _relu(values: np.ndarray, noise: Noise) -> np.ndarray:
    return np.maximum(values, 0.0)


def _linear(values: np.ndarray, noise: Noise) -> np.ndarray:
    return values


def _hard_sigmoid(slope: float) -> _Activation:
    """Make clip(slope·x + ½, 0, 1): a sum of two terms; the slope is rounded, or divided by."""

    def activation(values: np.ndarray, noise: Noise) -> np.ndarray:
        scaled = slope * values
        bound = 2.0 * noise.roundoff * (np.abs(scaled[:1]) + 0.5)
        return np.clip(noise.move(scaled + 0.5, bound), 0.0, 1.0)

    return activation


_ACTIVATIONS: dict[str, _Activation] = {
    "tanh": _tanh,
    "sigmoid": _sigmoid,
    "softsign": _softsign,
    "relu": _relu,
    "linear": _linear,
    "hard_sigmoid": _hard_sigmoid(1.0 / 6.0),
    "hard_sigmoid_0.2": _hard_sigmoid(0.2),
}
assert tuple(_ACTIVATIONS) == ACTIVATIONS


class _SimpleRNN:
    """h' = act(x·W + h·U + b).

    J. L. Elman, "Finding structure in time", Cognitive Science 14, 1990.
    """

    intermediates = None

    def __init__(self, cell: Cell, weights: Weights, noise: Noise) -> None:
        self._noise = noise
        self._activation = _activation(cell.activation)
        self._sum = _Sum(noise, weights.kernel, weights.recurrent, weights.bias)
        self.input_terms = self._sum.input_terms

    def step(self, terms: Terms, state: State) -> State:
        (hidden,) = state
        return (self._activation(self._sum.evaluate(terms, hidden), self._noise),)


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

    def __init__(self, cell: Cell, weights: Weights, noise: Noise) -> None:
        self._noise = noise
        self._units = cell.units
        self._activation = _activation(cell.activation)
        self._gate = _activation(cell.recurrent_activation)
        self._cell_clip = rounded_clip(cell.cell_clip, noise)
        self._projection_clip = rounded_clip(cell.projection_clip, noise)
        self._peepholes = weights.peepholes
        self._sum = self._gates_sum(cell, weights)
        self._projection = (
            None if weights.projection is None else _Sum(noise, None, weights.projection)
        )
        self.input_terms = self._sum.input_terms
        self.intermediates: LSTMStep | None = None

    def _gates_sum(self, cell: Cell, weights: Weights) -> _Sum:
        """Return the sums of all gates in the order i, f, o, c: this puts the sigmoids together."""
        i, f, c, o = np.arange(4 * cell.units).reshape(4, cell.units)
        order = np.concatenate([i, f, o, c])
        bias = None if weights.bias is None else weights.bias[order]
        forget_bias = None
        if cell.forget_bias:
            forget_bias = np.zeros(4 * cell.units)
            forget_bias[f] = floats.round_to(cell.forget_bias, self._noise.dtype)
        parts = (weights.kernel[:, order], weights.recurrent[:, order], bias, forget_bias)
        return _Sum(self._noise, *parts)

    def step(self, terms: Terms, state: State) -> State:
        hidden, carry = state
        sums = self._sum.evaluate(terms, hidden)
        if self._peepholes is None:
            gates = self._gate(sums[..., : 3 * self._units], self._noise)
            forward, forget, output = (self._gate_part(gates, gate) for gate in range(3))
        else:
            forward = self._peeping_gate(sums, 0, carry)
            forget = self._peeping_gate(sums, 1, carry)
        candidate = self._activation(sums[..., 3 * self._units :], self._noise)
        carry = self._new_carry(forget, carry, forward, candidate)
        if self._peepholes is not None:
            output = self._peeping_gate(sums, 2, carry)
        activated = self._activation(carry, self._noise)
        hidden = self._noise.round(output * activated)
        self.intermediates = LSTMStep(forward, forget, output, candidate, activated, hidden)
        return self._project(hidden), carry

    def _gate_part(self, gates: np.ndarray, gate: int) -> np.ndarray:
        """Return the part of gate i, f or o; they are numbered from 0, as the peepholes are."""
        return gates[..., gate * self._units : (gate + 1) * self._units]

    def _peeping_gate(self, sums: np.ndarray, gate: int, carry: np.ndarray) -> np.ndarray:
        """Compute a gate that sees the cell state: one more product and one more addition."""
        assert self._peepholes is not None
        seen = self._peepholes[gate] * carry
        size = np.abs(seen[:1])
        seen += self._gate_part(sums, gate)
        return self._gate(self._noise.round_sum(seen, size, 1), self._noise)

    def _new_carry(
        self, forget: np.ndarray, carry: np.ndarray, forward: np.ndarray, candidate: np.ndarray
    ) -> np.ndarray:
        """Compute f·c + i·act(z_c): two products and an addition."""
        kept, added = forget * carry, forward * candidate
        size = np.abs(kept[:1]) + np.abs(added[:1])
        kept += added
        return _clip(self._noise.round_sum(kept, size, 2), self._cell_clip)

    def _project(self, hidden: np.ndarray) -> np.ndarray:
        if self._projection is None:
            return hidden
        return _clip(self._projection.evaluate_hidden(hidden), self._projection_clip)


class _GRU:
    """The GRU, with the reset gate before or after the product with the recurrent matrix.

    Before: K. Cho et al., "Learning phrase representations using RNN encoder-decoder", EMNLP 2014,
    version 3 of arXiv:1406.1078, and v1's GRUCell. After: version 1 of that paper, as in cuDNN and
    in https://keras.io/api/layers/recurrent_layers/gru/ with `reset_after`; there the recurrent sum
    has a bias of its own:

        z = sig(z_z)   r = sig(z_r)
        c = act(x·W + b + (r·h)·U)      or   act(x·W + b + r·(h·U + b'))
        h' = z·h + (1 - z)·c
    """

    def __init__(self, cell: Cell, weights: Weights, noise: Noise) -> None:
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
        self.intermediates: GRUStep | None = None

    def input_terms(self, sequence: np.ndarray) -> Terms:
        return (*self._gates.input_terms(sequence), *self._new.input_terms(sequence))

    def step(self, terms: Terms, state: State) -> State:
        (hidden,) = state
        gates = self._gate(self._gates.evaluate(terms[:2], hidden), self._noise)
        update, reset = gates[..., : self._units], gates[..., self._units :]
        recurrent, new = self._new_sum(terms[2:], reset, hidden)
        candidate = self._activation(new, self._noise)
        self.intermediates = GRUStep(update, reset, candidate, recurrent)
        return (self._mix(update, hidden, candidate),)

    def _new_sum(
        self, terms: Terms, reset: np.ndarray, hidden: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the candidate's recurrent part, as `GRUStep` has it, and the candidate's sum."""
        if self._inner is None:
            kept = self._noise.round(reset * hidden)
            return kept, self._new.evaluate(terms, kept)
        inner = self._inner.evaluate_hidden(hidden)
        values = reset * inner
        size = np.abs(values[:1])
        values += self._new.evaluate(terms, hidden)
        return inner, self._noise.round_sum(values, size, 1)

    def _mix(self, update: np.ndarray, old: np.ndarray, new: np.ndarray) -> np.ndarray:
        """Compute z·h + (1 - z)·c: a subtraction, two products and an addition."""
        kept, added = update * old, (1.0 - update) * new
        size = np.abs(kept[:1]) + 2.0 * np.abs(added[:1])
        kept += added
        return self._noise.round_sum(kept, size, 2)


class _ConvLSTM(_LSTM):
    """The LSTM with convolutions in place of its products with matrices, and without peepholes.

    X. Shi et al., "Convolutional LSTM network", NIPS 2015, as in
    https://keras.io/api/layers/recurrent_layers/conv_lstm2d/. A convolution is a product with a
    matrix of many zeros.
    """

    def __init__(self, cell: Cell, weights: Weights, noise: Noise) -> None:
        assert cell.convolution is not None
        dense = convolution.as_matrices(cell.convolution, cell.units, weights)
        super().__init__(dataclasses.replace(cell, units=cell.state_widths[0]), dense, noise)


def _clip(values: np.ndarray, bound: float | None) -> np.ndarray:
    return values if bound is None else np.clip(values, -bound, bound)


def rounded_clip(bound: float | None, noise: Noise) -> float | None:
    """Return the end of a clip, rounded to the dtype."""
    return None if bound is None else float(floats.round_to(bound, noise.dtype))


def _activation(name: str) -> _Activation:
    return _ACTIVATIONS[_must_be_one_of(name, _ACTIVATIONS, "activation")]


def _must_be_one_of(name: str, names: Iterable[str], what: str) -> str:
    if name not in names:
        raise ValueError(f"{what} = {name!r}, but must be one of {tuple(names)}")
    return name


_LAYERS: dict[str, type[Layer]] = {
    "SimpleRNN": _SimpleRNN,
    "LSTM": _LSTM,
    "BasicLSTM": _LSTM,
    "GRU": _GRU,
    CONVOLUTIONAL: _ConvLSTM,
}
