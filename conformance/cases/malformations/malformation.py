"""The type of a malformation: its name, what it changes, and the words that explain it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from conformance.cases.case import Case

STATE, LENGTHS, MASK = "initial_state", "sequence_length", "mask"

Change = Callable[[object, Case], object]
Applies = Callable[[Case], bool]
Words = Callable[[Case], tuple[str, ...]]


@dataclass(frozen=True)
class MalformationType:
    """A way of making an argument wrong, and the words that explain the error.

    `applies` says for which cases it makes the argument wrong; `change` makes it so. `of_leaf` is
    True where it changes single leaves of a state. A message explains the error if it contains at
    least one of the words `expected` and one of the words `received`. `argument` is the name of the
    argument that is changed.
    """

    name: str
    about: str
    applies: Applies
    change: Change
    of_leaf: bool
    expected: Words
    received: Words
    argument: str = STATE


def always(case: Case) -> bool:
    """Return True: the malformation can be made in every case."""
    return True


def fixed_words(*fixed: str) -> Words:
    """Return a function that gives the same words for every case."""
    return lambda case: fixed
