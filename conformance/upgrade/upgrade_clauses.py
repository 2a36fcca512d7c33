"""The clauses of the family UP, which say what an old and a new target must have in common."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.contract.citation import Source
from conformance.results.severities import SAME

STRUCTURE, GRADE, ERROR_CLASS, MESSAGE, NUMBERS, DEFAULTS, KEPT, THERE = (
    f"UP-{number:02}" for number in range(1, 9)
)


@dataclass(frozen=True)
class Statement:
    """A clause of the upgrade check, about the same cases on the old target and on the new one."""

    identifier: str
    statement: str
    severity: str = SAME
    sources: tuple[Source, ...] = (Source("what the older of two targets did"),)


STATEMENTS = {
    one.identifier: one
    for one in (
        Statement(
            STRUCTURE,
            "The outputs and the final state have the same structure, shapes and dtypes as before.",
        ),
        Statement(
            GRADE,
            "What was accepted is still accepted, "
            "and what is malformed is refused at least as clearly as before.",
        ),
        Statement(
            ERROR_CLASS,
            "What is refused is refused with the same class of error as before.",
        ),
        Statement(MESSAGE, "What is refused is refused in the same words as before."),
        Statement(
            NUMBERS,
            "The outputs and the final state are those of before, "
            "as closely as two correct computations agree.",
        ),
        Statement(DEFAULTS, "Each class has the same default options as before."),
        Statement(
            KEPT,
            "A clause that holds for a case on the old target holds for it on the new one.",
        ),
        Statement(THERE, "What can be run on the old target can be run on the new one."),
    )
}
