"""What is worked out of a case, remembered by what alone it depends on; of several cases at once.

To work out several cases of one program takes little longer than one of them. So those that will
be asked for are told before, and the first that is asked for takes the others with it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from conformance.cases import case_arrays
from conformance.cases.case import Case

_T = TypeVar("_T")
_REMEMBERED = 2048
_TOGETHER = 16  # cases; the arrays of more leave the processor's cache

_expected: dict[Case, Sequence[Case]] = {}


def expect(cases: Sequence[Case]) -> None:
    """Say which cases will be asked for: those of one program are then worked out together."""
    alike: dict[Case, list[Case]] = {}
    for case in dict.fromkeys(case_arrays.drawn(case) for case in cases):
        alike.setdefault(case_arrays.weighed(case), []).append(case)
    _expected.clear()
    for group in alike.values():
        for at in range(0, len(group), _TOGETHER):
            together = group[at : at + _TOGETHER]
            _expected.update(dict.fromkeys(together, together))


class Memory(Generic[_T]):
    """What was worked out last, by a function of `data.drawn` cases of one program."""

    def __init__(self, compute: Callable[[Sequence[Case]], Sequence[_T]]) -> None:
        self._compute = compute
        self._known: OrderedDict[Case, _T] = OrderedDict()

    def of(self, case: Case) -> _T:
        """That of a case, computed unless it is known."""
        drawn = case_arrays.drawn(case)
        if drawn not in self._known:
            together = _expected.get(drawn, [drawn])
            self._known.update(zip(together, self._compute(together), strict=True))
        self._known.move_to_end(drawn)
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return self._known[drawn]
