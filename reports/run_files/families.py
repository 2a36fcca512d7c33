"""The families of clauses, and the order in which verdicts are printed."""

from __future__ import annotations

from collections.abc import Iterable

from conformance.results.verdict import Verdict

FAMILIES = {
    "RT": "round trip",
    "RJ": "rejection",
    "AG": "agreement",
    "SQ": "sequences",
    "ST": "statefulness",
    "MD": "modes",
    "GR": "gradients",
    "PS": "persistence",
    "DC": "documented",
    "DF": "defaults",
    "WR": "wrappers",
    "UP": "upgrade",
}


def family_of(verdict: Verdict) -> str:
    """Return the short name of a verdict's family; without one, take it from the clause."""
    return verdict.family or verdict.clause.partition("-")[0]


def family_rank(family: str) -> tuple[int, str]:
    """Return the sort key of a family: the order above, unknown families last."""
    known = list(FAMILIES)
    return (known.index(family) if family in known else len(known), family)


def rank(verdict: Verdict) -> tuple[tuple[int, str], list[str]]:
    """Return the sort key of a verdict: its family, and then its subject."""
    return (family_rank(family_of(verdict)), [part or "" for part in verdict.key])


def in_order(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """Sort verdicts by family and subject; the number of workers does not change this order."""
    return sorted(verdicts, key=rank)
