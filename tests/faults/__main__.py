"""Run the suite once per planted fault and report which faults it saw.

Exit code: 0 when at least 95 in 100 were caught, by clauses asked alone each one; 1 when fewer
were, 2 for a wrong command line or a suite that is red without any fault, 130 when it was
interrupted.
"""

import argparse
import random
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from tests.faults import results
from tests.faults.bank import AREAS, BANK, Fault
from tests.faults.made_for import MADE_FOR
from tests.faults.running import Outcome, Runner, Trial
from tests.faults.showing import kill_rate, markdown, show_bank, show_progress, show_summary

_ENOUGH = 0.95
_INTERRUPTED = 130
_WIDTH_IN_A_FILE = 140


class WrongChoice(Exception):
    """The command line names a fault, a clause or an area that there is not, or leaves no fault."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    options = _parser().parse_args(arguments)
    console = Console(width=None if sys.stdout.isatty() else _WIDTH_IN_A_FILE)
    try:
        faults = _chosen(options.only, options.area, options.sample)
        trials = _trials(faults, options.clause, by_name=bool(options.only))
    except WrongChoice as wrong:
        print(wrong, file=sys.stderr)
        return 2
    if options.list:
        show_bank(console, faults)
        return 0
    if options.markdown:
        print(markdown(list(results.read(options.markdown).values())))
        return 0
    runner = Runner(options.profile, options.workers, options.time_limit, options.whole)
    if options.control and not runner.is_green():
        print("not green without any fault: a red run would prove nothing", file=sys.stderr)
        return 2
    bank = _Bank(console, runner, trials, options.jobs, 1.0 if options.clause else _ENOUGH)
    return _run(bank, resumed=options.resume, file=options.json)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    add = parser.add_argument
    add("--only", action="append", default=[], metavar="NAME", help="run this fault (repeatable)")
    add(
        "--clause",
        action="append",
        default=[],
        metavar="ID",
        help="run a clause's own tests alone, with the fault that is for it or those that --only "
        "names (repeatable; all: every clause)",
    )
    add("--area", help=f"run the faults of one area: {', '.join(AREAS)}")
    add("--sample", type=int, metavar="N", help="run N of them, the same N each time")
    add("--list", action="store_true", help="show the faults and run none")
    add("--markdown", type=Path, metavar="FILE", help="print the tables of FILE, and run none")
    add("--profile", default="default", help="the suite's profile")
    add("-n", dest="workers", type=int, default=2, metavar="N", help="workers of each run")
    add("--jobs", type=int, default=1, metavar="N", help="faults at a time")
    add("--whole", action="store_true", help="run the whole suite at once")
    add("--time-limit", type=float, default=600.0, metavar="SECONDS", help="for each fault")
    add("--control", action="store_true", help="first make sure of a green run without any fault")
    add("--json", type=Path, metavar="FILE", help="write each outcome to FILE as it comes")
    add(
        "--resume",
        type=Path,
        metavar="FILE",
        help="skip the faults FILE has an outcome of; without --json, add the new ones to it",
    )
    return parser


def _chosen(names: Sequence[str], area: str | None, sample: int | None) -> list[Fault]:
    unknown = sorted(set(names) - {fault.name for fault in BANK})
    if unknown:
        raise WrongChoice(f"no such fault: {', '.join(unknown)} (--list shows them all)")
    if area is not None and area not in AREAS:
        raise WrongChoice(f"no such area: {area} (there are: {', '.join(AREAS)})")
    faults = [
        fault
        for fault in BANK
        if (not names or fault.name in names) and (area is None or fault.area == area)
    ]
    if sample is not None and sample < len(faults):
        drawn = random.Random(0).sample(faults, max(sample, 0))
        faults = [fault for fault in faults if fault in drawn]
    if not faults:
        raise WrongChoice("these options leave no fault to run")
    return faults


def _trials(faults: Sequence[Fault], clauses: Sequence[str], *, by_name: bool) -> list[Trial]:
    if not clauses:
        return [Trial(fault) for fault in faults]
    chosen = MADE_FOR if "all" in clauses else clauses
    unknown = sorted(set(chosen) - set(MADE_FOR))
    if unknown:
        raise WrongChoice(f"no fault was made for {', '.join(unknown)} (tests/faults/made_for.py)")
    trials = [
        Trial(fault, asked)
        for asked in chosen
        for fault in faults
        if by_name or fault.name == MADE_FOR[asked]
    ]
    if not trials:
        raise WrongChoice("these options leave no fault to run")
    return trials


@dataclass(frozen=True)
class _Bank:
    """What is run, by what, so many at a time, where it is told, and the rate asked for."""

    console: Console
    runner: Runner
    trials: Sequence[Trial]
    jobs: int
    enough: float


def _run(bank: _Bank, *, resumed: Path | None, file: Path | None) -> int:
    known = results.read(resumed) if resumed else {}
    file = file or resumed
    if file and file != resumed:
        results.start(file, known)
    outcomes = [known[trial.name] for trial in bank.trials if trial.name in known]
    try:
        _run_each(bank, outcomes, file)
    except KeyboardInterrupt:
        bank.console.print("interrupted")
        show_summary(bank.console, outcomes)
        return _INTERRUPTED
    show_summary(bank.console, outcomes)
    return 0 if kill_rate(outcomes) >= bank.enough else 1


def _run_each(bank: _Bank, outcomes: list[Outcome], file: Path | None) -> None:
    """Run the trials that have no outcome yet, adding each to `outcomes` at once."""
    done = {outcome.trial for outcome in outcomes}
    left = [trial for trial in bank.trials if trial.name not in done]
    with ThreadPoolExecutor(bank.jobs) as pool:
        running = [pool.submit(bank.runner.run, trial) for trial in left]
        try:
            for ended in as_completed(running):
                outcome = ended.result()
                outcomes.append(outcome)
                if file:
                    results.add(file, outcome)
                show_progress(bank.console, outcome, len(outcomes), len(bank.trials))
        except KeyboardInterrupt:
            bank.console.print("waiting for the faults that are being run")
            pool.shutdown(cancel_futures=True)
            raise


if __name__ == "__main__":
    sys.exit(main())
