"""The options `--clauses` and `--replay`: each prints its result and ends the run."""

from __future__ import annotations

import contextlib

import pytest

from conformance import targets
from conformance.contract.clause import Clause, all_clauses
from conformance.engine import replay
from conformance.errors import ConformanceError
from conformance.ledger.entry import Ledger
from conformance.ledger.load import load_ledger
from conformance.plugin.options import is_strict, open_targets
from conformance.results.verdict import NEW
from conformance.upgrade import pair_replay
from conformance.upgrade.upgrade_clauses import STATEMENTS, Statement


def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """List the clauses or judge one case, where an option asks for it."""
    if config.option.clauses:
        return _list_clauses()
    if config.option.replay:
        return _replay(config)
    return None


def _replay(config: pytest.Config) -> int:
    """Return 0 where the clause holds or its deviation is listed as known, else 1."""
    all_clauses()
    try:
        replay.read_replay(config.option.replay)  # bad input is refused before a target starts
        with contextlib.ExitStack() as stack:
            opened = [
                stack.enter_context(contextlib.closing(target)) for target in open_targets(config)
            ]
            return _replay_on(config, opened)
    except ConformanceError as error:
        raise pytest.UsageError(str(error)) from error


def _replay_on(config: pytest.Config, opened: list[targets.Target]) -> int:
    if len(opened) > 1:
        replayed = pair_replay.replay_pair(config.option.replay, *opened)
        print(pair_replay.format_pair_replay(replayed))
        return int(replayed.worse)
    (target,) = opened
    known = Ledger() if is_strict(config) else load_ledger(target.describe().versions)
    outcome, clause = replay.replay(config.option.replay, target, known)
    print(replay.format_replay(outcome, clause))
    return int(outcome.status == NEW)


def _list_clauses() -> int:
    statements: list[Clause | Statement] = [*all_clauses().values(), *STATEMENTS.values()]
    for clause in sorted(statements, key=lambda clause: clause.identifier):
        print(f"{clause.identifier}  {clause.severity:6}  {clause.statement}")
        for source in clause.sources:
            print(f"               {source}")
    return 0
