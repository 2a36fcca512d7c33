"""Settings of Hypothesis for the tests of the suite: the same on every machine, even a busy one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

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
