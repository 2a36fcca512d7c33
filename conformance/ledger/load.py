"""Reads the ledger's files, and chooses the entries that are in force for a target's versions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

from conformance._toml import tomllib
from conformance.errors import MalformedLedger
from conformance.ledger import schema
from conformance.ledger.entry import Cause, Entry, Ledger
from conformance.ledger.positions import Place, line_of

DEVIATIONS = Path(__file__).parent / "deviations"


def load_ledger(versions: Mapping[str, str], path: Path = DEVIATIONS) -> Ledger:
    """Return the ledger for the given versions of tensorflow, keras2 and keras3.

    Raises:
        MalformedLedger: a file cannot be read, or something in it is wrong.
    """
    return Ledger(
        tuple(entry for entry in read_entries(path) if in_range(entry.versions, versions))
    )


def in_range(wanted: Iterable[tuple[str, SpecifierSet]], versions: Mapping[str, str]) -> bool:
    """Return whether the versions have each package of a range, in a release of the range."""
    return all(
        package in versions and specifiers.contains(version(versions[package]), prereleases=True)
        for package, specifiers in wanted
    )


def version(text: str) -> Version:
    """Return a version that a target reports."""
    try:
        return Version(text)
    except InvalidVersion:
        return Version(re.split(r"[-+]", text)[0])  # Keras of TensorFlow 1.15 reports 2.2.4-tf


def files(path: Path = DEVIATIONS) -> list[Path]:
    """Return the files of a ledger, which is one file, or the *.toml of a folder."""
    if not path.is_dir():
        return [path]
    found = sorted(path.glob("*.toml"))
    if not found:
        raise MalformedLedger(f"ledger {path.name}: no *.toml in this folder; name another one")
    return found


def read_entries(path: Path = DEVIATIONS) -> list[Entry]:
    """Return all entries of a ledger, which is a file or a folder; raises MalformedLedger."""
    names = _Names()
    return [entry for file in files(path) for entry in _File.opened(file).entries(names)]


@dataclass(frozen=True)
class _File:
    """A file of the ledger, with what is needed to say where in it something is wrong."""

    name: str
    text: str

    @classmethod
    def opened(cls, path: Path) -> _File:
        try:
            content = path.read_bytes()
            return cls(path.name, content.decode("utf-8"))
        except OSError as error:
            raise MalformedLedger(
                f"ledger {path.name}: {error.strerror}; name a file or a folder"
            ) from error
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            raise _broken(path.name, line, "not UTF-8; save the file as UTF-8") from error

    def entries(self, names: _Names) -> Iterator[Entry]:
        """Yield the entries of all causes."""
        for number, plain in enumerate(self._causes(), 1):
            yield from self._of_cause(plain, Place(number), names)

    def wrong(self, problem: str, key: str | None = None, place: Place | None = None) -> Exception:
        """Return the error that says what is wrong on which line."""
        return _broken(self.name, line_of(self.text, key, place), problem)

    def _causes(self) -> list[Any]:
        plain = self._plain()
        for key in plain:
            if key != "cause":
                problem = f"unknown key {key!r}; a ledger file holds [[cause]] tables only"
                raise self.wrong(problem, key)
        causes = plain.get("cause", [])
        if not _are_tables(causes):
            raise self.wrong("'cause' is no list of tables; write [[cause]] above each", "cause")
        return list(causes)

    def _plain(self) -> dict[str, Any]:
        try:
            return tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as error:
            found = re.search(r"\(at line (\d+)", str(error))
            line = int(found[1]) if found else self.text.rstrip().count("\n") + 1
            told = re.sub(r" \(at .*\)$", "", str(error))
            raise _broken(self.name, line, f"no TOML: {told}; correct this line") from error

    def _of_cause(self, plain: dict[str, Any], place: Place, names: _Names) -> Iterator[Entry]:
        rows = plain.pop("seen", [])
        if not _are_tables(rows) or not rows:
            problem = "this cause has no entries; write [[cause.seen]] above each"
            raise self.wrong(problem, "seen", place)
        shared = self._values(schema.cause_values, place, plain)
        cause = Cause(shared.pop("name"), shared.pop("why"))
        names.take("cause", cause.name, self, place)
        for number, row in enumerate(rows, 1):
            seen = Place(place.cause, number)
            values = self._values(schema.entry_values, seen, row, shared)
            names.take("entry", values["name"], self, seen)
            yield Entry(cause=cause, **values)

    def _values(
        self, reads: Callable[..., dict[str, Any]], place: Place, *tables: dict[str, Any]
    ) -> dict[str, Any]:
        try:
            return reads(*tables)
        except schema.WrongValue as error:
            raise self.wrong(str(error), error.key, place) from error


@dataclass
class _Names:
    """The names of causes and entries that are taken, and where."""

    _taken: dict[tuple[str, str], tuple[_File, Place]] = field(default_factory=dict)

    def take(self, of: str, name: str, file: _File, place: Place) -> None:
        """Take a name; raises MalformedLedger if another cause, or another entry, has it."""
        before = self._taken.setdefault((of, name), (file, place))
        if before != (file, place):
            line = line_of(before[0].text, "name", before[1])
            problem = f"the {of} of {before[0].name}, line {line} is {name!r} too; rename one"
            raise file.wrong(problem, "name", place)


def _are_tables(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, dict) for one in value)


def _broken(file: str, line: int, problem: str) -> MalformedLedger:
    return MalformedLedger(f"ledger {file}, line {line}: {' '.join(problem.split())}")
