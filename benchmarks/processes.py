"""The memory of processes and their children, from Linux's /proc."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

_PAGE_MB = os.sysconf("SC_PAGE_SIZE") / 2**20


def parents() -> dict[int, int]:
    """The parent of each process."""
    found = {}
    for file in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it has ended
            # the name, in brackets, may have spaces in it
            found[int(file.parent.name)] = int(file.read_text().rpartition(")")[2].split()[1])
    return found


def children(process: int, parents: dict[int, int]) -> list[int]:
    """The processes that one has started."""
    return [child for child, parent in parents.items() if parent == process]


def megabytes(process: int) -> float:
    """The resident memory of a process in MB; 0 where it has ended."""
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * _PAGE_MB
    except OSError:
        return 0.0
