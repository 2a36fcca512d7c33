"""The common parts of the suite's commands: how they end, and the option for the targets."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from conformance.errors import ConformanceError
from conformance.results.records import UnreadableRun
from conformance.targets.cache import VARIABLE

_INTERRUPTED = 130  # a shell's exit code for a process that an interrupt has ended


def exit_code(command: str, act: Callable[[], int], interrupted: str = "interrupted") -> int:
    """Run a command and return its exit code: its own, 2 with one line for an error, or 130."""
    try:
        return act()
    except (ConformanceError, UnreadableRun) as error:
        print(f"python -m {command}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(interrupted, file=sys.stderr)
        return _INTERRUPTED


def add_target_cache(parser: argparse.ArgumentParser) -> None:
    """Add the option that chooses where targets are kept."""
    parser.add_argument(
        "--target-cache",
        metavar="DIR",
        help=f"the folder of the targets (default: {VARIABLE}, else one in your cache folder)",
    )
