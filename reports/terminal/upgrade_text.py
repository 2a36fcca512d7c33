"""How a run ends in which two targets were held against each other: the verdict of the upgrade.

Differences that are alike, on several paths and cells, are told together, with the smallest case.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from conformance.results.change_kinds import BROKEN, CHANGED, FIXED, WEAKER
from conformance.results.verdict import Header, Verdict
from reports.compare.changes import words
from reports.run_files.families import in_order
from reports.terminal.tables import clean, wrap

MESSAGE_CLAUSE, _STRUCTURE_CLAUSE = "UP-04", "UP-01"
_TITLES = {
    BROKEN: "Breaking: taken before and not now, or with other results",
    WEAKER: "Weaker errors: what is wrong is told less clearly, or not at all",
    CHANGED: "Changed: other errors, messages and defaults, but no weaker ones",
    FIXED: "Fixed",
}


@dataclass(frozen=True)
class Alike:
    """Differences of one kind and for one reason, on whatever paths and cells."""

    verdicts: tuple[Verdict, ...]

    @property
    def smallest(self) -> Verdict:
        """The one with the smallest case."""
        return min(self.verdicts, key=lambda verdict: len(json.dumps(verdict.case)))

    @property
    def where(self) -> str:
        """The paths, each with its cells."""
        cells: dict[str, list[str]] = {}
        for verdict in self.verdicts:
            cells.setdefault(verdict.path, []).append(verdict.cell or "")
        told = [(path, ", ".join(dict.fromkeys(filter(None, of)))) for path, of in cells.items()]
        return "; ".join(f"{path} ({of})" if of else path for path, of in told)

    @property
    def what(self) -> str:
        """The clause, whose case it is, and both sides in a word."""
        verdict = self.smallest
        between = verdict.between
        assert between is not None
        origins = {of.between.origin for of in self.verdicts if of.between} - {verdict.clause}
        of = ", ".join(sorted(origins))
        sides = f"{between.was} became {between.now}" if between.was and between.now else ""
        parts = (verdict.clause, of, verdict.malformation, sides)
        return "  ".join(part for part in parts if part)


def difference_lines(verdicts: Sequence[Verdict], width: int) -> Iterator[str]:
    """All differences, the worst first, and last the verdict in a line."""
    for change, title in _TITLES.items():
        groups = group_alike(verdict for verdict in verdicts if _change(verdict) == change)
        if groups:
            yield f"{title} ({sum(len(group.verdicts) for group in groups)})"
        for group in groups:
            yield from _paragraph(group, width)
        if groups:
            yield ""


def _paragraph(group: Alike, width: int) -> Iterator[str]:
    smallest = group.smallest
    yield from wrap(clean(f"{group.what}: {group.where}"), width, indent="  ", hang="    ")
    yield from wrap(clean(smallest.sentence), width, indent="    ", hang="    ")
    if smallest.replay:
        # on one line whatever its length: it is there to be copied
        yield f"    replay: {clean(smallest.replay)}"


def group_alike(verdicts: Iterable[Verdict]) -> list[Alike]:
    """Differences by what they have in common but for path, cell, mode and whose case it is."""
    groups: dict[object, list[Verdict]] = {}
    for verdict in in_order(verdicts):
        between = verdict.between
        assert between is not None
        key = (verdict.clause, verdict.malformation, between.was, between.now, _reason(verdict))
        groups.setdefault(key, []).append(verdict)
    return [Alike(tuple(group)) for group in groups.values()]


def _reason(verdict: Verdict) -> str:
    """What tells differences of one kind apart: the words of the error, else whose case it is."""
    if verdict.clause in (MESSAGE_CLAUSE, _STRUCTURE_CLAUSE):
        return ""
    if verdict.error:
        return words(verdict.error.message)
    return verdict.between.origin if verdict.between and not verdict.between.was else ""


def closing(verdicts: Sequence[Verdict], header: Header) -> str:
    """The upgrade's verdict in a line."""
    counts = Counter(_change(verdict) for verdict in verdicts)
    messages = sum(
        verdict.clause == MESSAGE_CLAUSE and _change(verdict) == CHANGED for verdict in verdicts
    )
    return (
        f"Upgrade from {_release(header.old or {})} to {_release({'versions': header.versions})}:"
        f" {counts[BROKEN]} breaking, {_counted(counts[WEAKER], 'weaker error')},"
        f" {_counted(messages, 'changed message')},"
        f" {_counted(counts[CHANGED] - messages, 'other change')}, {counts[FIXED]} fixed;"
        f" {_drift(verdicts)}"
    )


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _drift(verdicts: Sequence[Verdict]) -> str:
    drifts = [
        (between.drift, verdict)
        for verdict in verdicts
        if (between := verdict.between) and between.drift is not None
    ]
    if not drifts:
        return "no numbers could be compared"
    largest, verdict = max(drifts, key=lambda pair: pair[0])
    if largest == 0:
        return "numbers are the same to the last bit"
    return f"numbers drift by at most {largest:.3g} ULP ({verdict.path}, {verdict.cell})"


def _release(of: dict[str, object]) -> str:
    versions = of.get("versions")
    versions = versions if isinstance(versions, dict) else {}
    keras = {name: version for name, version in versions.items() if name.startswith("keras")}
    told = ", ".join(f"{name} {version}" for name, version in keras.items())
    return clean(
        f"TensorFlow {versions.get('tensorflow', 'unknown')}{f' ({told})' if told else ''}"
    )


def _change(verdict: Verdict) -> str | None:
    between = verdict.between
    return between.change if between else None
