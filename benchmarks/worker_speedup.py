"""Measure how much faster two workers are than one, and check that their verdicts agree."""

from __future__ import annotations

import dataclasses
import subprocess
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from benchmarks import suite
from conformance.results.verdict import Verdict
from reports.run_files import run_file


@dataclass(frozen=True)
class _TimedRun:
    """A run, and how long it took."""

    seconds: float
    run: run_file.Run


def measure(profile: str) -> int:
    """Print the seconds with one and with two workers, their ratio, and how many verdicts differ.

    The time is from the start of the command to its exit.
    """
    two, one = _run_timed(profile, 2), _run_timed(profile, 1)
    print("| workers | seconds | verdicts |")
    print("| ---: | ---: | ---: |")
    for workers, timed in ((1, one), (2, two)):
        print(f"| {workers} | {timed.seconds:.1f} | {len(timed.run.verdicts):,} |")
    print(f"\nTwo workers are {one.seconds / two.seconds:.2f} times as fast as one.")
    different = _without_seconds(one.run.verdicts) ^ _without_seconds(two.run.verdicts)
    print(f"{len(different)} verdicts are not the same, observations and minimal cases included.")
    return int(bool(different))


def _run_timed(profile: str, workers: int) -> _TimedRun:
    with tempfile.TemporaryDirectory() as reports:
        command = suite.pytest_command(profile, workers, reports)
        started = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        seconds = time.perf_counter() - started
        return _TimedRun(seconds, run_file.read(run_file.locate(Path(reports))))


def _without_seconds(verdicts: Iterable[Verdict]) -> set[str]:
    return {repr(dataclasses.replace(verdict, seconds=0.0)) for verdict in verdicts}
