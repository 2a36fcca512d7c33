"""Measure the suite: `python -m benchmarks --help` lists what is measured.

Each measure prints a table in Markdown. Machines are noisy, so compare only times that one run has
printed, never times of two runs.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks import (
    drawn_cases,
    kept_programs,
    leaks,
    memory,
    sharpness,
    structure,
    time_shares,
    worker_speedup,
)

_WITHOUT_PROFILE = {"kept": kept_programs, "leaks": leaks}
_WITH_PROFILE = {
    "shares": time_shares,
    "workers": worker_speedup,
    "memory": memory,
    "dtypes": drawn_cases,
    "sharpness": sharpness,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    commands = parser.add_subparsers(dest="measure", required=True)
    for name, module in (_WITHOUT_PROFILE | _WITH_PROFILE).items():
        command = commands.add_parser(name, help=(module.__doc__ or "").split("\n")[0])
        if name in _WITH_PROFILE:
            command.add_argument("--profile", default="default")
    command = commands.add_parser("structure", help=(structure.__doc__ or "").split("\n")[0])
    command.add_argument(
        "root", nargs="?", type=Path, default=Path(), help="the checkout (default: this folder)"
    )
    options = parser.parse_args(arguments)
    if options.measure == "structure":
        return structure.measure(options.root)
    if options.measure in _WITHOUT_PROFILE:
        return _WITHOUT_PROFILE[options.measure].measure()
    return _WITH_PROFILE[options.measure].measure(options.profile)


if __name__ == "__main__":
    sys.exit(main())
