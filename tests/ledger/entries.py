"""Ledgers of a few entries, as files for the tests of the ledger."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from conformance.cases.case import make_case
from conformance.cases.data import Malformation
from conformance.cases.program import Cell
from conformance.ledger.entry import Entry
from conformance.ledger.load import read_entries

CASE = make_case(
    "RNN/keras3",
    "eager",
    (Cell("LSTM", 2), Cell("GRU", 3)),
    batch=2,
    state="mixed",
    malformation=Malformation("batch_one", 1),
)
CAUSE: dict[str, Any] = {"name": "a-cause", "why": "for the test"}
ENTRY: dict[str, Any] = {
    "name": "an-entry",
    "clause": "RJ-01",
    "paths": ["RNN/keras3", "RNN/keras3 ~ layer/keras3"],
    "versions": {"keras3": ">=3.0"},
    "when": {"malformation": ["batch_one"]},
    "grade": "accepted",
    "case": CASE.to_json(),
}


def table(header: str, values: dict[str, Any]) -> str:
    """Return a table of TOML, its header on the first line and a line for each key."""
    lines = []
    for key, value in values.items():
        if isinstance(value, dict):
            inner = ", ".join(f"{name} = {json.dumps(item)}" for name, item in value.items())
            lines.append(f"{key} = {{ {inner} }}")
        else:
            lines.append(f"{key} = {json.dumps(value)}")
    return "\n".join([f"[[{header}]]", *lines, ""])


def write_ledger(folder: Path, *entries: dict[str, Any], cause: dict[str, Any] = CAUSE) -> Path:
    """Write a ledger of one cause with some entries, and return its file."""
    file = folder / "deviations.toml"
    tables = [table("cause", cause), *(table("cause.seen", entry) for entry in entries)]
    file.write_text("\n".join(tables))
    return file


def an_entry(folder: Path, **changes: Any) -> Entry:
    """Return the entry of the tests, with some keys changed, as the ledger reads it."""
    (entry,) = read_entries(write_ledger(folder, {**ENTRY, **changes}))
    return entry


# two entries of a cause, with comments, for the audit of version ranges
AUDITED = """# a comment at the top

[[cause]]
name = "a-cause"
why = "as it is"
grade = "accepted"

[[cause.seen]]
name = "one"  # beside it
clause = "RJ-01"
paths = ["RNN/keras3", "layer/keras3"]
versions = { keras3 = ">=3.15,<3.16" }
case = '{"path":"RNN/keras3","mode":"eager","cells":[{"kind":"GRU","units":1}]}'

# --- a rule between ---

[[cause.seen]]
name = "two"
clause = "RJ-01"
paths = ["RNN/keras2"]
versions = { keras2 = ">=2.21,<2.22" }
when = { mode = ["eager"] }
case = '{"path":"RNN/keras2","mode":"eager","cells":[{"kind":"GRU","units":1}]}'
"""
