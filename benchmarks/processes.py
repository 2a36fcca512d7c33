"""The memory of processes and of their children, as /proc of Linux shows it."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

_PAGE_MB = os.sysconf("SC_PAGE_SIZE") / 2**20


def parents() -> dict[int, int]:
    """Return the parent of each process."""
    found = {}
    for file in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # the process has ended
            # the name, in brackets, may contain spaces
            found[int(file.parent.name)] = int(file.read_text().rpartition(")")[2].split()[1])
    return found


def children(process: int, parents: dict[int, int]) -> list[int]:
    """Return the processes that a process has started."""
    return [child for child, parent in parents.items() if parent == process]


def resident_megabytes(process: int) -> float:
    """Return the resident memory of a process in MB, or 0 if the process has ended."""
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * _PAGE_MB
    except OSError:
        return 0.0
