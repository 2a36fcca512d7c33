"""The families of clauses, and the order in which verdicts are told."""

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
    """The family's short name, from the clause's where none is given."""
    return verdict.family or verdict.clause.partition("-")[0]


def family_rank(family: str) -> tuple[int, str]:
    """What families are sorted by: as above, unknown ones last."""
    known = list(FAMILIES)
    return (known.index(family) if family in known else len(known), family)


def rank(verdict: Verdict) -> tuple[tuple[int, str], list[str]]:
    """What verdicts are sorted by: their family, and then what they are about."""
    return (family_rank(family_of(verdict)), [part or "" for part in verdict.key])


def in_order(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """By family and then by what they are about, however many workers found them."""
    return sorted(verdicts, key=rank)
