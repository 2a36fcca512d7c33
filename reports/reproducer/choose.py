"""The scripts of deviations, as pages carry them and `python -m reports repro` prints them."""

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

LONGEST = 40  # lines that a person reads at once


@dataclass(frozen=True)
class ScriptOrWhyNot:
    """A script, or empty, and why there is none."""

    text: str = ""
    why_not: str = ""


def script_of(verdict: Verdict, run: Run) -> ScriptOrWhyNot:
    """The script of a verdict of a run; nothing at all where it does not deviate.

    What is known is not made small while searching, so the minimal cases of the ledger's entries
    for it are looked at too: that of the only entry shows the same, in the verdict's mode. Others
    are taken where these give no script, or a long one.
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
    """The scripts that there are, in order; why there are no others is added to `refusals`."""
    scripts = []
    for verdict in verdicts:
        try:
            scripts.append(standalone_script.script_of(verdict, run.header.versions))
        except standalone_script.NoScript as refusal:
            refusals.append(str(refusal))
    return scripts


def _in_mode_of(verdict: Verdict, other: Verdict) -> Verdict:
    if verdict.mode is None:  # in any
        return other
    return dataclasses.replace(other, case={**(other.case or {}), "mode": verdict.mode})


def _minimal_verdicts(verdict: Verdict, run: Run) -> Iterator[Verdict]:
    """The verdict in the minimal case of each of the ledger's entries for it."""
    path, _, other = verdict.path.partition(" ~ ")
    place = {"path": path, "other": other} if other else {"path": path}
    for name in verdict.ledger:
        case = (run.header.ledger or {}).get(name, {}).get("case")
        with contextlib.suppress(ValueError):
            plain = json.loads(case or "null")
            if isinstance(plain, dict):  # an entry deviates alike on each of its paths
                yield dataclasses.replace(
                    verdict, case={**plain, **place, **_as_both_directions(plain, path)}
                )


def _as_both_directions(case: dict[str, Any], path: str) -> dict[str, Any]:
    """The cells of a case of one layer as those of a path that runs it in both directions."""
    cells = case.get("cells")
    if path.partition("/")[0] in BIDIRECTIONAL and isinstance(cells, list) and len(cells) == 1:
        return {"cells": cells * 2}
    return {}
