"""The derivatives of the cells' formulas, a step at a time, each operation moved by its own error.

A step backwards takes the loss's derivatives by the state after a step. It gives those by the
cell's sums, which weights and inputs take part in, and those by the state before. The names are
those of `formulas.py`; `d_x` is the loss's derivative by x. The derivative of an activation is
computed from its result, as libraries do: y·(1 - y) for a sigmoid.

Arrays have shape (runs, batch, width), as in `rounding.py`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from conformance.cases.case_arrays import Weights
from conformance.cases.program import Cell
from conformance.reference import formulas
from conformance.reference.formulas import GRUStep, LSTMStep, State
from conformance.reference.rounding import Noise


@dataclass(frozen=True)
class TakenStep:
    """A step of a cell: its inputs, the states before and after it, and its intermediate values."""

    inputs: np.ndarray
    before: State
    after: State
    intermediates: LSTMStep | GRUStep | None


@dataclass(frozen=True)
class Sum:
    """Terms that are still to be added up, in any order.

    size: the sum of their magnitudes in run 0. rounded: the same, with each magnitude counted as
    often as the term itself is rounded. terms: the number of terms. parts: the number of parts in
    which a matrix product may come; other terms may be added between these. `terms` and `parts`
    have shape (rows, 1).
    """

    value: np.ndarray
    size: np.ndarray
    rounded: np.ndarray
    terms: np.ndarray
    parts: np.ndarray

    @classmethod
    def one_term(cls, value: np.ndarray, roundings: float = 0.0, parts: int = 1) -> Sum:
        """Make a sum of one term, which is rounded `roundings` times and not moved by that yet."""
        size, one = np.abs(value[:1]), np.ones((value.shape[1], 1))
        return cls(value, size, roundings * size, one, parts * one)

    def __add__(self, other: Sum) -> Sum:
        between = (self.parts - 1) * other.size + (other.parts - 1) * self.size
        return Sum(
            self.value + other.value,
            self.size + other.size,
            self.rounded + other.rounded + between,
            self.terms + other.terms,
            self.parts + other.parts - 1,
        )

    def total(self, noise: Noise) -> np.ndarray:
        """Return the sum, moved by its bound."""
        result = np.abs(self.value[:1])
        partial = 0.5 * (self.size + result)
        additions = self.terms - 1
        size = self.rounded + np.maximum(additions - 1, 0) * partial + (additions > 0) * result
        return noise.move(noise.lose_overflow(self.value.copy()), noise.roundoff * size, _PRODUCTS)

    def part(self, rows: int) -> Sum:
        """Take the first rows."""
        value, size, rounded = (a[:, :rows] for a in (self.value, self.size, self.rounded))
        return Sum(value, size, rounded, self.terms[:rows], self.parts[:rows])

    def select(self, kept: np.ndarray, other: Sum) -> Sum:
        """Take this sum in the rows that are kept, (rows, 1), and the other sum in the others."""
        pairs = zip(self._arrays(), other._arrays(), strict=True)
        return Sum(*(np.where(kept, mine, its) for mine, its in pairs))

    def zero_rows(self, rows: np.ndarray) -> Sum:
        """Put zero in some rows, (rows, 1) of bool."""
        return Sum(*(np.where(rows, 0.0, mine) for mine in self._arrays()))

    def replace_first_rows(self, whole: Sum) -> Sum:
        """Put this sum in place of the first rows of the whole."""
        rows = len(self.terms)
        if rows == len(whole.terms):
            return self
        pairs = zip(self._arrays(), whole._arrays(), strict=True)
        return Sum(*(np.concatenate([mine, its[..., rows:, :]], axis=-2) for mine, its in pairs))

    def _arrays(self) -> tuple[np.ndarray, ...]:
        return self.value, self.size, self.rounded, self.terms, self.parts


# the products of a term that may underflow: those of three gates, and the sum of a matrix product
_PRODUCTS = 4


@dataclass(frozen=True)
class Factor:
    """A part of a weight's derivative: left times right, summed over rows and steps.

    Without left it is the sum of right. `product` says that right is itself a product, and rounded.
    """

    left: np.ndarray | None
    right: np.ndarray
    product: bool = False


@dataclass(frozen=True)
class Back:
    """A step backwards: the derivatives by the inputs and by the state before, still to be summed.

    weights: for each array of `Weights`, by its name, a list of rows; each row is a list of parts
    that stand side by side.
    """

    inputs: Sum
    before: tuple[Sum, ...]
    weights: dict[str, list[list[Factor]]]


class Derivative(Protocol):
    """The way back through a cell's step."""

    def __init__(self, cell: Cell, weights: Weights, noise: Noise) -> None: ...

    def step(self, taken: TakenStep, after: tuple[Sum, ...]) -> Back:
        """Take a step backwards, from the derivatives by the state after it, still to be summed."""


