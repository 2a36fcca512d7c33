"""A comparison in words, for whichever page or terminal shows them."""

from __future__ import annotations

import json
from collections.abc import Iterator

from conformance.results.change_kinds import ADDED, BROKEN, CHANGE_KINDS, REMOVED, WEAKER
from conformance.results.default_changes import Default
from conformance.results.verdict import HOLDS, Verdict
from reports.compare.changes import Change
from reports.compare.comparison import Comparison
from reports.run_files.run_file import Run


def title(run: Run) -> str:
    """What was judged, and how."""
    header = run.header
    versions = ", ".join(f"{name} {version}" for name, version in header.versions.items())
    return f"{versions or header.target}; profile {header.options.get('profile', 'unknown')}"


def heading(comparison: Comparison, kind: str) -> str:
    """The heading of the changes of one kind."""
    return f"{kind.capitalize()} ({comparison.counts[kind]}): {CHANGE_KINDS[kind]}"


def about(change: Change) -> list[str]:
    """What a change is about: clause, path, cell, modes, malformation."""
    verdict = change.verdict
    modes = "+".join(change.modes) or verdict.mode or "all modes"
    parts = (verdict.clause, verdict.path, verdict.cell, modes, verdict.malformation)
    return [part for part in parts if part]


def why(change: Change) -> str:
    """Why a change is of its kind; of what one run lacks, which one."""
    lacking = {ADDED: "OLD: ", REMOVED: "NEW: "}.get(change.change_type, "")
    return f"{lacking}{change.why}"


def side(verdict: Verdict | None, with_case: bool = False) -> Iterator[str]:
    """What one run says: verdict and grade, what was seen, and in which case."""
    if verdict is None:
        yield "not judged"
        return
    grade = f" [{verdict.grade}]" if verdict.grade else ""
    ledger = f" (ledger: {', '.join(verdict.ledger)})" if verdict.ledger else ""
    yield f"{verdict.verdict}{grade}{ledger}"
    said = verdict.reason if verdict.verdict != HOLDS and not verdict.sentence else verdict.sentence
    if said:
        yield said
    yield from _observed(verdict)
    if with_case and verdict.case is not None:
        yield f"case {json.dumps(verdict.case, separators=(',', ':'))}"


def sides(change: Change) -> tuple[list[str], list[str]]:
    """What both runs say; the cases only where they are not the same."""
    with_case = change.same_case is False
    return list(side(change.old, with_case)), list(side(change.new, with_case))


def _observed(verdict: Verdict) -> Iterator[str]:
    """What the sentence leaves out: where an error came from, and a state that came instead."""
    if verdict.error:
        if verdict.error.raised_in:
            yield f"raised in {verdict.error.raised_in}"
    elif verdict.observation and verdict.observation.get("state"):
        yield f"state {verdict.observation['state']}"


def closing(comparison: Comparison) -> str:
    """The one sentence to remember a comparison by."""
    counts = comparison.counts
    if comparison.refusals:
        return f"The runs cannot be compared: {'; '.join(comparison.refusals)}."
    if comparison.worse:
        parts = f"{counts[BROKEN]} broken, {counts[WEAKER]} with a weaker error"
        return f"{comparison.worse} got worse: {parts}."
    if comparison.gaps:
        more = len(comparison.gaps) - 1
        others = f"; and for {more} more reason{'s' * (more > 1)}" if more else ""
        return f"What was compared is no worse, but not all was: {comparison.gaps[0]}{others}."
    return "Nothing got worse."


def reservations(comparison: Comparison) -> Iterator[str]:
    """What to keep in mind when reading on."""
    for refusal in comparison.refusals:
        yield f"Cannot be compared: {refusal}."
    for gap in comparison.gaps:
        yield f"Not compared: {gap}."
    for note in comparison.notes:
        yield f"Note: {note}."


def defaults(comparison: Comparison) -> list[str]:
    """The defaults that changed; classes that share a change share a line."""
    classes: dict[tuple[str, str, str], list[str]] = {}
    for change in comparison.defaults:
        told = (change.option or "", default_value(change.old), default_value(change.new))
        classes.setdefault(told, []).append(change.owner)
    return [
        f"{option or 'the class'}: {old} became {new} ({', '.join(names)})"
        for (option, old, new), names in classes.items()
    ]


def default_value(default: Default | None) -> str:
    """A default as JSON, or that there is none."""
    return "absent" if default is None else json.dumps(default.value, sort_keys=True)
