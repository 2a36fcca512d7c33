"""Writes what `check` prints: each entry whose range is wrong, and on which targets it is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from conformance.ledger_audit.check_ranges import CheckedEntry, OnTarget
from conformance.ledger_audit.version_ranges import Range


def report(checked: Sequence[CheckedEntry], targets: Sequence[str]) -> Iterator[str]:
    """Yield the output, line by line."""
    wrong = [one for one in checked if one.wrong]
    for one in wrong:
        yield from _entry(one)
    seen = sum(any(on.paths for on in one.seen) for one in checked)
    yield (
        f"{len(wrong)} of {len(checked)} entries have a wrong range;"
        f" {seen} could be replayed on {len(targets)} targets"
    )


def _entry(one: CheckedEntry) -> Iterator[str]:
    entry = one.entry
    yield f"{entry.name} ({entry.clause}): {format_range({n: str(s) for n, s in entry.versions})}"
    outside = [on.target for on in one.wrong if not on.in_range]
    if outside:
        yield f"  deviates outside: {', '.join(outside)}"
    for on in one.wrong:
        if on.in_range:
            yield f"  does not deviate so on {on.target}, inside: {_instead(on)}"
    yield f"  seen in: {format_range(one.found) if one.found else _why_none(one)}"


def _instead(on: OnTarget) -> str:
    return "; ".join(f"{one.path}: {one.sighting.line}" for one in on.paths if not one.shown)


def _why_none(one: CheckedEntry) -> str:
    """Say why there is no range."""
    if not any(on.shown for on in one.seen):
        return "no target"
    torn = [on.target for on in one.seen if len({path.shown for path in on.paths}) > 1]
    if torn:
        return (
            f"no single range: on {', '.join(torn)} some of its paths show it and some do not;"
            " split the entry in two"
        )
    return (
        "no range: the targets that show it and those that do not cannot be told apart by their"
        " versions"
    )


def format_range(found: Range) -> str:
    """Return a range in one line."""
    return ", ".join(f"{name} {text}" for name, text in found.items()) or "no version"