def derivative(cell: Cell, weights: Weights, noise: Noise) -> Derivative:
    """Return the derivative of a cell's formula."""
    return _DERIVATIVES[cell.cell_type](cell, weights, noise)


_Pair = tuple[np.ndarray, np.ndarray]
_ByResult = Callable[[np.ndarray, np.ndarray, Noise], _Pair]


def _by_tanh(upstream: np.ndarray, result: np.ndarray, noise: Noise) -> _Pair:
    """Compute dy·(1 - y²): square and difference round by 1 together, and the product rounds."""
    values = upstream * (1.0 - result * result)
    return values, np.abs(upstream[:1]) + np.abs(values[:1])


def _by_sigmoid(upstream: np.ndarray, result: np.ndarray, noise: Noise) -> _Pair:
    values = upstream * result * (1.0 - result)
    return values, 3.0 * np.abs(values[:1])


def _by_softsign(upstream: np.ndarray, result: np.ndarray, noise: Noise) -> _Pair:
    """Compute dy/(1 + |x|)²: an addition that is squared, the square, and a division."""
    values = upstream * np.square(1.0 - np.abs(result))
    return values, 4.0 * np.abs(values[:1])


def _by_relu(upstream: np.ndarray, result: np.ndarray, noise: Noise) -> _Pair:
    return upstream * noise.take_either_side(result > 0.0), np.zeros_like(upstream[:1])


def _by_linear(upstream: np.ndarray, result: np.ndarray, noise: Noise) -> _Pair:
    return upstream.copy(), np.zeros_like(upstream[:1])


def _by_hard_sigmoid(slope: float) -> _ByResult:
    def by_result(upstream: np.ndarray, result: np.ndarray, noise: Noise) -> _Pair:
        """Multiply by the slope, which is rounded itself, between the ends."""
        between = noise.take_either_side((result > 0.0) & (result < 1.0))
        values = slope * upstream * between
        return values, 2.0 * np.abs(values[:1])

    return by_result


_BY_RESULT: dict[str, _ByResult] = {
    "tanh": _by_tanh,
    "sigmoid": _by_sigmoid,
    "softsign": _by_softsign,
    "relu": _by_relu,
    "linear": _by_linear,
    "hard_sigmoid": _by_hard_sigmoid(1.0 / 6.0),
    "hard_sigmoid_0.2": _by_hard_sigmoid(0.2),
}


class _Calculus:
    """The operations that all cells' derivatives are made of."""

    def __init__(self, cell: Cell, noise: Noise) -> None:
        self._noise = noise
        self._activation = _BY_RESULT[cell.activation]
        self._gate = _BY_RESULT[cell.recurrent_activation]

    def product(self, one: np.ndarray, other: np.ndarray) -> np.ndarray:
        """Multiply without moving yet; the result is lost where it may overflow."""
        return self._noise.lose_overflow(one * other)

    def activation_term(
        self, by_result: _ByResult, upstream: np.ndarray, result: np.ndarray, rounded: float = 0.0
    ) -> Sum:
        """Apply an activation's derivative; `upstream` is still to be rounded `rounded` times."""
        values, size = by_result(upstream, result, self._noise)
        term = Sum.one_term(values, rounded)
        return dataclasses.replace(term, rounded=term.rounded + size)

    def move(self, *sums: Sum) -> np.ndarray:
        """Move terms that nothing is added to, and put them side by side."""
        values = np.concatenate([one.value for one in sums], axis=-1)
        rounded = np.concatenate([one.rounded for one in sums], axis=-1)
        return self._noise.move(values, self._noise.roundoff * rounded, _PRODUCTS)

    def clip_derivative(
        self, upstream: np.ndarray, values: np.ndarray, bound: float | None
    ) -> np.ndarray:
        """Apply a clip's derivative, given its results."""
        if bound is None:
            return upstream
        return upstream * self._noise.take_either_side(np.abs(values) < bound)

    def transposed_product(self, rows: np.ndarray, matrix: np.ndarray, parts: int) -> Sum:
        """Multiply rows by a transposed matrix; the result is a term that is moved already."""
        values, size = rows @ matrix.T, np.abs(rows[:1]) @ np.abs(matrix.T)
        products = matrix.shape[1]
        partial = 0.5 * (size + np.abs(values[:1]))
        rounded = size + max(products - 2, 0) * partial
        return Sum.one_term(self._noise.round_sum(values, rounded, products), parts=parts)


