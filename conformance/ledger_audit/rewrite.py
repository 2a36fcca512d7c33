"""Writes ranges into a ledger, and leaves all else in the file as it is."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import tomlkit

from conformance.ledger_audit.version_ranges import Range


def write_ranges(path: Path, ranges: Mapping[str, Range]) -> None:
    """Give the entries of some names other ranges; comments, order and layout stay."""
    document = tomlkit.parse(path.read_text(encoding="utf-8"))
    for entry in document["deviation"]:
        found = ranges.get(entry["name"])
        if found is not None:
            entry["versions"] = tomlkit.value(_inline(found))
    _replace(path, tomlkit.dumps(document))


def _inline(found: Range) -> str:
    return f"{{ {', '.join(f'{name} = {json.dumps(text)}' for name, text in found.items())} }}"


def _replace(path: Path, text: str) -> None:
    """Moved into place, so that an interrupt leaves the one or the other."""
    with tempfile.NamedTemporaryFile(
        "w", dir=path.parent, delete=False, encoding="utf-8", newline=""
    ) as file:
        file.write(text)
    Path(file.name).chmod(path.stat().st_mode)
    os.replace(file.name, path)
