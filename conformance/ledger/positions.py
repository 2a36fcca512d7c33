"""Finds the line of a table or a key in the text of a ledger file.

The TOML reader gives no positions. They are searched for only if something is wrong, so reading a
good file costs nothing more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_HEADER = re.compile(r"\s*\[\[\s*cause\s*(?P<seen>\.\s*seen\s*)?\]\]")
_TEXT_OF_SEVERAL_LINES = re.compile(r'"""(?:[^\\]|\\.)*?"""|\'\'\'.*?\'\'\'', re.DOTALL)


@dataclass(frozen=True)
class Place:
    """A table of a file: its n-th cause, and of that the n-th entry, or the cause itself."""

    cause: int
    seen: int | None = None


def line_of(text: str, key: str | None = None, place: Place | None = None) -> int:
    """Return the line of a key, or of the table's header if the key is not in the table.

    Without a place the key is one of the file itself.
    """
    lines = _without_texts(text).splitlines()
    first = 0 if place is None else _header(lines, place) + 1
    if key is not None:
        wanted = re.compile(
            rf"\s*(\[+[^\]]*\b{re.escape(key)}\s*\]|[\"']?{re.escape(key)}[\"']?\s*[.=])"
        )
        for number, line in enumerate(lines[first:], first + 1):
            if place is not None and _HEADER.match(line):
                break
            if wanted.match(line):
                return number
    return max(first, 1)


def _header(lines: list[str], place: Place) -> int:
    """Return the index of the line with the header of a table, or 0 if there is none."""
    causes = seen = 0
    for index, line in enumerate(lines):
        header = _HEADER.match(line)
        if header is None:
            continue
        if header["seen"]:
            seen += 1
        else:
            causes, seen = causes + 1, 0
        if (causes, seen) == (place.cause, place.seen or 0):
            return index
    return 0


def _without_texts(text: str) -> str:
    """Blank the texts that go over several lines, in which a line may look like a header."""
    return _TEXT_OF_SEVERAL_LINES.sub(lambda found: '""' + "\n" * found[0].count("\n"), text)
