"""The HTML page of a comparison: each change, the worst first, with both sides and scripts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from conformance.results.change_kinds import CHANGE_KINDS, UNCHANGED, WORSE
from conformance.results.verdict import Verdict
from reports.compare import wording
from reports.compare.changes import Change
from reports.compare.comparison import Comparison
from reports.html import page
from reports.reproducer.choose import ScriptOrWhyNot, script_of
from reports.run_files.families import family_of
from reports.run_files.run_file import Run

_NOTHING = ScriptOrWhyNot()


@dataclass(frozen=True)
class _Side:
    """The part of one run: lines of text, the command that judges it again, and the script."""

    name: str
    lines: list[str]
    replay: str
    script: ScriptOrWhyNot


@dataclass(frozen=True)
class _ChangeRow:
    """A change as the page shows it; its address ends with `name`."""

    name: str
    about: str
    why: str
    statement: str
    path: str
    cell: str
    family: str
    sides: tuple[_Side, _Side]


@dataclass(frozen=True)
class _Block:
    """The changes of one kind."""

    kind: str
    heading: str
    worse: bool
    changes: list[_ChangeRow]


def html(comparison: Comparison, old: str, new: str) -> str:
    """Return the page; `old` and `new` are the names of the run files."""
    blocks = [
        _Block(
            kind,
            wording.heading(comparison, kind),
            kind in WORSE,
            [_change_row(change, comparison) for change in comparison.of_kind(kind)],
        )
        for kind in CHANGE_KINDS
        if kind != UNCHANGED and comparison.counts[kind]
    ]
    rows = [change for block in blocks for change in block.changes]
    return page.render(
        "compare.html.jinja",
        "compare.js",
        closing=wording.closing(comparison),
        runs=[
            ("OLD", wording.title(comparison.old), old),
            ("NEW", wording.title(comparison.new), new),
        ],
        counts=comparison.counts,
        reservations=list(wording.reservations(comparison)),
        blocks=blocks,
        defaults=wording.defaults(comparison),
        choices={
            "path": sorted({change.path for change in rows}),
            "cell": sorted({change.cell for change in rows if change.cell}),
            "family": sorted({change.family for change in rows}),
        },
    )


def _change_row(change: Change, comparison: Comparison) -> _ChangeRow:
    verdict = change.verdict
    old, new = wording.sides(change)
    about = wording.about(change)
    return _ChangeRow(
        "~".join(about),
        " · ".join(about),
        wording.why(change),
        verdict.statement,
        verdict.path,
        verdict.cell or "",
        family_of(verdict),
        (
            _side("OLD", old, change.old, comparison.old),
            _side("NEW", new, change.new, comparison.new),
        ),
    )


def _side(name: str, lines: list[str], verdict: Verdict | None, run: Run) -> _Side:
    if verdict is None:
        return _Side(name, lines, "", _NOTHING)
    threads = _threads(verdict, run)
    return _Side(name, [*lines, *threads], verdict.replay or "", script_of(verdict, run))


def _threads(verdict: Verdict, run: Run) -> Iterator[str]:
    for entry in verdict.ledger:
        facts = (run.header.ledger or {}).get(entry, {})
        if facts.get("why"):
            yield facts["why"]
        if facts.get("thread"):
            yield f"upstream: {facts['thread']}"
