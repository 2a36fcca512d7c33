"""The range of versions in which a deviation was seen, from what was seen on each target.

A range is a box: an interval of releases for each package that it names. It begins at the lowest
release on which the deviation was seen, and ends before the release after the highest one; what was
seen elsewhere is outside. Where another release in between does not show it, that one is left out.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from conformance.ledger import Entry, in_range, version

_PACKAGES = ("tensorflow", "keras2", "keras3")

Versions = Mapping[str, str]
Range = Mapping[str, str]
"""Of each package that it names the specifiers, as PEP 440 writes them."""


@dataclass(frozen=True)
class Evidence:
    """The versions of the targets on which a deviation was seen, and of those where it was not."""

    shown: Sequence[Versions]
    absent: Sequence[Versions]


def fitting(entry: Entry, evidence: Evidence) -> Range | None:
    """The range that has all that showed the deviation and nothing else, or nothing.

    It names the packages of the entry if that will do, and others besides, or instead, if not. What
    the entry says of releases on which nobody has looked now stays, unless it cannot.
    """
    said = {name: _Interval.of(specifiers) for name, specifiers in entry.versions}
    for holed, keeps in itertools.product((False, True), (True, False)):
        for packages in _choices(tuple(said)):
            if all(name in seen for seen in evidence.shown for name in packages):
                before = said if keeps else {}
                found = {n: _specifiers(n, evidence, holed, before.get(n)) for n in packages}
                if not any(_within(found, seen) for seen in evidence.absent):
                    return found
    return None


def _choices(named: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Sets of packages, those first that are most like the entry's."""
    sizes = range(1, len(_PACKAGES) + 1)
    every = [one for size in sizes for one in itertools.combinations(_PACKAGES, size)]
    with_named = [one for one in every if set(one) > set(named)]
    yield from dict.fromkeys([tuple(sorted(named, key=_PACKAGES.index)), *with_named, *every])


@dataclass(frozen=True)
class _Interval:
    """From one version to before another, as PEP 440 writes them."""

    low: str
    end: str

    @classmethod
    def of(cls, specifiers: SpecifierSet) -> _Interval | None:
        """That of specifiers that are one, at least for what is left out in between."""
        bounds = {each.operator: each.version for each in specifiers}
        return cls(bounds[">="], bounds["<"]) if {">=", "<"} <= set(bounds) else None

    def and_of(self, other: _Interval | None) -> _Interval:
        """The least that has both."""
        if other is None:
            return self
        return _Interval(
            min(self.low, other.low, key=Version), max(self.end, other.end, key=Version)
        )


def _specifiers(name: str, evidence: Evidence, holed: bool, before: _Interval | None) -> str:
    shown = sorted(version(seen[name]) for seen in evidence.shown)
    releases = {_release(each) for each in shown}
    major, minor = max(releases)
    whole = _Interval(_lowest(shown[0]), f"{major}.{minor + 1}").and_of(before)
    left_out = []
    if holed:
        absent = {_release(version(seen[name])) for seen in evidence.absent if name in seen}
        between = {each for each in absent if min(releases) < each < max(releases)}
        left_out = [f"!={major}.{minor}.*" for major, minor in sorted(between - releases)]
    return ",".join([f">={whole.low}", *left_out, f"<{whole.end}"])


def _release(found: Version) -> tuple[int, int]:
    return (found.major, found.minor)


def _lowest(found: Version) -> str:
    """The first of its minor releases; of what comes before a release, itself."""
    release = f"{found.major}.{found.minor}"
    if found.pre:
        return release + "".join(map(str, found.pre))
    return f"{release}.dev0" if found.is_devrelease else release


def _within(box: Range, seen: Versions) -> bool:
    return in_range([(name, SpecifierSet(text)) for name, text in box.items()], seen)
