"""The run file: JSON Lines, one record a line, written and flushed during the run.

So a killed run leaves everything that it had found. Each line is an object. Its key "record" names
the record ("header", "verdict", "footer"), and its other keys are the fields of that record.
`conformance/results/verdict.py` describes the fields, and `run.schema.json` is the JSON Schema of a
line. The header has the `defaults` of the classes, as two versions may differ in nothing else. The
reader checks the schema with its own code, since a validator takes a hundred times as long as the
reading.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from conformance.results.records import PlainRecord, UnreadableRun
from conformance.results.verdict import (
    HOLDS,
    KNOWN,
    NEW,
    SCHEMA,
    UNAVAILABLE,
    Footer,
    Header,
    Key,
    Verdict,
)

__all__ = ["Run", "UnreadableRun", "Writer", "locate", "read"]

_AGAIN = "record it again with `pytest conformance`"
_NON_STANDARD = {"NaN": "nan", "Infinity": "inf", "-Infinity": "-inf"}
_DECODER = json.JSONDecoder(parse_constant=_NON_STANDARD.__getitem__)
_MOST_WARNINGS = 5
_KINDS = ("*.jsonl", "*.jsonl.gz")
_GZIP = b"\x1f\x8b"
_WORSE = (HOLDS, UNAVAILABLE, KNOWN, NEW)


class Writer:
    """Writes a run file line by line; creates its folder if that is missing."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("w", encoding="ascii", newline="\n")

    def header(self, header: Header) -> None:
        """Write the header, which is the first line."""
        self._write("header", header)

    def verdict(self, verdict: Verdict) -> None:
        """Write one verdict."""
        self._write("verdict", verdict)

    def footer(self, footer: Footer) -> None:
        """Write the footer, which is the last line, and close the file."""
        self._write("footer", footer)
        self.close()

    def close(self) -> None:
        """Close the file; without a footer, readers call the run cut short."""
        self._file.close()

    def __enter__(self) -> Writer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _write(self, kind: str, record: PlainRecord) -> None:
        plain = record.to_plain()
        # refuse a record that nobody can read back here, where its maker is still known
        type(record).from_plain(plain)
        self._file.write(json.dumps({"record": kind, **plain}, allow_nan=False) + "\n")
        self._file.flush()


@dataclass(frozen=True)
class Run:
    """The content of a run file; `warnings` say what is missing from it."""

    header: Header
    verdicts: tuple[Verdict, ...]
    footer: Footer | None
    warnings: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """True if the run came to its end and each of its verdicts is here once."""
        return not self.warnings


def locate(path: Path) -> Path:
    """Return the run file that a path means: the path, or the newest run file in a folder."""
    if not path.is_dir():
        return path
    files = [file for kind in _KINDS for file in path.glob(kind)]
    found = [(file.stat().st_mtime_ns, file.name, file) for file in files]
    if not found:
        raise UnreadableRun(f"{path}: no run file ({', '.join(_KINDS)}) in this folder; {_AGAIN}")
    return max(found)[-1]


def read(path: Path) -> Run:
    """Read a run file as far as possible, or raise UnreadableRun with the reason in one line."""
    if not path.exists():
        raise UnreadableRun(f"{path}: no such file; {_AGAIN} or name another")
    if not path.is_file():
        raise UnreadableRun(f"{path}: not a file; name a run file ({', '.join(_KINDS)})")
    try:
        with _open(path) as lines:
            return _Reader(path).read(lines)
    except OSError as error:
        raise UnreadableRun(f"{path}: cannot be read: {error.strerror or error}") from None
    except (EOFError, zlib.error) as error:
        raise UnreadableRun(f"{path}: cannot be unpacked: {error}; {_AGAIN}") from None


def _open(path: Path) -> BinaryIO | gzip.GzipFile:
    """Open a run file; its content, not its name, shows if it is compressed."""
    with path.open("rb") as file:
        compressed = file.read(len(_GZIP)) == _GZIP
    return gzip.open(path) if compressed else path.open("rb")


class _CorruptLine(Exception):
    """A line that is not a JSON object."""


