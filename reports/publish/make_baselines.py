"""The making of one baseline: a run of the suite on a target, in a separate process."""

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
    """A run on a target did not finish."""


@dataclass(frozen=True)
class How:
    """The options of a run: its profile, its workers and its cache of targets."""

    profile: str
    workers: int
    cache: str | None


def run_on(target: str, how: How, folder: Path) -> Path:
    """Run the suite on a target and return the run file in the folder; print the progress.

    Raises:
        NoBaseline: the run was cut short, or it left no run file.
    """
    with tempfile.TemporaryFile("w+") as output:
        _wait(target, _command(target, how, folder), folder, output.fileno())
        output.seek(0)
        lines = [line.strip() for line in output if line.strip()]
    try:
        path = locate(folder)
        run = read(path)
    except UnreadableRun as error:
        raise NoBaseline(f"{target}: no run: {lines[-1] if lines else error}") from error
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
    """Print a line of progress."""
    print(line, file=sys.stderr, flush=True)
