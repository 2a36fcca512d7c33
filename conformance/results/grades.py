"""The grades of a refusal: they say how well a target refused something malformed."""

EXPLAINED, REJECTED, LEAKED = "explained", "rejected", "leaked"
ACCEPTED, CRASHED, HUNG = "accepted", "crashed", "hung"
GRADES = (EXPLAINED, REJECTED, LEAKED, ACCEPTED, CRASHED, HUNG)
"""All grades, the best first."""

KEPT_GRADES = (EXPLAINED, REJECTED)
"""The grades for which the clauses of rejection hold."""
