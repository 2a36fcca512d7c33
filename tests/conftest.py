"""Settings of Hypothesis for the tests of the suite: the same on every machine, even a busy one."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

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
