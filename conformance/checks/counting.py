"""Counts of compared values, of which some cannot be judged: so nothing passes in silence.

Every comparison of numbers adds its counts (`numbers.py`). The engine collects those of a case.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import numpy as np

from conformance.contract.clause import ValueCounts
from conformance.reference.rounding import Estimate

_collecting: list[list[ValueCounts]] = []


@contextlib.contextmanager
def collected() -> Iterator[list[ValueCounts]]:
    """Collect the counts of all comparisons in the block."""
    counts: list[ValueCounts] = []
    _collecting.append(counts)
    try:
        yield counts
    finally:
        _collecting.pop()


def count_bounded(estimate: Estimate) -> None:
    """Count a comparison with an estimate: values with an infinite bound are not judged."""
    if _collecting:
        size = estimate.value.size
        bounded = int(np.count_nonzero(np.isfinite(estimate.error_bound)))
        overflow = int(np.count_nonzero(estimate.arrays[3])) if bounded < size else 0
        _collecting[-1].append(ValueCounts(bounded, size - bounded - overflow, overflow))


def count_identical(one: np.ndarray) -> None:
    """Count values that must be the same to the last bit: those that are not finite say nothing."""
    if _collecting:
        finite = int(np.count_nonzero(np.isfinite(one)))
        _collecting[-1].append(ValueCounts(finite, not_finite=one.size - finite))


def total(counts: list[ValueCounts]) -> ValueCounts:
    """Return the sum of counts."""
    return sum(counts, ValueCounts())
