"""UP: what the old TensorFlow did, the new one does. With two targets only.

The other modules' clauses are judged on both then (conformance/upgrade); here is what is about
the two as wholes.
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
