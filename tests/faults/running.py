"""Running the suite against one planted fault, and what came of it."""

import dataclasses
import json
import os
import re
import shlex
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import pytest

from tests.faults.bank import ALL, Fault

Verdict = Literal["caught", "survived", "unreached", "broken"]

ROOT = Path(__file__).resolve().parents[2]
HOOK = Path(__file__).resolve().parent / "hook"
_ENTRY_GONE = re.compile(r"^FAILED conformance/test_known_deviations\.py::\w+\[(.+?)\]", re.M)
_TAIL = 12
_GRACE = 5.0
_LOOK_EVERY = 0.3
_RED = 1


@dataclass(frozen=True)
class Outcome:
    """What one run of the suite said about one fault.

    `unreached` is a green run that never imported the faulty module: it says nothing about the
    suite's sharpness, only that the run did not use this part of the library. `asked` is the clause
    whose tests alone were run, `clause` the one that was red.
    """

    fault: str
    area: str
    verdict: Verdict
    seconds: float
    clause: str | None = None
    path: str | None = None
    output: str = ""
    by_its_family: bool = False
    asked: str | None = None

    @property
    def trial(self) -> tuple[str, str | None]:
        """What it is the outcome of: the fault, and the clause that was asked alone."""
        return self.fault, self.asked


@dataclass(frozen=True)
class Trial:
    """A fault that is run, by the tests that are there for it or by those of one clause alone."""

    fault: Fault
    asked: str | None = None

    @property
    def name(self) -> tuple[str, str | None]:
        """What its outcome is found by."""
        return self.fault.name, self.asked

    @property
    def selections(self) -> Sequence[tuple[str, ...]]:
        """What pytest is to run, part after part until one is red."""
        return [(*ALL, "-k", self.asked)] if self.asked else self.fault.selections


