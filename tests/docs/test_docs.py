"""The pages: what they name exists, what they quote is printed, and the site has no broken link."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import ROOT

LONGEST = {"README.md": 120, "ARCHITECTURE.md": 60}
AT_THE_TOP = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md")
# pages that say where something is in the repository
NAME_PATHS = (
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "docs/internals/architecture.md",
    "docs/internals/error-bounds.md",
    "docs/internals/find-your-way.md",
    "docs/internals/ledger-format.md",
    *sorted(str(page.relative_to(ROOT)) for page in (ROOT / "docs/how-to/add").glob("*.md")),
)
MADE_BY_RUNS = "reports/out"

_IN_BACKTICKS = re.compile(r"`([\w.*/-]+)`")
_LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
_BLOCK_OF_PYTHON = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
_FROM_THE_NETWORK = re.compile(
    r"""<(?:script|img|iframe|source)[^>]*\ssrc=["']?(?:https?:)?//"""
    r"""|<link[^>]*\shref=["']?(?:https?:)?//"""
    r"""|url\(["']?(?:https?:)?//|@import""",
    re.IGNORECASE,
)


def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def named_paths(page: str) -> list[str]:
    """Return the paths in backticks that begin at the top of the repository."""
    top = {entry.name for entry in ROOT.iterdir()}
    named = _IN_BACKTICKS.findall(text_of(page))
    return [
        path
        for path in named
        if path.split("/")[0] in top and ("/" in path or "." in path) and path != MADE_BY_RUNS
    ]


@pytest.mark.parametrize("page", LONGEST)
def test_a_page_at_the_top_is_short(page: str) -> None:
    assert len(text_of(page).splitlines()) <= LONGEST[page]


@pytest.mark.parametrize("page", NAME_PATHS)
def test_every_path_that_a_page_names_exists(page: str) -> None:
    assert [path for path in named_paths(page) if not list(ROOT.glob(path))] == []


def test_paths_are_found_on_the_page_that_answers_where_something_is() -> None:
    assert len(named_paths("docs/internals/find-your-way.md")) == 20


@pytest.mark.parametrize("page", AT_THE_TOP)
def test_every_link_at_the_top_leads_to_a_file(page: str) -> None:
    assert [link for link in _LINK.findall(text_of(page)) if not (ROOT / link).exists()] == []


def test_the_readme_quotes_the_output_of_a_finding() -> None:
    quoted = text_of("README.md").split("```console\n$ ")[1].split("```")[0]
    command, printed = quoted.split("\n", maxsplit=1)
    script = command.removeprefix(".venv/bin/python docs/")
    shown = text_of("docs/findings.md").split(f"({script}) prints\n\n```\n")[1].split("```")[0]
    assert printed == shown


def test_the_readme_counts_the_findings() -> None:
    scripts = list((ROOT / "docs/findings").glob("*.py"))
    assert f"[{len(scripts)} such findings]" in text_of("README.md")


def test_the_readme_quotes_the_last_line_of_a_run() -> None:
    last = text_of("README.md").split("## What is printed")[1].split("```")[1].splitlines()[-1]
    sources = (ROOT / "reports").rglob("*.py")
    assert any(last.rstrip(".") in source.read_text(encoding="utf-8") for source in sources)


def test_the_page_of_options_has_every_option() -> None:
    command = [sys.executable, "-m", "pytest", "conformance", "--help"]
    printed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    group = printed.split("conformance of recurrent state in TensorFlow:")[1].split("\n\n")[0]
    options = re.findall(r"^  (--[\w-]+)", group, re.MULTILINE)
    assert options
    page = text_of("docs/reference/options.md")
    assert [option for option in options if f"`{option}" not in page] == []


def test_the_programs_of_the_guide_run(tmp_path: Path) -> None:
    pages = sorted((ROOT / "docs/guide").glob("*.md"))
    blocks = [
        block for page in pages for block in _BLOCK_OF_PYTHON.findall(page.read_text("utf-8"))
    ]
    assert blocks
    program = tmp_path / "guide.py"
    program.write_text("\n".join(blocks), encoding="utf-8")
    environment = {**os.environ, "TF_USE_LEGACY_KERAS": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(
        [sys.executable, str(program)], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site; a broken link or anchor, and a page that the menu lacks, stop the build."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder


def test_the_site_asks_no_network_for_anything(site: Path) -> None:
    files = [path for path in site.rglob("*") if path.suffix in (".html", ".css")]
    asking = [path.name for path in files if _FROM_THE_NETWORK.search(path.read_text("utf-8"))]
    assert len(files) > 20
    assert asking == []


def test_the_site_lists_every_clause(site: Path) -> None:
    command = [sys.executable, "-m", "pytest", "conformance", "--clauses"]
    printed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    clauses = re.findall(r"^[A-Z]{2}-\d{2}", printed, re.MULTILINE)
    page = (site / "reference/clauses.html").read_text("utf-8")
    assert len(clauses) > 100
    assert [clause for clause in clauses if f"<td>{clause}</td>" not in page] == []
