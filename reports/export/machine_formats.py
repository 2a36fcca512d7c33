"""Runs and comparisons as files for machines: our own JSON, JUnit XML and CTRF.

Tests in JUnit and CTRF pass, fail or are skipped. A new deviation fails. A known one is skipped in
JUnit, which has no better word, and "other" in CTRF. An incomplete run gets one more test, which
fails, so that nobody believes that the missing clauses hold.
"""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from xml.etree import ElementTree

from conformance.results.default_changes import Default
from conformance.results.verdict import HOLDS, KNOWN, NEW, UNAVAILABLE, Verdict, totals
from reports.compare.changes import Change
from reports.compare.comparison import Comparison
from reports.run_files.families import FAMILIES, family_of, in_order
from reports.run_files.run_file import Run
from reports.terminal import tables

EXPORT = 1
"""The version of our own JSON."""

_CTRF_VERSION = "0.0.0"
_TOOL = "rnn-state-conformance"
_STATUS = {HOLDS: "passed", NEW: "failed", KNOWN: "other", UNAVAILABLE: "skipped"}
_WHOLE = "the run is whole"


def run_json(run: Run, name: str) -> str:
    """Return a run as JSON, its new deviations first."""
    return _json(
        {
            "export": EXPORT,
            "kind": "run",
            **_run(run, name),
            "totals": totals(run.verdicts),
            "footer": run.footer and run.footer.to_plain(),
            "verdicts": [verdict.to_plain() for verdict in _new_first(run)],
        }
    )


def comparison_json(comparison: Comparison, old: str, new: str) -> str:
    """Return a comparison as JSON, the worst first, with both verdicts of each change."""
    return _json(
        {
            "export": EXPORT,
            "kind": "comparison",
            "old": _run(comparison.old, old),
            "new": _run(comparison.new, new),
            "exit_code": comparison.exit_code,
            "counts": comparison.counts,
            "refusals": comparison.refusals,
            "gaps": comparison.gaps,
            "notes": comparison.notes,
            "defaults": [
                {
                    "class": change.owner,
                    "option": change.option,
                    "old": _default(change.old),
                    "new": _default(change.new),
                }
                for change in comparison.defaults
            ],
            "changes": [_change(change) for change in comparison.changes],
        }
    )


def junit(run: Run, name: str) -> str:
    """Return a run as JUnit XML, with a suite for each family."""
    root = ElementTree.Element(
        "testsuites", _numbers(_TOOL, run.verdicts, bool(_missing_parts(run)))
    )
    for family, mine in itertools.groupby(in_order(run.verdicts), family_of):
        title = tables.clean(f"{family} {FAMILIES.get(family, '')}".strip())
        verdicts = list(mine)
        suite = ElementTree.SubElement(root, "testsuite", _numbers(title, verdicts))
        _properties(suite, run, name)
        for verdict in verdicts:
            _testcase(suite, verdict)
    lacks = _missing_parts(run)
    if lacks:
        suite = ElementTree.SubElement(root, "testsuite", _numbers("run", [], errors=True))
        case = ElementTree.SubElement(suite, "testcase", classname="run", name=_WHOLE, time="0")
        ElementTree.SubElement(case, "error", message=lacks, type="incomplete")
    ElementTree.indent(root)
    return ElementTree.tostring(root, "us-ascii", xml_declaration=True).decode() + "\n"


def ctrf(run: Run, name: str) -> str:
    """Return a run in the Common Test Report Format."""
    tests = [_ctrf_test(verdict) for verdict in _new_first(run)]
    if _missing_parts(run):
        lacks = {"name": _WHOLE, "status": "failed", "duration": 0, "message": _missing_parts(run)}
        tests = [lacks, *tests]
    counts = Counter(test["status"] for test in tests)
    start = _milliseconds(run.header.started)
    took = round(run.footer.seconds * 1000) if run.footer else 0
    summary = {status: counts[status] for status in (*_STATUS.values(), "pending")}
    return _json(
        {
            "reportFormat": "CTRF",
            "specVersion": _CTRF_VERSION,
            "generatedBy": _TOOL,
            "results": {
                "tool": {"name": _TOOL, "version": run.header.suite},
                "summary": {"tests": len(tests), **summary, "start": start, "stop": start + took},
                "tests": tests,
                "environment": {"extra": _run(run, name)},
            },
        }
    )


def _json(plain: dict[str, Any]) -> str:
    return json.dumps(plain, allow_nan=False) + "\n"


