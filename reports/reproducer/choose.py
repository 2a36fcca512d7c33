"""The choice of a script for a deviation, for the pages and for `python -m reports repro`."""

from __future__ import annotations

import contextlib
import dataclasses
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from conformance.cases.program import BIDIRECTIONAL
from conformance.results.verdict import Verdict
from reports.reproducer import standalone_script
from reports.run_files.run_file import Run

LONGEST = 40  # lines; more are too many to read at once


@dataclass(frozen=True)
class ScriptOrWhyNot:
    """A script, or an empty text and the reason why there is none."""

    text: str = ""
    why_not: str = ""


def script_of(verdict: Verdict, run: Run) -> ScriptOrWhyNot:
    """Return the script of a verdict of a run; an empty one if the verdict does not deviate.

    The search does not make the case of a known deviation small. So the minimal cases of its
    entries in the ledger are used too. The case of a single entry shows the same deviation, in the
    verdict's mode. Further cases are used if these give no script, or only a long one.
    """
    if not verdict.deviates:
        return ScriptOrWhyNot()
    minimal = list(_minimal_verdicts(verdict, run))
    alike = [_in_mode_of(verdict, one) for one in minimal] if len(verdict.ledger) == 1 else []
    refusals: list[str] = []
    scripts = _write_scripts([*alike, verdict], run, refusals)
    if not any(_length(text) <= LONGEST for text in scripts):
        scripts += _write_scripts(minimal, run, refusals)
    if not scripts:
        return ScriptOrWhyNot(why_not=refusals[0])
    return ScriptOrWhyNot(min(scripts, key=_length))


def _length(text: str) -> int:
    return text.count("\n")


def _write_scripts(verdicts: Iterable[Verdict], run: Run, refusals: list[str]) -> list[str]:
    """Return the possible scripts in order; add the reasons against the others to `refusals`."""
    scripts = []
    for verdict in verdicts:
        try:
            scripts.append(standalone_script.script_of(verdict, run.header.versions))
        except standalone_script.NoScript as refusal:
            refusals.append(str(refusal))
    return scripts


def _in_mode_of(verdict: Verdict, other: Verdict) -> Verdict:
    if verdict.mode is None:  # it deviates in every mode
        return other
    return dataclasses.replace(other, case={**(other.case or {}), "mode": verdict.mode})


def _minimal_verdicts(verdict: Verdict, run: Run) -> Iterator[Verdict]:
    """Yield the verdict with the minimal case of each of its entries in the ledger."""
    path, _, other = verdict.path.partition(" ~ ")
    place = {"path": path, "other": other} if other else {"path": path}
    for name in verdict.ledger:
        case = (run.header.ledger or {}).get(name, {}).get("case")
        with contextlib.suppress(ValueError):
            plain = json.loads(case or "null")
            if isinstance(plain, dict):  # an entry deviates in the same way on each of its paths
                yield dataclasses.replace(
                    verdict, case={**plain, **place, **_as_both_directions(plain, path)}
                )


def _as_both_directions(case: dict[str, Any], path: str) -> dict[str, Any]:
    """Return the cells twice if the path runs the one layer of a case in both directions."""
    cells = case.get("cells")
    if path.partition("/")[0] in BIDIRECTIONAL and isinstance(cells, list) and len(cells) == 1:
        return {"cells": cells * 2}
    return {}
