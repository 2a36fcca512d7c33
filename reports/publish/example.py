"""The published example, docs/example: pages that are made from the baselines."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from conformance.errors import ConformanceError
from reports.compare.comparison import compare_runs
from reports.html import compare_page, matrix_page
from reports.publish.baseline_folder import ROOT, Baselines
from reports.run_files.run_file import Run

FOLDER = ROOT / "docs" / "example"
MATRIX, COMPARE = "matrix.html", "compare.html"
OLD, NEW = "tf2.15", "tf2.21"


class NoBaselines(ConformanceError):
    """A baseline that the example needs is missing."""


def write(baselines: Baselines, into: Path = FOLDER) -> list[Path]:
    """Write the matrix of all baselines and the comparison of two; raise NoBaselines."""
    runs = dict(baselines.runs())
    missing = [name for name in (OLD, NEW) if name not in runs]
    if missing:
        raise NoBaselines(
            f"no baseline of {', '.join(missing)}: python -m conformance.baselines make"
        )
    into.mkdir(parents=True, exist_ok=True)
    return [
        _write_page(into / name, text)
        for name, text in _pages(runs, _names(baselines, runs)).items()
    ]


def _names(baselines: Baselines, runs: Mapping[str, Run]) -> dict[str, str]:
    """Return the names of the run files as a user of a clone would write them."""
    paths = {name: baselines.path(name) for name in runs}
    return {
        name: str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path.name)
        for name, path in paths.items()
    }


def _pages(runs: Mapping[str, Run], names: Mapping[str, str]) -> dict[str, str]:
    comparison = compare_runs(runs[OLD], runs[NEW])
    return {
        MATRIX: matrix_page.matrix_html(list(runs.values()), list(names.values())),
        COMPARE: compare_page.html(comparison, names[OLD], names[NEW]),
    }


def _write_page(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path
