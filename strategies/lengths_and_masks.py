"""The sizes and dtype of a sequence, and the seeds of its values.

Each strategy is made once: Hypothesis takes longer to examine a new one than to draw from it.
"""

from __future__ import annotations

import functools
from collections.abc import Hashable

from hypothesis import strategies as st

MAX_BATCH = 8
MAX_STEPS = 16
MAX_FEATURES = 8
_FEW = 4
_FEWEST_ROWS_SHARE = 2  # the fewest rows are twice as frequent as any other number
_FEW_SHARE = 3  # few steps are three times as frequent as many
DTYPES = ("float32", "float64", "float16", "bfloat16")
# most people use the first, and the second has the sharpest error bounds
_DTYPES = ("float32", "float64", "float16", "float32", "float64", "bfloat16")
_RARE = 32
WEIGHT_SCALES = (1.0, 0.1, 0.5, 2.0)


@functools.cache
def batches(smallest: int = 1) -> st.SearchStrategy[int]:
    """Draw numbers of rows, the smallest more often: one row can be broadcast."""
    return st.sampled_from(rows(smallest))


def rows(smallest: int, largest: int = MAX_BATCH) -> list[int]:
    """Return the numbers of rows to choose from, the smallest several times."""
    return [*[smallest] * _FEWEST_ROWS_SHARE, *range(smallest + 1, largest + 1)]


@functools.cache
def steps(smallest: int = 1, largest: int = MAX_STEPS) -> st.SearchStrategy[int]:
    """Draw numbers of steps, small ones more often, as each step takes time on both sides."""
    few = range(smallest, min(max(smallest, _FEW), largest) + 1)
    many = range(few.stop, largest + 1)
    often = max(1, _FEW_SHARE * len(many) // len(few))
    return st.sampled_from([*(count for count in few for _ in range(often)), *many])


@functools.cache
def dtypes(turn: int = 0) -> st.SearchStrategy[str]:
    """Draw dtypes of programs; from one seed each turn draws another, but the simplest is one."""
    simplest, *others = _DTYPES
    turn %= len(others)
    return st.sampled_from((simplest, *others[turn:], *others[:turn]))


@functools.cache
def mostly(dtype: str) -> st.SearchStrategy[str]:
    """Draw this dtype, and rarely the simplest one, which it then shrinks to."""
    return st.sampled_from((_DTYPES[0], *[dtype] * (_RARE - 1)))


@functools.cache
def features() -> st.SearchStrategy[int]:
    """Draw numbers of input features."""
    return st.integers(1, MAX_FEATURES)


@functools.cache
def seeds() -> st.SearchStrategy[int]:
    """Draw seeds of weights and data."""
    return st.integers(0, 999)


@functools.cache
def one_of(options: tuple[Hashable, ...]) -> st.SearchStrategy:
    """Draw one of the options; the first is the simplest."""
    return st.sampled_from(options)


@functools.cache
def whole_numbers(largest: int, smallest: int = 0) -> st.SearchStrategy[int]:
    """Draw a whole number from the smallest to the largest."""
    return st.integers(smallest, largest)
