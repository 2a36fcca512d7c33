"""The bins that count observed/error bound: each bin spans a quarter of a power of two."""

from __future__ import annotations

import math

_PER_OCTAVE = 4


def width_bin(ratio: float) -> str:
    """Return the name of the bin of a ratio observed/error bound: the upper limit of the bin."""
    if ratio <= 0:
        return "0"
    return f"{2.0 ** (math.ceil(_PER_OCTAVE * math.log2(ratio)) / _PER_OCTAVE):.3g}"
