"""Keeps in a file what targets showed of the ledger's cases: a line for each, as it is seen.

So an interrupt loses nothing, and nothing is replayed twice. A target that was rebuilt since is
another target. The file knows nothing of the suite: after a change of a clause or of the adapter,
replay everything again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from conformance.engine.probe import ReplayResult


@dataclass(frozen=True)
class Question:
    """A clause, and the text of a case."""

    clause: str
    case: str


@dataclass(frozen=True)
class TargetRecord:
    """A target, and what it showed so far; `stamp` changes when the target is rebuilt."""

    stamp: str
    versions: Mapping[str, str]
    sightings: dict[Question, ReplayResult]


class SightingLog:
    """The file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def begin(self, target: str, stamp: str, versions: Mapping[str, str]) -> None:
        """Write which versions the target of a name has from here on."""
        self._append({"target": target, "stamp": stamp, "versions": dict(versions)})

    def add(self, target: str, question: Question, sighting: ReplayResult) -> None:
        """Write what a target showed."""
        self._append({"target": target, **asdict(question), "seen": asdict(sighting)})

    def read(self) -> dict[str, TargetRecord]:
        """Return what each target showed, by its name; a line that is cut off is left out."""
        found: dict[str, TargetRecord] = {}
        for plain in self._lines():
            if "versions" in plain:
                known = found.get(plain["target"])
                same = known and (known.stamp, known.versions) == (
                    plain["stamp"],
                    plain["versions"],
                )
                sightings = known.sightings if known and same else {}
                found[plain["target"]] = TargetRecord(plain["stamp"], plain["versions"], sightings)
            else:
                question = Question(plain["clause"], plain["case"])
                seen = {**plain["seen"], "values": tuple(plain["seen"].get("values", ()))}
                found[plain["target"]].sightings[question] = ReplayResult(**seen)
        return found

    def clear(self) -> None:
        """Remove all that was written."""
        self._path.unlink(missing_ok=True)

    def _lines(self) -> list[dict[str, Any]]:
        if not self._path.exists():
            return []
        lines = []
        for line in self._path.read_bytes().splitlines():
            try:
                lines.append(json.loads(line))
            except ValueError:  # the writer was stopped in this line
                continue
        return lines

    def _append(self, plain: Mapping[str, object]) -> None:
        # one write to the end of the file, so that several processes do not mix their lines
        self._path.parent.mkdir(parents=True, exist_ok=True)
        line = (json.dumps(plain) + "\n").encode()
        file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            os.write(file, line)
        finally:
            os.close(file)
