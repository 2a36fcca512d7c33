"""The pages: what they name exists, what they quote is printed, and the site has no broken link."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import ROOT

LONGEST = {"README.md": 120, "ARCHITECTURE.md": 60}
PAGES = (
    "README.md",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    *sorted(str(page.relative_to(ROOT)) for page in (ROOT / "docs").rglob("*.md")),
)
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
_LINK_IN_HTML = re.compile(r"""\s(?:href|src)="(?!https?:|data:|#)([^"#?]+)""")
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
    assert len(named_paths("docs/internals/find-your-way.md")) >= 20


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_to_something_in_the_repository(page: str) -> None:
    folder = (ROOT / page).parent
    assert [link for link in _LINK.findall(text_of(page)) if not (folder / link).exists()] == []


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


def built(pages: Path, site: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sphinx", "-W", "-q", str(pages), str(site)]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site; a broken link or anchor, and a page that the menu lacks, fail the build."""
    folder = tmp_path_factory.mktemp("site")
    done = built(ROOT / "docs", folder)
    assert done.returncode == 0, done.stderr
    return folder


def test_each_kind_of_broken_link_fails_the_build(tmp_path: Path) -> None:
    pages = tmp_path / "docs"
    for folder in ("extensions", "static"):
        shutil.copytree(ROOT / "docs" / folder, pages / folder)
    shutil.copy(ROOT / "docs/conf.py", pages)
    (tmp_path / "outside.py").touch()
    (pages / "not-in-the-menu.md").write_text("# A page", "utf-8")
    broken = (
        "no-page.md",
        "not-in-the-menu.md#no-heading",
        "#no-heading",
        "no-file.py",
        "no-file.html",
        "extensions/",
        "../outside.py",
    )
    links = [f"[link]({link})" for link in broken]
    text = "\n\n".join(["# Links", *links, "![picture](no-picture.png)"])
    (pages / "index.md").write_text(text, "utf-8")
    done = built(pages, tmp_path / "site")
    assert done.returncode == 1
    places = re.findall(r"index\.md:(\d+): WARNING", done.stderr)
    assert sorted(map(int, places)) == [3 + 2 * place for place in range(len(broken) + 1)]
    assert "not-in-the-menu.md: WARNING: document isn't included in any toctree" in done.stderr


def linked_files(site: Path) -> set[Path]:
    """Return the files to which the pages of the site link, but not those of the example."""
    pages = [page for page in site.rglob("*.html") if page.parent.name != "example"]
    assert len(pages) > 30
    return {
        (page.parent / link).resolve()
        for page in pages
        for link in _LINK_IN_HTML.findall(page.read_text("utf-8"))
    }


def test_every_link_of_the_site_leads_to_a_file(site: Path) -> None:
    assert [path for path in linked_files(site) if not path.is_file()] == []


@pytest.mark.parametrize("files", ["example/*.html", "findings/*.py"])
def test_the_site_links_to_the_files_beside_its_pages(files: str, site: Path) -> None:
    docs = ROOT / "docs"
    expected = {(site / path.relative_to(docs)).resolve() for path in docs.glob(files)}
    assert expected
    assert expected - linked_files(site) == set()


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
    assert [clause for clause in clauses if f"<td><p>{clause}</p></td>" not in page] == []
