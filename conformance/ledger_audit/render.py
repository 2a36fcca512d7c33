"""What `check` prints: each entry whose range is wrong, and on which targets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from conformance.ledger_audit.check_ranges import Checked, OnTarget
from conformance.ledger_audit.version_ranges import Range


def audit_lines(checked: Sequence[Checked], targets: Sequence[str]) -> Iterator[str]:
    """All of it, line by line."""
    wrong = [one for one in checked if one.wrong]
    for one in wrong:
        yield from _entry(one)
    seen = sum(any(on.places for on in one.seen) for one in checked)
    yield (
        f"{len(wrong)} of {len(checked)} entries have a wrong range;"
        f" {seen} could be replayed on {len(targets)} targets"
    )


def _entry(one: Checked) -> Iterator[str]:
    entry = one.entry
    yield f"{entry.name} ({entry.clause}): {format_range({n: str(s) for n, s in entry.versions})}"
    outside = [on.target for on in one.wrong if not on.in_range]
    if outside:
        yield f"  deviates outside: {', '.join(outside)}"
    for on in one.wrong:
        if on.in_range:
            yield f"  does not deviate so on {on.target}, inside: {_instead(on)}"
    yield f"  seen in: {format_range(one.found) if one.found else _untold(one)}"


def _instead(on: OnTarget) -> str:
    return "; ".join(
        f"{place.path}: {place.sighting.line}" for place in on.places if not place.shown
    )


def _untold(one: Checked) -> str:
    """Why there is no range."""
    if not any(on.shown for on in one.seen):
        return "no target"
    torn = [on.target for on in one.seen if len({place.shown for place in on.places}) > 1]
    if torn:
        return (
            f"no range of its own, as on {', '.join(torn)} some of its paths show it and some do"
            " not: make it two entries"
        )
    return "no range: the versions of its targets do not tell those that show it from the others"


def format_range(found: Range) -> str:
    """A range in one line."""
    return ", ".join(f"{name} {text}" for name, text in found.items()) or "no version"
