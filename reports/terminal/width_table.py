"""How near to the reference's width what was observed came: counted in bins, for each dtype.

Counted are cases that are compared with the reference, or one path with another; not two runs of
one path, which mostly agree to the last bit.

A bin is a quarter of a power of two; its name is its upper bound. "0" holds the cases that agree to
the last bit, or of which nothing is certain enough to be judged. Nothing that holds is above 1; a
median far below it says that the widths are loose.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from conformance.results.verdict import Verdict

_HEADINGS = ("path", "dtype", "cases", "median", "99 %", "largest")


@dataclass(frozen=True)
class Distribution:
    """Of one path and dtype: how many cases, and bounds that parts of them stay within."""

    path: str
    dtype: str
    cases: int
    median: float
    ninety_nine: float
    largest: float


def distributions(verdicts: Iterable[Verdict]) -> Iterator[Distribution]:
    """One for each path and dtype, in order."""
    counts: dict[tuple[str, str], Counter[float]] = {}
    for verdict in verdicts:
        for dtype, bins in (verdict.widths or {}).items():
            of = counts.setdefault((verdict.path, dtype), Counter())
            of.update({float(name): count for name, count in bins.items()})
    for (path, dtype), counted in sorted(counts.items()):
        bounds = (_quantile(counted, share) for share in (0.5, 0.99, 1.0))
        yield Distribution(path, dtype, counted.total(), *bounds)


def _quantile(bins: Counter[float], share: float) -> float:
    """The bound that this share of the cases is within."""
    seen = 0
    for bound in sorted(bins):
        seen += bins[bound]
        if seen >= share * bins.total():
            return bound
    return 0.0


def table(verdicts: Iterable[Verdict]) -> list[str]:
    """The distributions as lines; none where nothing was judged by a width."""
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
