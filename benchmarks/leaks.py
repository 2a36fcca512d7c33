"""Whether programs that are kept no more leave memory behind: a target's, mode by mode.

Each mode has a target of its own, which is never started again here, and is sent programs of which
no two are the same: those before the last 64 are kept no more. Of `eager` nothing is ever kept, so
what grows there is not of kept graphs.
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
_EVERY = 100


def measure() -> int:
    """Print a target's memory in MB by the number of programs that it was sent, for each mode."""
    curves = [_curve(mode) for mode in _MODES]
    print(f"| programs | {' | '.join(f'{mode}, MB' for mode in _MODES)} |")
    print(f"| ---: |{' ---: |' * len(_MODES)}")
    for at, memory in enumerate(zip(*curves, strict=True), 1):
        print(f"| {at * _EVERY} | {' | '.join(f'{megabytes:.0f}' for megabytes in memory)} |")
    return 0


def _curve(mode: str) -> list[float]:
    memory = []
    with contextlib.closing(
        targets.ProcessTarget(mode, targets.interpreter(targets.HERE), large=float("inf"))
    ) as target:
        (process,) = processes.children(os.getpid(), processes.parents())
        for number, case in enumerate(itertools.islice(_cases(mode), _PROGRAMS), 1):
            run = case_calls.run(case, [case_calls.whole(case)])
            ((observation,),) = target.run(case_calls.program(case), (run,))
            assert observation.error is None, observation.error
            if number % _EVERY == 0:
                memory.append(processes.megabytes(process))
    return memory


def _cases(mode: str) -> Iterator[Case]:
    """One case of each program."""
    for units, features, kind, path in itertools.product(_SIZES, _SIZES, _KINDS, _PATHS):
        for dtype in ("float32", "float64"):
            cells = (Cell(kind, units=units),)
            yield make_case(path, mode, cells, batch=3, steps=4, features=features, dtype=dtype)
