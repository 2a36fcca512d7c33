"""The order of the tests, and which of them one worker takes together.

Clauses about the same cell draw the same programs, so they stand together: a worker's target keeps
the programs that it was asked for last. Those that draw most begin; then it goes path by path.
All others, those too whose programs are no other's, are mixed by a hash, and stand in small groups
between and after those: a fault shows early whichever clause it breaks, and workers end together.
"""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from conformance.contract.clause import CLAUSES, Clause

_CHUNKS = 48  # groups of clauses that share nothing
_AT_THE_END = 12
_NODE = re.compile(r"::(?P<function>\w+)\[(?P<subject>.+)\]$")


def group(node: str) -> str:
    """The group of a test of the contract, by its node identifier."""
    of = _clause_test(node)
    return of.cell if of and of.shares else f"{_hash(_sharing_key(node, of))[0] % _CHUNKS:02}"


def ordered(nodes: Sequence[str]) -> list[str]:
    """Node identifiers, group by group."""
    groups: dict[str, list[str]] = {}
    for node in sorted(nodes, key=_sort_key):
        groups.setdefault(group(node), []).append(node)
    return [node for name in _mixed(groups) for node in groups[name]]


def _sort_key(node: str) -> tuple[float, str, bytes, bytes]:
    """What tests are sorted by within a group."""
    of = _clause_test(node)
    if of and of.shares:
        return (-of.clause.cost.effort, of.path, _hash(node), b"")
    return (0.0, "", _hash(_sharing_key(node, of)), _hash(node))


def _mixed(groups: Mapping[str, Sequence[str]]) -> list[str]:
    """Names of groups: those that share programs, the largest first, each before as many others.

    What is wrong with one cell shows first in its group, what is wrong with any in the others.
    """
    chunks = sorted(name for name in groups if name.isdigit())
    sharing = sorted(groups.keys() - set(chunks), key=lambda name: (-len(groups[name]), name))
    between = chunks[: max(0, len(chunks) - _AT_THE_END)]
    reached = list(itertools.accumulate((len(groups[name]) for name in sharing), initial=0))
    ends = [len(between) * tests // max(reached[-1], 1) for tests in reached]
    names = []
    for name, (start, end) in zip(sharing, itertools.pairwise(ends), strict=True):
        names += [name, *between[start:end]]
    return [*names, *(name for name in chunks if name not in set(names))]


@dataclass(frozen=True)
class _ClauseTest:
    """What a test is of: a clause, and a subject as it is written."""

    clause: Clause
    subject: str

    @property
    def shares(self) -> bool:
        """Whether its programs are those of clauses that draw otherwise, too."""
        return not (self.clause.cost.isolated or self.clause.cost.expensive)

    @property
    def path(self) -> str:
        return self.subject.split("-")[0]

    @property
    def cell(self) -> str:
        return self.subject.split("-")[1]


def _clause_test(node: str) -> _ClauseTest | None:
    """What a test is of, or None where it is of no clause."""
    found = _NODE.search(node)
    name = found["function"] if found else ""
    clause = next((c for c in CLAUSES.values() if c.judge.__name__ == name), None)
    # where a target has none of a clause's paths, pytest gives the test a word of its own
    if found is None or clause is None or "-" not in found["subject"]:
        return None
    return _ClauseTest(clause, found["subject"])


def _sharing_key(node: str, of: _ClauseTest | None) -> str:
    """What is the same for the tests that draw the same, which thus come one after the other."""
    return f"{of.clause.draws}[{of.subject}]" if of and of.clause.cost.expensive else node


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
