"""The float dtypes of cases: rounding, the wire form, and the spacing of their numbers."""

from __future__ import annotations

import ml_dtypes
import numpy as np

from conformance.adapter import wire

_FLOATS = {
    "float16": np.dtype(np.float16),
    "bfloat16": np.dtype(ml_dtypes.bfloat16),
    "float32": np.dtype(np.float32),
    "float64": np.dtype(np.float64),
}
DTYPES = tuple(_FLOATS)
HALVES = ("float16", "bfloat16")


def round_to(values: np.ndarray | float, dtype: str) -> np.ndarray:
    """Round the values to the nearest of the dtype, ties to even; return them as float64."""
    wide = np.asarray(values, np.float64)
    return wide.astype(_float_dtype(dtype)).astype(np.float64)


def to_wire(values: np.ndarray, dtype: str) -> wire.Array:
    """Return the values, rounded to the dtype, as they are sent to a target."""
    narrow = np.asarray(values, np.float64).astype(_float_dtype(dtype))
    return wire.Array(dtype, narrow.shape, narrow.tobytes())


def from_wire(array: wire.Array) -> np.ndarray:
    """Return the values of a target's array as float64, also of whole numbers and bool."""
    dtype = _FLOATS.get(array.dtype) or np.dtype(array.dtype)
    return np.frombuffer(array.data, dtype).reshape(array.shape).astype(np.float64)


def unit_roundoff(dtype: str) -> float:
    """Return half the distance from 1 to the next number: the relative error of rounding."""
    return float(ml_dtypes.finfo(_float_dtype(dtype)).eps) / 2


def ulp(value: float, dtype: str) -> float:
    """Return the unit in the last place of a value that is not negative."""
    _, exponent = np.frexp(max(value, smallest_normal(dtype)))
    return float(np.ldexp(unit_roundoff(dtype), int(exponent)))


def smallest_subnormal(dtype: str) -> float:
    """Return the smallest positive number of the dtype; tiny numbers lie this far apart."""
    return float(ml_dtypes.finfo(_float_dtype(dtype)).smallest_subnormal)


def smallest_normal(dtype: str) -> float:
    """Return the smallest positive number of full precision."""
    return float(ml_dtypes.finfo(_float_dtype(dtype)).smallest_normal)


def largest(dtype: str) -> float:
    """Return the largest finite number of the dtype."""
    return float(ml_dtypes.finfo(_float_dtype(dtype)).max)


def _float_dtype(dtype: str) -> np.dtype:
    if dtype not in _FLOATS:
        raise ValueError(f"dtype = {dtype!r}, but must be one of {tuple(_FLOATS)}")
    return _FLOATS[dtype]
