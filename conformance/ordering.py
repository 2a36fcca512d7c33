"""The order of the tests, and which of them one worker takes together.

Clauses about the same cell draw the same programs, so they stand together: a worker's target keeps
the programs that it was asked for last. Those that draw most begin; then it goes path by path, and
those whose programs are no other's come last.
All others are mixed by a hash, and stand in small groups between and after those: a fault shows
early whichever clause it breaks, and workers end together.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from conformance.contract import CLAUSES

_CHUNKS = 48  # groups of clauses that share nothing
_AT_THE_END = 12
_NODE = re.compile(r"::(?P<function>\w+)\[(?P<subject>.+)\]$")


def group(node: str) -> str:
    """The group of a test of the contract, by its node identifier."""
    shared = _shared(node)
    return shared.cell if shared else f"{_hash(node)[0] % _CHUNKS:02}"


def ordered(nodes: Sequence[str]) -> list[str]:
    """Node identifiers, group by group."""
    groups: dict[str, list[str]] = {}
    for node in sorted(nodes, key=_turn):
        groups.setdefault(group(node), []).append(node)
    return [node for name in _mixed(groups) for node in groups[name]]


def _turn(node: str) -> tuple[bool, float, str, bytes]:
    """What tests are sorted by within a group."""
    shared = _shared(node)
    if shared is None:
        return (False, 0.0, "", _hash(node))
    return (shared.dear, -shared.effort, shared.path, _hash(node))


def _mixed(groups: Mapping[str, Sequence[str]]) -> list[str]:
    """Names of groups: those that share programs, the largest first, evenly between the others."""
    chunks = sorted(name for name in groups if name.isdigit())
    sharing = sorted(groups.keys() - set(chunks), key=lambda name: (-len(groups[name]), name))
    between = chunks[: max(0, len(chunks) - _AT_THE_END)]
    names = []
    for index, name in enumerate(sharing):
        start, end = (len(between) * i // len(sharing) for i in (index, index + 1))
        names += [*between[start:end], name]
    return [*names, *(name for name in chunks if name not in set(names))]


@dataclass(frozen=True)
class _Shared:
    """A test whose clause shares programs with others: its path and cell, and how much it draws."""

    path: str
    cell: str
    effort: float
    dear: bool


def _shared(node: str) -> _Shared | None:
    """What is known of a test that shares programs, or None."""
    found = _NODE.search(node)
    name = found["function"] if found else ""
    clause = next((c for c in CLAUSES.values() if c.judge.__name__ == name and not c.anew), None)
    if found is None or clause is None:
        return None
    path, cell, *_ = found["subject"].split("-")
    return _Shared(path, cell, clause.effort, clause.dear)


def _hash(node: str) -> bytes:
    return hashlib.sha256(node.encode()).digest()
