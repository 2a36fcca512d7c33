"""The pieces of docs/findings.md."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests import support

DOCUMENT = (support.ROOT / "docs" / "findings.md").read_text(encoding="utf-8")


def documented_output() -> dict[str, str]:
    """Return the output that the document shows for each script that is new upstream."""
    return dict(re.findall(r"\(findings/([^)]+)\) prints\n\n```\n(.*?)```\n", DOCUMENT, re.DOTALL))


def wanted_output() -> dict[str, str]:
    """Return the output that each of these scripts should have."""
    form = r"\(findings/([^)]+)\) prints\n\n```\n.*?```\n\nand should print\n\n```\n(.*?)```\n"
    return dict(re.findall(form, DOCUMENT, re.DOTALL))


def findings() -> list[str]:
    """Return the paragraph of each finding that names ledger entries."""
    return re.findall(r"^Clauses: .*?\n\n", DOCUMENT, re.DOTALL | re.MULTILINE)


def numbered_findings() -> list[tuple[int, str]]:
    """Return the number of each finding, with its paragraph that names ledger entries."""
    titles = re.findall(r"^### (\d+)\.", DOCUMENT, re.MULTILINE)
    return list(zip(map(int, titles), findings(), strict=True))


def named_clauses(text: str) -> set[str]:
    """Return the clauses of a finding's paragraph."""
    return set(re.findall(r"[A-Z]{2}-\d{2}", text.split("Ledger:")[0]))


def upstream_rows() -> list[str]:
    """Return the row of each deviation that is known upstream."""
    return re.findall(r"^\| \[\d+\].*$", DOCUMENT, re.MULTILINE)


def known_number(row: str) -> int:
    """Return the number of a deviation that is known upstream."""
    return int(row.split("]")[0].split("[")[1])


def blameless() -> str:
    """Return the paragraph that names the entries for which no library is at fault."""
    return DOCUMENT.split("\nLedger: ")[-1]


def places() -> list[list[str]]:
    """Return the names of entries, or patterns with `*`: by finding, by row, and at the end."""
    texts = [text.split("Ledger:")[1] for text in findings()]
    return [in_code(text) for text in [*texts, *map(last_cell, upstream_rows()), blameless()]]


@dataclass(frozen=True)
class Row:
    """A row of the table at the top, about one finding."""

    number: int
    title: str
    harm: str
    severity: str
    taken: str


def table() -> list[Row]:
    """Return the rows of the table at the top, in its order."""
    rows = re.findall(r"^\| (\d+) \| (.*?) \| (.*?) \| (.*?) \| (.*) \|$", DOCUMENT, re.MULTILINE)
    return [Row(int(number), *told) for number, *told in rows]


def harms() -> list[str]:
    """Return the names of the harms, the worst first."""
    return re.findall(r"^- \*\*(.*?)\*\*:", DOCUMENT, re.MULTILINE)


def sections() -> dict[int, str]:
    """Return the text of each finding, without its title."""
    found = re.findall(r"^### (\d+)\. .*?\n(.*?)(?=^##)", DOCUMENT, re.DOTALL | re.MULTILINE)
    return {int(number): text for number, text in found}


def causes() -> list[list[int]]:
    """Return the numbers of the findings under each cause, in the page's order."""
    texts = re.split(r"^## ", DOCUMENT, flags=re.MULTILINE)
    found = [[int(n) for n in re.findall(r"^### (\d+)\.", text, re.MULTILINE)] for text in texts]
    return [numbers for numbers in found if numbers]


def withdrawn() -> list[int]:
    """Return the numbers of the findings that were withdrawn."""
    text = DOCUMENT.split("\n## Withdrawn\n")[1].split("\n## ")[0]
    return [int(number) for number in re.findall(r"^- (\d+),", text, re.MULTILINE)]


def last_cell(row: str) -> str:
    """Return the last cell of a row of a table."""
    return row.split("|")[-2]


def in_code(text: str) -> list[str]:
    """Return what a text has in backticks."""
    return re.findall(r"`([^`]+)`", text)
