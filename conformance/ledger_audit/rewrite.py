"""Writes version ranges into the ledger's files, and leaves everything else in them as it is."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomlkit

from conformance.ledger.load import files
from conformance.ledger.positions import Place, line_of
from conformance.ledger_audit.version_ranges import Range

_KEY = "versions"


def write_ranges(path: Path, ranges: Mapping[str, Range]) -> None:
    """Give the entries of some names other ranges; comments, order and layout stay.

    `path` is a file or a folder. A file is written only if one of its ranges changes.
    """
    for file in files(path):
        before = file.read_text(encoding="utf-8")
        document = tomlkit.parse(before)
        added: dict[Place, Range] = {}
        for number, cause in enumerate(document.get("cause", []), 1):
            added.update(_write_cause(cause, number, ranges))
        text = _with_ranges(tomlkit.dumps(document), added)
        if text != before:
            _replace(file, text)


def _write_cause(cause: Any, number: int, ranges: Mapping[str, Range]) -> dict[Place, Range]:
    """Write the ranges of a cause's entries; return those for which there is no key yet.

    A range that stands in the cause changes there if all the entries that share it change alike.
    """
    sharing = [entry for entry in cause["seen"] if _KEY not in entry]
    found = [ranges.get(entry["name"]) for entry in sharing]
    alike = bool(sharing) and found[0] is not None and all(one == found[0] for one in found)
    if alike:
        cause[_KEY] = tomlkit.value(_inline(found[0] or {}))
    added = {}
    for position, entry in enumerate(cause["seen"], 1):
        own = ranges.get(entry["name"])
        if own is not None and _KEY in entry:
            entry[_KEY] = tomlkit.value(_inline(own))
        elif own is not None and not alike:
            added[Place(number, position)] = own
    return added


def _with_ranges(text: str, added: Mapping[Place, Range]) -> str:
    """Add ranges below the names of entries; tomlkit would add them below the comments after."""
    lines = text.splitlines(keepends=True)
    # from the end, so that the lines that are still needed stay where they are
    for place, found in reversed(list(added.items())):
        lines.insert(line_of(text, "name", place), f"{_KEY} = {_inline(found)}\n")
    return "".join(lines)


def _inline(found: Range) -> str:
    return f"{{ {', '.join(f'{name} = {json.dumps(text)}' for name, text in found.items())} }}"


def _replace(path: Path, text: str) -> None:
    """Move a new file into place, so that an interrupt leaves the old one or the new one."""
    with tempfile.NamedTemporaryFile(
        "w", dir=path.parent, delete=False, encoding="utf-8", newline=""
    ) as file:
        file.write(text)
    Path(file.name).chmod(path.stat().st_mode)
    os.replace(file.name, path)
