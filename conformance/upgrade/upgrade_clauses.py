"""The clauses of the family UP: what must hold of two targets."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.contract import sources
from conformance.contract.clause import MUST, SHOULD

STRUCTURE, GRADE, ERROR_CLASS, MESSAGE, NUMBERS, DEFAULTS, KEPT, THERE = (
    f"UP-{number:02}" for number in range(1, 9)
)


@dataclass(frozen=True)
class Statement:
    """A clause of the upgrade: what must hold of the same cases on the old target and the new."""

    identifier: str
    statement: str
    severity: str
    source: str = sources.NONE


STATEMENTS = {
    one.identifier: one
    for one in (
        Statement(
            STRUCTURE,
            "Outputs and final state have the structure, shapes and dtypes of before.",
            MUST,
        ),
        Statement(
            GRADE,
            "What was taken is still taken, and what is malformed is refused no less clearly.",
            MUST,
        ),
        Statement(
            ERROR_CLASS, "What is refused is refused with the class of error of before.", SHOULD
        ),
        Statement(MESSAGE, "What is refused is refused in the words of before.", SHOULD),
        Statement(
            NUMBERS,
            "Outputs and final state are those of before, as near as two correct computations are.",
            MUST,
        ),
        Statement(DEFAULTS, "Each class has the default options of before.", SHOULD),
        Statement(
            KEPT, "What another clause says of a case, it says of it after the upgrade.", MUST
        ),
        Statement(THERE, "What can be run on the old target can be run on the new one.", MUST),
    )
}
