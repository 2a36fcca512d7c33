"""Kept programs against programs built for each case: data cases judged per second.

Driver and target take turns here, so that what they do in a second is what one core does. Drawing,
judging by the reference and all else that a run does for a case are in it.
"""

from __future__ import annotations

import contextlib
import dataclasses
import importlib
import statistics
import time

from conformance.contract.clause import CLAUSES, Clause, Subject
from conformance.engine.batching import BatchingClient
from conformance.engine.search import Budget, Search
from conformance.ledger import Ledger
from conformance.targets import Target, open_target

_CELLS = ("SimpleRNN", "GRU", "LSTM")
_PROGRAMS = 2
_KEPT, _BUILT = 100, 8  # data cases of each


def measure() -> int:
    """Print cases per second by path and mode, and how many times as many kept programs judge."""
    importlib.import_module("conformance.test_agreement")
    kept = CLAUSES["AG-01"]
    built = dataclasses.replace(kept, cost=dataclasses.replace(kept.cost, isolated=True))
    print("| path | mode | kept, cases/s | built for each, cases/s | ratio |")
    print("| --- | --- | ---: | ---: | ---: |")
    of_mode: dict[str, list[tuple[float, float]]] = {}
    with contextlib.closing(open_target()) as target:
        offers = target.describe().paths
        judged = {subject.path for subject in kept.subjects(offers)}
        for offer in (offer for offer in offers if offer.name in judged):
            for mode in offer.modes:
                _judge(kept, target, offer.name, mode, data_cases=2)  # builds the programs
                fast = _seconds(kept, target, offer.name, mode, data_cases=_KEPT)
                slow = _seconds(built, target, offer.name, mode, data_cases=1)
                of_mode.setdefault(mode, []).append((fast, slow))
                _show(offer.name, mode, fast, slow)
    for mode, seconds in of_mode.items():
        _show("all paths", mode, *(statistics.mean(each) for each in zip(*seconds, strict=True)))
    return 0


def _show(path: str, mode: str, kept: float, built: float) -> None:
    print(
        f"| {path} | {mode} | {1 / kept:.0f} | {1 / built:.1f} | {built / kept:.0f} |", flush=True
    )


def _seconds(clause: Clause, target: Target, path: str, mode: str, data_cases: int) -> float:
    """Seconds for a case."""
    started = time.perf_counter()
    judged = _judge(clause, target, path, mode, data_cases)
    return (time.perf_counter() - started) / judged


def _judge(clause: Clause, target: Target, path: str, mode: str, data_cases: int) -> int:
    """How many cases were judged, of all cells together."""
    examples = _BUILT if clause.cost.isolated else 0
    # drawn from a seed of their own: what the reference has computed for another path is no help
    salt = f"{path}:{mode}"
    budget = Budget(examples, _PROGRAMS / clause.cost.effort, 0, lambda mode: data_cases, salt=salt)
    judged = 0
    for cell in _CELLS:
        search = Search(clause, Subject(path, cell), BatchingClient(target), Ledger(), budget)
        tallies = search.execute([mode])
        judged += sum(tally.cases for tally in tallies.values())
    return judged
