"""Plots for the page of the matrix, as SVG inside the page; each with its numbers."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from conformance.results.verdict import PAIRED, Verdict
from reports.run_files.run_file import Run
from reports.terminal import tables

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DRIFT = "AG-01"
_LONGEST = 24
_INK = "#010203"  # replaced by the page's own colour of text, dark or light
_COLOURS = ("#0f7fb8", "#d9730d", "#3a9a5b", "#b04fc4", "#8a8a00", "#c2455a")
_OPTIONS: dict[Any, Any] = {
    "svg.fonttype": "none",
    "text.parse_math": False,  # a version with a dollar in it is no formula
    "font.size": 10,
    "font.family": "sans-serif",
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    **dict.fromkeys(
        ("text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color"), _INK
    ),
}


@dataclass(frozen=True)
class Plot:
    """A picture and its numbers as a table; no picture where the library is missing."""

    title: str
    about: str
    svg: Markup | None
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class _Series:
    """One line, or the bars of one name: a number for each release, or None."""

    name: str
    values: tuple[float | None, ...]


FEW = 12  # plots of more releases do not fit side by side


def plots_of_runs(runs: Sequence[Run], releases: Sequence[str]) -> Iterator[Plot]:
    """Yield the plots for which the runs have numbers."""
    found = list(_deviations(runs))
    if found:
        yield _plot(
            "Deviations per release",
            "Known and new deviations, by API: v1, Keras 2, Keras 3, and pairs of two paths. A"
            " larger profile finds more, so compare only releases with the same profile.",
            found,
            releases,
            _bars,
        )
    for dtype in sorted(
        {dtype for run in runs for v in _drift_verdicts(run) for dtype in v.ulps or ()}
    ):
        yield _plot(
            f"Drift of {dtype}",
            f"The largest distance from the reference on any path, by cell, in units in the last"
            f" place (ULP) of {dtype}.",
            list(_drifts(runs, dtype)),
            releases,
            _lines,
        )


def _deviations(runs: Sequence[Run]) -> Iterator[_Series]:
    counts = [Counter(_generation(v) for v in run.verdicts if v.deviates) for run in runs]
    for name in sorted({name for count in counts for name in count}):
        yield _Series(name, tuple(float(count[name]) for count in counts))


def _generation(verdict: Verdict) -> str:
    return "pairs" if PAIRED in verdict.path else verdict.path.rpartition("/")[2]


def _drift_verdicts(run: Run) -> Iterator[Verdict]:
    return (verdict for verdict in run.verdicts if verdict.clause == _DRIFT and verdict.ulps)


def _drifts(runs: Sequence[Run], dtype: str) -> Iterator[_Series]:
    largest: list[dict[str, float]] = []
    for run in runs:
        of_run: dict[str, float] = {}
        for verdict in _drift_verdicts(run):
            if dtype in (verdict.ulps or {}):
                cell = verdict.cell or "-"
                of_run[cell] = max(of_run.get(cell, 0.0), (verdict.ulps or {})[dtype])
        largest.append(of_run)
    for cell in sorted({cell for of_run in largest for cell in of_run}):
        yield _Series(cell, tuple(of_run.get(cell) for of_run in largest))


def _plot(
    title: str,
    about: str,
    series: Sequence[_Series],
    releases: Sequence[str],
    draw: Callable[[Figure, Sequence[_Series], Sequence[str]], None],
) -> Plot:
    columns = [[_number(value) for value in one.values] for one in series]
    rows = tuple(zip(releases, *columns, strict=True))
    heads = ("release", *(one.name for one in series))
    return Plot(title, about, _svg(title, series, releases, draw), heads, rows)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:g}"


def _svg(
    title: str,
    series: Sequence[_Series],
    releases: Sequence[str],
    draw: Callable[[Figure, Sequence[_Series], Sequence[str]], None],
) -> Markup | None:
    try:
        import matplotlib
        from matplotlib.figure import Figure
    except ImportError:
        return None
    with matplotlib.rc_context({**_OPTIONS, "svg.hashsalt": title}):
        figure = Figure(figsize=(_width(len(releases)), 2.8), layout="constrained")
        short = [_Series(tables.shorten(one.name, _LONGEST), one.values) for one in series]
        draw(figure, short, [tables.shorten(release, _LONGEST) for release in releases])
        written = io.StringIO()
        figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None})
    return _inline(written.getvalue(), re.sub(r"\W+", "-", title))


def _width(releases: int) -> float:
    """Return the width of a plot in inches; with many releases they stand closer."""
    return max(5.0, 1.5 + 0.45 * min(releases, FEW) + 0.26 * max(releases - FEW, 0))


def _inline(svg: str, name: str) -> Markup:
    """Return the picture as part of a page, with names that no other picture has."""
    _, found, body = svg.partition("<svg")
    body = re.sub(r"<metadata>.*?</metadata>", "", body, count=1, flags=re.DOTALL)
    body = re.sub(r'( id="|url\(#|href="#)', rf"\g<1>{name}-", body)
    body = body.replace(_INK, "currentColor")
    # matplotlib escapes texts
    return Markup(f'{found} aria-hidden="true"{body}')


def _bars(figure: Figure, series: Sequence[_Series], releases: Sequence[str]) -> None:
    axes = figure.subplots()
    floor = [0.0] * len(releases)
    for one, colour in zip(series, _colours(series), strict=True):
        heights = [value or 0.0 for value in one.values]
        axes.bar(releases, heights, 0.6, floor, label=one.name, color=colour)
        floor = [below + height for below, height in zip(floor, heights, strict=True)]
    axes.set_ylabel("deviations")
    _finish(figure, axes, releases)


def _lines(figure: Figure, series: Sequence[_Series], releases: Sequence[str]) -> None:
    axes = figure.subplots()
    for index, (one, colour) in enumerate(zip(series, _colours(series), strict=True)):
        values = [float("nan") if value is None else value for value in one.values]
        axes.plot(
            range(len(releases)), values, marker="osD^vP"[index % 6], label=one.name, color=colour
        )
    axes.set_xticks(range(len(releases)), releases)
    axes.margins(y=0.1)
    axes.set_ylim(bottom=0)
    axes.set_ylabel("ULP")
    _finish(figure, axes, releases)


def _colours(series: Sequence[_Series]) -> list[str]:
    return [_COLOURS[index % len(_COLOURS)] for index in range(len(series))]


def _finish(figure: Figure, axes: object, releases: Sequence[str]) -> None:
    from matplotlib.axes import Axes

    assert isinstance(axes, Axes)
    axes.spines[["top", "right"]].set_visible(False)
    if len(releases) > 5:
        for label in axes.get_xticklabels():
            label.set(rotation=60, ha="right", rotation_mode="anchor")
    figure.legend(loc="outside right upper", frameon=False)
