"""Measure the suite: `python -m benchmarks kept`, `leaks`, `shares`, `workers` or `memory`.

Each prints a table in Markdown. Machines are noisy: what one run prints may be compared, what two
runs print may not.
"""

import argparse
import sys
from collections.abc import Sequence

from benchmarks import kept, leaks, memory, shares, workers

_OF_PROGRAMS = {"kept": kept, "leaks": leaks}
_OF_A_PROFILE = {"shares": shares, "workers": workers, "memory": memory}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    commands = parser.add_subparsers(dest="measure", required=True)
    for name, module in (_OF_PROGRAMS | _OF_A_PROFILE).items():
        command = commands.add_parser(name, help=(module.__doc__ or "").split("\n")[0])
        if name in _OF_A_PROFILE:
            command.add_argument("--profile", default="default")
    options = parser.parse_args(arguments)
    if options.measure in _OF_PROGRAMS:
        return _OF_PROGRAMS[options.measure].measure()
    return _OF_A_PROFILE[options.measure].measure(options.profile)


if __name__ == "__main__":
    sys.exit(main())
