"""Outcomes on disk: one JSON line each, written as each fault finishes."""

import json
from dataclasses import asdict
from pathlib import Path

from tests.faults.running import Outcome

Outcomes = dict[tuple[str, str | None], Outcome]


def read(file: Path) -> Outcomes:
    """Return the outcomes in a file by what was tried; none when there is no file yet."""
    if not file.exists():
        return {}
    outcomes = (Outcome(**json.loads(line)) for line in file.read_text().splitlines())
    return {outcome.trial: outcome for outcome in outcomes}


def start(file: Path, outcomes: Outcomes) -> None:
    """Write a file anew with the outcomes that are known already."""
    file.write_text("".join(_line(outcome) for outcome in outcomes.values()))


def add(file: Path, outcome: Outcome) -> None:
    """Append one outcome to a file."""
    with file.open("a") as lines:
        lines.write(_line(outcome))


def _line(outcome: Outcome) -> str:
    return json.dumps(asdict(outcome)) + "\n"
