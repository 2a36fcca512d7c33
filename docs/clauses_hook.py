"""Write the contract into the clauses page of the site, as `pytest conformance --clauses` lists it.

MkDocs calls `on_page_markdown` for each page. The page cannot differ from the contract, as it is
written whenever the site is built. TensorFlow is not needed.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_PAGE = "reference/clauses.md"
_HERE = "<!-- the clauses -->"
_HEAD = "| Clause | Severity | Statement | Source |\n| --- | --- | --- | --- |"
_PIPE = r"\|"  # one that does not end a cell of the table
_ROOT = Path(__file__).parents[1]
_CLAUSE = re.compile(
    r"^(?P<id>(?P<family>[A-Z]{2})-\d+) +(?P<severity>\w+) +(?P<statement>.+)\n +(?P<source>.+)$",
    re.MULTILINE,
)


def on_page_markdown(markdown: str, *, page: Any, **_: object) -> str:
    """Return the text of a page, with the clauses where the clauses page has its mark."""
    if page.file.src_uri != _PAGE:
        return markdown
    return markdown.replace(_HERE, "\n".join(_sections(_listed())))


def _listed() -> str:
    command = [sys.executable, "-m", "pytest", "conformance", "--clauses"]
    return subprocess.run(command, cwd=_ROOT, check=True, capture_output=True, text=True).stdout


def _sections(listed: str) -> Iterator[str]:
    """Yield the lines of a table for each family."""
    last = ""
    for clause in _CLAUSE.finditer(listed):
        if clause["family"] != last:
            last = clause["family"]
            yield f"\n### {last}\n\n{_HEAD}"
        cells = (clause["id"], clause["severity"], clause["statement"], _link(clause["source"]))
        yield f"| {' | '.join(cell.replace('|', _PIPE) for cell in cells)} |"


def _link(source: str) -> str:
    return re.sub(r"https://\S*[^\s;]", lambda found: f"<{found[0]}>", source)
