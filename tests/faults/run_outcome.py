"""Judge a run of the suite with a planted fault: from what the run left in its folder."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.faults.fault import Fault
from tests.faults.trial import Outcome, Verdict

RED = 1
_ENTRY_GONE = re.compile(r"^FAILED conformance/test_known_deviations\.py::\w+\[(.+?)\]", re.M)
_LAST_LINES = 12  # of the output of a broken run


@dataclass(frozen=True)
class RunFolder:
    """The folder of one run of pytest, and the files in it."""

    path: Path

    @property
    def output(self) -> Path:
        """The file with all that pytest prints."""
        return self.path / "output.txt"

    @property
    def report(self) -> Path:
        """The folder with the run file."""
        return self.path / "report"

    @property
    def witness(self) -> Path:
        """The file that exists once the fault is planted."""
        return self.path / "witness.txt"

    def first_deviation(self) -> dict[str, Any] | None:
        """Return the record of the first new deviation, or None if there is none so far."""
        return next(self._new_deviations(), None)

    def printed(self) -> str:
        """Return the text that pytest has printed."""
        return self.output.read_text(errors="replace")

    def _new_deviations(self) -> Iterator[dict[str, Any]]:
        for file in sorted(self.report.glob("*.jsonl")):
            for line in file.read_text(errors="replace").splitlines():
                record = _parse_record(line)
                if record.get("verdict") == "new":
                    yield record


def judge_run(fault: Fault, code: int | None, folder: RunFolder) -> Outcome:
    """Return the outcome of a run that ended with an exit code, or with None at the time limit."""
    planted = folder.witness.exists()
    first_red = folder.first_deviation() or _lost_deviation(folder)
    verdict = _verdict(code, planted=planted, seen=first_red is not None)
    record = first_red if first_red and verdict == "caught" else {}
    return Outcome(
        fault=fault.name,
        area=fault.area,
        verdict=verdict,
        seconds=0.0,
        clause=record.get("clause"),
        path=record.get("path"),
        output=_explanation(code, folder, planted=planted) if verdict == "broken" else "",
    )


def _verdict(code: int | None, *, planted: bool, seen: bool) -> Verdict:
    if code in (0, pytest.ExitCode.NO_TESTS_COLLECTED):
        return "survived" if planted else "unreached"
    # pytest-xdist treats a stop at the first failure as an interruption. Its exit code is then 2,
    # which also stands for an error.
    red = code == RED or (code == 2 and seen)
    # A red run without the fault must not pass for a catch.
    return "caught" if red and planted else "broken"


def _lost_deviation(folder: RunFolder) -> dict[str, Any] | None:
    """Return a record for a known deviation that the run no longer sees as the ledger lists it.

    The record has "ledger" in place of a clause.
    """
    gone = _ENTRY_GONE.search(folder.printed())
    return {"clause": "ledger", "path": gone[1]} if gone else None


def _explanation(code: int | None, folder: RunFolder, *, planted: bool) -> str:
    reason = "no verdict within the time limit" if code is None else f"exit code {code}"
    never = "" if planted else "; the fault was never planted"
    return "\n".join([reason + never, *folder.printed().splitlines()[-_LAST_LINES:]])


def _parse_record(line: str) -> dict[str, Any]:
    # The run stops at its first red verdict, perhaps while it writes a line.
    try:
        record = json.loads(line)
    except ValueError:
        return {}
    return record if isinstance(record, dict) else {}
