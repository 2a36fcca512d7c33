"""Measure data cases per second with kept programs, and with a program built for each case.

Driver and target take turns here, so a second is a second of one core. The time includes all that a
run does for a case, such as drawing it and judging it by the reference.
"""

from __future__ import annotations

import contextlib
import dataclasses
import statistics
import time

from conformance.contract.clause import Clause, Subject, all_clauses
from conformance.engine.batching import BatchingClient
from conformance.engine.search import Budget, Search
from conformance.ledger.entry import Ledger
from conformance.targets import Target, open_target

_CELLS = ("SimpleRNN", "GRU", "LSTM")
_PROGRAMS = 2
_KEPT_CASES, _BUILT_CASES = 100, 8


def measure() -> int:
    """Print cases per second for each path and mode, and the ratio of kept to built programs."""
    clause = all_clauses()["AG-01"]
    print("| path | mode | kept, cases/s | built for each, cases/s | ratio |")
    print("| --- | --- | ---: | ---: | ---: |")
    seconds_by_mode: dict[str, list[tuple[float, float]]] = {}
    with contextlib.closing(open_target()) as target:
        offers = target.describe().paths
        judged = {subject.path for subject in clause.subjects(offers)}
        for offer in (offer for offer in offers if offer.name in judged):
            for mode in offer.modes:
                kept, built = _compare(clause, target, offer.name, mode)
                seconds_by_mode.setdefault(mode, []).append((kept, built))
                _print_row(offer.name, mode, kept, built)
    for mode, seconds in seconds_by_mode.items():
        kept, built = (statistics.mean(each) for each in zip(*seconds, strict=True))
        _print_row("all paths", mode, kept, built)
    return 0


def _compare(clause: Clause, target: Target, path: str, mode: str) -> tuple[float, float]:
    """Return the seconds per case with kept programs, and with one built for each case."""
    _judge(clause, target, path, mode, data_cases=2)  # builds the programs
    kept = _seconds_per_case(clause, target, path, mode, data_cases=_KEPT_CASES)
    cost = dataclasses.replace(clause.cost, isolated=True)
    rebuilt = dataclasses.replace(clause, cost=cost)
    return kept, _seconds_per_case(rebuilt, target, path, mode, data_cases=1)


def _print_row(path: str, mode: str, kept: float, built: float) -> None:
    print(
        f"| {path} | {mode} | {1 / kept:.0f} | {1 / built:.1f} | {built / kept:.0f} |", flush=True
    )


def _seconds_per_case(
    clause: Clause, target: Target, path: str, mode: str, data_cases: int
) -> float:
    """Judge cases and return the seconds for one of them."""
    started = time.perf_counter()
    judged = _judge(clause, target, path, mode, data_cases)
    return (time.perf_counter() - started) / judged


def _judge(clause: Clause, target: Target, path: str, mode: str, data_cases: int) -> int:
    """Judge cases of all cells and return how many were judged."""
    examples = _BUILT_CASES if clause.cost.isolated else 0
    # Each path and mode draws from its own seed. The reference thus has no result in its cache.
    salt = f"{path}:{mode}"
    budget = Budget(examples, _PROGRAMS / clause.cost.effort, 0, lambda mode: data_cases, salt=salt)
    judged = 0
    for cell in _CELLS:
        search = Search(clause, Subject(path, cell), BatchingClient(target), Ledger(), budget)
        tallies = search.execute([mode])
        judged += sum(tally.cases for tally in tallies.values())
    return judged
