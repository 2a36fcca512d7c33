"""Measure whether programs that a target keeps no longer leave memory behind, for each mode.

Each mode has its own target, which is never restarted here. No two of the programs that it gets are
the same, and it keeps the last 64 of them. In mode `eager` it keeps nothing, so growth in that mode
does not come from kept graphs.
"""

from __future__ import annotations

import contextlib
import itertools
import os
from collections.abc import Iterator

from benchmarks import processes
from conformance import targets
from conformance.cases import case_calls
from conformance.cases.case import Case, make_case
from conformance.cases.program import Cell

_MODES = ("eager", "function", "graph")
_PATHS = ("RNN/keras3", "layer/keras2", "dynamic_rnn/v1")
_KINDS = ("SimpleRNN", "GRU", "LSTM")
_SIZES = range(1, 9)
_PROGRAMS = 1000
_PROGRAMS_PER_SAMPLE = 100


def measure() -> int:
    """Print a target's memory in MB after every 100 programs, for each mode."""
    curves = [_memory_curve(mode) for mode in _MODES]
    print(f"| programs | {' | '.join(f'{mode}, MB' for mode in _MODES)} |")
    print(f"| ---: |{' ---: |' * len(_MODES)}")
    for sample, memory in enumerate(zip(*curves, strict=True), 1):
        programs = sample * _PROGRAMS_PER_SAMPLE
        print(f"| {programs} | {' | '.join(f'{megabytes:.0f}' for megabytes in memory)} |")
    return 0


def _memory_curve(mode: str) -> list[float]:
    memory = []
    with contextlib.closing(
        targets.ProcessTarget(mode, targets.interpreter(targets.HERE), large=float("inf"))
    ) as target:
        (process,) = processes.children(os.getpid(), processes.parents())
        for number, case in enumerate(itertools.islice(_cases(mode), _PROGRAMS), 1):
            run = case_calls.run(case, [case_calls.whole(case)])
            ((observation,),) = target.run(case_calls.program(case), (run,))
            assert observation.error is None, observation.error
            if number % _PROGRAMS_PER_SAMPLE == 0:
                memory.append(processes.resident_megabytes(process))
    return memory


def _cases(mode: str) -> Iterator[Case]:
    """Yield one case of each program."""
    for units, features, kind, path in itertools.product(_SIZES, _SIZES, _KINDS, _PATHS):
        for dtype in ("float32", "float64"):
            cells = (Cell(kind, units=units),)
            yield make_case(path, mode, cells, batch=3, steps=4, features=features, dtype=dtype)
