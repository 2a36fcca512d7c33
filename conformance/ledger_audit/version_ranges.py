"""Finds the range of versions in which a deviation was seen, from what each target showed.

A range is a box: an interval of releases for each package that it names. It begins at the lowest
release that showed the deviation, and ends before the release after the highest one. Releases that
did not show it are outside. If one of these lies in between, it is left out.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from conformance.ledger.entry import Entry
from conformance.ledger.load import in_range, version

_PACKAGES = ("tensorflow", "keras2", "keras3")

Versions = Mapping[str, str]
Range = Mapping[str, str]
"""The specifiers of each package that it names, as PEP 440 writes them."""


@dataclass(frozen=True)
class Evidence:
    """The versions of the targets that showed a deviation, and of those that did not."""

    shown: Sequence[Versions]
    absent: Sequence[Versions]


def fitting_range(entry: Entry, evidence: Evidence) -> Range | None:
    """Return the range with all versions that showed the deviation and no others, or None.

    It names the packages of the entry if they are enough, else more packages, or others. Releases
    that nobody looked at stay as the entry has them, if that is possible.
    """
    stated = {name: _Interval.parse(specifiers) for name, specifiers in entry.versions}
    for holed, keeps in itertools.product((False, True), (True, False)):
        for packages in _choices(tuple(stated)):
            if all(name in seen for seen in evidence.shown for name in packages):
                before = stated if keeps else {}
                found = {n: _specifiers(n, evidence, holed, before.get(n)) for n in packages}
                if not any(_contains(found, seen) for seen in evidence.absent):
                    return found
    return None


def _choices(named: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield sets of packages, first those that are most like the entry's."""
    sizes = range(1, len(_PACKAGES) + 1)
    every = [one for size in sizes for one in itertools.combinations(_PACKAGES, size)]
    with_named = [one for one in every if set(one) > set(named)]
    yield from dict.fromkeys([tuple(sorted(named, key=_PACKAGES.index)), *with_named, *every])


@dataclass(frozen=True)
class _Interval:
    """The versions from one to before another, as PEP 440 writes them."""

    low: str
    end: str

    @classmethod
    def parse(cls, specifiers: SpecifierSet) -> _Interval | None:
        """Return the interval of specifiers that have two ends, whatever they leave out between."""
        bounds = {each.operator: each.version for each in specifiers}
        return cls(bounds[">="], bounds["<"]) if {">=", "<"} <= set(bounds) else None

    def joined_with(self, other: _Interval | None) -> _Interval:
        """Return the smallest interval that has both."""
        if other is None:
            return self
        return _Interval(
            min(self.low, other.low, key=Version), max(self.end, other.end, key=Version)
        )


def _specifiers(name: str, evidence: Evidence, holed: bool, before: _Interval | None) -> str:
    shown = sorted(version(seen[name]) for seen in evidence.shown)
    releases = {_release(each) for each in shown}
    major, minor = max(releases)
    whole = _Interval(_lowest(shown[0]), f"{major}.{minor + 1}").joined_with(before)
    left_out = []
    if holed:
        absent = {_release(version(seen[name])) for seen in evidence.absent if name in seen}
        between = {each for each in absent if min(releases) < each < max(releases)}
        left_out = [f"!={major}.{minor}.*" for major, minor in sorted(between - releases)]
    return ",".join([f">={whole.low}", *left_out, f"<{whole.end}"])


def _release(found: Version) -> tuple[int, int]:
    return (found.major, found.minor)


def _lowest(found: Version) -> str:
    """Return the first version of its minor release; a version before the release, as it is."""
    release = f"{found.major}.{found.minor}"
    if found.pre:
        return release + "".join(map(str, found.pre))
    return f"{release}.dev0" if found.is_devrelease else release


def _contains(box: Range, seen: Versions) -> bool:
    return in_range([(name, SpecifierSet(text)) for name, text in box.items()], seen)
