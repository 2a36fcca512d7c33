"""The clauses of the family UP, which say what an old and a new target must have in common."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.contract import sources
from conformance.contract.clause import MUST, SHOULD

STRUCTURE, GRADE, ERROR_CLASS, MESSAGE, NUMBERS, DEFAULTS, KEPT, THERE = (
    f"UP-{number:02}" for number in range(1, 9)
)


@dataclass(frozen=True)
class Statement:
    """A clause of the upgrade check, about the same cases on the old target and on the new one."""

    identifier: str
    statement: str
    severity: str
    source: str = sources.NONE


STATEMENTS = {
    one.identifier: one
    for one in (
        Statement(
            STRUCTURE,
            "The outputs and the final state have the same structure, shapes and dtypes as before.",
            MUST,
        ),
        Statement(
            GRADE,
            "What was accepted is still accepted, "
            "and what is malformed is refused at least as clearly as before.",
            MUST,
        ),
        Statement(
            ERROR_CLASS,
            "What is refused is refused with the same class of error as before.",
            SHOULD,
        ),
        Statement(MESSAGE, "What is refused is refused in the same words as before.", SHOULD),
        Statement(
            NUMBERS,
            "The outputs and the final state are those of before, "
            "as closely as two correct computations agree.",
            MUST,
        ),
        Statement(DEFAULTS, "Each class has the same default options as before.", SHOULD),
        Statement(
            KEPT,
            "Every other clause has the same result for a case on the new target as on the old.",
            MUST,
        ),
        Statement(THERE, "What can be run on the old target can be run on the new one.", MUST),
    )
}
