"""The text of ``show``: one run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from conformance.results.verdict import KNOWN, NEW, VERDICTS, Header, totals
from reports.run_files.run_file import Run
from reports.terminal import tables, upgrade_text, value_table, width_table


def widths_text(run: Run) -> str:
    """Return how close the results came to the error bounds, and what could not be judged."""
    lines = width_table.table(run.verdicts)
    if not lines:
        return "No verdict of this run has a distance from the reference."
    title = "Distance from the reference divided by its error bound; above 1 is a deviation:"
    unjudged = value_table.tables(run.verdicts)
    return "\n".join([title, "", *lines, *([""] if unjudged else []), *unjudged])


def run_text(run: Run, name: str, width: int) -> str:
    """Return the run: its facts, the table, new and then known deviations, totals, warnings."""
    lines = [*_heading(run, name, width), ""]
    if run.verdicts:
        lines.append(tables.verdict_table(run.verdicts, run.header, width))
    lines += tables.missing_paths(run.header, width)
    if run.header.old:
        lines += ["", *upgrade_text.difference_lines(run.verdicts, width)]
    else:
        lines += _deviations(run, NEW, "New deviations", width)
        lines += _deviations(run, KNOWN, "Known deviations", width)
    return "\n".join([*lines, "", *_ending(run, width)])


def _heading(run: Run, name: str, width: int) -> Iterator[str]:
    header = run.header
    yield f"Run file: {tables.clean(name)}"
    facts = {
        "Suite": f"{header.suite}, target {header.target}, started {header.started}",
        "Versions": _listed(header.versions),
        "Old": _old(header),
        "Platform": _listed(header.platform),
        "Options": _listed(header.options),
    }
    for title, fact in facts.items():
        if fact:
            yield from tables.wrap(f"{title}: {tables.clean(fact)}", width)


def _old(header: Header) -> str:
    """Return the old target that this one was compared with, and its versions."""
    if not header.old:
        return ""
    return f"target {header.old.get('target')}, {_listed(header.old.get('versions') or {})}"


def _listed(facts: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in facts.items())


def _deviations(run: Run, kind: str, title: str, width: int) -> Iterator[str]:
    found = tables.of_kind(run.verdicts, kind)
    if found:
        yield from ("", f"{title} ({len(found)})", "")
    for verdict in found:
        yield from tables.paragraph(verdict, width)


def _ending(run: Run, width: int) -> Iterator[str]:
    counts = totals(run.verdicts)
    cases = sum(verdict.cases for verdict in run.verdicts)
    took = f" in {run.footer.seconds:.0f} s" if run.footer else ""
    kinds = ", ".join(f"{counts[kind]} {kind}" for kind in VERDICTS)
    yield from tables.wrap(f"Totals: {kinds}; {cases} cases{took}.", width)
    for warning in run.warnings:
        yield from tables.wrap(f"Warning: {tables.clean(warning)}.", width)
    found = upgrade_text.closing(run.verdicts, run.header) if run.header.old else None
    yield from tables.closing_lines(run.verdicts, run.footer, width, found)
