"""The sizes and dtype of a sequence, and the seeds of its values.

Strategies are made once: Hypothesis takes longer to look a new one over than to draw from it.
"""

from __future__ import annotations

import functools
from collections.abc import Hashable

from hypothesis import strategies as st

MAX_BATCH = 8
MAX_STEPS = 16
MAX_FEATURES = 8
_FEW = 4
_FEWEST_ROWS_SHARE = 2  # so many times as often as any other
_FEW_SHARE = 3  # so many times as often few steps as more
DTYPES = ("float32", "float64", "float16", "bfloat16")
_DTYPES = ("float32", *DTYPES)  # most people's is as often as two others
WEIGHT_SCALES = (1.0, 0.1, 0.5, 2.0)


@functools.cache
def batches(smallest: int = 1) -> st.SearchStrategy[int]:
    """Rows of a batch; the fewest more often: one row is what is broadcast."""
    return st.sampled_from(rows(smallest))


def rows(smallest: int, largest: int = MAX_BATCH) -> list[int]:
    """Numbers of rows to choose from."""
    return [*[smallest] * _FEWEST_ROWS_SHARE, *range(smallest + 1, largest + 1)]


@functools.cache
def steps(smallest: int = 1, largest: int = MAX_STEPS) -> st.SearchStrategy[int]:
    """Time steps; few more often, for each takes its time, in the target and in the reference."""
    few = range(smallest, min(max(smallest, _FEW), largest) + 1)
    many = range(few.stop, largest + 1)
    often = max(1, _FEW_SHARE * len(many) // len(few))
    return st.sampled_from([*(count for count in few for _ in range(often)), *many])


@functools.cache
def dtypes() -> st.SearchStrategy[str]:
    """Dtypes of programs."""
    return st.sampled_from(_DTYPES)


@functools.cache
def features() -> st.SearchStrategy[int]:
    """Input features."""
    return st.integers(1, MAX_FEATURES)


@functools.cache
def seeds() -> st.SearchStrategy[int]:
    """Seeds of weights and data."""
    return st.integers(0, 999)


@functools.cache
def one_of(options: tuple[Hashable, ...]) -> st.SearchStrategy:
    """One of the options; the first is the simplest."""
    return st.sampled_from(options)


@functools.cache
def up_to(largest: int, smallest: int = 0) -> st.SearchStrategy[int]:
    """A whole number from the smallest to the largest."""
    return st.integers(smallest, largest)
