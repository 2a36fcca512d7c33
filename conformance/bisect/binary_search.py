"""The binary search for the first name that has changed, among names in order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Change:
    """The two names around the change, and the names between them that could not be asked."""

    last: str
    first: str
    unasked: tuple[str, ...] = ()


def find(names: Sequence[str], changed: Callable[[str], bool | None]) -> Change:
    """Find the change between names; the first name has not changed, and the last one has.

    `changed` returns True where a name has changed. It returns None where the answer is unknown:
    then the neighbours are asked.
    """
    low, high, unasked = 0, len(names) - 1, set[int]()
    while left := [at for at in range(low + 1, high) if at not in unasked]:
        middle = min(left, key=lambda at: abs(2 * at - low - high))
        has_changed = changed(names[middle])
        if has_changed is None:
            unasked.add(middle)
        elif has_changed:
            high = middle
        else:
            low = middle
    return Change(names[low], names[high], tuple(names[low + 1 : high]))
