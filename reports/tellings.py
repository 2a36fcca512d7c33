"""Of clauses about what a cell tells of itself, the expression that shows it; no call is needed."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.case import Case


@dataclass(frozen=True)
class Telling:
    """An expression, by the name of what it gives; what must come of it, in words and as code."""

    name: str
    expression: str
    words: str
    holds: str


def of(clause: str, case: Case) -> Telling | None:
    """What shows whether a clause holds for a case; None where that takes a call."""
    return _state_size(case) if clause == "DC-12" else None


def _state_size(case: Case) -> Telling:
    words, holds = _AN_INTEGER
    if case.stacked:
        words, holds = _PAIRS
    elif case.cell_name != "SimpleRNN":
        words, holds = _A_PAIR
    return Telling("size", "layer.cell.state_size", words, holds)


_AN_INTEGER = ("an integer", "isinstance(size, int)")
_A_PAIR = ("a tuple of two integers", "isinstance(size, tuple) and len(size) == 2")
_PAIRS = (
    "a tuple of tuples of two integers",
    "isinstance(size, tuple) and all(isinstance(of_cell, tuple) for of_cell in size)",
)
