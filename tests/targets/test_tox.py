"""tox as a user runs it: its environments, and the ones that it runs by default."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from conformance.targets.registry import read
from tests import support

pytestmark = pytest.mark.skipif(find_spec("tox") is None, reason="tox is not installed here")


def tox(scratch: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run tox on a machine that has only Python 3.11."""
    programs = scratch / "bin"
    programs.mkdir(exist_ok=True)
    python = programs / "python3.11"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    ours = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "TOX"))}
    nothing = str(scratch / "nothing")
    return subprocess.run(
        [sys.executable, "-m", "tox", "--colored", "no", "--workdir", str(scratch), *arguments],
        cwd=support.ROOT,
        env={
            **ours, "PATH": str(programs), "PYENV_ROOT": nothing, "UV_PYTHON_INSTALL_DIR": nothing,
        },
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip


def names(output: str) -> list[str]:
    return [line.split()[0] for line in output.splitlines() if line.strip()]


def test_by_default_it_runs_the_targets_that_have_an_interpreter(tmp_path: Path) -> None:
    done = tox(tmp_path, "list")
    assert done.returncode == 0, done.stderr
    by_default, others = done.stdout.split("additional environments:")
    here = [name for name, recipe in read().items() if recipe.python == "3.11"]
    assert names(by_default.split("default environments:")[1]) == ["selftest", *here]
    assert set(names(others)) == set(read()) - set(here)
    assert (
        "left out: tf1.15, tf2.0, tf2.1 (Python 3.7 is not installed)" in done.stdout + done.stderr
    )


@pytest.mark.parametrize("name", ["tf1.15", "tf2.21-keras2", "tf2.22rc0"])
def test_a_target_that_is_named_runs_even_without_an_interpreter(tmp_path: Path, name: str) -> None:
    done = tox(tmp_path, "config", "-e", name, "-k", "commands")
    assert done.returncode == 0, done.stderr
    assert f"--target {name}" in done.stdout
    assert "left out" not in done.stdout + done.stderr


def test_an_unknown_name(tmp_path: Path) -> None:
    done = tox(tmp_path, "run", "-e", "tf9.9")
    assert done.returncode != 0
    assert "tf9.9" in done.stdout + done.stderr
