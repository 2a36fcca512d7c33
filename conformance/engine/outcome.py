"""An outcome: one judged case, and what was seen."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.adapter import wire
from conformance.cases.case import Case
from conformance.contract.clause import CheckResult
from conformance.results.verdict import HOLDS

NOTHING_FOUND = CheckResult()


@dataclass(frozen=True)
class Outcome:
    """A judged case: holds, known (by which entry) or new, with what was seen."""

    case: Case
    status: str
    sentence: str | None = None
    grade: str | None = None
    observation: wire.Observation | None = None
    entry: str | None = None
    finding: CheckResult = NOTHING_FOUND

    @property
    def signature(self) -> tuple[str, str | None, str | None]:
        """What two modes must have in common to be told in one line: status, grade, error class."""
        error = self.observation.error.name if self.observation and self.observation.error else None
        return (self.status, None if self.status == HOLDS else self.grade, error)
