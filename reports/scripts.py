"""The scripts of deviations, as pages carry them."""

from __future__ import annotations

import contextlib
import dataclasses
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from conformance.case import BIDIRECTIONAL
from reports import repro
from reports.runfile import Run
from reports.verdicts import Verdict


@dataclass(frozen=True)
class ScriptOrWhyNot:
    """A script, or empty, and why there is none."""

    text: str = ""
    why_not: str = ""


def script_of(verdict: Verdict, run: Run) -> ScriptOrWhyNot:
    """The script of a verdict of a run; nothing at all where it does not deviate."""
    if not verdict.deviates:
        return ScriptOrWhyNot()
    scripts, refusals = [], []
    for one in _in_any_case(verdict, run):
        try:
            scripts.append(repro.of(one, run.header.versions))
        except repro.NoScript as refusal:
            refusals.append(str(refusal))
    if not scripts:
        return ScriptOrWhyNot(why_not=refusals[0])
    return ScriptOrWhyNot(min(scripts, key=lambda text: text.count("\n")))


def _in_any_case(verdict: Verdict, run: Run) -> Iterator[Verdict]:
    """The verdict as it was drawn, and in the minimal case of the ledger's entry for it.

    What is known is not made small while searching.
    """
    yield verdict
    path, _, other = verdict.path.partition(" ~ ")
    place = {"path": path, "other": other} if other else {"path": path}
    for name in verdict.ledger:
        case = (run.header.ledger or {}).get(name, {}).get("case")
        with contextlib.suppress(ValueError):
            plain = json.loads(case or "null")
            if isinstance(plain, dict):  # an entry deviates alike on each of its paths
                yield dataclasses.replace(verdict, case={**plain, **place, **_both(plain, path)})


def _both(case: dict[str, Any], path: str) -> dict[str, Any]:
    """The cells of a case of one layer as those of a path that runs it in both directions."""
    cells = case.get("cells")
    if path.partition("/")[0] in BIDIRECTIONAL and isinstance(cells, list) and len(cells) == 1:
        return {"cells": cells * 2}
    return {}
