"""Baselines: ``python -m conformance.baselines make [NAME...]``, ``table`` and ``example``.

`make` runs the suite on the named targets, one after the other, and keeps each run compressed in
reports/baselines/. It skips a baseline that this version of the suite has already made, so the same
command continues after an interrupt. `table` writes the table of the baselines into
docs/targets.md; `example` writes their pages into docs/example/. Exit code: 0 when all was done,
1 where a run did not finish, 2 for a wrong command line, 130 when it was interrupted.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from conformance.cli import add_target_cache, exit_code
from conformance.engine import profiles
from conformance.errors import ConformanceError
from conformance.targets import registry
from reports.publish import example, targets_page
from reports.publish.baseline_folder import FOLDER, Baselines, Maker
from reports.publish.make_baselines import How, NoBaseline, progress, run_on
from reports.terminal.output import say


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code."""
    options = _parser().parse_args(arguments)
    interrupted = "interrupted; the same command continues with the rest"
    return exit_code(
        "conformance.baselines", lambda: int(options.run_command(options)), interrupted
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m conformance.baselines", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    make = commands.add_parser("make", help="run the suite on named targets, and keep each run")
    make.set_defaults(run_command=_make)
    make.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help="targets (default: all that this machine has the Python for)",
    )
    make.add_argument(
        "--profile", choices=sorted(set(profiles.PROFILES) - {profiles.EXPLORE}),
        default="default", help="how much to search (default: %(default)s)",
    )  # fmt: skip
    make.add_argument(
        "-n", type=int, default=2, metavar="N", dest="workers",
        help="number of workers for a run (default: %(default)s)",
    )  # fmt: skip
    add_target_cache(make)
    table = commands.add_parser("table", help="write the baselines' table into docs/targets.md")
    table.set_defaults(run_command=_table)
    table.add_argument(
        "--page", type=Path, default=targets_page.PAGE, metavar="FILE",
        help="the page with the table (default: docs/targets.md)",
    )  # fmt: skip
    pages = commands.add_parser("example", help="write the baselines' pages into docs/example/")
    pages.set_defaults(run_command=_example)
    pages.add_argument(
        "--into", type=Path, default=example.FOLDER, metavar="DIR",
        help="the folder of the pages (default: docs/example)",
    )  # fmt: skip
    for command in (make, table, pages):
        command.add_argument(
            "--folder", type=Path, default=FOLDER, metavar="DIR",
            help="the folder of the baselines (default: reports/baselines)",
        )  # fmt: skip
    return parser


def _make(options: argparse.Namespace) -> int:
    baselines, maker = Baselines(options.folder), Maker.today(options.profile)
    names = _names(options.names)
    left = [name for name in names if not baselines.has(name, maker)]
    progress(f"{len(left)} of {len(names)} baselines to make in the profile {options.profile}")
    how = How(options.profile, options.workers, options.target_cache)
    failed = 0
    for number, name in enumerate(left, 1):
        progress(f"{name}: {number} of {len(left)}")
        try:
            with tempfile.TemporaryDirectory() as scratch:
                baselines.keep(name, run_on(name, how, Path(scratch)), maker)
        except NoBaseline as error:
            print(error, file=sys.stderr)
            failed += 1
    say(f"{len(left) - failed} baselines made; all baselines take {baselines.size() / 1e6:.1f} MB")
    return int(failed > 0)


def _names(given: Sequence[str]) -> list[str]:
    """Return the given targets, else all that have a Python here; print what is left out."""
    unknown = [name for name in given if name not in registry.read()]
    if unknown:
        raise ConformanceError(
            f"no such target: {', '.join(unknown)} (`python -m conformance.targets list` shows all)"
        )
    if given:
        return list(given)
    names, left_out = registry.available()
    for line in left_out:
        progress(f"left out: {line}")
    return names


def _table(options: argparse.Namespace) -> int:
    runs = dict(Baselines(options.folder).runs())
    targets_page.write(runs, options.page)
    say(f"{len(runs)} targets in the table of {options.page.name}")
    return 0


def _example(options: argparse.Namespace) -> int:
    for path in example.write(Baselines(options.folder), options.into):
        say(f"{path.name}: {path.stat().st_size / 1e6:.1f} MB")
    return 0
