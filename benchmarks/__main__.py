"""Measure the suite: `python -m benchmarks kept`, `shares`, `workers` or `memory`.

Each prints a table in Markdown. Machines are noisy: what one run prints may be compared, what two
runs print may not.
"""

import argparse
import sys
from collections.abc import Sequence

from benchmarks import kept, memory, shares, workers

_MEASURES = {"kept": kept, "shares": shares, "workers": workers, "memory": memory}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    commands = parser.add_subparsers(dest="measure", required=True)
    for name, module in _MEASURES.items():
        command = commands.add_parser(name, help=(module.__doc__ or "").split("\n")[0])
        if name != "kept":
            command.add_argument("--profile", default="default")
    options = parser.parse_args(arguments)
    if options.measure == "kept":
        return kept.measure()
    return _MEASURES[options.measure].measure(options.profile)


if __name__ == "__main__":
    sys.exit(main())
