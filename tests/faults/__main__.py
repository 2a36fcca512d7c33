"""Run the suite once per planted fault and report which faults it saw.

Exit code: 0 when at least 95 of 100 faults were caught (with --clause: all of them); 1 when fewer
were; 2 for a wrong command line or a suite that is red without any fault; 130 when interrupted.
"""

import argparse
import random
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from tests.faults.bank import BANK
from tests.faults.clause_faults import CLAUSE_FAULTS
from tests.faults.fault import AREAS, Fault
from tests.faults.fault_results import append_outcome, read_outcomes, write_outcomes
from tests.faults.fault_table import (
    kill_rate,
    markdown_tables,
    show_bank,
    show_progress,
    show_summary,
)
from tests.faults.trial import Outcome, Trial
from tests.faults.trial_runner import TrialRunner

_WANTED_KILL_RATE = 0.95
_INTERRUPTED = 130
_WIDTH_IN_A_FILE = 140


class WrongChoice(Exception):
    """The command line names an unknown fault, clause or area, or leaves no fault to run."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    options = _parser().parse_args(arguments)
    console = Console(width=None if sys.stdout.isatty() else _WIDTH_IN_A_FILE)
    try:
        faults = _choose_faults(options.only, options.area, options.sample)
        trials = _make_trials(faults, options.clause, by_name=bool(options.only))
    except WrongChoice as wrong:
        print(wrong, file=sys.stderr)
        return 2
    if options.list:
        show_bank(console, faults)
        return 0
    if options.markdown:
        print(markdown_tables(list(read_outcomes(options.markdown).values())))
        return 0
    runner = TrialRunner(options.profile, options.workers, options.time_limit, options.whole)
    if options.control and not runner.is_green():
        print(
            "the suite is red without any fault, so a red run would prove nothing", file=sys.stderr
        )
        return 2
    wanted = 1.0 if options.clause else _WANTED_KILL_RATE
    plan = _Plan(console, runner, trials, options.jobs, wanted)
    return _run_plan(plan, resumed=options.resume, file=options.json)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    add = parser.add_argument
    add("--only", action="append", default=[], metavar="NAME", help="run this fault (repeatable)")
    add(
        "--clause",
        action="append",
        default=[],
        metavar="ID",
        help="run only the tests of this clause, with the fault that is for it or with the faults "
        "that --only names (repeatable; all: every clause)",
    )
    add("--area", help=f"run the faults of one area: {', '.join(AREAS)}")
    add("--sample", type=int, metavar="N", help="run N faults, the same N each time")
    add("--list", action="store_true", help="show the faults and run none")
    add("--markdown", type=Path, metavar="FILE", help="print the tables of FILE and run no fault")
    add("--profile", default="default", help="the suite's profile")
    add("-n", dest="workers", type=int, default=2, metavar="N", help="workers of each run")
    add("--jobs", type=int, default=1, metavar="N", help="faults to run at the same time")
    add("--whole", action="store_true", help="run the whole suite at once")
    add("--time-limit", type=float, default=600.0, metavar="SECONDS", help="for each fault")
    add("--control", action="store_true", help="first check that the suite is green without faults")
    add("--json", type=Path, metavar="FILE", help="write each outcome to FILE when it is known")
    add(
        "--resume",
        type=Path,
        metavar="FILE",
        help="skip the faults that have an outcome in FILE; without --json, add the new outcomes "
        "to it",
    )
    return parser


def _choose_faults(names: Sequence[str], area: str | None, sample: int | None) -> list[Fault]:
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
        faults = _draw_sample(faults, max(sample, 0))
    if not faults:
        raise WrongChoice("these options leave no fault to run")
    return faults


def _draw_sample(faults: Sequence[Fault], size: int) -> list[Fault]:
    # by name: a fault that moves to another module of the bank changes no sample
    names = random.Random(0).sample(sorted(fault.name for fault in faults), size)
    return [fault for fault in faults if fault.name in names]


def _make_trials(faults: Sequence[Fault], clauses: Sequence[str], *, by_name: bool) -> list[Trial]:
    if not clauses:
        return [Trial(fault) for fault in faults]
    chosen = CLAUSE_FAULTS if "all" in clauses else clauses
    unknown = sorted(set(chosen) - set(CLAUSE_FAULTS))
    if unknown:
        raise WrongChoice(
            f"no fault is for clause {', '.join(unknown)} (tests/faults/clause_faults.py)"
        )
    trials = [
        Trial(fault, clause)
        for clause in chosen
        for fault in faults
        if by_name or fault.name == CLAUSE_FAULTS[clause]
    ]
    if not trials:
        raise WrongChoice("these options leave no fault to run")
    return trials


@dataclass(frozen=True)
class _Plan:
    """The trials to run, the runner, trials at the same time, the output, the wanted kill rate."""

    console: Console
    runner: TrialRunner
    trials: Sequence[Trial]
    jobs: int
    wanted_kill_rate: float


def _run_plan(plan: _Plan, *, resumed: Path | None, file: Path | None) -> int:
    known = read_outcomes(resumed) if resumed else {}
    file = file or resumed
    if file and file != resumed:
        write_outcomes(file, known)
    outcomes = [known[trial.key] for trial in plan.trials if trial.key in known]
    try:
        _run_trials(plan, outcomes, file)
    except KeyboardInterrupt:
        plan.console.print("interrupted")
        show_summary(plan.console, outcomes)
        return _INTERRUPTED
    show_summary(plan.console, outcomes)
    return 0 if kill_rate(outcomes) >= plan.wanted_kill_rate else 1


def _run_trials(plan: _Plan, outcomes: list[Outcome], file: Path | None) -> None:
    """Run the trials without an outcome, and add each new outcome to `outcomes` and the file."""
    done = {outcome.key for outcome in outcomes}
    left = [trial for trial in plan.trials if trial.key not in done]
    with ThreadPoolExecutor(plan.jobs) as pool:
        running = [pool.submit(plan.runner.run, trial) for trial in left]
        try:
            for ended in as_completed(running):
                outcome = ended.result()
                outcomes.append(outcome)
                if file:
                    append_outcome(file, outcome)
                show_progress(plan.console, outcome, len(outcomes), len(plan.trials))
        except KeyboardInterrupt:
            plan.console.print("waiting for the faults that are running")
            pool.shutdown(cancel_futures=True)
            raise


if __name__ == "__main__":
    sys.exit(main())
