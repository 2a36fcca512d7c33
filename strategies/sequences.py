"""The sizes and dtype of a sequence, and the seeds of its values."""

from __future__ import annotations

from hypothesis import strategies as st

MAX_BATCH = 8
MAX_STEPS = 16
MAX_FEATURES = 8
DTYPES = ("float32", "float64", "float16", "bfloat16")
WEIGHT_SCALES = (1.0, 0.1, 0.5, 2.0)


def batches(smallest: int = 1) -> st.SearchStrategy[int]:
    """Rows of a batch."""
    return st.integers(smallest, MAX_BATCH)


def steps(smallest: int = 1, largest: int = MAX_STEPS) -> st.SearchStrategy[int]:
    """Time steps; few more often, for an eager step costs a millisecond."""
    few = min(max(smallest, 4), largest)
    return st.one_of(st.integers(smallest, few), st.integers(smallest, largest))


def features() -> st.SearchStrategy[int]:
    """Input features."""
    return st.integers(1, MAX_FEATURES)


def seeds() -> st.SearchStrategy[int]:
    """Seeds of weights and data."""
    return st.integers(0, 999)
