"""The command line: ``python -m reports show RUN`` and ``python -m reports compare OLD NEW``."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from reports import compare, exports, show
from reports.comparison import compared
from reports.markdown import markdown
from reports.runfile import UnreadableRun, locate, read

if TYPE_CHECKING:
    _Commands = argparse._SubParsersAction["_Parser"]

_STANDARD_OUTPUT = "-"


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} (--help says what there is)\n")


class _Unwritable(Exception):
    """A file that was asked for and cannot be written."""


@dataclass(frozen=True)
class _Export:
    """A file that may have been asked for, and what makes its text."""

    to: str | None
    text: Callable[[], str]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run_command(options))
    except (UnreadableRun, _Unwritable) as error:
        print(f"python -m reports: {error}", file=sys.stderr)
        return 2


def _show(options: argparse.Namespace) -> int:
    run_file = locate(options.run)
    run, name = read(run_file), str(run_file)
    files = [
        _Export(options.json, lambda: exports.run_json(run, name)),
        _Export(options.junit, lambda: exports.junit(run, name)),
        _Export(options.ctrf, lambda: exports.ctrf(run, name)),
    ]
    if not _exported(files, [run_file]):
        _say(show.widths_shown(run) if options.widths else show.shown(run, name, _columns()))
    return 0


def _compare(options: argparse.Namespace) -> int:
    paths = [locate(options.old), locate(options.new)]
    comparison = compared(*map(read, paths))
    old, new = map(str, paths)
    files = [
        _Export(options.json, lambda: exports.comparison_json(comparison, old, new)),
        _Export(options.markdown, lambda: markdown(comparison, old, new)),
    ]
    if not _exported(files, paths):
        _say(compare.shown(comparison, old, new, _columns(), options.all))
    return comparison.exit_code


def _exported(files: Sequence[_Export], inputs: Sequence[Path]) -> bool:
    """Write what was asked for; returns whether that was what standard output is for."""
    asked = [file.to for file in files if file.to is not None]
    twice = [to for to in asked if asked.count(to) > 1]
    if twice:
        where = "standard output" if twice[0] == _STANDARD_OUTPUT else twice[0]
        raise _Unwritable(f"only one export can go to {where}")
    for file in files:
        if file.to == _STANDARD_OUTPUT:
            _say(file.text().rstrip("\n"))
        elif file.to is not None:
            _save(Path(file.to), file.text(), inputs)
    return _STANDARD_OUTPUT in asked


def _save(path: Path, text: str, inputs: Sequence[Path]) -> None:
    if path.resolve() in [run_file.resolve() for run_file in inputs]:
        raise _Unwritable(f"{path}: is the run file that was to be read")
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise _Unwritable(f"{path}: cannot be written: {error.strerror or error}") from None


def _parser() -> _Parser:
    parser = _Parser(prog="python -m reports", description=__doc__, allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_show(commands)
    _add_compare(commands)
    return parser


def _add_show(commands: _Commands) -> None:
    command = commands.add_parser(
        "show",
        help="a run as a table, with its deviations",
        description="Shows a run: versions, counts by family and path, deviations.",
        allow_abbrev=False,
    )
    command.set_defaults(run_command=_show)
    _add_run(command, "run")
    command.add_argument(
        "--widths",
        action="store_true",
        help="instead, how near to the reference's width what was observed came",
    )
    _add_export(command, "json", "the run as JSON, new deviations first")
    _add_export(command, "junit", "the run as JUnit XML: a new deviation fails")
    _add_export(command, "ctrf", "the run in the Common Test Report Format")


def _add_compare(commands: _Commands) -> None:
    command = commands.add_parser(
        "compare",
        help="what got worse, better, or other from one run to another",
        description=(
            "Compares two runs. Exit code 0: all that OLD judged is no worse in NEW; 1: something "
            "got worse; 2: that cannot be told, and why."
        ),
        allow_abbrev=False,
    )
    command.set_defaults(run_command=_compare)
    _add_run(command, "old")
    _add_run(command, "new")
    command.add_argument("--all", action="store_true", help="list what is unchanged, too")
    _add_export(command, "json", "the comparison as JSON, with both verdicts of each change")
    _add_export(command, "markdown", "the comparison as a comment on a pull request")


def _add_run(command: argparse.ArgumentParser, name: str) -> None:
    command.add_argument(
        name,
        type=Path,
        metavar=name.upper(),
        help="a run file, or a folder: the newest *.jsonl in it",
    )


def _add_export(command: argparse.ArgumentParser, name: str, told: str) -> None:
    command.add_argument(
        f"--{name}",
        nargs="?",
        const=_STANDARD_OUTPUT,
        metavar="FILE",
        help=f"{told}; without FILE on standard output instead of the text",
    )


def _columns() -> int:
    return shutil.get_terminal_size().columns


def _say(text: str) -> None:
    stream = sys.stdout
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
