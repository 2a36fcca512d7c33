"""Makes one baseline: a run of the suite on a target, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from conformance.errors import ConformanceError
from reports.publish.baseline_folder import ROOT
from reports.run_files.run_file import UnreadableRun, locate, read

_EVERY = 30  # seconds between two lines of progress


class NoBaseline(ConformanceError):
    """A run on a target came to no end."""


@dataclass(frozen=True)
class How:
    """How runs are made."""

    profile: str
    workers: int
    cache: str | None


def run_on(target: str, how: How, folder: Path) -> Path:
    """The run file of a run on a target, written into a folder; says how far it is.

    Raises:
        NoBaseline: the run was cut short, or there is none.
    """
    with tempfile.TemporaryFile("w+") as output:
        _wait(target, _command(target, how, folder), folder, output.fileno())
        output.seek(0)
        said = [line.strip() for line in output if line.strip()]
    try:
        path = locate(folder)
        run = read(path)
    except UnreadableRun as error:
        raise NoBaseline(f"{target}: no run: {said[-1] if said else error}") from error
    if not run.complete:
        raise NoBaseline(f"{target}: {run.warnings[0]}")
    return path


def _command(target: str, how: How, folder: Path) -> list[str]:
    given = ["--target", target, "--profile", how.profile, "--report", str(folder)]
    given += ["--target-cache", how.cache] if how.cache else []
    return [sys.executable, "-m", "pytest", "conformance", "-q", "-n", str(how.workers), *given]


def _wait(target: str, command: Sequence[str], folder: Path, output: int) -> None:
    began = time.monotonic()
    with subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output) as process:
        try:
            while True:
                try:
                    process.wait(_EVERY)
                    break
                except subprocess.TimeoutExpired:
                    progress(f"{target}: {_verdicts(folder)} verdicts")
        except BaseException:
            process.terminate()
            raise
    progress(f"{target}: {_verdicts(folder)} verdicts in {time.monotonic() - began:.0f} s")


def _verdicts(folder: Path) -> int:
    return sum(path.read_bytes().count(b'{"record": "verdict"') for path in folder.glob("*.jsonl"))


def progress(line: str) -> None:
    """Say how far it is."""
    print(line, file=sys.stderr, flush=True)
