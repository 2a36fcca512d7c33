"""Deviations: a sentence that says how an observation differs from what a clause demands."""

from __future__ import annotations

import re

from conformance.adapter import wire

STYLING = re.compile(r"\x1b\[[0-9;]*m")


class Deviation(AssertionError):
    """An error that says how a clause fails for a case: the sentence, and the observation.

    It is `numeric` where numbers are wrong, and nothing else. Then `run` is the whole
    `outputs.Run`, if there is one. Where the numbers are gone already, `values` names the known
    wrong results that they were (ledger/known_values.py).
    """

    run: object = None
    values: tuple[str, ...] = ()

    def __init__(
        self,
        sentence: str,
        observation: wire.Observation | None = None,
        grade: str | None = None,
        *,
        numeric: bool = False,
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.observation = observation
        self.grade = grade
        self.numeric = numeric


_STAGES = {
    "build": " while building",
    "compile": " while compiling",
    "before": " while its states were set",
}


def error_line(error: wire.Error) -> str:
    """Return an error in one line, without the terminal's styling."""
    message = " ".join(STYLING.sub("", error.message).split())
    shortened = message if len(message) <= 160 else message[:157] + "..."
    return f"{error.name}{_STAGES.get(error.stage, '')} ({shortened})"
