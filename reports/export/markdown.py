"""A comparison as Markdown that fits a comment on a pull request, or a summary in CI.

Texts of a run file are foreign: they are escaped, so that none becomes markup, a mention or a
reference. If the comparison is too long, the worst changes are listed and the others counted.
"""

from __future__ import annotations

import functools
import html
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import jinja2

from conformance.results.change_kinds import CHANGE_KINDS, UNCHANGED, WORSE
from reports.compare import wording
from reports.compare.changes import Change
from reports.compare.comparison import Comparison
from reports.terminal import tables

LONGEST = 60_000
"""The largest number of characters; GitHub accepts 65,536 in a comment."""

_LONGEST_TEXT = 400
_MOST_DEFAULTS = 40
_ENTITIES = {ord(char): f"&#{ord(char)};" for char in "\\`*_[]|~$"}
_NEVER_LINKED = str.maketrans({"@": "@\u200b", "#": "#\u200b"})


@dataclass(frozen=True)
class _Row:
    """A row of the table of changes."""

    about: str
    why: str
    old: list[str]
    new: list[str]


@dataclass(frozen=True)
class _Block:
    """The changes of one kind that fit, and the number of those that do not."""

    heading: str
    open: bool
    rows: list[_Row]
    left_out: int


def markdown(comparison: Comparison, old: str, new: str) -> str:
    """Return the comparison, with as many changes as fit."""
    listed = [change for change in comparison.changes if change.change_type != UNCHANGED]
    fewest, most = 0, len(listed)
    text = _render(comparison, old, new, listed)
    if len(text) <= LONGEST:
        return text
    while fewest < most - 1:
        middle = (fewest + most) // 2
        fits = len(_render(comparison, old, new, listed[:middle])) <= LONGEST
        fewest, most = (middle, most) if fits else (fewest, middle)
    return _render(comparison, old, new, listed[:fewest])


def _render(comparison: Comparison, old: str, new: str, listed: Sequence[Change]) -> str:
    defaults = wording.defaults(comparison)
    more = len(defaults) - _MOST_DEFAULTS
    return _template().render(
        closing=wording.closing(comparison),
        old=old,
        new=new,
        old_title=wording.title(comparison.old),
        new_title=wording.title(comparison.new),
        counts=comparison.counts,
        reservations=list(wording.reservations(comparison)),
        blocks=_blocks(comparison, listed),
        defaults=[*defaults[:_MOST_DEFAULTS], *([f"and {more} more"] if more > 0 else [])],
        default_changes=len(comparison.defaults),
    )


def _blocks(comparison: Comparison, listed: Sequence[Change]) -> list[_Block]:
    blocks = []
    for kind in CHANGE_KINDS:
        rows = [_row(change) for change in listed if change.change_type == kind]
        count = comparison.counts[kind] if kind != UNCHANGED else 0
        if count:
            heading = wording.heading(comparison, kind)
            blocks.append(_Block(heading, kind in WORSE, rows, count - len(rows)))
    return blocks


def _row(change: Change) -> _Row:
    old, new = wording.sides(change)
    return _Row(" ".join(wording.about(change)), wording.why(change), old, new)


@functools.cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(code=_code, prose=_prose, lines=_lines)
    return environment.get_template("compare.md.jinja")


def _prose(text: str) -> str:
    """Escape foreign text in one of our sentences."""
    short = tables.shorten(tables.clean(text), _LONGEST_TEXT)
    return html.escape(short, quote=False).translate(_ENTITIES).translate(_NEVER_LINKED)


def _code(text: str) -> str:
    """Return foreign text as code, in which nothing becomes a mention or a reference."""
    short = tables.shorten(tables.clean(text), _LONGEST_TEXT)
    return f"<code>{html.escape(short, quote=False).translate(_ENTITIES)}</code>"


def _lines(texts: Sequence[str]) -> str:
    return "<br>".join(map(_code, texts))
