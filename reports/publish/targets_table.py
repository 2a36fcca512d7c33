"""The table of targets: the number of clauses of each run that hold, and that deviate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from conformance.results.verdict import HOLDS, KNOWN, NEW, UNAVAILABLE
from reports.run_files.run_file import Run

_WORST_FIRST = (NEW, KNOWN, HOLDS, UNAVAILABLE)
_COLUMNS = (
    "target", "Python", "TensorFlow", "Keras 2", "Keras 3", "hold", "known", "new", "n/a", "cases",
)  # fmt: skip
_VERSIONS = ("python", "tensorflow", "keras2", "keras3")
_NONE = "-"


@dataclass(frozen=True)
class Row:
    """A target and its number of clauses by verdict; a clause counts by its worst verdict."""

    target: str
    versions: Mapping[str, str]
    clauses: Mapping[str, int]
    cases: int

    @classmethod
    def from_run(cls, target: str, run: Run) -> Row:
        """Return the row of a run."""
        found: dict[str, set[str]] = {}
        for verdict in run.verdicts:
            found.setdefault(verdict.clause, set()).add(verdict.verdict)
        worst = [min(verdicts, key=_WORST_FIRST.index) for verdicts in found.values()]
        clauses = {verdict: worst.count(verdict) for verdict in _WORST_FIRST}
        return cls(target, run.header.versions, clauses, sum(v.cases for v in run.verdicts))

    def __str__(self) -> str:
        versions = [self.versions.get(name, _NONE) for name in _VERSIONS]
        counts = [self.clauses[verdict] for verdict in (HOLDS, KNOWN, NEW, UNAVAILABLE)]
        return _line(self.target, *versions, *counts, self.cases)


def table(runs: Mapping[str, Run]) -> str:
    """Return the table in Markdown, a line for each target in the given order."""
    numbers = len(_COLUMNS) - len(_VERSIONS) - 1
    rule = ["---"] * (len(_COLUMNS) - numbers) + ["---:"] * numbers
    rows = [str(Row.from_run(target, run)) for target, run in runs.items()]
    return "\n".join([_line(*_COLUMNS), _line(*rule), *rows]) + "\n"


def _line(*cells: object) -> str:
    return f"| {' | '.join(map(str, cells))} |"
