"""The interpreters that the machine has: on PATH, from pyenv, and from uv.

This search comes before uv's own: a version manager puts shims on PATH for versions that do not
run, and uv does not look behind them.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path


def find(version: str) -> Path | None:
    """Return a Python of a version such as `3.7`, or None."""
    for folder in _folders(version):
        python = folder / f"python{version}"
        if python.is_file() and _works(python):
            return python
    return None


def available(versions: Iterable[str]) -> frozenset[str]:
    """Return the versions that the machine has."""
    return frozenset(version for version in set(versions) if find(version))


def _folders(version: str) -> Iterator[Path]:
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        if folder:
            yield Path(folder)
    yield from _newest_first(_pyenv_folder() / "versions", f"{version}.*/bin")
    yield from _newest_first(_uv_folder(), f"cpython-{version}.*/bin")


def _pyenv_folder() -> Path:
    return Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")


def _uv_folder() -> Path:
    """Return the folder where uv puts the interpreters that it fetches."""
    given = os.environ.get("UV_PYTHON_INSTALL_DIR")
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(given) if given else Path(data) / "uv" / "python"


def _newest_first(root: Path, pattern: str) -> list[Path]:
    return sorted(root.glob(pattern), key=_numbers, reverse=True)


def _numbers(folder: Path) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", folder.parent.name)]


def _works(python: Path) -> bool:
    # a shim is a file too, but may refuse to run
    try:
        return not subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode
    except OSError:
        return False
