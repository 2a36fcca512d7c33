"""The bins in which observed/width is counted: a quarter of a power of two each."""

from __future__ import annotations

import math

_PER_OCTAVE = 4


def width_bin(ratio: float) -> str:
    """The name of the bin of an observed/width."""
    if ratio <= 0:
        return "0"
    return f"{2.0 ** (math.ceil(_PER_OCTAVE * math.log2(ratio)) / _PER_OCTAVE):.3g}"
