"""A run as text for a terminal: the table, the lines of its deviations, the closing sentence.

The text is ASCII and is clear without colours.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import StringIO

from rich import box
from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.table import Table
from rich.text import Text

from conformance.results.verdict import (
    HOLDS,
    KNOWN,
    NEW,
    PAIRED,
    UNAVAILABLE,
    VERDICTS,
    Footer,
    Header,
    Verdict,
)
from conformance.results.verdict import totals as count
from reports.run_files.families import FAMILIES, family_of, family_rank, in_order

PAIRS = "pairs"

_HEADINGS = {HOLDS: "hold", KNOWN: "known", NEW: "new", UNAVAILABLE: "n/a"}
_LEGEND = (
    "The table counts verdicts: one for each clause, path, cell and malformation. hold: the clause "
    "holds; known: it does not, and this is listed as known; new: it does not, and this is not "
    "listed; n/a: not available here. cases: the number of cases that were judged. pairs: one path "
    "compared with another."
)
RULED = box.Box("    \n  | \n -+ \n  | \n    \n -+ \n  | \n    \n", ascii=True)
_BETWEEN_BLOCKS = 2
_WIDEST_PATH = 24


def verdict_table(verdicts: Sequence[Verdict], header: Header, width: int) -> str:
    """Return the counts by path and family, and the cases by path; several tables if narrow."""
    rows = _rows(verdicts, header)
    names = [shorten(name, _WIDEST_PATH) for name in rows]
    first = max(len(name) for name in [*names, "all paths"]) + 1
    parts = [_part(first, names, some) for some in _pack(_blocks(rows), width - first)]
    return "\n\n".join([*parts, textwrap.fill(_LEGEND, width)])


def missing_paths(header: Header, width: int) -> list[str]:
    """Return one sentence for each reason why paths are missing."""
    by_reason: dict[str, list[str]] = {}
    for path in header.paths:
        if path.get("missing"):
            by_reason.setdefault(clean(path["missing"]), []).append(clean(path.get("name")))
    texts = [f"Not available: {', '.join(names)} ({why})." for why, names in by_reason.items()]
    return [line for text in texts for line in wrap(text, width)]


def of_kind(verdicts: Iterable[Verdict], kind: str) -> list[Verdict]:
    """Return the verdicts of one kind, in order."""
    return in_order(verdict for verdict in verdicts if verdict.verdict == kind)


def subject(verdict: Verdict) -> str:
    """Return the subject of a verdict: clause, path, cell, mode, malformation, and both sides."""
    mode = verdict.mode or "all modes"
    about = (verdict.clause, verdict.path, verdict.cell, mode, verdict.malformation)
    parts = (*about, *sides(verdict))
    return "  ".join(clean(part) for part in parts if part)


def sides(verdict: Verdict) -> tuple[str, ...]:
    """Return the two targets' sides in a word each, after the clause that draws the case."""
    between = verdict.target_difference
    return (between.origin, between.was, between.now) if between else ()


def verdict_line(verdict: Verdict, width: int) -> str:
    """Return a verdict in one line, shortened to the width."""
    return shorten(f"{subject(verdict)}: {_verdict_words(verdict)}", width)


def paragraph(verdict: Verdict, width: int) -> list[str]:
    """Return a verdict in full: its subject and grade, then its sentence on lines of its own."""
    grade = f"  [{clean(verdict.grade)}]" if verdict.grade else ""
    ledger = f"  (ledger: {clean(', '.join(verdict.ledger))})" if verdict.ledger else ""
    lines = wrap(f"{subject(verdict)}{grade}{ledger}", width, hang="    ")
    lines += wrap(_verdict_words(verdict), width, indent="    ", hang="    ")
    if verdict.verdict == NEW and verdict.replay:
        # On one line whatever its length, so that it can be copied.
        lines.append(f"    replay: {clean(verdict.replay)}")
    return lines


def closing_lines(
    verdicts: Sequence[Verdict], footer: Footer | None, width: int, found: str | None = None
) -> list[str]:
    """Return the closing sentence of a run; `found` replaces its first part if it is given."""
    return wrap(f"{found or _result_words(verdicts)}{_reservation(footer)}.", width)


def wrap(text: str, width: int, indent: str = "", hang: str = "  ") -> list[str]:
    """Return the text as lines of at most the width."""
    return textwrap.wrap(
        text, width, initial_indent=indent, subsequent_indent=hang, break_on_hyphens=False
    )


def shorten(text: str, width: int) -> str:
    """Return the text; if it is wider than the width, dots replace its end."""
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, max(width - 3, 0)).rstrip() + "..."


def clean(text: object) -> str:
    """Return foreign text on one line, without characters that could control a terminal."""
    return "".join(c if c.isprintable() else "?" for c in " ".join(str(text).split()))