@dataclass(frozen=True)
class Runner:
    """How the suite is called; the same for every fault.

    Parts of the suite are run one after the other, as the trial says, until one is red; with
    `whole` the suite at once.
    """

    profile: str = "default"
    workers: int = 2
    time_limit: float = 600.0
    whole: bool = False
    root: Path = ROOT

    def run(self, trial: Trial) -> Outcome:
        """Run the suite with the fault in place, up to its first red."""
        start = time.monotonic()
        selections = [ALL] if self.whole else trial.selections
        for tests in selections:
            outcome = self._run(trial.fault, tests)
            if outcome.verdict not in ("survived", "unreached"):
                break
        return replace(
            outcome,
            seconds=round(time.monotonic() - start, 1),
            by_its_family=outcome.verdict == "caught" and tests == trial.fault.selections[0],
            asked=trial.asked,
        )

    def is_green(self) -> bool:
        """Run the suite with no fault: where that is red already, a red run proves nothing."""
        with tempfile.TemporaryDirectory(prefix="control-") as folder:
            return self._call(None, Path(folder), ALL) == 0

    def _run(self, fault: Fault, tests: Sequence[str]) -> Outcome:
        with tempfile.TemporaryDirectory(prefix="fault-") as folder:
            scratch = Path(folder)
            return _judge(fault, self._call(fault, scratch, tests), scratch)

    def _call(self, fault: Fault | None, scratch: Path, tests: Sequence[str]) -> int | None:
        # To a file: whatever outlives pytest would keep a pipe open, and us waiting.
        with _output(scratch).open("wb") as output:
            process = subprocess.Popen(
                self._command(_report(scratch), tests),
                cwd=self.root,
                env=_environment(fault, _witness(scratch)),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                return self._ended(process, scratch)
            finally:
                _stop(process)

    def _ended(self, process: subprocess.Popen[bytes], scratch: Path) -> int | None:
        """Its exit code, or that of a red run at the first red verdict, as what other workers are
        at could take long; None: it has said nothing within the time limit.
        """
        end = time.monotonic() + self.time_limit
        while time.monotonic() < end:
            try:
                return process.wait(_LOOK_EVERY)
            except subprocess.TimeoutExpired:
                if next(_new_deviations(_report(scratch)), None):
                    return _RED
        return None

    def _command(self, report: Path, tests: Sequence[str]) -> list[str]:
        return [
            *(sys.executable, "-m", "pytest", *tests, "-x", "-q"),
            *("--profile", self.profile),
            *("-n", str(self.workers)),
            *("--report", str(report)),
        ]


def _output(scratch: Path) -> Path:
    return scratch / "output.txt"


def _report(scratch: Path) -> Path:
    return scratch / "report"


def _witness(scratch: Path) -> Path:
    return scratch / "witness.txt"


def _environment(fault: Fault | None, witness: Path) -> dict[str, str]:
    if fault is None:
        return dict(os.environ)
    change = Change(fault.module, fault.old, fault.new)
    return {**os.environ, **change.environment(), "PLANTED_FAULT_WITNESS": str(witness)}


@dataclass(frozen=True)
class Change:
    """What is planted: in a module, what stands instead of an old text."""

    module: str
    old: str
    new: str

    def environment(self) -> dict[str, str]:
        """The variables that make Python plant it."""
        inherited = os.environ.get("PYTHONPATH")
        return {
            "PYTHONPATH": os.pathsep.join([str(HOOK), inherited] if inherited else [str(HOOK)]),
            "PLANTED_FAULT": json.dumps(dataclasses.asdict(self)),
        }

    def interpreter(self, folder: Path) -> Path:
        """This Python with the fault in place, as a program: a target that is faulty alone."""
        given = (f"{name}={shlex.quote(value)}" for name, value in self.environment().items())
        file = folder / "faulty-python"
        file.write_text(f'#!/bin/sh\nexec env {" ".join(given)} {sys.executable} "$@"\n')
        file.chmod(file.stat().st_mode | stat.S_IXUSR)
        return file


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End what is left of the run, its workers and targets included."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
            process.wait(_GRACE)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue


def _judge(fault: Fault, code: int | None, scratch: Path) -> Outcome:
    planted = _witness(scratch).exists()
    seen = next(_new_deviations(_report(scratch)), None) or _entry_gone(scratch)
    verdict = _verdict(code, planted=planted, seen=seen is not None)
    first = seen if seen and verdict == "caught" else {}
    return Outcome(
        fault=fault.name,
        area=fault.area,
        verdict=verdict,
        seconds=0.0,
        clause=first.get("clause"),
        path=first.get("path"),
        output=_explain(code, scratch, planted=planted) if verdict == "broken" else "",
    )


def _verdict(code: int | None, *, planted: bool, seen: bool) -> Verdict:
    if code in (0, pytest.ExitCode.NO_TESTS_COLLECTED):
        return "survived" if planted else "unreached"
    # To pytest-xdist, stopping at the first failure is an interruption: exit code 2, like trouble.
    red = code == _RED or (code == 2 and seen)
    # A red run that the fault had no part in would pass for a catch.
    return "caught" if red and planted else "broken"


def _entry_gone(scratch: Path) -> dict[str, Any] | None:
    """What stands for a clause where a known deviation is not what the ledger says any more."""
    gone = _ENTRY_GONE.search(_output(scratch).read_text(errors="replace"))
    return {"clause": "ledger", "path": gone[1]} if gone else None


def _explain(code: int | None, scratch: Path, *, planted: bool) -> str:
    lines = _output(scratch).read_text(errors="replace").splitlines()[-_TAIL:]
    reason = "no verdict within the time limit" if code is None else f"exit code {code}"
    never = "" if planted else "; the fault was never put in"
    return "\n".join([reason + never, *lines])


def _new_deviations(report: Path) -> Iterator[dict[str, Any]]:
    for file in sorted(report.glob("*.jsonl")):
        for line in file.read_text(errors="replace").splitlines():
            record = _parsed(line)
            if record.get("verdict") == "new":
                yield record


def _parsed(line: str) -> dict[str, Any]:
    # The run stops at its first red, perhaps in the middle of writing a line.
    try:
        record = json.loads(line)
    except ValueError:
        return {}
    return record if isinstance(record, dict) else {}
