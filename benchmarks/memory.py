"""Measure the memory of workers and targets over a run, as a curve, and the time of the run."""

from __future__ import annotations

import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks import processes, suite
from reports.run_files import run_file

_SECONDS_PER_SAMPLE = 1.0
_ROWS = 20
_BAR = 40


def measure(profile: str) -> int:
    """Print over time the largest resident memory of a worker together with its target."""
    started = time.perf_counter()
    samples, run = _run_and_sample(profile)
    seconds = time.perf_counter() - started
    largest = max(samples)
    print("| seconds | MB, worker and target | |")
    print("| ---: | ---: | --- |")
    samples_per_row = max(1, len(samples) // _ROWS)
    for start in range(0, len(samples), samples_per_row):
        row = max(samples[start : start + samples_per_row])
        bar = "#" * round(_BAR * row / largest)
        print(f"| {start * _SECONDS_PER_SAMPLE:.0f} | {row:.0f} | {bar} |")
    print(f"\nAt most {largest:.0f} MB for a worker and its target.")
    footer = run.footer
    assert footer is not None  # the command has ended without an error
    print(f"{footer.cases:,} cases in {seconds:.0f} s from start to exit: {footer.totals}")
    return 0


def _run_and_sample(profile: str) -> tuple[list[float], run_file.Run]:
    with tempfile.TemporaryDirectory() as reports:
        run = subprocess.Popen(suite.pytest_command(profile, 2, reports), stdout=subprocess.DEVNULL)
        samples = []
        while run.poll() is None:
            samples.append(_largest_pair(run.pid))
            time.sleep(_SECONDS_PER_SAMPLE)
        del samples[-1:]  # the run ended while this sample was taken
        return samples, run_file.read(run_file.locate(Path(reports)))


def _largest_pair(controller: int) -> float:
    """Return the memory in MB of the largest worker, with its target."""
    parents = processes.parents()
    workers = processes.children(controller, parents)
    return max((_memory_with_children(worker, parents) for worker in workers), default=0.0)


def _memory_with_children(process: int, parents: dict[int, int]) -> float:
    return sum(map(processes.resident_megabytes, [process, *processes.children(process, parents)]))
