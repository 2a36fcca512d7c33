"""The memory of each target with its worker over a run, as a curve; and how long the run took."""

from __future__ import annotations

import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks import processes, suite
from reports.run_files import run_file

_EVERY = 1.0  # seconds
_ROWS = 20
_BAR = 40


def measure(profile: str) -> int:
    """Print the largest sum of a worker's and its target's resident memory, over time."""
    started = time.perf_counter()
    samples, run = _sampled(profile)
    seconds = time.perf_counter() - started
    largest = max(samples)
    print("| seconds | MB, worker and target | |")
    print("| ---: | ---: | --- |")
    for start in range(0, len(samples), max(1, len(samples) // _ROWS)):
        row = max(samples[start : start + max(1, len(samples) // _ROWS)])
        print(f"| {start * _EVERY:.0f} | {row:.0f} | {'#' * round(_BAR * row / largest)} |")
    print(f"\nAt most {largest:.0f} MB for a worker and its target.")
    footer = run.footer
    assert footer is not None  # the command ended well
    print(f"{footer.cases:,} cases in {seconds:.0f} s from start to exit: {footer.totals}")
    return 0


def _sampled(profile: str) -> tuple[list[float], run_file.Run]:
    with tempfile.TemporaryDirectory() as reports:
        run = subprocess.Popen(suite.command(profile, 2, reports), stdout=subprocess.DEVNULL)
        samples = []
        while run.poll() is None:
            samples.append(_largest_pair(run.pid))
            time.sleep(_EVERY)
        del samples[-1:]  # taken while it ended
        return samples, run_file.read(run_file.locate(Path(reports)))


def _largest_pair(controller: int) -> float:
    """The memory in MB of the worker that has most, with its target's."""
    parents = processes.parents()
    return max((_with_children(worker, parents)
                for worker in processes.children(controller, parents)), default=0.0)  # fmt: skip


def _with_children(process: int, parents: dict[int, int]) -> float:
    return sum(map(processes.megabytes, [process, *processes.children(process, parents)]))