class _SimpleRNN(_Calculus):
    """h' = act(s), s = x·W + h·U + b."""

    def __init__(self, cell: Cell, weights: Weights, noise: Noise) -> None:
        super().__init__(cell, noise)
        self._weights = weights

    def step(self, taken: TakenStep, after: tuple[Sum, ...]) -> Back:
        d_new = after[0].total(self._noise)
        d_sums = self.move(self.activation_term(self._activation, d_new, taken.after[0]))
        return Back(
            self.transposed_product(d_sums, self._weights.kernel, 1),
            (self.transposed_product(d_sums, self._weights.recurrent, 1),),
            {
                "kernel": [[Factor(taken.inputs, d_sums)]],
                "recurrent": [[Factor(taken.before[0], d_sums)]],
                "bias": [[Factor(None, d_sums)]],
            },
        )


_LSTM_GATES = 4


class _LSTM(_Calculus):
    """The LSTM; sums in the order of the weights: i, f, c, o."""

    def __init__(self, cell: Cell, weights: Weights, noise: Noise) -> None:
        super().__init__(cell, noise)
        self._units = cell.units
        self._weights = weights
        self._cell_clip = formulas.rounded_clip(cell.cell_clip, noise)
        self._projection_clip = formulas.rounded_clip(cell.projection_clip, noise)

    def step(self, taken: TakenStep, after: tuple[Sum, ...]) -> Back:
        inner, (hidden, carry) = taken.intermediates, taken.before
        assert isinstance(inner, LSTMStep)
        d_projected = self.clip_derivative(
            after[0].total(self._noise), taken.after[0], self._projection_clip
        )
        d_hidden = self._before_projection(d_projected)
        d_output = self.product(d_hidden, inner.activated)
        d_o = self.move(self.activation_term(self._gate, d_output, inner.output, 1.0))
        d_carry = self._carry_gradient(taken, after[1], d_hidden, d_o)
        d_ifc = self.move(
            self.activation_term(
                self._gate, self.product(d_carry, inner.candidate), inner.forward, 1.0
            ),
            self.activation_term(self._gate, self.product(d_carry, carry), inner.forget, 1.0),
            self.activation_term(
                self._activation, self.product(d_carry, inner.forward), inner.candidate, 1.0
            ),
        )
        d_sums = np.concatenate([d_ifc, d_o], axis=-1)
        d_before = Sum.one_term(self.product(d_carry, inner.forget), 1.0)
        weights = {
            "kernel": [[Factor(taken.inputs, d_sums)]],
            "recurrent": [[Factor(hidden, d_sums)]],
            "bias": [[Factor(None, d_sums)]],
            "projection": [[Factor(inner.unprojected, d_projected)]],
        }
        if self._weights.peepholes is not None:
            peeping = (d_ifc[..., : self._units], d_ifc[..., self._units : 2 * self._units])
            seen = (carry, carry, taken.after[1])
            weights["peepholes"] = [
                [Factor(None, self.product(c, d), True)]
                for c, d in zip(seen, (*peeping, d_o), strict=True)
            ]
            for d_gate, peephole in zip(peeping, self._weights.peepholes, strict=False):
                d_before += Sum.one_term(self.product(d_gate, peephole), 1.0)
        return Back(
            self.transposed_product(d_sums, self._weights.kernel, _LSTM_GATES),
            (self.transposed_product(d_sums, self._weights.recurrent, _LSTM_GATES), d_before),
            weights,
        )

    def _before_projection(self, d_projected: np.ndarray) -> np.ndarray:
        if self._weights.projection is None:
            return d_projected
        return self.transposed_product(d_projected, self._weights.projection, 1).value

    def _carry_gradient(
        self, taken: TakenStep, after: Sum, d_hidden: np.ndarray, d_o: np.ndarray
    ) -> np.ndarray:
        """Return the derivative by f·c + i·act(z_c).

        It comes from the step after, through the output, and through the output's gate.
        """
        assert isinstance(taken.intermediates, LSTMStep)
        d_activated = self.product(d_hidden, taken.intermediates.output)
        terms = after + self.activation_term(
            self._activation, d_activated, taken.intermediates.activated, 1.0
        )
        if self._weights.peepholes is not None:
            terms += Sum.one_term(self.product(d_o, self._weights.peepholes[2]), 1.0)
        return self.clip_derivative(terms.total(self._noise), taken.after[1], self._cell_clip)


