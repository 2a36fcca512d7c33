"""The page of the targets, docs/targets.md, with the table of the baselines."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from conformance.errors import ConformanceError
from reports.publish.baseline_folder import ROOT
from reports.publish.targets_table import table
from reports.run_files.run_file import Run

PAGE = ROOT / "docs" / "targets.md"

_BEGIN = "<!-- made by: python -m conformance.baselines table -->\n"
_END = "<!-- the end of the table -->\n"


class NoPlace(ConformanceError):
    """The page does not mark the place of the table."""


def with_table(page: str, runs: Mapping[str, Run]) -> str:
    """Return the page with its table replaced by that of some runs; raise NoPlace."""
    before, begin, rest = page.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not (begin and end):
        raise NoPlace(f"{PAGE.name}: must have the lines {_BEGIN.strip()} and {_END.strip()}")
    return f"{before}{begin}\n{table(runs)}\n{end}{after}"


def write(runs: Mapping[str, Run], page: Path = PAGE) -> None:
    """Write the table into the page; raise NoPlace."""
    page.write_text(with_table(page.read_text(encoding="utf-8"), runs), encoding="utf-8")
