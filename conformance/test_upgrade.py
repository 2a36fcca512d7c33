"""UP: the new TensorFlow does what the old one did. These clauses need two targets.

With two targets, the clauses of the other modules are judged on both (conformance/upgrade). The
clauses here compare the two targets as wholes.
"""

from __future__ import annotations

import pytest

from conformance.upgrade.pair_runner import UpgradeBench


def test_paths_are_still_there(bench: UpgradeBench, request: pytest.FixtureRequest) -> None:
    """What can be run on the old target can be run on the new one."""
    bench.judge_paths(request.node)


def test_defaults_are_the_same(bench: UpgradeBench, request: pytest.FixtureRequest) -> None:
    """Each class has the same default options as before."""
    bench.judge_defaults(request.node)
