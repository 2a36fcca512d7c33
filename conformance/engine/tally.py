"""The tally of a search in one mode: counts, deviations, and the largest distances."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from conformance.contract.clause import CheckResult, ValueCounts
from conformance.engine.outcome import Outcome
from conformance.results.verdict import KNOWN
from conformance.results.width_bins import width_bin


@dataclass
class Tally:
    """The counts and the deviations of a search in one mode."""

    cases: int = 0
    grades: set[str] = field(default_factory=set)
    known: dict[str, Outcome] = field(default_factory=dict)
    new: Outcome | None = None
    width_ratio: float | None = None
    widths: dict[str, Counter[str]] = field(default_factory=dict)  # by dtype and bin
    values: dict[str, ValueCounts] = field(default_factory=dict)  # by dtype
    ulps: dict[str, float] = field(default_factory=dict)  # the largest, by dtype
    structures: set[str] = field(default_factory=set)
    refusals: dict[str, str] = field(default_factory=dict)  # one for each text, numbers aside

    def add(self, outcome: Outcome) -> None:
        """Count one judged case."""
        self.cases += 1
        if outcome.grade:
            self.grades.add(outcome.grade)
        self._add_result(outcome.result, outcome.case.program.dtype)
        if outcome.status == KNOWN and outcome.entry:
            self.known.setdefault(outcome.entry, outcome)

    def _add_result(self, result: CheckResult, dtype: str) -> None:
        for ratio in (result.width_ratio, result.spread_ratio):
            if ratio is not None:
                self.width_ratio = max(self.width_ratio or 0.0, ratio)
        if result.width_ratio is not None:
            self.widths.setdefault(dtype, Counter())[width_bin(result.width_ratio)] += 1
        if result.values != ValueCounts():
            self.values[dtype] = self.values.get(dtype, ValueCounts()) + result.values
        if result.ulps is not None:
            self.ulps[dtype] = max(self.ulps.get(dtype, 0.0), result.ulps)
        self.structures.update(result.structures)
        if result.refusal:
            self.refusals.setdefault(re.sub(r"\d+", "#", result.refusal), result.refusal)

    @property
    def representative(self) -> Outcome | None:
        """The outcome that the verdict shows: the new one, else the first known one."""
        return self.new or next(iter(self.known.values()), None)
