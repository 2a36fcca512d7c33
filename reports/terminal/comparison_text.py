"""The text of ``compare``: the comparison of two runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.table import Table
from rich.text import Text

from conformance.results.change_kinds import (
    ADDED,
    BROKEN,
    CHANGE_KINDS,
    CHANGED,
    FIXED,
    REMOVED,
    UNCHANGED,
    WEAKER,
)
from reports.compare import wording
from reports.compare.changes import Change
from reports.compare.comparison import Comparison
from reports.terminal import tables

_IN_FULL = (BROKEN, WEAKER, CHANGED, FIXED)
_NARROWEST = 20


def comparison_text(
    comparison: Comparison, old: str, new: str, width: int, everything: bool = False
) -> str:
    """Return each change, the worst first, then the counts and one closing sentence."""
    lines = [*_heading(comparison, old, new, width)]
    for kind in CHANGE_KINDS:
        if kind != UNCHANGED or everything:
            lines += _changes_of_kind(comparison, kind, width)
    lines += _defaults(comparison, width)
    return "\n".join([*lines, "", *_counts(comparison), "", *_ending(comparison, width)])


def _heading(comparison: Comparison, old: str, new: str, width: int) -> Iterator[str]:
    for name, path, run in (("OLD", old, comparison.old), ("NEW", new, comparison.new)):
        yield from tables.wrap(f"{name}: {tables.clean(path)}", width)
        title = tables.clean(wording.title(run))
        yield from tables.wrap(title, width, indent="     ", hang="     ")


def _changes_of_kind(comparison: Comparison, kind: str, width: int) -> Iterator[str]:
    changes = comparison.of_kind(kind)
    if changes:
        yield from ("", *tables.wrap(wording.heading(comparison, kind), width), "")
    for change in changes:
        in_full = kind in _IN_FULL or (kind == ADDED and change.verdict.deviates)
        yield from _in_full(change, width) if in_full else _in_short(change, width)


def _in_full(change: Change, width: int) -> Iterator[str]:
    yield from tables.wrap(
        f"{_about(change)}: {tables.clean(wording.why(change))}", width, hang="    "
    )
    half = max((width - 7) // 2, _NARROWEST)
    table = Table(box=tables.RULED, show_edge=False, pad_edge=False, padding=(0, 1))
    for name in ("OLD", "NEW"):
        table.add_column(Text(name), width=half, overflow="fold")
    table.add_row(*(_cell(texts) for texts in wording.sides(change)))
    yield from (f"    {line}" for line in tables.plain_text(table).splitlines())
    if change.new and change.new.deviates and change.new.replay:
        # On one line whatever its length, so that it can be copied.
        yield f"    replay: {tables.clean(change.new.replay)}"
    yield ""


def _cell(texts: Iterable[str]) -> Text:
    return Text("\n".join(map(tables.clean, texts)))


def _in_short(change: Change, width: int) -> Iterator[str]:
    """Yield a change as one line: the words of the only run that judged it, or the difference."""
    only = {ADDED: change.new, REMOVED: change.old}.get(change.change_type)
    words = [*wording.side(only)] if only else [change.verdict.verdict]
    text = "; ".join([*words, wording.why(change)] if change.why else words)
    yield tables.shorten(f"{_about(change)}: {tables.clean(text)}", width)


def _about(change: Change) -> str:
    return "  ".join(map(tables.clean, wording.about(change)))


def _defaults(comparison: Comparison, width: int) -> Iterator[str]:
    defaults = wording.defaults(comparison)
    if defaults:
        yield from ("", f"Defaults that changed ({len(comparison.defaults)})", "")
    for text in defaults:
        yield from tables.wrap(tables.clean(text), width)


def _counts(comparison: Comparison) -> Iterator[str]:
    size = max(map(len, CHANGE_KINDS))
    for kind, count in comparison.counts.items():
        yield f"{kind.ljust(size)}  {count}"


def _ending(comparison: Comparison, width: int) -> Iterator[str]:
    for text in wording.reservations(comparison):
        yield from tables.wrap(tables.clean(text), width)
    yield from tables.wrap(tables.clean(wording.closing(comparison)), width)
