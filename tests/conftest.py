"""How Hypothesis runs in the tests of the suite itself: alike on every machine, however busy."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile(
    "selftest",
    database=None,
    deadline=None,
    derandomize=True,
    max_examples=60,
    # it measures the machine; a filter that throws cases away is still told
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("selftest")
