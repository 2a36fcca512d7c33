"""The order of the tests, and the groups of tests that one worker takes together.

Clauses about the same cell draw the same programs. They form one group, as a worker's target keeps
the programs that it ran last. In a group, the clauses that draw most come first, then the group
goes path by path.

All other tests share no programs. A hash spreads them over small groups, which stand between and
after the large ones. So a fault shows early, whichever clause it breaks, and the workers end at
about the same time.
"""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from conformance.contract.clause import CLAUSES, Clause

_CHUNKS = 48  # groups of clauses that share no programs
_CHUNKS_AT_THE_END = 12
_NODE = re.compile(r"::(?P<function>\w+)\[(?P<subject>.+)\]$")


def group(node: str) -> str:
    """Return the group of a test of the contract, by its node identifier."""
    test = _clause_test(node)
    if test and test.shares_programs:
        return test.cell
    return f"{_hash(_sharing_key(node, test))[0] % _CHUNKS:02}"


def order_nodes(nodes: Sequence[str]) -> list[str]:
    """Return the node identifiers in the order of their groups."""
    groups: dict[str, list[str]] = {}
    for node in sorted(nodes, key=_sort_key):
        groups.setdefault(group(node), []).append(node)
    return [node for name in _order_groups(groups) for node in groups[name]]


def _sort_key(node: str) -> tuple[float, str, bytes, bytes]:
    """Return the key by which the tests of a group are sorted."""
    test = _clause_test(node)
    if test and test.shares_programs:
        return (-test.clause.cost.effort, test.path, _hash(node), b"")
    return (0.0, "", _hash(_sharing_key(node, test)), _hash(node))


def _order_groups(groups: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the names of the groups: the large ones by size, and the small ones spread over them.

    A fault of one cell shows first in the group of that cell, any other fault in the small groups.
    """
    chunks = sorted(name for name in groups if name.isdigit())
    sharing = sorted(groups.keys() - set(chunks), key=lambda name: (-len(groups[name]), name))
    between = chunks[: max(0, len(chunks) - _CHUNKS_AT_THE_END)]
    sums = list(itertools.accumulate((len(groups[name]) for name in sharing), initial=0))
    ends = [len(between) * tests // max(sums[-1], 1) for tests in sums]
    names = []
    for name, (start, end) in zip(sharing, itertools.pairwise(ends), strict=True):
        names += [name, *between[start:end]]
    return [*names, *(name for name in chunks if name not in set(names))]


@dataclass(frozen=True)
class _ClauseTest:
    """The clause and the subject of a test; the subject is the text in the test's identifier."""

    clause: Clause
    subject: str

    @property
    def shares_programs(self) -> bool:
        """True where other clauses draw the same programs, with other data."""
        return not (self.clause.cost.isolated or self.clause.cost.expensive)

    @property
    def path(self) -> str:
        """The path of the subject, or the pair of paths."""
        return self.subject.split("-")[0]

    @property
    def cell(self) -> str:
        """The cell of the subject."""
        return self.subject.split("-")[1]


def _clause_test(node: str) -> _ClauseTest | None:
    """Return the clause and the subject of a test; None where it tests no clause."""
    found = _NODE.search(node)
    name = found["function"] if found else ""
    clause = next((c for c in CLAUSES.values() if c.judge.__name__ == name), None)
    # if a target has none of a clause's paths, pytest writes a word of its own as the subject
    if found is None or clause is None or "-" not in found["subject"]:
        return None
    return _ClauseTest(clause, found["subject"])


def _sharing_key(node: str, test: _ClauseTest | None) -> str:
    """Return a key that tests with the same cases share, so that they stand side by side."""
    return f"{test.clause.draws}[{test.subject}]" if test and test.clause.cost.expensive else node


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
