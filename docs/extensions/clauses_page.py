"""Write the contract into the clauses page of the site, as `pytest conformance --clauses` lists it.

The page cannot differ from the contract, as it is written whenever the site is built. TensorFlow is
not needed.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

_PAGE = "reference/clauses"
_HERE = "<!-- the clauses -->"
_COUNT = "<!-- number of {} -->"
_HEAD = "| Clause | Severity | Statement | Source |\n| --- | --- | --- | --- |"
_PIPE = r"\|"  # one that does not end a cell of the table
_FAMILY = re.compile(r"^\| ([A-Z]{2}), (.+?) \|", re.MULTILINE)  # in the page's own table
_ROOT = Path(__file__).parents[2]
_CLAUSE = re.compile(
    r"^(?P<id>(?P<family>[A-Z]{2})-\d+) +(?P<severity>\w+) +(?P<statement>.+)"
    r"(?P<sources>(?:\n {2,}.+)+)$",
    re.MULTILINE,
)
_SOURCE = re.compile(r'^ +(?P<page>.+?)(?: "(?P<quote>.+)"(?: \[(?P<about>.+)\])?)?$')
_MARKUP = re.compile(r"([\\`*_\[\]<>|])")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension."""
    app.connect("env-before-read-docs", _read_the_page_again)
    app.connect("source-read", _write_the_clauses)
    return {"parallel_read_safe": True}


def _read_the_page_again(_app: Sphinx, env: BuildEnvironment, pages: list[str]) -> None:
    """Have Sphinx read the page even if its own text is as it was at the last build."""
    if _PAGE in env.found_docs and _PAGE not in pages:
        pages.append(_PAGE)


def _write_the_clauses(_app: Sphinx, page: str, source: list[str]) -> None:
    if page == _PAGE:
        names = dict(_FAMILY.findall(source[0]))
        listed = _listed()
        source[0] = source[0].replace(_HERE, "\n".join(_sections(listed, names)))
        severities = Counter(clause["severity"] for clause in _CLAUSE.finditer(listed))
        for severity, number in severities.items():
            source[0] = source[0].replace(_COUNT.format(severity), str(number))


def _listed() -> str:
    command = [sys.executable, "-m", "pytest", "conformance", "--clauses"]
    done = subprocess.run(command, cwd=_ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout


def _sections(listed: str, names: dict[str, str]) -> Iterator[str]:
    """Yield the lines of a table for each family, under its name."""
    last = ""
    for clause in _CLAUSE.finditer(listed):
        if clause["family"] != last:
            last = clause["family"]
            yield f"\n## {last}, {names[last]}\n\n{_HEAD}"
        told = (clause["id"], clause["severity"], clause["statement"].replace("|", _PIPE))
        sources = "<br>".join(map(_source, clause["sources"].split("\n")[1:]))
        yield f"| {' | '.join(told)} | {sources} |"


def _source(line: str) -> str:
    """Return a source in Markdown: the sentence, as text without markup, and a link to its page."""
    found = _SOURCE.fullmatch(line)
    assert found is not None
    page = re.sub(r"https://\S*[^\s;]", lambda address: f"<{address[0]}>", found["page"])
    if found["quote"] is None:
        return page
    about = f" (for {found['about']})" if found["about"] else ""
    return _MARKUP.sub(r"\\\1", f"“{found['quote']}”") + f" {page}{about}"
