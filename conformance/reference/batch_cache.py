"""A cache of the reference's results, by all that they depend on.

To compute several cases of one program takes little longer than to compute one. So the engine says
which cases it will ask for. The first one that is asked for is computed together with the others.
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
_TOGETHER = 16  # cases; the arrays of more do not fit into the processor's cache

_groups: dict[ArraySpec, Sequence[ArraySpec]] = {}


def expect(cases: Sequence[Case]) -> None:
    """Announce the cases that will be asked for; those of one program are computed together."""
    by_weights: dict[WeightSpec, list[ArraySpec]] = {}
    for spec in dict.fromkeys(case_arrays.array_spec(case) for case in cases):
        by_weights.setdefault(spec.weights, []).append(spec)
    _groups.clear()
    for group in by_weights.values():
        for start in range(0, len(group), _TOGETHER):
            together = group[start : start + _TOGETHER]
            _groups.update(dict.fromkeys(together, together))


class BatchCache(Generic[_T]):
    """The latest results of a function that computes several specs of one program together."""

    def __init__(self, compute: Callable[[Sequence[ArraySpec]], Sequence[_T]]) -> None:
        self._compute = compute
        self._known: OrderedDict[ArraySpec, _T] = OrderedDict()

    def get(self, source: Source) -> _T:
        """Return the result of a case; compute it unless it is in the cache."""
        spec = case_arrays.array_spec(source)
        if spec not in self._known:
            together = _groups.get(spec, [spec])
            self._known.update(zip(together, self._compute(together), strict=True))
        self._known.move_to_end(spec)
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)
        return self._known[spec]
