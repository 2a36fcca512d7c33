"""Settings of Hypothesis for the tests of the suite: the same on every machine, even a busy one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from conformance.targets import ProcessTarget
from tests import support

settings.register_profile(
    "selftest",
    database=None,
    deadline=None,
    derandomize=True,
    max_examples=60,
    # this check measures the machine; Hypothesis still reports a filter that drops many cases
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("selftest")


@pytest.fixture(scope="session")
def target() -> Iterator[ProcessTarget]:
    """Start the TensorFlow that is installed here, once for all tests that ask for it."""
    with closing(support.target_here()) as started:
        yield started


# What a fixture of a module makes takes seconds there, so one worker has all tests of the module
_SHARED = ("tests/docs/test_docs.py", "tests/reports/test_pages.py")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give each worker one test at a time, or a whole module whose tests share what they need."""
    from xdist.scheduler import LoadScopeScheduling

    class Tests(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            module = nodeid.split("::")[0]
            return module if module in _SHARED else nodeid

    return Tests(config, log)
