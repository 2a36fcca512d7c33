"""The command line: ``python -m reports show RUN``."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn, TextIO

from reports.runfile import UnreadableRun, locate, read
from reports.show import shown, widths_shown


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} (--help says what there is)\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        run_file = locate(options.run)
        run = read(run_file)
        columns = shutil.get_terminal_size().columns
        text = widths_shown(run) if options.widths else shown(run, str(run_file), columns)
    except UnreadableRun as error:
        print(f"python -m reports: {error}", file=sys.stderr)
        return 2
    _say(text, sys.stdout)
    return 0


def _parser() -> _Parser:
    parser = _Parser(prog="python -m reports", description=__doc__, allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    show = commands.add_parser(
        "show",
        help="a run as a table, with its deviations",
        description="Shows a run: versions, counts by family and path, deviations.",
        allow_abbrev=False,
    )
    show.add_argument(
        "run", type=Path, metavar="RUN", help="a run file, or a folder: the newest *.jsonl in it"
    )
    show.add_argument(
        "--widths",
        action="store_true",
        help="instead, how near to the reference's width what was observed came",
    )
    return parser


def _say(text: str, stream: TextIO) -> None:
    encoding = stream.encoding or "ascii"
    # A terminal that cannot show a character of a foreign message still shows the rest.
    encodable = text.encode(encoding, "backslashreplace").decode(encoding)
    try:
        print(encodable, file=stream, flush=True)
    except BrokenPipeError:
        # `show RUN | head` is no error; without this Python complains when it closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


if __name__ == "__main__":
    sys.exit(main())
