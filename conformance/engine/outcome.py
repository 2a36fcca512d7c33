"""The outcome of one judged case: its status, and what was observed."""

from __future__ import annotations

from dataclasses import dataclass, field

from conformance.adapter import wire
from conformance.cases.case import Case
from conformance.checks.outputs import Run
from conformance.contract.clause import CheckResult
from conformance.results.verdict import HOLDS

NO_RESULT = CheckResult()


@dataclass(frozen=True)
class Outcome:
    """A judged case. Its status is holds, known (then `entry` names the ledger entry) or new.

    It is `numeric` where numbers are wrong, and nothing else. Then `run` has those of the whole
    run, if there is one.
    """

    case: Case
    status: str
    sentence: str | None = None
    grade: str | None = None
    observation: wire.Observation | None = None
    entry: str | None = None
    result: CheckResult = NO_RESULT
    numeric: bool = False
    run: Run | None = field(default=None, compare=False)

    @property
    def signature(self) -> tuple[str, str | None, str | None]:
        """Status, grade and error class: two modes with the same ones share one verdict."""
        error = self.observation.error.name if self.observation and self.observation.error else None
        return (self.status, None if self.status == HOLDS else self.grade, error)
