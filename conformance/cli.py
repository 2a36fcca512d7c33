"""What the commands of the suite have in common: how they end, and the option for the targets."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from conformance.errors import ConformanceError
from conformance.results.records import UnreadableRun
from conformance.targets.cache import VARIABLE

_INTERRUPTED = 130  # as a shell says of what an interrupt has ended


def exit_code(command: str, act: Callable[[], int], interrupted: str = "interrupted") -> int:
    """The exit code of a command: what it returns, 2 for an error, told in one line, or 130."""
    try:
        return act()
    except (ConformanceError, UnreadableRun) as error:
        print(f"python -m {command}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(interrupted, file=sys.stderr)
        return _INTERRUPTED


def add_target_cache(parser: argparse.ArgumentParser) -> None:
    """The option that chooses where targets are kept."""
    parser.add_argument(
        "--target-cache",
        metavar="DIR",
        help=f"the folder of the targets (default: {VARIABLE}, else a folder of your caches)",
    )
