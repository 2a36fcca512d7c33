"""Monte Carlo arithmetic: many runs of a formula show how rounding may change its value.

`forward.py` says what the bounds are and where they come from. Arrays have shape (runs, batch,
width). Run 0 is the exact one. An array of shape (1, batch, width) holds run 0 alone, or values
that are the same in all runs.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from conformance.cases import floats

RUNS = 32
_HELD = RUNS // 2  # runs in which an operation makes the same error at every step
_NOISE_SEED = 1997
_APPROXIMATION = 8.0  # the error of exp and tanh, in unit roundoffs
_FLOAT32 = floats.unit_roundoff("float32")
_POOL = 1 << 18  # the number of signs drawn; each operation takes a stretch of them
# distances in the pool between the signs of layers, and of steps on the way back
_LAYERS_APART = 50021
_STEPS_APART = 7919


@dataclass(frozen=True)
class Estimate:
    """Values and their bounds: arrays of one shape, in float64.

    A correct computation is expected to be within `error_bound` of `value`, and two of them within
    `pair_bound` of each other. Both bounds are statistical: see `forward.py`. They are infinite
    where nothing can be said, and that has one of two reasons. Where `may_overflow` is True, an
    intermediate result may be too large for the dtype: a correct computation may then give any
    number, an infinity or NaN, and `value` may be NaN. Elsewhere the value is lost to chaos: a
    correct computation may give any number, but a finite one.
    """

    value: np.ndarray
    error_bound: np.ndarray
    pair_bound: np.ndarray
    may_overflow: np.ndarray = field(default_factory=lambda: np.zeros((), bool))

    def distance(self, observed: np.ndarray) -> np.ndarray:
        """Return how many error bounds the observed values are away; above 1 they are wrong.

        It is 0 where the bound is infinite. It is inf where a value is not finite, except where a
        correct computation may overflow.
        """
        observed = np.asarray(observed, np.float64)
        with np.errstate(invalid="ignore", divide="ignore"):
            apart = np.abs(observed - self.value)
            ratio = np.where(apart == 0, 0.0, apart / self.error_bound)
        finite = np.isfinite(observed) & np.isfinite(self.value)
        return np.where(self.may_overflow, 0.0, np.where(finite, ratio, np.inf))

    def of_second_run(self, first: np.ndarray) -> Estimate:
        """Return what a second run may give where the first one gave these values."""
        return Estimate(first, self.pair_bound, self.pair_bound, self.may_overflow)

    def part(self, at: Any) -> Estimate:
        """Copy the part at an index, so that the whole can be freed."""
        return Estimate(*(array[at].copy() for array in self.arrays))

    def zero_except(self, kept: np.ndarray) -> Estimate:
        """Put exact zeros where `kept` is False."""
        return Estimate(*(np.where(kept, array, array.dtype.type(0)) for array in self.arrays))

    @property
    def arrays(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """The values, both bounds and where they may overflow, in one shape."""
        may_overflow = np.broadcast_to(self.may_overflow, self.value.shape)
        return self.value, self.error_bound, self.pair_bound, may_overflow


class Noise:
    """Rounding errors: moves results by their bounds, up or down at random; run 0 stays exact.

    All runs use the bound of run 0's result. In the other runs the bound differs a little, but that
    is an effect of second order. Methods change their first argument in place and return it.
    """

    def __init__(self, dtype: str) -> None:
        self.dtype = dtype
        self._own = floats.unit_roundoff(dtype)
        self.roundoff = self._own + floats.unit_roundoff("float64")
        self.tiny = _underflow(dtype)
        self.limit = floats.largest(dtype)
        # functions of half precision are computed in float32, and then rounded
        self.half = self._own > _FLOAT32
        self.approximation = _APPROXIMATION * (_FLOAT32 if self.half else self.roundoff)
        self._layer = 0
        self._held_start = self._held_at = 0
        self._free_at = _POOL // 2

    def next_step(self) -> None:
        """Let the held runs repeat the errors of the step before."""
        self._held_at = self._held_start

    def go_back_to(self, step: int) -> None:
        """Do the same on the way back, and give the free runs the errors of this step.

        These errors do not depend on how many steps come after it.
        """
        self._held_at = self._held_start
        self._free_at = _POOL // 2 + self._layer * _LAYERS_APART + step * _STEPS_APART

    def next_layer(self) -> None:
        """Give the next operations their own errors, whatever the number of steps before."""
        self._held_start = self._held_at
        self._layer += 1
        self._free_at = _POOL // 2 + self._layer * _LAYERS_APART

    def round(self, values: np.ndarray, roundings: float = 1.0) -> np.ndarray:
        """Move each value by the error of `roundings` roundings."""
        return self.move(values, roundings * self.roundoff * np.abs(values[:1]))

    def move(self, values: np.ndarray, bound: np.ndarray, products: int = 1) -> np.ndarray:
        """Move by a bound of shape (1, batch, width), and by one underflow for each product."""
        errors = np.empty((RUNS, *values.shape[1:]))
        bound = bound + products * self.tiny
        width = values.shape[-1]
        np.multiply(_signs(self._held_at, width), bound, out=errors[:_HELD])
        np.multiply(_signs(self._free_at, width), bound, out=errors[_HELD:])
        self._advance(width)
        values[1:] += errors
        return values

    def round_sum(self, values: np.ndarray, size: np.ndarray, products: int) -> np.ndarray:
        """Round a sum once, and its terms by `size`.

        `size` is the sum of the terms' magnitudes, each counted as often as the term is rounded.
        A sum that may overflow is lost.
        """
        values = self.lose_overflow(values)
        return self.move(values, self.roundoff * (size + np.abs(values[:1])), products)

    def lose_overflow(self, values: np.ndarray) -> np.ndarray:
        """Lose the values that may overflow: make them NaN."""
        if values.size and not (values.max() <= self.limit and values.min() >= -self.limit):
            values[np.abs(values) > self.limit] = np.nan
        return values

    def take_either_side(self, sides: np.ndarray) -> np.ndarray:
        """Let each run, except run 0, take either side where not all runs are on the same one.

        A value may depend on several such places. Random sides bring all their combinations
        together.
        """
        width = sides.shape[-1]
        drawn = [_signs(at, width) > 0 for at in (self._held_at, self._free_at)]
        self._advance(width)
        uncertain = (sides != sides[:1]).any(axis=0)
        if not uncertain.any():
            return sides
        taken = sides.copy()
        np.copyto(taken[1:], np.concatenate(drawn), where=uncertain)
        return taken

    def _advance(self, width: int) -> None:
        """Go on to signs that were not used yet."""
        self._held_at += _HELD * width + 1
        self._free_at += _HELD * width + 1

    def estimate(self, runs: np.ndarray, lost: np.ndarray | bool, axis: int = 0) -> Estimate:
        """Return value, error bound and pair bound over an axis of runs.

        `lost` is True where chaos leaves nothing certain; it fits the shape of the values.
        """
        value = runs.take(0, axis)
        highest, lowest = runs.max(axis), runs.min(axis)
        error_bound = np.maximum(highest - value, value - lowest)
        # Two paths differ only by their own roundings; those of the reference play no part.
        pair_bound = (highest - lowest) * (self._own / self.roundoff)
        may_overflow = ~np.isfinite(error_bound)
        unknown = may_overflow | lost
        error_bound, pair_bound = (
            np.where(unknown, np.inf, np.maximum(bound, self.tiny))
            for bound in (error_bound, pair_bound)
        )
        return Estimate(value, error_bound, pair_bound, may_overflow)


def _signs(start: int, width: int) -> np.ndarray:
    """Return signs for half of the runs, the same for all rows, from a place in the sequence.

    The sequence has no end: it repeats.
    """
    count = _HELD * width
    begin = start % (_POOL - count)
    return _pool()[begin : begin + count].reshape(_HELD, 1, width)


@functools.cache
def _pool() -> np.ndarray:
    return np.random.RandomState(_NOISE_SEED).randint(0, 2, _POOL) * 2.0 - 1.0


def _underflow(dtype: str) -> float:
    """Return the largest error of a result that is too small for the dtype."""
    if dtype == "float16":
        return floats.smallest_subnormal(dtype) / 2
    return floats.smallest_normal(dtype)
