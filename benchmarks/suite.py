"""The command that runs the suite."""

from __future__ import annotations

import sys


def pytest_command(profile: str, workers: int, reports: str) -> list[str]:
    """Return the command `pytest conformance` in a profile, with its run file in a folder."""
    options = ["--profile", profile, "-n", str(workers), "--report", reports]
    return [sys.executable, "-m", "pytest", "conformance", "-q", *options]
