"""Monte Carlo arithmetic: what rounding may do to a value, told by running the formula many times.

`reference.py` says what the bounds are and where they come from. Arrays have shape (runs, batch,
width), run 0 being the exact one, or (1, batch, width) where all runs are alike or only run 0 is
meant.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np

from conformance.cases import floats

RUNS = 32
_HELD = RUNS // 2  # runs in which an operation makes the same error at every step
_NOISE_SEED = 1997
_POOL = 1 << 18  # signs drawn; operations take stretches of them
_LAYERS_APART = 50021
_STEPS_APART = 7919  # on the way back


@dataclass(frozen=True)
class Estimate:
    """Values, how far a correct computation may be from them, and two of these from each other.

    Three arrays of one shape, in float64. Where `error_bound` is infinite nothing is certain of a
    correct computation (it may overflow, or be chaotic), and `value` may be NaN.
    """

    value: np.ndarray
    error_bound: np.ndarray
    pair_bound: np.ndarray

    def distance(self, observed: np.ndarray) -> np.ndarray:
        """How far the observed values are from these, in error bounds: at most 1 on a correct path.

        0 where the bound is infinite, inf where the observed value is not finite but should be.
        """
        with np.errstate(invalid="ignore", divide="ignore"):
            apart = np.abs(np.asarray(observed, np.float64) - self.value)
            ratio = np.where(apart == 0, 0.0, apart / self.error_bound)
        ratio = np.where(np.isfinite(observed), ratio, np.inf)
        return np.where(np.isinf(self.error_bound), 0.0, ratio)

    def part(self, at: Any) -> Estimate:
        """A copy of what stands at an index, so that the whole can be freed."""
        return Estimate(
            self.value[at].copy(), self.error_bound[at].copy(), self.pair_bound[at].copy()
        )

    def zero_except(self, kept: np.ndarray) -> Estimate:
        """Exactly zero where not kept."""
        return Estimate(
            *(np.where(kept, a, 0.0) for a in (self.value, self.error_bound, self.pair_bound))
        )


class Noise:
    """Moves results by their error bounds, up or down at random; run 0 stays exact.

    A bound is that of run 0's result: that it is another in the other runs matters only to second
    order. Methods change their first argument in place and return it.
    """

    def __init__(self, dtype: str) -> None:
        self.dtype = dtype
        self._own = floats.unit_roundoff(dtype)
        self.roundoff = self._own + floats.unit_roundoff("float64")
        self.tiny = _underflow(dtype)
        self.limit = floats.largest(dtype)
        half = self._own > floats.unit_roundoff("float32")
        self.activation_roundings = 3.0 if half else 8.0
        self._layer = 0
        self._held_start = self._held_at = 0
        self._free_at = _POOL // 2

    def next_step(self) -> None:
        """Let the held runs make the errors of the step before once more."""
        self._held_at = self._held_start

    def go_back_to(self, step: int) -> None:
        """The same on the way back, where the free runs' errors are those of this step.

        They do not depend on how many steps come after it.
        """
        self._held_at = self._held_start
        self._free_at = _POOL // 2 + self._layer * _LAYERS_APART + step * _STEPS_APART

    def next_layer(self) -> None:
        """Give the operations that follow errors of their own, however many steps there were."""
        self._held_start = self._held_at
        self._layer += 1
        self._free_at = _POOL // 2 + self._layer * _LAYERS_APART

    def round(self, values: np.ndarray, roundings: float = 1.0) -> np.ndarray:
        """Move by so many roundings of each value."""
        return self.move(values, roundings * self.roundoff * np.abs(values[:1]))

    def move(self, values: np.ndarray, bound: np.ndarray, products: int = 1) -> np.ndarray:
        """Move by a bound of shape (1, batch, width), and by an underflow of each product."""
        errors = np.empty((RUNS, *values.shape[1:]))
        bound = bound + products * self.tiny
        width = values.shape[-1]
        np.multiply(_signs(self._held_at, width), bound, out=errors[:_HELD])
        np.multiply(_signs(self._free_at, width), bound, out=errors[_HELD:])
        self._advance(width)
        values[1:] += errors
        return values

    def round_sum(self, values: np.ndarray, size: np.ndarray, products: int) -> np.ndarray:
        """Round a sum once, and its terms by `size`: their magnitudes, each as often as it rounds.

        Where the sum may overflow it is lost.
        """
        values = self.lose_overflow(values)
        return self.move(values, self.roundoff * (size + np.abs(values[:1])), products)

    def lose_overflow(self, values: np.ndarray) -> np.ndarray:
        """Lose, that is make NaN, what may overflow."""
        if values.size and not (values.max() <= self.limit and values.min() >= -self.limit):
            values[np.abs(values) > self.limit] = np.nan
        return values

    def take_either_side(self, sides: np.ndarray) -> np.ndarray:
        """Where not all runs are on the same side of something, let each but run 0 take either.

        So several such places that one value depends on come together in all ways that they can.
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
        """Go on to signs that have not been taken."""
        self._held_at += _HELD * width + 1
        self._free_at += _HELD * width + 1

    def estimate(self, runs: np.ndarray, axis: int = 0) -> Estimate:
        """Value, width and spread over an axis of runs."""
        value = runs.take(0, axis)
        highest, lowest = runs.max(axis), runs.min(axis)
        width = np.maximum(highest - value, value - lowest)
        # Only the paths' own roundings set them apart; the reference's have no part in it.
        spread = (highest - lowest) * (self._own / self.roundoff)
        return Estimate(value, self._judgeable(width), self._judgeable(spread))

    def _judgeable(self, width: np.ndarray) -> np.ndarray:
        """No narrower than an underflow, infinite where a run is lost."""
        return np.where(np.isfinite(width), np.maximum(width, self.tiny), np.inf)


def _signs(start: int, width: int) -> np.ndarray:
    """Signs for half of the runs, alike for all rows, from a place in an endless sequence."""
    count = _HELD * width
    begin = start % (_POOL - count)
    return _pool()[begin : begin + count].reshape(_HELD, 1, width)


@functools.cache
def _pool() -> np.ndarray:
    return np.random.RandomState(_NOISE_SEED).randint(0, 2, _POOL) * 2.0 - 1.0


def _underflow(dtype: str) -> float:
    """How far a result may be off because it is too small for the dtype."""
    if dtype == "float16":
        return floats.smallest_subnormal(dtype) / 2
    return floats.smallest_normal(dtype)
