"""How much faster two workers are than one, from start to exit."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time


def measure(profile: str) -> int:
    """Print seconds with one and with two workers, and the ratio."""
    seconds = {workers: _seconds(profile, workers) for workers in (2, 1)}
    print("| workers | seconds |")
    print("| --- | ---: |")
    for workers, taken in sorted(seconds.items()):
        print(f"| {workers} | {taken:.0f} |")
    print(f"\nTwo workers are {seconds[1] / seconds[2]:.2f} times as fast as one.")
    return 0


def _seconds(profile: str, workers: int) -> float:
    with tempfile.TemporaryDirectory() as reports:
        command = [sys.executable, "-m", "pytest", "conformance", "-q", "--profile", profile]
        command += ["-n", str(workers), "--report", reports]
        started = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        return time.perf_counter() - started
