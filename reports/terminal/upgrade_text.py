"""The end of a run that compared two targets: the differences and the result of the upgrade.

Similar differences, on several paths and cells, are printed together, with the smallest case.
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
    BROKEN: "Breaking: accepted before and not now, or with other results",
    WEAKER: "Weaker errors: the error is less clear about what is wrong, or there is none",
    CHANGED: "Changed: other errors, messages and defaults, but no weaker ones",
    FIXED: "Fixed",
}


@dataclass(frozen=True)
class Alike:
    """Differences of one kind and for one reason, on any paths and cells."""

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
        texts = [(path, ", ".join(dict.fromkeys(filter(None, of)))) for path, of in cells.items()]
        return "; ".join(f"{path} ({of})" if of else path for path, of in texts)

    @property
    def what(self) -> str:
        """The clause, the clauses that draw its cases, the malformation, and the two sides."""
        verdict = self.smallest
        between = verdict.target_difference
        assert between is not None
        origins = {
            one.target_difference.origin for one in self.verdicts if one.target_difference
        } - {verdict.clause}
        drawn_by = ", ".join(sorted(origins))
        sides = f"{between.was} became {between.now}" if between.was and between.now else ""
        parts = (verdict.clause, drawn_by, verdict.malformation, sides)
        return "  ".join(part for part in parts if part)


def difference_lines(verdicts: Sequence[Verdict], width: int) -> Iterator[str]:
    """Yield all differences, the worst first."""
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
        # on one line whatever its length, so that it can be copied
        yield f"    replay: {clean(smallest.replay)}"


def group_alike(verdicts: Iterable[Verdict]) -> list[Alike]:
    """Group differences that agree in all but path, cell, mode and the clause that draws."""
    groups: dict[object, list[Verdict]] = {}
    for verdict in in_order(verdicts):
        between = verdict.target_difference
        assert between is not None
        key = (verdict.clause, verdict.malformation, between.was, between.now, _reason(verdict))
        groups.setdefault(key, []).append(verdict)
    return [Alike(tuple(group)) for group in groups.values()]


def _reason(verdict: Verdict) -> str:
    """Return what distinguishes differences: the error's words, else the clause that draws."""
    if verdict.clause in (MESSAGE_CLAUSE, _STRUCTURE_CLAUSE):
        return ""
    if verdict.error:
        return words(verdict.error.message)
    return (
        verdict.target_difference.origin
        if verdict.target_difference and not verdict.target_difference.was
        else ""
    )


def closing(verdicts: Sequence[Verdict], header: Header) -> str:
    """Return the result of the upgrade in one line."""
    counts = Counter(_change(verdict) for verdict in verdicts)
    messages = sum(
        verdict.clause == MESSAGE_CLAUSE and _change(verdict) == CHANGED for verdict in verdicts
    )
    return (
        f"Upgrade from {_release(header.old or {})} to {_release({'versions': header.versions})}:"
        f" {counts[BROKEN]} breaking, {_with_plural(counts[WEAKER], 'weaker error')},"
        f" {_with_plural(messages, 'changed message')},"
        f" {_with_plural(counts[CHANGED] - messages, 'other change')}, {counts[FIXED]} fixed;"
        f" {_drift(verdicts)}"
    )


def _with_plural(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _drift(verdicts: Sequence[Verdict]) -> str:
    drifts = [
        (between.drift, verdict)
        for verdict in verdicts
        if (between := verdict.target_difference) and between.drift is not None
    ]
    if not drifts:
        return "no numbers could be compared"
    largest, verdict = max(drifts, key=lambda pair: pair[0])
    if largest == 0:
        return "numbers are the same to the last bit"
    return f"numbers drift by at most {largest:.3g} ULP ({verdict.path}, {verdict.cell})"


def _release(target: dict[str, object]) -> str:
    versions = target.get("versions")
    versions = versions if isinstance(versions, dict) else {}
    keras = {name: version for name, version in versions.items() if name.startswith("keras")}
    others = ", ".join(f"{name} {version}" for name, version in keras.items())
    return clean(
        f"TensorFlow {versions.get('tensorflow', 'unknown')}{f' ({others})' if others else ''}"
    )


def _change(verdict: Verdict) -> str | None:
    between = verdict.target_difference
    return between.change if between else None
