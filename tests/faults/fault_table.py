"""Outcomes for people: a line when a trial finishes, and tables at the end."""

from collections import Counter
from collections.abc import Sequence
from statistics import median

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tests.faults.fault import AREAS, Fault
from tests.faults.trial import Outcome

_COLOURS = {"caught": "green", "survived": "red", "unreached": "yellow", "broken": "magenta"}


def kill_rate(outcomes: Sequence[Outcome]) -> float:
    """Return the part of the faults that was caught, from 0 to 1."""
    return len(_caught_outcomes(outcomes)) / len(outcomes) if outcomes else 0.0


def show_bank(console: Console, faults: Sequence[Fault]) -> None:
    """Print the faults that would be run."""
    table = Table("Area", "Fault", "What is wrong with the library")
    for fault in faults:
        table.add_row(fault.area, fault.name, escape(fault.about))
    console.print(table)
    console.print(f"{len(faults)} faults")


def show_progress(console: Console, outcome: Outcome, number: int, total: int) -> None:
    """Print the outcome of one trial, and the last lines of its output if it is broken."""
    console.print(
        f"{number}/{total}",
        f"{_trial_name(outcome)}: {_coloured_verdict(outcome)}",
        f"after {outcome.seconds:.0f} s {_first_red(outcome)}",
    )
    if outcome.output:
        console.print(escape(outcome.output), style="dim", highlight=False)


def show_summary(console: Console, outcomes: Sequence[Outcome]) -> None:
    """Print every outcome, and for each area the kill rate and the median seconds to red."""
    console.print(_outcomes_table(outcomes))
    console.print(_areas_table(outcomes))


def _outcomes_table(outcomes: Sequence[Outcome]) -> Table:
    table = Table("Area", "Fault", "Verdict", "Seconds", "First seen by")
    for outcome in sorted(outcomes, key=lambda outcome: AREAS.index(outcome.area)):
        seconds = f"{outcome.seconds:.0f}"
        table.add_row(
            outcome.area, outcome.fault, _coloured_verdict(outcome), seconds, _first_red(outcome)
        )
    return table


def _areas_table(outcomes: Sequence[Outcome]) -> Table:
    table = Table("Area", "Caught", "Of", "Kill rate", "By its family", "Median seconds")
    for area in AREAS:
        chosen = [outcome for outcome in outcomes if outcome.area == area]
        if chosen:
            table.add_row(area, *_counts(chosen))
    table.add_section()
    table.add_row("in all", *_counts(outcomes))
    return table


def _trial_name(outcome: Outcome) -> str:
    return " of ".join(part for part in (outcome.asked, outcome.fault) if part)


def _counts(outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    caught = _caught_outcomes(outcomes)
    return (
        str(len(caught)),
        str(len(outcomes)),
        f"{kill_rate(outcomes):.0%}",
        str(sum(outcome.by_its_family for outcome in caught)),
        f"{median(outcome.seconds for outcome in caught):.0f}" if caught else "",
    )


def _caught_outcomes(outcomes: Sequence[Outcome]) -> list[Outcome]:
    return [outcome for outcome in outcomes if outcome.verdict == "caught"]


def _coloured_verdict(outcome: Outcome) -> str:
    return f"[{_COLOURS[outcome.verdict]}]{outcome.verdict}[/]"


def _first_red(outcome: Outcome) -> str:
    return escape(" ".join(part for part in (outcome.clause, outcome.path) if part))


def markdown_tables(outcomes: Sequence[Outcome]) -> str:
    """Return the tables of the summary in Markdown, as docs/internals/faults.md has them."""
    by_clause = [outcome for outcome in outcomes if outcome.asked]
    others = [outcome for outcome in outcomes if not outcome.asked]
    tables = (_bank_tables(others) if others else "", _clause_table(by_clause) if by_clause else "")
    return "\n\n".join(table for table in tables if table)


def _clause_table(outcomes: Sequence[Outcome]) -> str:
    head = ("clause", "fault", "verdict", "seconds", "path")
    return _markdown_table(
        head,
        [
            (str(o.asked), o.fault, o.verdict, f"{o.seconds:.0f}", o.path or "")
            for o in sorted(outcomes, key=lambda outcome: str(outcome.asked))
        ],
    )


def _bank_tables(outcomes: Sequence[Outcome]) -> str:
    ordered = sorted(outcomes, key=lambda outcome: AREAS.index(outcome.area))
    areas = [area for area in AREAS if any(outcome.area == area for outcome in outcomes)]
    by_area = [(area, *_counts([o for o in outcomes if o.area == area])) for area in areas]
    head = ("area", "caught", "of", "kill rate", "by its family", "median seconds to the first red")
    parts = [
        _markdown_table(head, [*by_area, ("in all", *_counts(outcomes))]),
        _markdown_table(("family of the first red verdict", "faults"), _family_counts(outcomes)),
        _markdown_table(
            ("area", "fault", "verdict", "seconds", "first seen by"),
            [(o.area, o.fault, o.verdict, f"{o.seconds:.0f}", _first_red(o)) for o in ordered],
        ),
    ]
    return "\n\n".join(part for part in parts if part)


def _family_counts(outcomes: Sequence[Outcome]) -> list[tuple[str, ...]]:
    first = Counter(str(outcome.clause).split("-")[0] for outcome in _caught_outcomes(outcomes))
    return [(family, str(count)) for family, count in sorted(first.items())]


def _markdown_table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
