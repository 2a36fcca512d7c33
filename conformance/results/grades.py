"""The grades of a refusal: how well something malformed was refused."""

EXPLAINED, REJECTED, LEAKED = "explained", "rejected", "leaked"
ACCEPTED, CRASHED, HUNG = "accepted", "crashed", "hung"
GRADES = (EXPLAINED, REJECTED, LEAKED, ACCEPTED, CRASHED, HUNG)
"""All grades, the best first."""

KEPT_GRADES = (EXPLAINED, REJECTED)
"""The grades with which the clauses of rejection hold."""
