"""Holds the ledger's ranges against what was seen on the targets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from conformance.engine.probe import ReplayResult
from conformance.ledger import Entry, in_range
from conformance.ledger_audit.replay_entries import questions
from conformance.ledger_audit.sighting_log import Seen
from conformance.ledger_audit.version_ranges import Evidence, Range, fitting


@dataclass(frozen=True)
class Place:
    """What a target showed of an entry on one of its paths."""

    path: str
    sighting: ReplayResult
    shown: bool  # whether that is what the entry says


@dataclass(frozen=True)
class OnTarget:
    """What a target showed of an entry, on each path where that could be judged."""

    target: str
    versions: Mapping[str, str]
    in_range: bool
    places: Sequence[Place]

    @property
    def shown(self) -> bool:
        """Whether every path shows the deviation, as is to be seen in the entry's range."""
        return bool(self.places) and all(place.shown for place in self.places)

    @property
    def wrong(self) -> bool:
        """Whether that is in the range what should be outside, or the reverse."""
        return bool(self.places) and self.in_range != self.shown


@dataclass(frozen=True)
class Checked:
    """An entry, and what each target showed of it."""

    entry: Entry
    seen: Sequence[OnTarget]

    @property
    def wrong(self) -> list[OnTarget]:
        """The targets for which the entry's range is wrong."""
        return [one for one in self.seen if one.wrong]

    @property
    def found(self) -> Range | None:
        """The range in which the deviation was seen, if versions tell that at all."""
        shown = [one.versions for one in self.seen if one.shown]
        absent = [one.versions for one in self.seen if one.places and not one.shown]
        return fitting(self.entry, Evidence(shown, absent)) if shown else None


def check(entry: Entry, targets: Mapping[str, Seen]) -> Checked:
    """One entry against all that was seen."""
    return Checked(
        entry,
        [
            OnTarget(name, seen.versions, in_range(entry.versions, seen.versions), _on(entry, seen))
            for name, seen in targets.items()
        ],
    )


def _on(entry: Entry, seen: Seen) -> list[Place]:
    places = []
    for path, question in questions(entry):
        sighting = seen.sightings.get(question)
        if sighting is not None and sighting.judged and not _may_hold(entry, path, sighting):
            shown = not sighting.holds and entry.describes(sighting.deviation)
            places.append(Place(path, sighting, shown))
    return places


def _may_hold(entry: Entry, path: str, sighting: ReplayResult) -> bool:
    """Whether the entry lets a case hold: its own case on another path, if covered ones may."""
    return bool(entry.sometimes and sighting.holds and path != entry.case.place)
