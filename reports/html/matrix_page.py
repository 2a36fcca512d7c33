"""The compatibility table as an HTML page: the data for its script, and its fixed parts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from conformance.cases.program import STACK
from conformance.results.verdict import UNAVAILABLE, Verdict
from reports.html import matrix as tables
from reports.html import page, plots
from reports.html.glossary import documented_form, malformation
from reports.html.matrix import CLAUSE, FORM, MALFORMATION, STRUCTURE, Entry, Line, Matrix, Row
from reports.reproducer.choose import script_of
from reports.run_files.families import FAMILIES, family_of
from reports.run_files.run_file import Run

_TITLES = {
    FORM: ("Initial state: which forms are accepted", "Which form do I give this cell?"),
    STRUCTURE: ("Final state: its structure", "What does the call return as state?"),
    MALFORMATION: ("Malformed state: how it is refused", "What does a mistake look like?"),
    CLAUSE: ("Clauses", "What else must hold, and does it?"),
}
_LONGEST = 2000


def html(table: Matrix, names: Mapping[str, str]) -> str:
    """Return the page; `names` has the name of the run file by the title of its column."""
    columns = _columns(table.columns)
    return page.render(
        "matrix.html.jinja",
        "matrix.js",
        columns=columns,
        names=names,
        data=page.pack(_data(table, columns)),
        few=plots.FEW,
        plots=list(plots.plots_of_runs(table.columns, [column["label"] for column in columns])),
        families={name: FAMILIES.get(name, "") for name in _families(table.lines)},
        paths=_distinct(line.row.path for line in table.lines),
        cells=_distinct(line.row.cell for line in table.lines),
    )


def _columns(runs: Sequence[Run]) -> list[dict[str, Any]]:
    """Return the head of each column; a number distinguishes two columns of one release."""
    columns: list[dict[str, Any]] = []
    for run in runs:
        versions = run.header.versions
        label = _release(run)
        same = sum(column["release"] == label for column in columns)
        keras = [versions[name] for name in ("keras3", "keras2") if name in versions]
        columns.append(
            {
                "release": label,
                "label": f"{label} ({same + 1})" if same else label,
                "keras": f"Keras {', '.join(keras)}" if keras else "",
                "versions": ", ".join(f"{name} {number}" for name, number in versions.items()),
                "target": run.header.target,
                "profile": str(run.header.options.get("profile", "unknown")),
                "started": run.header.started,
                "warnings": list(run.warnings),
            }
        )
    return columns


_VARIANT = re.compile(r"tf[\d.]+(?:rc\d+)?(-\w[\w.]*)", re.ASCII)


def _release(run: Run) -> str:
    """Return the TensorFlow of a run, with the variant if its target has one: 2.16.2-keras3.3."""
    variant = _VARIANT.fullmatch(run.header.target)
    release = run.header.versions.get("tensorflow") or run.header.target
    return f"{release}{variant[1]}" if variant else release


def _families(lines: Sequence[Line]) -> list[str]:
    return _distinct(_family(line) for line in lines)


def _family(line: Line) -> str:
    return family_of(_any_verdict(line))


def _any_verdict(line: Line) -> Verdict:
    return next(entry.worst for entry in line.entries if entry)


def _distinct(values: Any) -> list[str]:
    return sorted({value for value in values if value})


def _data(table: Matrix, columns: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    severities = tables.severities(table.lines)
    groups: dict[tuple[str, str], int] = {}
    group_data: list[dict[str, Any]] = []
    rows = []
    for line in table.lines:
        key = (line.row.kind, _group(line.row))
        if key not in groups:
            groups[key] = len(groups)
            group_data.append(_group_data(line, severities))
        rows.append(_row_data(line, groups[key], table.columns))
    ledger: dict[str, Mapping[str, str]] = {}
    for run in table.columns:
        ledger.update(run.header.ledger or {})
    seen = {name for row in rows for name in _entries_of(row)}
    return {
        "columns": [column["label"] for column in columns],
        "kinds": [{"id": kind, "title": t, "about": a} for kind, (t, a) in _TITLES.items()],
        "groups": group_data,
        "rows": rows,
        "ledger": {name: entry for name, entry in ledger.items() if name in seen},
    }


def _entries_of(row: Mapping[str, Any]) -> Iterator[str]:
    for entry in row["entries"]:
        for verdict in entry["verdicts"] if entry else ():
            yield from verdict.get("ledger", ())


def _group(row: Row) -> str:
    """Return the title that opens a row: the path of a state, else the question."""
    return {FORM: row.path, STRUCTURE: row.path, MALFORMATION: row.about}.get(row.kind, row.clause)


def _group_data(line: Line, severities: Mapping[str, str]) -> dict[str, Any]:
    row, verdict = line.row, _any_verdict(line)
    about = {MALFORMATION: malformation(row.about), CLAUSE: verdict.statement}.get(row.kind, "")
    severity = severities[row.clause] if row.kind == CLAUSE else ""
    return {"kind": row.kind, "title": _group(row), "about": about, "severity": severity}


def _row_data(line: Line, group: int, runs: Sequence[Run]) -> dict[str, Any]:
    row = line.row
    return {
        "group": group,
        "id": "~".join(
            part or "" for part in (row.kind, row.clause, row.path, row.cell, row.about)
        ),
        "name": _name(row),
        "path": row.path,
        "cell": row.cell or "",
        "clause": row.clause,
        "family": _family(line),
        "statement": _any_verdict(line).statement,
        "entries": [
            _entry_data(row, entry, run) if entry else None
            for entry, run in zip(line.entries, runs, strict=True)
        ],
    }


def _name(row: Row) -> str:
    if row.kind == FORM:
        form = documented_form(row.path, row.cell) if row.clause == "RT-06" else ""
        return " · ".join(part for part in (row.cell, row.about) if part) + (form and f": {form}")
    if row.kind == STRUCTURE:
        return row.cell or ""
    parts = (row.clause if row.kind == MALFORMATION else "", row.path, row.cell)
    return " · ".join(part for part in parts if part)


def _entry_data(row: Row, entry: Entry, run: Run) -> dict[str, Any]:
    text = entry.result
    if row.kind == STRUCTURE and not entry.worst.deviates and entry.structures:
        text = ("; " if row.cell == STACK else " or ").join(entry.structures)
    return {
        "seen": entry.result,
        "text": text,
        "verdicts": [dict(_verdict_data(verdict, run)) for verdict in entry.verdicts],
    }


def _verdict_data(verdict: Verdict, run: Run) -> Iterator[tuple[str, Any]]:
    """Yield the facts of a verdict by name, as texts, numbers and lists of texts."""
    script = script_of(verdict, run)
    facts = {
        "verdict": verdict.verdict,
        "grade": verdict.grade,
        "modes": ", ".join(verdict.modes) or verdict.mode,
        "cases": verdict.cases,
        "sentence": verdict.sentence,
        "reason": verdict.reason if verdict.verdict == UNAVAILABLE else None,
        "error": verdict.error and verdict.error.message,
        "raised": verdict.error and verdict.error.raised_in,
        "structures": list(verdict.structures),
        "refusals": list(verdict.refusals),
        "case": verdict.case and _compact(verdict.case),
        "observation": verdict.observation and _compact(verdict.observation),
        "replay": verdict.replay,
        "ledger": list(verdict.ledger),
        "script": script.text,
        "why_not": script.why_not,
    }
    return ((name, value) for name, value in facts.items() if value)


def _compact(plain: object) -> str:
    text = json.dumps(plain, separators=(", ", ": "))
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def matrix_html(runs: Sequence[Run], names: Sequence[str]) -> str:
    """Return the page of some runs; `names` are those of their files."""
    table = tables.matrix(runs)
    by_run = {id(run): name for run, name in zip(runs, names, strict=True)}
    labels = [column["label"] for column in _columns(table.columns)]
    files = (by_run[id(run)] for run in table.columns)
    return html(table, dict(zip(labels, files, strict=True)))
