"""What a malformation is: its name, what it does and to which argument, and what explains it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from conformance.cases.case import Case

STATE, LENGTHS, MASK = "initial_state", "sequence_length", "mask"

Change = Callable[[object, Case], object]
Applies = Callable[[Case], bool]
Words = Callable[[Case], tuple[str, ...]]


@dataclass(frozen=True)
class MalformationKind:
    """What a malformation does, where it can be done, and what an explaining message must name.

    `expected` and `received` give words of which at least one each must stand in the message.
    `argument` is what it is done to.
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
    """For what can be done to every case."""
    return True


def fixed_words(*fixed: str) -> Words:
    """The same words for every case."""
    return lambda case: fixed
