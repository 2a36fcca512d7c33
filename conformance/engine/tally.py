"""A tally: what a search has seen in one mode."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from conformance.contract.clause import CheckResult
from conformance.engine.outcome import Outcome
from conformance.results.verdict import KNOWN
from conformance.results.width_bins import width_bin


@dataclass
class Tally:
    """What a search has seen in one mode."""

    cases: int = 0
    grades: set[str] = field(default_factory=set)
    known: dict[str, Outcome] = field(default_factory=dict)
    new: Outcome | None = None
    width_ratio: float | None = None
    widths: dict[str, Counter[str]] = field(default_factory=dict)  # by dtype and bin
    ulps: dict[str, float] = field(default_factory=dict)  # the largest, by dtype
    structures: set[str] = field(default_factory=set)
    refusals: dict[str, str] = field(
        default_factory=dict
    )  # one of those that differ in numbers only

    def take(self, outcome: Outcome) -> None:
        """Count one judged case."""
        self.cases += 1
        if outcome.grade:
            self.grades.add(outcome.grade)
        self._find(outcome.finding, outcome.case.program.dtype)
        if outcome.status == KNOWN and outcome.entry:
            self.known.setdefault(outcome.entry, outcome)

    def _find(self, finding: CheckResult, dtype: str) -> None:
        for ratio in (finding.width_ratio, finding.spread_ratio):
            if ratio is not None:
                self.width_ratio = max(self.width_ratio or 0.0, ratio)
        if finding.width_ratio is not None:
            self.widths.setdefault(dtype, Counter())[width_bin(finding.width_ratio)] += 1
        if finding.ulps is not None:
            self.ulps[dtype] = max(self.ulps.get(dtype, 0.0), finding.ulps)
        self.structures.update(finding.structures)
        if finding.refusal:
            self.refusals.setdefault(re.sub(r"\d+", "#", finding.refusal), finding.refusal)

    @property
    def telling(self) -> Outcome | None:
        """The outcome that the mode's verdict shows: the new one, else the first known."""
        return self.new or next(iter(self.known.values()), None)
