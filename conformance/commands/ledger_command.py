"""The ledger over versions: ``python -m conformance.ledger check`` and ``update``.

`check` replays the minimal case of every entry, on each of its paths, on every target that is made,
and tells where a range is wrong: the deviation is outside of it, or is not inside. `update` writes
the ranges in which the deviations were seen. Exit code: 0 where all ranges are right (or were
written), 1 where one is wrong (or none can be told), 2 where a target could not be asked, or for a
wrong command line, 130 when it was interrupted; what was seen is kept, and the next try goes on.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from conformance import ledger
from conformance.cli import add_target_cache, exit_code
from conformance.errors import ConformanceError
from conformance.ledger_audit import render
from conformance.ledger_audit.check_ranges import Checked, check
from conformance.ledger_audit.replay_entries import look_at_all
from conformance.ledger_audit.rewrite import write_ranges
from conformance.ledger_audit.sighting_log import Sightings
from conformance.targets import registry
from conformance.targets.cache import Cache
from reports.terminal.output import say

_KEPT = Path("reports/out/ledger-sightings.jsonl")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    options = _parser().parse_args(arguments)
    interrupted = f"interrupted; what was seen is kept in {options.kept}"
    return exit_code("conformance.ledger", lambda: _run(options), interrupted)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m conformance.ledger", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    told = {
        "check": "replay every entry on the targets, and tell where its range is wrong",
        "update": "the same, and write the ranges in which the deviations were seen",
    }
    for command, text in told.items():
        added = commands.add_parser(command, help=text, description=text)
        added.add_argument(
            "--target", action="append", metavar="T",
            help="a name, here, or the path of a Python (default: all that are made)",
        )  # fmt: skip
        add_target_cache(added)
        added.add_argument(
            "-n", type=int, default=1, metavar="N", dest="workers",
            help="so many targets at once (default: %(default)s)",
        )  # fmt: skip
        added.add_argument(
            "--kept", type=Path, default=_KEPT, metavar="FILE",
            help="where what was seen is kept (default: %(default)s)",
        )  # fmt: skip
        added.add_argument(
            "--anew", action="store_true",
            help="replay again what was seen before, as after a change of the suite",
        )  # fmt: skip
        added.add_argument(
            "--ledger", type=Path, default=ledger.DEVIATIONS, metavar="FILE",
            help="another ledger than the suite's own",
        )  # fmt: skip
    return parser


def _run(options: argparse.Namespace) -> int:
    entries = ledger.read(options.ledger)
    targets = options.target or _made_targets(Cache.choose(options.target_cache))
    kept = Sightings(options.kept)
    if options.anew:
        kept.forget()
    unasked = look_at_all(targets, entries, kept, options.target_cache, options.workers)
    seen = kept.read()
    checked = [check(entry, {t: seen[t] for t in targets if t in seen}) for entry in entries]
    wrong = [each for each in checked if each.wrong]
    say("\n".join(render.audit_lines(checked, targets)))
    if options.command == "update":
        wrong = _written(options.ledger, wrong)
    return 2 if unasked else int(bool(wrong))


def _made_targets(cache: Cache) -> list[str]:
    made = [name for name, recipe in registry.read().items() if cache.has(recipe)]
    if not made:
        raise ConformanceError(
            f"no target is made in {cache.folder}: make some with `python -m conformance.targets"
            " make`, or name one with --target"
        )
    return made


def _written(path: Path, wrong: Sequence[Checked]) -> list[Checked]:
    """Write the ranges that were found; the entries for which there is none."""
    ranges = {one.entry.name: found for one in wrong if (found := one.found) is not None}
    write_ranges(path, ranges)
    say(f"{len(ranges)} ranges written to {path.name}")
    return [one for one in wrong if one.entry.name not in ranges]
