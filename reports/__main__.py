"""The command line of ``python -m reports``: show, compare, matrix, repro."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from reports.compare.comparison import Comparison, compare_runs
from reports.export import machine_formats
from reports.export.markdown import markdown
from reports.run_files.run_file import UnreadableRun, locate, read
from reports.terminal import comparison_text, run_text
from reports.terminal.output import STANDARD_OUTPUT, Export, Unwritable, say, write_exports

if TYPE_CHECKING:
    _Commands = argparse._SubParsersAction["_Parser"]


class _Parser(argparse.ArgumentParser):
    """A parser that reports an error in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} (--help lists the options)\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run_command(options))
    except (UnreadableRun, Unwritable) as error:
        print(f"python -m reports: {error}", file=sys.stderr)
        return 2


def _show(options: argparse.Namespace) -> int:
    run_file = locate(options.run)
    run, name = read(run_file), str(run_file)
    files = [
        Export(options.json, lambda: machine_formats.run_json(run, name)),
        Export(options.junit, lambda: machine_formats.junit(run, name)),
        Export(options.ctrf, lambda: machine_formats.ctrf(run, name)),
    ]
    if not write_exports(files, [run_file]):
        say(
            run_text.widths_text(run)
            if options.widths
            else run_text.run_text(run, name, _columns())
        )
    return 0


def _compare(options: argparse.Namespace) -> int:
    paths = [locate(options.old), locate(options.new)]
    comparison = compare_runs(*map(read, paths))
    old, new = map(str, paths)
    files = [
        Export(options.json, lambda: machine_formats.comparison_json(comparison, old, new)),
        Export(options.markdown, lambda: markdown(comparison, old, new)),
        Export(options.html, lambda: _compare_page(comparison, old, new)),
    ]
    if not write_exports(files, paths):
        say(comparison_text.comparison_text(comparison, old, new, _columns(), options.all))
    return comparison.exit_code


def _compare_page(comparison: Comparison, old: str, new: str) -> str:
    # scripts need NumPy for their data; the other forms of a comparison do not
    from reports.html import compare_page

    return compare_page.html(comparison, old, new)


def _matrix(options: argparse.Namespace) -> int:
    # scripts need NumPy for their data; the other commands do not
    from reports.html import matrix_page

    paths = [locate(path) for path in options.runs]
    runs = [read(path) for path in paths]
    for path, run in zip(paths, runs, strict=True):
        if run.header.old:
            raise UnreadableRun(
                f"{path}: compares two targets, but a column is about one; record a run of each:"
                " `pytest conformance --target NAME`"
            )
    names = [str(path) for path in paths]
    write_exports([Export(options.html, lambda: matrix_page.matrix_html(runs, names))], paths)
    return 0


def _repro(options: argparse.Namespace) -> int:
    # a case needs NumPy for its data; the other commands do not
    from reports.reproducer import select

    run = read(locate(options.run))
    wanted = select.Wanted.parse(options.clause, options.cell, options.malformation, options.mode)
    try:
        made = select.script(run, wanted)
    except select.NoScript as error:
        print(f"python -m reports: {options.clause}: {error}", file=sys.stderr)
        return 2
    if made.others:
        verdict = made.verdict
        about = [part for part in (verdict.path, verdict.cell, verdict.malformation) if part]
        print(
            f"python -m reports: this is {', '.join(about)}; {made.others} more"
            " (choose with --cell, --malformation and --mode)",
            file=sys.stderr,
        )
    say(made.text.rstrip("\n"))
    return 0


def _parser() -> _Parser:
    parser = _Parser(prog="python -m reports", description=__doc__, allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_show(commands)
    _add_compare(commands)
    _add_matrix(commands)
    _add_repro(commands)
    return parser


def _add_show(commands: _Commands) -> None:
    command = commands.add_parser(
        "show",
        help="print a run as a table, with its deviations",
        description="Print a run: versions, counts by family and path, deviations.",
        allow_abbrev=False,
    )
    command.set_defaults(run_command=_show)
    _add_run(command, "run")
    command.add_argument(
        "--widths",
        action="store_true",
        help="print instead how close the results came to the error bounds of the reference",
    )
    _add_export(command, "json", "write the run as JSON, new deviations first")
    _add_export(command, "junit", "write the run as JUnit XML: a new deviation is a failure")
    _add_export(command, "ctrf", "write the run in the Common Test Report Format")


def _add_compare(commands: _Commands) -> None:
    command = commands.add_parser(
        "compare",
        help="print what got worse, got better or changed from one run to another",
        description=(
            "Compare two runs. Exit code 0: NEW is no worse in anything that OLD judged; "
            "1: something got worse; 2: the runs cannot be compared in full, and the output says "
            "why."
        ),
        allow_abbrev=False,
    )
    command.set_defaults(run_command=_compare)
    _add_run(command, "old")
    _add_run(command, "new")
    command.add_argument("--all", action="store_true", help="list unchanged verdicts too")
    _add_export(command, "json", "write the comparison as JSON, with both verdicts of each change")
    _add_export(command, "markdown", "write the comparison as a comment for a pull request")
    _add_export(command, "html", "write the comparison as an HTML page, with scripts")


def _add_matrix(commands: _Commands) -> None:
    command = commands.add_parser(
        "matrix",
        help="write the compatibility table of some runs as an HTML page",
        description=(
            "Write one HTML file that shows what each release does, by clause, path and cell."
        ),
        allow_abbrev=False,
    )
    command.set_defaults(run_command=_matrix)
    command.add_argument(
        "runs",
        nargs="+",
        type=Path,
        metavar="RUN",
        help="a run file, or a folder: the newest run file in it",
    )
    command.add_argument("--html", required=True, metavar="FILE", help="the file to write")


def _add_repro(commands: _Commands) -> None:
    command = commands.add_parser(
        "repro",
        help="print a script that shows a deviation and needs only TensorFlow and NumPy",
        description=(
            "Print a standalone script that shows one deviation of a run. The script exits with 1 "
            "if the deviation is present, with 0 if it is not, and with 2 if it cannot tell."
        ),
        allow_abbrev=False,
    )
    command.set_defaults(run_command=_repro)
    _add_run(command, "run")
    command.add_argument(
        "clause", metavar="CLAUSE[/PATH]", help="for example RJ-01 or RJ-01/RNN/keras3"
    )
    command.add_argument("--cell", help="the cell type, or Stack")
    command.add_argument(
        "--malformation", help="the name of the mistake in the state, lengths or mask"
    )
    command.add_argument("--mode", help="the mode of the minimal case")


def _add_run(command: argparse.ArgumentParser, name: str) -> None:
    command.add_argument(
        name,
        type=Path,
        metavar=name.upper(),
        help="a run file, compressed with gzip or not, or a folder: the newest run file in it",
    )


def _add_export(command: argparse.ArgumentParser, name: str, purpose: str) -> None:
    command.add_argument(
        f"--{name}",
        nargs="?",
        const=STANDARD_OUTPUT,
        metavar="FILE",
        help=f"{purpose}; without FILE, to standard output instead of the text",
    )


def _columns() -> int:
    return shutil.get_terminal_size().columns


if __name__ == "__main__":
    sys.exit(main())
