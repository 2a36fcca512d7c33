"""A deviation: the sentence that says in what a clause does not hold."""

from __future__ import annotations

import re

from conformance.adapter import wire

STYLING = re.compile(r"\x1b\[[0-9;]*m")


class Deviation(AssertionError):
    """A clause does not hold for a case: the sentence that says so, and the observation."""

    def __init__(
        self, sentence: str, observation: wire.Observation | None = None, grade: str | None = None
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.observation = observation
        self.grade = grade


_STAGES = {"build": " while building", "before": " while its states were set"}


def error_line(error: wire.Error) -> str:
    """An error in one line, without the terminal's styling."""
    message = " ".join(STYLING.sub("", error.message).split())
    shortened = message if len(message) <= 160 else message[:157] + "..."
    return f"{error.name}{_STAGES.get(error.stage, '')} ({shortened})"