@dataclass(frozen=True)
class _Block:
    """Columns that belong together: the four counts of a family, or the sums of all families."""

    title: str
    headings: str
    cells: list[str]
    sums: str

    @property
    def width(self) -> int:
        return max(len(text) for text in [self.title, self.headings, *self.cells, self.sums])


def _verdict_words(verdict: Verdict) -> str:
    return clean(
        verdict.sentence or verdict.reason or verdict.statement or "there is no more to say"
    )


def _result_words(verdicts: Sequence[Verdict]) -> str:
    new = of_kind(verdicts, NEW)
    if new:
        clauses = ", ".join(dict.fromkeys(clean(verdict.clause) for verdict in new))
        return f"{len(new)} new deviation{'s' if len(new) > 1 else ''}: {clauses}"
    if not any(verdict.verdict in (HOLDS, KNOWN) for verdict in verdicts):
        return "Nothing could be judged"
    return "Nothing deviates but what is listed as known"


def _reservation(footer: Footer | None) -> str:
    if footer is None:
        return ", as far as the run went: it was cut short"
    cut = "" if footer.complete else f", as far as the run went: {clean(footer.reason)}"
    failed = footer.other_failures
    if failed:
        tests = "1 test" if failed == 1 else f"{failed} tests"
        return f"{cut}; but {tests} failed for another reason than a new deviation"
    return cut


def _rows(verdicts: Sequence[Verdict], header: Header) -> dict[str, list[Verdict]]:
    """Group the verdicts by the name of their row: the header's paths first, pairs last."""
    order = [clean(path.get("name")) for path in header.paths]
    by_row: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        by_row.setdefault(_row_of(verdict), []).append(verdict)

    def rank(name: str) -> tuple[bool, int, str]:
        return (name == PAIRS, order.index(name) if name in order else len(order), name)

    return {name: by_row[name] for name in sorted(by_row, key=rank)}


def _row_of(verdict: Verdict) -> str:
    return PAIRS if PAIRED in verdict.path else clean(verdict.path)


def _blocks(rows: dict[str, list[Verdict]]) -> list[_Block]:
    families = {family_of(verdict) for some in rows.values() for verdict in some}
    blocks = []
    for family in sorted(families, key=family_rank):
        mine = [[v for v in some if family_of(v) == family] for some in rows.values()]
        title = f"{clean(family)} {FAMILIES.get(family, '')}".strip()
        blocks.append(_block(title, mine))
    return [*blocks, _block("all families", list(rows.values()), with_cases=True)]


def _block(title: str, rows: list[list[Verdict]], with_cases: bool = False) -> _Block:
    everything = [verdict for some in rows for verdict in some]
    headings = [*_HEADINGS.values()] + ["cases"] * with_cases
    lines = [_numbers(some, with_cases) for some in [*rows, everything]]
    widths = [max(len(text) for text in column) for column in zip(headings, *lines, strict=True)]

    def align_right(texts: list[str]) -> str:
        return " ".join(text.rjust(width) for text, width in zip(texts, widths, strict=True))

    *cells, sums = [align_right(texts) for texts in lines]
    return _Block(title, align_right(headings), cells, sums)


def _numbers(verdicts: list[Verdict], with_cases: bool) -> list[str]:
    counts = count(verdicts)
    numbers = [counts[kind] for kind in VERDICTS]
    if with_cases:
        numbers.append(sum(verdict.cases for verdict in verdicts))
    return [str(number) if number else "-" for number in numbers]


def _pack(blocks: list[_Block], width: int) -> list[list[_Block]]:
    """Spread the blocks, in order, over as few tables as the width allows."""
    tables: list[list[_Block]] = [[]]
    used = 0
    for block in blocks:
        needed = _BETWEEN_BLOCKS + block.width
        if tables[-1] and used + needed > width:
            tables.append([])
            used = 0
        tables[-1].append(block)
        used += needed
    return tables


def _part(first: int, names: list[str], blocks: list[_Block]) -> str:
    # Three families fit into 80 columns only without a space before each bar.
    rendered = Table(
        box=RULED, show_edge=False, show_footer=True, pad_edge=False, padding=(0, 0, 0, 1)
    )
    rendered.add_column(Text("\npath"), Text("all paths"), width=first, no_wrap=True)
    for block in blocks:
        heading = Text(f"{block.title}\n{block.headings}")
        rendered.add_column(heading, Text(block.sums), width=block.width, no_wrap=True)
    for number, name in enumerate(names):
        rendered.add_row(Text(name), *[Text(block.cells[number]) for block in blocks])
    return plain_text(rendered)


def plain_text(rendered: Table) -> str:
    """Return a table as lines without colours or trailing spaces."""
    console = Console(
        file=StringIO(), width=1000, color_system=None, force_terminal=False, legacy_windows=False
    )
    with console.capture() as captured:
        console.print(rendered)
    return "\n".join(text.rstrip() for text in captured.get().splitlines())
