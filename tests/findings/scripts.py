"""Run the scripts of the findings."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests import support

SCRIPTS = sorted((support.ROOT / "docs" / "findings").glob("*.py"))

# all scripts run in one process, as the import of TensorFlow is slow
RUN_ALL = """
import contextlib, io, json, runpy, sys
for name in sys.argv[1].split():
    sys.modules[name] = None
ran = {}
for script in sys.argv[2:]:
    printed = io.StringIO()
    code = 0
    with contextlib.redirect_stdout(printed):
        try:
            runpy.run_path(script, run_name="__main__")
        except SystemExit as exited:
            code = exited.code
    ran[script] = [printed.getvalue(), code]
print(json.dumps(ran))
"""


@dataclass(frozen=True)
class Ran:
    """The output of a script, and its exit code."""

    printed: str
    code: int


def run_scripts(missing: str = "", patched: Mapping[str, str] | None = None) -> dict[str, Ran]:
    """Run each script; the libraries in `missing` cannot be imported.

    The variables in `patched` plant patches into the libraries.
    """
    done = subprocess.run(
        [sys.executable, "-c", RUN_ALL, missing, *map(str, SCRIPTS)],
        env={
            **os.environ,
            **(patched or {}),
            "TF_USE_LEGACY_KERAS": "1",
            "TF_CPP_MIN_LOG_LEVEL": "3",
        },
        capture_output=True,
        check=True,
        text=True,
    )
    ran = json.loads(done.stdout.splitlines()[-1])
    return {Path(script).name: Ran(*seen) for script, seen in ran.items()}
