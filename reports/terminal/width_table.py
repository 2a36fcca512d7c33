"""The table of distances from the reference divided by its error bound, in bins for each dtype.

The table counts cases that are compared with the reference, or one path with another. It does not
count two runs of one path, as these mostly agree to the last bit.

A bin is a quarter of a power of two, and its name is its upper bound. "0" holds the cases that
agree to the last bit, and those where nothing is certain enough to be judged. Where a clause holds,
nothing is above 1. A median far below 1 means that the error bounds are loose.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from conformance.results.verdict import Verdict

_HEADINGS = ("path", "dtype", "cases", "median", "99 %", "largest")


@dataclass(frozen=True)
class Distribution:
    """The number of cases of one path and dtype, and the bounds of parts of them."""

    path: str
    dtype: str
    cases: int
    median: float
    ninety_nine: float
    largest: float


def distributions(verdicts: Iterable[Verdict]) -> Iterator[Distribution]:
    """Yield one distribution for each path and dtype, in order."""
    counts: dict[tuple[str, str], Counter[float]] = {}
    for verdict in verdicts:
        for dtype, bins in (verdict.widths or {}).items():
            counted = counts.setdefault((verdict.path, dtype), Counter())
            counted.update({float(name): count for name, count in bins.items()})
    for (path, dtype), counted in sorted(counts.items()):
        bounds = (_quantile(counted, share) for share in (0.5, 0.99, 1.0))
        yield Distribution(path, dtype, counted.total(), *bounds)


def _quantile(bins: Counter[float], share: float) -> float:
    """Return the bound that this share of the cases does not exceed."""
    seen = 0
    for bound in sorted(bins):
        seen += bins[bound]
        if seen >= share * bins.total():
            return bound
    return 0.0


def table(verdicts: Iterable[Verdict]) -> list[str]:
    """Return the distributions as lines; none where nothing was judged by an error bound."""
    rows = [
        (d.path, d.dtype, f"{d.cases}", f"{d.median:g}", f"{d.ninety_nine:g}", f"{d.largest:g}")
        for d in distributions(verdicts)
    ]
    if not rows:
        return []
    columns = list(zip(_HEADINGS, *rows, strict=True))
    sizes = [max(map(len, column)) for column in columns]
    return [_line(row, sizes) for row in (_HEADINGS, *rows)]


def _line(cells: Iterable[str], sizes: Iterable[int]) -> str:
    names, numbers = slice(None, 2), slice(2, None)
    pairs = list(zip(cells, sizes, strict=True))
    left = [cell.ljust(size) for cell, size in pairs[names]]
    return "  ".join([*left, *(cell.rjust(size) for cell, size in pairs[numbers])])
