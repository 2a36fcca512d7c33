"""The words of a comparison, for pages and for the terminal."""

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
    """Return the versions and the profile of a run."""
    header = run.header
    versions = ", ".join(f"{name} {version}" for name, version in header.versions.items())
    return f"{versions or header.target}; profile {header.options.get('profile', 'unknown')}"


def heading(comparison: Comparison, kind: str) -> str:
    """Return the heading of the changes of one kind."""
    return f"{kind.capitalize()} ({comparison.counts[kind]}): {CHANGE_KINDS[kind]}"


def about(change: Change) -> list[str]:
    """Return the subject of a change: clause, path, cell, modes, malformation."""
    verdict = change.verdict
    modes = "+".join(change.modes) or verdict.mode or "all modes"
    parts = (verdict.clause, verdict.path, verdict.cell, modes, verdict.malformation)
    return [part for part in parts if part]


def why(change: Change) -> str:
    """Return why a change is of its kind; if one run has no verdict, name that run."""
    lacking = {ADDED: "OLD: ", REMOVED: "NEW: "}.get(change.change_type, "")
    return f"{lacking}{change.why}"


def side(verdict: Verdict | None, with_case: bool = False) -> Iterator[str]:
    """Yield the words of one run: verdict and grade, the observation, and the case."""
    if verdict is None:
        yield "not judged"
        return
    grade = f" [{verdict.grade}]" if verdict.grade else ""
    ledger = f" (ledger: {', '.join(verdict.ledger)})" if verdict.ledger else ""
    yield f"{verdict.verdict}{grade}{ledger}"
    words = verdict.sentence
    if not words and verdict.verdict != HOLDS:
        words = verdict.reason
    if words:
        yield words
    yield from _observed(verdict)
    if with_case and verdict.case is not None:
        yield f"case {json.dumps(verdict.case, separators=(',', ':'))}"


def sides(change: Change) -> tuple[list[str], list[str]]:
    """Return the words of both runs, with their cases if these differ."""
    with_case = change.same_case is False
    return list(side(change.old, with_case)), list(side(change.new, with_case))


def _observed(verdict: Verdict) -> Iterator[str]:
    """Yield what the sentence leaves out: the origin of an error, or the state that came."""
    if verdict.error:
        if verdict.error.raised_in:
            yield f"raised in {verdict.error.raised_in}"
    elif verdict.observation and verdict.observation.get("state"):
        yield f"state {verdict.observation['state']}"


def closing(comparison: Comparison) -> str:
    """Return the closing sentence of a comparison."""
    counts = comparison.counts
    if comparison.refusals:
        return f"The runs cannot be compared: {'; '.join(comparison.refusals)}."
    if comparison.worse:
        parts = f"{counts[BROKEN]} broken, {counts[WEAKER]} with a weaker error"
        return f"{comparison.worse} got worse: {parts}."
    if comparison.gaps:
        more = len(comparison.gaps) - 1
        others = f"; and for {more} more reason{'s' * (more > 1)}" if more else ""
        return f"Nothing got worse, but not everything was compared: {comparison.gaps[0]}{others}."
    return "Nothing got worse."


def reservations(comparison: Comparison) -> Iterator[str]:
    """Yield what a reader of the comparison should keep in mind."""
    for refusal in comparison.refusals:
        yield f"Cannot be compared: {refusal}."
    for gap in comparison.gaps:
        yield f"Not compared: {gap}."
    for note in comparison.notes:
        yield f"Note: {note}."


def defaults(comparison: Comparison) -> list[str]:
    """Return the defaults that changed; classes with the same change share a line."""
    classes: dict[tuple[str, str, str], list[str]] = {}
    for change in comparison.defaults:
        key = (change.option or "", default_value(change.old), default_value(change.new))
        classes.setdefault(key, []).append(change.owner)
    return [
        f"{option or 'the class'}: {old} became {new} ({', '.join(names)})"
        for (option, old, new), names in classes.items()
    ]


def default_value(default: Default | None) -> str:
    """Return a default as JSON, or the word for none."""
    return "absent" if default is None else json.dumps(default.value, sort_keys=True)
