"""A cache of what the reference has computed, by all on which it depends.

To compute several cases of one program takes little longer than one of them. So the engine says
which cases it will ask for, and the first that is asked for takes the others with it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from conformance.cases import case_arrays
from conformance.cases.case import Case
from conformance.cases.case_arrays import ArraySpec, Source, WeightSpec

_T = TypeVar("_T")
_KEPT = 2048
_TOGETHER = 16  # cases; the arrays of more leave the processor's cache

_groups: dict[ArraySpec, Sequence[ArraySpec]] = {}


def expect(cases: Sequence[Case]) -> None:
    """Say which cases will be asked for: those of one program are then computed together."""
    by_weights: dict[WeightSpec, list[ArraySpec]] = {}
    for spec in dict.fromkeys(case_arrays.array_spec(case) for case in cases):
        by_weights.setdefault(spec.weights, []).append(spec)
    _groups.clear()
    for group in by_weights.values():
        for start in range(0, len(group), _TOGETHER):
            together = group[start : start + _TOGETHER]
            _groups.update(dict.fromkeys(together, together))


class BatchCache(Generic[_T]):
    """What a function of several specs of one program has given for each, the last of them."""

    def __init__(self, compute: Callable[[Sequence[ArraySpec]], Sequence[_T]]) -> None:
        self._compute = compute
        self._known: OrderedDict[ArraySpec, _T] = OrderedDict()

    def get(self, source: Source) -> _T:
        """Return what belongs to a case, computed unless it is known."""
        spec = case_arrays.array_spec(source)
        if spec not in self._known:
            together = _groups.get(spec, [spec])
            self._known.update(zip(together, self._compute(together), strict=True))
        self._known.move_to_end(spec)
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)
        return self._known[spec]
