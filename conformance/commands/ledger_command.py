"""Checks the ledger over versions: ``python -m conformance.ledger check`` and ``update``.

`check` replays the minimal case of every entry, on each of its paths, on every installed target. It
prints where a range is wrong: the deviation is seen outside the range, or is not seen inside.
`update` writes the ranges in which the deviations were seen. Exit code: 0 if all ranges are right
(or were written), 1 if one is wrong (or none can be given), 2 if a target could not be asked or the
command line is wrong, 130 if it was interrupted. What was seen is kept, and the next run goes on.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from conformance.cli import add_target_cache, exit_code
from conformance.errors import ConformanceError
from conformance.ledger.load import DEVIATIONS, read_entries
from conformance.ledger_audit import render
from conformance.ledger_audit.check_ranges import CheckedEntry, check
from conformance.ledger_audit.replay_entries import replay_on_targets
from conformance.ledger_audit.rewrite import write_ranges
from conformance.ledger_audit.sighting_log import SightingLog
from conformance.targets import registry
from conformance.targets.cache import Cache
from reports.terminal.output import say

_KEPT = Path("reports/out/ledger-sightings.jsonl")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command, and return the exit code."""
    options = _parser().parse_args(arguments)
    interrupted = f"interrupted; what was seen is kept in {options.kept}"
    return exit_code("conformance.ledger", lambda: _run(options), interrupted)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m conformance.ledger", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    descriptions = {
        "check": "replay every entry on the targets, and print where its range is wrong",
        "update": "do the same, and write the ranges in which the deviations were seen",
    }
    for command, text in descriptions.items():
        _add_options(commands.add_parser(command, help=text, description=text))
    return parser


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--target", action="append", metavar="T",
        help="a name, here, or the path of a Python (default: all that are installed)",
    )  # fmt: skip
    add_target_cache(parser)
    parser.add_argument(
        "-n", type=int, default=1, metavar="N", dest="workers",
        help="the number of targets at once (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--kept", type=Path, default=_KEPT, metavar="FILE",
        help="where to keep what was seen (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--replay-all", action="store_true",
        help="replay again what was seen before, as after a change of the suite",
    )  # fmt: skip
    parser.add_argument(
        "--ledger", type=Path, default=DEVIATIONS, metavar="PATH",
        help="a file or a folder to use instead of the suite's own ledger",
    )  # fmt: skip


def _run(options: argparse.Namespace) -> int:
    entries = read_entries(options.ledger)
    targets = options.target or _installed(Cache.choose(options.target_cache))
    log = SightingLog(options.kept)
    if options.replay_all:
        log.clear()
    unasked = replay_on_targets(targets, entries, log, options.target_cache, options.workers)
    records = log.read()
    seen = {target: records[target] for target in targets if target in records}
    checked = [check(entry, seen) for entry in entries]
    wrong = [each for each in checked if each.wrong]
    say("\n".join(render.report(checked, targets)))
    if options.command == "update":
        wrong = _write(options.ledger, wrong)
    return 2 if unasked else int(bool(wrong))


def _installed(cache: Cache) -> list[str]:
    installed = [name for name, recipe in registry.read().items() if cache.has(recipe)]
    if not installed:
        raise ConformanceError(
            f"no target is made in {cache.folder}: make some with `python -m conformance.targets"
            " make`, or name one with --target"
        )
    return installed


def _write(path: Path, wrong: Sequence[CheckedEntry]) -> list[CheckedEntry]:
    """Write the ranges that were found, and return the entries that have none."""
    ranges = {one.entry.name: found for one in wrong if (found := one.found) is not None}
    write_ranges(path, ranges)
    say(f"{len(ranges)} ranges written to {path.name}")
    return [one for one in wrong if one.entry.name not in ranges]
