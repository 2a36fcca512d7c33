"""Targets: interpreters with a TensorFlow. They are found or made, started, asked and stopped.

`targets.toml` lists the named targets, and `registry` reads it. `install` makes them on demand with
uv, and `cache` keeps them in a folder of the user. `process` is the driver's side of the protocol.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from conformance.errors import TargetUnavailable
from conformance.targets import cache as caching
from conformance.targets import install, registry
from conformance.targets.process import (
    INLINE,
    START_SECONDS,
    InlineTarget,
    Observations,
    ProcessTarget,
    Runs,
    Target,
)

__all__ = [
    "HERE", "INLINE", "START_SECONDS", "InlineTarget", "Observations",
    "ProcessTarget", "Runs", "Target", "interpreter", "open_target",
]  # fmt: skip

HERE = "here"


def open_target(name: str = HERE, cache: str | None = None) -> Target:
    """Open a target: `here`, `inline`, a name of `targets.toml`, or the path of a Python.

    Raises:
        TargetUnavailable: there is no such interpreter, and none can be made.
    """
    if name == INLINE:
        return InlineTarget()
    return ProcessTarget(name, interpreter(name, cache))


def interpreter(name: str, cache: str | None = None) -> Path:
    """Return a target's Python interpreter, and make it if needed; raise as `open_target` does."""
    if name in (HERE, INLINE):
        return Path(sys.executable)
    recipe = registry.read().get(name)
    if recipe is not None:
        return install.provide(recipe, caching.Cache.choose(cache))
    found = shutil.which(name)
    if found is None:
        raise TargetUnavailable(
            f"--target = {name!r}, but must be 'here', 'inline', the path of a Python interpreter"
            " that has numpy and tensorflow, or a name that `python -m conformance.targets list`"
            " shows"
        )
    return Path(found)
