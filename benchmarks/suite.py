"""The suite as a command."""

from __future__ import annotations

import sys


def command(profile: str, workers: int, reports: str) -> list[str]:
    """`pytest conformance` in a profile, its run file in a folder."""
    options = ["--profile", profile, "-n", str(workers), "--report", reports]
    return [sys.executable, "-m", "pytest", "conformance", "-q", *options]
