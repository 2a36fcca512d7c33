"""Kept programs against programs built for each case: data cases judged per second.

Driver and target take turns here, so that what they do in a second is what one core does. Drawing,
judging by the reference and all else that a run does for a case are in it.
"""

from __future__ import annotations

import contextlib
import dataclasses
import importlib
import time

from conformance.asking import Asker
from conformance.contract import CLAUSES, Clause, Subject
from conformance.ledger import Ledger
from conformance.search import Budget, Search
from conformance.targets import Target, open_target

_CELLS = ("SimpleRNN", "GRU", "LSTM")
_PROGRAMS = 2
_KEPT, _BUILT = 100, 8  # data cases of each


def measure() -> int:
    """Print cases per second by path and mode, and how many times as many kept programs judge."""
    importlib.import_module("conformance.test_agreement")
    kept = CLAUSES["AG-01"]
    built = dataclasses.replace(kept, anew=True)
    print("| path | mode | kept, cases/s | built for each, cases/s | ratio |")
    print("| --- | --- | ---: | ---: | ---: |")
    with contextlib.closing(open_target()) as target:
        for offer in target.describe().paths:
            for mode in offer.modes:
                _judge(kept, target, offer.name, mode, data_cases=2)  # builds the programs
                fast = _rate(kept, target, offer.name, mode, data_cases=_KEPT)
                slow = _rate(built, target, offer.name, mode, data_cases=1)
                row = f"{offer.name} | {mode} | {fast:.0f} | {slow:.1f} | {fast / slow:.0f}"
                print(f"| {row} |", flush=True)
    return 0


def _rate(clause: Clause, target: Target, path: str, mode: str, data_cases: int) -> float:
    started = time.perf_counter()
    judged = _judge(clause, target, path, mode, data_cases)
    return judged / (time.perf_counter() - started)


def _judge(clause: Clause, target: Target, path: str, mode: str, data_cases: int) -> int:
    """How many cases were judged, of all cells together."""
    examples = _BUILT if clause.anew else 0
    # drawn from a seed of their own: what the reference has computed for another path is no help
    salt = f"{path}:{mode}"
    budget = Budget(examples, _PROGRAMS / clause.effort, 0, lambda mode: data_cases, salt=salt)
    judged = 0
    for cell in _CELLS:
        search = Search(clause, Subject(path, cell), Asker(target), Ledger(), budget)
        tallies = search.execute([mode])
        judged += sum(tally.cases for tally in tallies.values())
    return judged