class _Reader:
    """Reads one run file and remembers the lines that it had to leave out."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._verdicts: dict[Key, Verdict] = {}
        self._lines: dict[Key, int] = {}
        self._footer: Footer | None = None
        self._left_out: list[str] = []
        self._warnings: list[str] = []

    def read(self, lines: Iterator[bytes]) -> Run:
        header = self._header(next(lines, b""))
        for number, line in enumerate(lines, start=2):
            self._take(number, line)
        self._warn_of_lines()
        self._judge_the_end()
        return Run(header, tuple(self._verdicts.values()), self._footer, tuple(self._warnings))

    def _header(self, line: bytes) -> Header:
        if not line:
            raise self._unreadable(f"the file is empty; {_AGAIN}")
        try:
            plain = _object(line)
        except _CorruptLine:
            raise self._unreadable(
                f"line 1 is not JSON, so this is no run file, or a damaged one; {_AGAIN}"
            ) from None
        if plain.get("record") != "header":
            raise self._unreadable(f"line 1 is not the header of a run file; {_AGAIN}")
        if plain.get("schema") != SCHEMA:
            raise self._unreadable(
                f"written in schema {plain.get('schema')!r} of run files, and this suite reads "
                f"schema {SCHEMA}; show it with the suite that wrote it, or {_AGAIN}"
            )
        try:
            return Header.from_plain(plain)
        except UnreadableRun as error:
            raise self._unreadable(f"line 1: {error}; {_AGAIN}") from None

    def _take(self, number: int, line: bytes) -> None:
        if not line.strip():
            return
        try:
            self._keep(number, _object(line))
        except _CorruptLine:
            # only the last line can lack its end: the writer was stopped there
            half = not line.endswith(b"\n")
            what = "is cut off in the middle" if half else "is not JSON"
            self._left_out.append(f"line {number} {what}; left out")
        except UnreadableRun as error:
            self._left_out.append(f"line {number}: {error}; left out")

    def _keep(self, number: int, plain: dict[str, Any]) -> None:
        kind = plain.get("record")
        if kind == "verdict":
            self._keep_verdict(number, Verdict.from_plain(plain))
        elif kind == "footer":
            self._footer = Footer.from_plain(plain)
        else:
            raise UnreadableRun(f"a record of kind {kind!r}, but should be a verdict or a footer")

    def _keep_verdict(self, number: int, verdict: Verdict) -> None:
        """Keep one verdict for each subject: the worse of two, so that it stays visible."""
        first = self._lines.setdefault(verdict.key, number)
        if first == number:
            self._verdicts[verdict.key] = verdict
            return
        other = self._verdicts[verdict.key]
        if _WORSE.index(verdict.verdict) > _WORSE.index(other.verdict):
            self._verdicts[verdict.key] = verdict
        same = "the same was judged on" if verdict.verdict == other.verdict else "this contradicts"
        kept = "" if verdict.verdict == other.verdict else ", and the worse of both is kept"
        self._left_out.append(f"line {number}: {same} line {first}{kept or '; left out'}")

    def _warn_of_lines(self) -> None:
        self._warnings += self._left_out[:_MOST_WARNINGS]
        more = len(self._left_out) - _MOST_WARNINGS
        if more > 0:
            self._warnings.append(
                f"{more} more line{'s' * (more > 1)} could not be read as they are"
            )

    def _judge_the_end(self) -> None:
        if self._footer is None:
            self._warnings.append("the run was cut short: there is no footer")
            return
        if not self._footer.complete:
            reason = self._footer.reason or "no reason is given"
            self._warnings.append(f"the run was cut short: {reason}")
        counted = sum(self._footer.totals.values())
        if counted != len(self._verdicts):
            self._warnings.append(
                f"the footer counts {counted} verdicts, but {len(self._verdicts)} could be read"
            )

    def _unreadable(self, why: str) -> UnreadableRun:
        return UnreadableRun(f"{self._path}: {why}")


def _object(line: bytes) -> dict[str, Any]:
    """Return the JSON object on a line; the bare NaN of other writers is accepted too."""
    try:
        value = _DECODER.decode(line.decode("utf-8"))
    except (ValueError, RecursionError):
        raise _CorruptLine from None
    if not isinstance(value, dict):
        raise _CorruptLine
    return value
