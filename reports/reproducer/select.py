"""The choice of one deviation of a run, and its script, which is the same as on the pages."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.results.verdict import KNOWN, NEW, Verdict
from reports.reproducer import choose
from reports.reproducer.standalone_script import NoScript
from reports.run_files.run_file import Run


@dataclass(frozen=True)
class Wanted:
    """The deviation that the user asked for; a field that is None allows any value."""

    clause: str
    path: str | None = None
    cell: str | None = None
    malformation: str | None = None
    mode: str | None = None

    @classmethod
    def parse(
        cls, words: str, cell: str | None, malformation: str | None, mode: str | None
    ) -> Wanted:
        """Read CLAUSE or CLAUSE/PATH; a path has a slash itself."""
        clause, _, path = words.partition("/")
        return cls(clause, path or None, cell, malformation, mode)

    def matches(self, verdict: Verdict) -> bool:
        """Return True if the user asked for this verdict."""
        case = verdict.case or {}
        pairs = (
            (self.clause, verdict.clause),
            (self.path, verdict.path),
            (self.cell, verdict.cell),
            (self.malformation, verdict.malformation),
            (self.mode, case.get("mode")),
        )
        return all(wanted in (None, found) for wanted, found in pairs)


@dataclass(frozen=True)
class Script:
    """A script, the verdict that it shows, and the number of other verdicts that match."""

    text: str
    verdict: Verdict
    others: int


def script(run: Run, wanted: Wanted) -> Script:
    """Return the script of the first deviation that matches and has one; new ones come first."""
    found = _deviations(run, wanted)
    refusals = []
    for verdict in found:
        made = choose.script_of(verdict, run)
        if made.text:
            return Script(made.text, verdict, len(found) - 1)
        refusals.append(made.why_not)
    raise NoScript(refusals[0])


def _deviations(run: Run, wanted: Wanted) -> list[Verdict]:
    meant = [verdict for verdict in run.verdicts if wanted.matches(verdict)]
    found = [verdict for verdict in meant if verdict.verdict in (NEW, KNOWN)]
    if not found:
        why = "no deviation" if meant else "no verdict"
        raise NoScript(f"the run has {why} of this clause, path, cell, malformation and mode")
    return sorted(found, key=lambda verdict: (verdict.verdict != NEW, len(str(verdict.case))))
