"""The tables of values that were compared and could not be judged: shares by dtype, path, clause.

A value is not judged where its error bound is infinite (`docs/internals/error-bounds.md`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from conformance.results.verdict import Verdict

_JUDGED = "judged"
_REASONS = ("chaos", "overflow", "not_finite")
_HEADINGS = ("values", "not judged", *(reason.replace("_", " ") for reason in _REASONS))
_MOST_ROWS = 12


@dataclass(frozen=True)
class Share:
    """The values that one dtype, path or clause compared, and how many were not judged and why."""

    name: str
    values: int
    reasons: tuple[int, ...]

    @property
    def unjudged(self) -> float:
        """The share of the values that were not judged."""
        return sum(self.reasons) / self.values if self.values else 0.0


_Name = Callable[[Verdict, str], str]
_GROUPS: dict[str, _Name] = {
    "dtype": lambda verdict, dtype: dtype,
    "path": lambda verdict, dtype: verdict.path,
    "clause": lambda verdict, dtype: verdict.clause,
}


def shares(verdicts: Iterable[Verdict], group: str) -> list[Share]:
    """Return the share of each dtype, path or clause, the worst first."""
    counts: dict[str, Counter[str]] = {}
    for verdict in verdicts:
        for dtype, values in (verdict.values or {}).items():
            counts.setdefault(_GROUPS[group](verdict, dtype), Counter()).update(values)
    found = [_share(name, counted) for name, counted in counts.items()]
    return sorted(found, key=lambda share: (-share.unjudged, share.name))


def _share(name: str, counted: Counter[str]) -> Share:
    return Share(name, counted.total(), tuple(counted[reason] for reason in _REASONS))


def tables(verdicts: Sequence[Verdict]) -> list[str]:
    """Return the tables as lines; none where no values were compared."""
    everything = shares(verdicts, "dtype")
    if not everything:
        return []
    values = sum(share.values for share in everything)
    unjudged = sum(sum(share.reasons) for share in everything)
    lines = [f"Of {values:,} compared values {unjudged / values:.2%} could not be judged:"]
    for group in _GROUPS:
        lines += ["", *_table(group, shares(verdicts, group))]
    return lines


def _table(group: str, found: Sequence[Share]) -> Iterator[str]:
    """Yield a table: all dtypes, or the worst paths and clauses with values not judged."""
    worst = found if group == "dtype" else [share for share in found if share.unjudged]
    rows = [_row(share) for share in worst[:_MOST_ROWS]]
    columns = list(zip((group, *_HEADINGS), *rows, strict=True))
    sizes = [max(map(len, column)) for column in columns]
    for row in zip(*columns, strict=True):
        first, *others = (cell.rjust(size) for cell, size in zip(row, sizes, strict=True))
        yield "  ".join([first.strip().ljust(sizes[0]), *others])
    rest = len(worst) - len(rows)
    if rest:
        yield f"({rest} more)"


def _row(share: Share) -> tuple[str, ...]:
    counts = (f"{count:,}" for count in share.reasons)
    return (share.name, f"{share.values:,}", f"{share.unjudged:.2%}", *counts)