class _GRU(_Calculus):
    """The GRU; sums in the order of the weights: z, r, c."""

    def __init__(self, cell: Cell, weights: Weights, noise: Noise) -> None:
        super().__init__(cell, noise)
        self._units = cell.units
        self._weights = weights
        self._reset_after = cell.reset_after

    def step(self, taken: TakenStep, after: tuple[Sum, ...]) -> Back:
        inner, (hidden,) = taken.intermediates, taken.before
        assert isinstance(inner, GRUStep)
        d_new = after[0].total(self._noise)
        d_mixed = Sum.one_term(self.product(d_new, inner.candidate) * -1.0, 1.0)
        d_update = (Sum.one_term(self.product(d_new, hidden), 1.0) + d_mixed).total(self._noise)
        d_candidate = d_new * (1.0 - inner.update)
        d_z = self.move(self.activation_term(self._gate, d_update, inner.update))
        d_c = self.move(self.activation_term(self._activation, d_candidate, inner.candidate, 2.0))
        kept = Sum.one_term(self.product(d_new, inner.update), 1.0)
        if self._reset_after:
            return self._after(taken, inner, d_z, d_c, kept)
        return self._before(taken, inner, d_z, d_c, kept)

    def _before(
        self, taken: TakenStep, inner: GRUStep, d_z: np.ndarray, d_c: np.ndarray, kept: Sum
    ) -> Back:
        """Go back where the sum has (r·h)·U."""
        (hidden,), units = taken.before, 2 * self._units
        recurrent = self._weights.recurrent
        d_kept = self.transposed_product(d_c, recurrent[:, units:], 1).value
        d_r = self.move(
            self.activation_term(self._gate, self.product(d_kept, hidden), inner.reset, 1.0)
        )
        d_gates = np.concatenate([d_z, d_r], axis=-1)
        d_sums = np.concatenate([d_gates, d_c], axis=-1)
        kept += Sum.one_term(self.product(d_kept, inner.reset), 1.0)
        return Back(
            self.transposed_product(d_sums, self._weights.kernel, 3),
            (kept + self.transposed_product(d_gates, recurrent[:, :units], 2),),
            {
                "kernel": [[Factor(taken.inputs, d_sums)]],
                "recurrent": [[Factor(hidden, d_gates), Factor(inner.recurrent, d_c)]],
                "bias": [[Factor(None, d_sums)]],
            },
        )

    def _after(
        self, taken: TakenStep, inner: GRUStep, d_z: np.ndarray, d_c: np.ndarray, kept: Sum
    ) -> Back:
        """Go back where the sum has r·(h·U + b')."""
        (hidden,) = taken.before
        d_reset = self.product(d_c, inner.recurrent)
        d_r = self.move(self.activation_term(self._gate, d_reset, inner.reset, 1.0))
        d_inner = self.move(Sum.one_term(self.product(d_c, inner.reset), 1.0))
        d_sums = np.concatenate([d_z, d_r, d_c], axis=-1)
        d_recurrent = np.concatenate([d_z, d_r, d_inner], axis=-1)
        return Back(
            self.transposed_product(d_sums, self._weights.kernel, 3),
            (kept + self.transposed_product(d_recurrent, self._weights.recurrent, 3),),
            {
                "kernel": [[Factor(taken.inputs, d_sums)]],
                "recurrent": [[Factor(hidden, d_recurrent)]],
                "bias": [[Factor(None, d_sums)], [Factor(None, d_recurrent)]],
            },
        )


_DERIVATIVES: dict[str, type[Derivative]] = {
    "SimpleRNN": _SimpleRNN,
    "LSTM": _LSTM,
    "BasicLSTM": _LSTM,
    "GRU": _GRU,
}
