"""The scripts of deviations, as pages carry them."""

from __future__ import annotations

from dataclasses import dataclass

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
    try:
        return ScriptOrWhyNot(repro.of(verdict, run.header.versions))
    except repro.NoScript as refusal:
        return ScriptOrWhyNot(why_not=str(refusal))