def _run(run: Run, name: str) -> dict[str, Any]:
    return {
        "name": name,
        "complete": run.complete,
        "warnings": run.warnings,
        "header": run.header.to_plain(),
    }


def _new_first(run: Run) -> Iterator[Verdict]:
    for kind in (NEW, KNOWN, HOLDS, UNAVAILABLE):
        yield from tables.of_kind(run.verdicts, kind)


def _change(change: Change) -> dict[str, Any]:
    verdict = change.verdict
    return {
        "kind": change.change_type,
        "why": change.why,
        "clause": verdict.clause,
        "path": verdict.path,
        "cell": verdict.cell,
        "malformation": verdict.malformation,
        "modes": change.modes,
        "same_case": change.same_case,
        "old": change.old and change.old.to_plain(),
        "new": change.new and change.new.to_plain(),
    }


def _default(default: Default | None) -> dict[str, Any] | None:
    return None if default is None else {"value": default.value}


def _missing_parts(run: Run) -> str:
    """Return why a run is incomplete, or an empty text."""
    lacks = list(run.warnings)
    if run.footer and run.footer.other_failures:
        lacks.append(f"tests that failed for another reason: {run.footer.other_failures}")
    return tables.clean("; ".join(lacks))


def _verdict_title(verdict: Verdict) -> str:
    """Return the subject of a verdict without its path, which is the class of the test."""
    mode = verdict.mode or "all modes"
    about = (verdict.clause, verdict.cell, mode, verdict.malformation)
    parts = (*about, *tables.sides(verdict))
    return tables.clean(" ".join(part for part in parts if part))


def _numbers(name: str, verdicts: Iterable[Verdict], errors: bool = False) -> dict[str, str]:
    some = list(verdicts)
    counts = totals(some)
    return {
        "name": name,
        "tests": str(len(some) + errors),
        "failures": str(counts[NEW]),
        "errors": str(int(errors)),
        "skipped": str(counts[KNOWN] + counts[UNAVAILABLE]),
        "time": f"{sum(verdict.seconds for verdict in some):.3f}",
    }


def _properties(suite: ElementTree.Element, run: Run, name: str) -> None:
    facts = {"run file": name, "target": run.header.target, **run.header.versions}
    properties = ElementTree.SubElement(suite, "properties")
    for fact, value in facts.items():
        attributes = {"name": tables.clean(fact), "value": tables.clean(value)}
        ElementTree.SubElement(properties, "property", attributes)


def _testcase(suite: ElementTree.Element, verdict: Verdict) -> None:
    case = ElementTree.SubElement(
        suite,
        "testcase",
        classname=tables.clean(verdict.path),
        name=_verdict_title(verdict),
        time=f"{verdict.seconds:.4f}",
    )
    if verdict.verdict == NEW:
        failure = ElementTree.SubElement(
            case, "failure", message=_message(verdict), type=verdict.grade or "deviation"
        )
        failure.text = "\n".join(_particulars(verdict))
    elif verdict.verdict != HOLDS:
        ElementTree.SubElement(case, "skipped", message=f"{verdict.verdict}: {_message(verdict)}")


def _message(verdict: Verdict) -> str:
    ledger = f" (ledger: {', '.join(verdict.ledger)})" if verdict.ledger else ""
    return tables.clean(f"{verdict.sentence or verdict.reason or verdict.statement}{ledger}")


def _particulars(verdict: Verdict) -> Iterator[str]:
    yield f"{tables.clean(verdict.severity)}: {tables.clean(verdict.statement)}"
    yield _message(verdict)
    if verdict.replay:
        yield f"replay: {tables.clean(verdict.replay)}"


def _ctrf_test(verdict: Verdict) -> dict[str, Any]:
    plain = {
        "name": f"{_verdict_title(verdict)} {tables.clean(verdict.path)}",
        "status": _STATUS[verdict.verdict],
        "rawStatus": verdict.verdict,
        "duration": round(verdict.seconds * 1000),
        "suite": [family_of(verdict) or "-", verdict.clause, verdict.path],
    }
    if verdict.verdict != HOLDS:
        plain["message"] = _message(verdict)
    if verdict.verdict == NEW:
        plain["trace"] = "\n".join(_particulars(verdict))
        plain["extra"] = {"grade": verdict.grade, "case": verdict.case}
    return plain


def _milliseconds(moment: str) -> int:
    try:
        return round(datetime.fromisoformat(moment).timestamp() * 1000)
    except ValueError:
        return 0
