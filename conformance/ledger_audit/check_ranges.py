"""Compares the ledger's version ranges with what was seen on the targets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from conformance.engine.probe import ReplayResult
from conformance.ledger.entry import Entry
from conformance.ledger.load import in_range
from conformance.ledger_audit.replay_entries import questions
from conformance.ledger_audit.sighting_log import TargetRecord
from conformance.ledger_audit.version_ranges import Evidence, Range, fitting_range


@dataclass(frozen=True)
class OnPath:
    """The answer of a target about an entry, on one of its paths."""

    path: str
    sighting: ReplayResult
    shown: bool  # whether it is what the entry describes


@dataclass(frozen=True)
class OnTarget:
    """The answers of a target about an entry, on each path on which it could be judged."""

    target: str
    versions: Mapping[str, str]
    in_range: bool
    paths: Sequence[OnPath]

    @property
    def shown(self) -> bool:
        """True where every path shows the deviation, as it must within the entry's range."""
        return bool(self.paths) and all(path.shown for path in self.paths)

    @property
    def wrong(self) -> bool:
        """True where the deviation is seen outside the range, or not seen inside it."""
        return bool(self.paths) and self.in_range != self.shown


@dataclass(frozen=True)
class CheckedEntry:
    """An entry, and what each target showed of it."""

    entry: Entry
    seen: Sequence[OnTarget]

    @property
    def wrong(self) -> list[OnTarget]:
        """The targets for which the entry's range is wrong."""
        return [one for one in self.seen if one.wrong]

    @property
    def found(self) -> Range | None:
        """The range in which the deviation was seen, if versions can express it."""
        shown = [one.versions for one in self.seen if one.shown]
        absent = [one.versions for one in self.seen if one.paths and not one.shown]
        return fitting_range(self.entry, Evidence(shown, absent)) if shown else None


def check(entry: Entry, targets: Mapping[str, TargetRecord]) -> CheckedEntry:
    """Compare one entry with all that was seen."""
    return CheckedEntry(
        entry,
        [
            OnTarget(
                name,
                record.versions,
                in_range(entry.versions, record.versions),
                _on_paths(entry, record),
            )
            for name, record in targets.items()
        ],
    )


def _on_paths(entry: Entry, record: TargetRecord) -> list[OnPath]:
    found = []
    for path, question in questions(entry):
        sighting = record.sightings.get(question)
        if sighting is not None and sighting.judged and not _may_hold(entry, path, sighting):
            shown = not sighting.holds and entry.describes(sighting.deviation, entry.case)
            found.append(OnPath(path, sighting, shown))
    return found


def _may_hold(entry: Entry, path: str, sighting: ReplayResult) -> bool:
    """Return whether a case that holds says nothing: it is not on the path of the entry's case."""
    return bool(entry.sometimes and sighting.holds and path != entry.case.place)
