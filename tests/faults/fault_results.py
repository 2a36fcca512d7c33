"""Outcomes on disk: one line of JSON each, written when a trial finishes."""

import json
from dataclasses import asdict
from pathlib import Path

from tests.faults.trial import Outcome, TrialKey

OutcomesByKey = dict[TrialKey, Outcome]


def read_outcomes(file: Path) -> OutcomesByKey:
    """Return the outcomes in a file by their keys; none if the file does not exist."""
    if not file.exists():
        return {}
    outcomes = (Outcome(**json.loads(line)) for line in file.read_text().splitlines())
    return {outcome.key: outcome for outcome in outcomes}


def write_outcomes(file: Path, outcomes: OutcomesByKey) -> None:
    """Write a file with these outcomes, in place of what it contains."""
    file.write_text("".join(_line(outcome) for outcome in outcomes.values()))


def append_outcome(file: Path, outcome: Outcome) -> None:
    """Append one outcome to a file."""
    with file.open("a") as lines:
        lines.write(_line(outcome))


def _line(outcome: Outcome) -> str:
    return json.dumps(asdict(outcome)) + "\n"
