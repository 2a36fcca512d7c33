"""How much faster two workers are than one, from start to exit, and that their verdicts agree."""

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
class _Timed:
    seconds: float
    run: run_file.Run


def measure(profile: str) -> int:
    """Print seconds with one and with two workers, their ratio, and how many verdicts differ."""
    two, one = _timed(profile, 2), _timed(profile, 1)
    print("| workers | seconds | verdicts |")
    print("| ---: | ---: | ---: |")
    for workers, timed in ((1, one), (2, two)):
        print(f"| {workers} | {timed.seconds:.1f} | {len(timed.run.verdicts):,} |")
    print(f"\nTwo workers are {one.seconds / two.seconds:.2f} times as fast as one.")
    different = _but_for_seconds(one.run.verdicts) ^ _but_for_seconds(two.run.verdicts)
    print(f"{len(different)} verdicts differ, observations and minimal cases included.")
    return int(bool(different))


def _timed(profile: str, workers: int) -> _Timed:
    with tempfile.TemporaryDirectory() as reports:
        command = suite.command(profile, workers, reports)
        started = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        seconds = time.perf_counter() - started
        return _Timed(seconds, run_file.read(run_file.locate(Path(reports))))


def _but_for_seconds(verdicts: Iterable[Verdict]) -> set[str]:
    return {repr(dataclasses.replace(verdict, seconds=0.0)) for verdict in verdicts}
