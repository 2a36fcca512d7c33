"""The binary search: of names in order, which is the first that has changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Change:
    """Between which two names the change is, and which lie between that could not be asked."""

    last: str
    first: str
    unasked: tuple[str, ...] = ()


def find(names: Sequence[str], changed: Callable[[str], bool | None]) -> Change:
    """The change between names of which the first has not changed, and the last has.

    `changed` says so of a name in between, or None where that cannot be told: then its neighbours
    are asked.
    """
    low, high, unasked = 0, len(names) - 1, set[int]()
    while left := [at for at in range(low + 1, high) if at not in unasked]:
        middle = min(left, key=lambda at: abs(2 * at - low - high))
        found = changed(names[middle])
        if found is None:
            unasked.add(middle)
        elif found:
            high = middle
        else:
            low = middle
    return Change(names[low], names[high], tuple(names[low + 1 : high]))
