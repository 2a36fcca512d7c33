"""``compare``: two runs against each other, as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.table import Table
from rich.text import Text

from reports import telling, terminal
from reports.changes import ADDED, BROKEN, CHANGED, FIXED, KINDS, REMOVED, UNCHANGED, WEAKER, Change
from reports.comparison import Comparison

_IN_FULL = (BROKEN, WEAKER, CHANGED, FIXED)
_NARROWEST = 20


def shown(comparison: Comparison, old: str, new: str, width: int, everything: bool = False) -> str:
    """Each change, the worst first; the counts; the one sentence that says how it is."""
    lines = [*_heading(comparison, old, new, width)]
    for kind in KINDS:
        if kind != UNCHANGED or everything:
            lines += _of_kind(comparison, kind, width)
    lines += _defaults(comparison, width)
    return "\n".join([*lines, "", *_counts(comparison), "", *_ending(comparison, width)])


def _heading(comparison: Comparison, old: str, new: str, width: int) -> Iterator[str]:
    for name, path, run in (("OLD", old, comparison.old), ("NEW", new, comparison.new)):
        yield from terminal.wrapped(f"{name}: {terminal.clean(path)}", width)
        told = terminal.clean(telling.title(run))
        yield from terminal.wrapped(told, width, indent="     ", hang="     ")


def _of_kind(comparison: Comparison, kind: str, width: int) -> Iterator[str]:
    changes = comparison.of_kind(kind)
    if changes:
        yield from ("", *terminal.wrapped(telling.heading(comparison, kind), width), "")
    for change in changes:
        in_full = kind in _IN_FULL or (kind == ADDED and change.verdict.deviates)
        yield from _in_full(change, width) if in_full else _in_short(change, width)


def _in_full(change: Change, width: int) -> Iterator[str]:
    yield from terminal.wrapped(
        f"{_about(change)}: {terminal.clean(telling.why(change))}", width, hang="    "
    )
    half = max((width - 7) // 2, _NARROWEST)
    table = Table(box=terminal.RULED, show_edge=False, pad_edge=False, padding=(0, 1))
    for name in ("OLD", "NEW"):
        table.add_column(Text(name), width=half, overflow="fold")
    table.add_row(*(_cell(texts) for texts in telling.sides(change)))
    yield from (f"    {line}" for line in terminal.plain_text(table).splitlines())
    if change.new and change.new.deviates and change.new.replay:
        # On one line whatever its length: it is there to be copied.
        yield f"    replay: {terminal.clean(change.new.replay)}"
    yield ""


def _cell(texts: Iterable[str]) -> Text:
    return Text("\n".join(map(terminal.clean, texts)))


def _in_short(change: Change, width: int) -> Iterator[str]:
    """A change in one line: what the only run says that judged it, or how both differ."""
    only = {ADDED: change.new, REMOVED: change.old}.get(change.kind)
    said = [*telling.side(only)] if only else [change.verdict.verdict]
    text = "; ".join([*said, telling.why(change)] if change.why else said)
    yield terminal.shortened(f"{_about(change)}: {terminal.clean(text)}", width)


def _about(change: Change) -> str:
    return "  ".join(map(terminal.clean, telling.about(change)))


def _defaults(comparison: Comparison, width: int) -> Iterator[str]:
    told = telling.defaults(comparison)
    if told:
        yield from ("", f"Defaults that changed ({len(comparison.defaults)})", "")
    for text in told:
        yield from terminal.wrapped(terminal.clean(text), width)


def _counts(comparison: Comparison) -> Iterator[str]:
    size = max(map(len, KINDS))
    for kind, count in comparison.counts.items():
        yield f"{kind.ljust(size)}  {count}"


def _ending(comparison: Comparison, width: int) -> Iterator[str]:
    for text in telling.reservations(comparison):
        yield from terminal.wrapped(terminal.clean(text), width)
    yield from terminal.wrapped(terminal.clean(telling.closing(comparison)), width)
