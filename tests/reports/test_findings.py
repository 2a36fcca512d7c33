"""docs/findings.md: its scripts print what it shows, and it leaves out nothing of the ledger."""

from __future__ import annotations

import ast
import collections
import fnmatch
import importlib.metadata
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from conformance._toml import tomllib
from conformance.contract import clause
from conformance.ledger.entry import Entry
from conformance.ledger.load import in_range, read_entries
from tests import support

DOCS = Path(__file__).parents[2] / "docs"
DOCUMENT = (DOCS / "findings.md").read_text(encoding="utf-8")
ENTRIES = read_entries()
SCRIPTS = sorted((DOCS / "findings").glob("*.py"))
LIBRARIES = ("tensorflow", "keras", "tf-keras")
# what the findings are of; what only older releases do is in the ledger alone
INSTALLED = {
    name: importlib.metadata.version(package)
    for name, package in zip(("tensorflow", "keras3", "keras2"), LIBRARIES, strict=True)
}

# All in one process: what takes long is the import of TensorFlow
RUN_ALL = """
import contextlib, io, json, runpy, sys
for name in sys.argv[1].split():
    sys.modules[name] = None
ran = {}
for script in sys.argv[2:]:
    printed = io.StringIO()
    code = 0
    with contextlib.redirect_stdout(printed):
        try:
            runpy.run_path(script, run_name="__main__")
        except SystemExit as exited:
            code = exited.code
    ran[script] = [printed.getvalue(), code]
print(json.dumps(ran))
"""


@dataclass(frozen=True)
class Ran:
    """What a script printed, and what it exited with."""

    printed: str
    code: int


def run_scripts(missing: str = "") -> dict[str, Ran]:
    """Run each script, where the libraries that are named cannot be imported."""
    done = subprocess.run(
        [sys.executable, "-c", RUN_ALL, missing, *map(str, SCRIPTS)],
        env={**os.environ, "TF_USE_LEGACY_KERAS": "1", "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        check=True,
        text=True,
    )
    ran = json.loads(done.stdout.splitlines()[-1])
    return {Path(script).name: Ran(*seen) for script, seen in ran.items()}


def shown() -> dict[str, str]:
    """What the document says that a script prints; nothing of what is known upstream."""
    return dict(re.findall(r"\(findings/([^)]+)\) prints\n\n```\n(.*?)```\n", DOCUMENT, re.DOTALL))


def findings() -> list[str]:
    """Of each finding the paragraph that names ledger entries."""
    return re.findall(r"^Clauses: .*?\n\n", DOCUMENT, re.DOTALL | re.MULTILINE)


def numbered() -> list[tuple[int, str]]:
    """Each finding's number, with its paragraph that names ledger entries."""
    titles = re.findall(r"^## (\d+)\.", DOCUMENT, re.MULTILINE)
    return list(zip(map(int, titles), findings(), strict=True))


def named_clauses(text: str) -> set[str]:
    """The clauses of a finding's paragraph."""
    return set(re.findall(r"[A-Z]{2}-\d{2}", text.split("Ledger:")[0]))


def known() -> list[str]:
    """Of each deviation that is known upstream its row."""
    return re.findall(r"^\| \[\d+\].*$", DOCUMENT, re.MULTILINE)


def blameless() -> str:
    """The paragraph that names the entries for which no library is at fault."""
    return DOCUMENT.split("\nLedger: ")[-1]


def places() -> list[list[str]]:
    """The entries' names, with `*` for what differs: of each finding, row, and at the end."""
    texts = [text.split("Ledger:")[1] for text in findings()]
    return [in_code(text) for text in [*texts, *map(last_cell, known()), blameless()]]


def numbers(paragraph: str) -> set[int]:
    """The findings that a paragraph of the introduction names."""
    return {int(number) for number in re.findall(r"\b\d\d\b", paragraph)}


def last_cell(row: str) -> str:
    return row.split("|")[-2]


def in_code(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


def entries(names: list[str]) -> list[Entry]:
    """The ledger's entries that a pattern fits."""
    return [
        entry
        for entry in ENTRIES
        if any(fnmatch.fnmatchcase(entry.name, pattern) for pattern in names)
    ]


def installed(library: str) -> str:
    try:
        return importlib.metadata.version(library)
    except importlib.metadata.PackageNotFoundError:
        return "none"


def minor(version: str) -> str:
    return ".".join(version.split(".")[:2])


def intended() -> dict[str, str]:
    """The versions that the document is of."""
    return dict(zip(LIBRARIES, re.findall(r"\d+\.\d+\.\d+", DOCUMENT), strict=False))


def test_the_document_is_of_the_versions_that_the_extra_installs() -> None:
    plain = tomllib.loads((support.ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extra = plain["project"]["optional-dependencies"]["tensorflow"]
    asked = {wanted.name: wanted.specifier for wanted in map(Requirement, extra)}
    assert set(asked) == set(intended())
    for library, version in intended().items():
        assert asked[library].contains(version), library


def test_each_script_prints_what_the_document_shows_and_finds_the_deviation() -> None:
    found = {library: installed(library) for library in LIBRARIES}
    # a TensorFlow of one's own; those of the extra are held to the document above
    if {k: minor(v) for k, v in found.items()} != {k: minor(v) for k, v in intended().items()}:
        pytest.skip(f"installed are {found}, but the document is of {intended()}")
    ran = run_scripts()
    assert {name: ran[name].printed for name in shown()} == shown()
    assert {name: seen.code for name, seen in ran.items()} == {s.name: 1 for s in SCRIPTS}


def test_without_its_libraries_a_script_says_that_it_cannot_tell() -> None:
    ran = run_scripts(missing="tensorflow keras tf_keras")
    assert {seen.code for seen in ran.values()} == {2}
    assert all(seen.printed.startswith("cannot tell: ") for seen in ran.values())


def test_a_script_imports_the_libraries_and_nothing_of_ours() -> None:
    imported = {
        alias.name
        for script in SCRIPTS
        for node in ast.walk(ast.parse(script.read_text(encoding="utf-8")))
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for alias in node.names
    }
    libraries = {"keras", "numpy", "tensorflow", "tf_keras"}
    assert imported == {"contextlib", "json", "os", "sys"} | libraries


def test_each_finding_is_a_whole_report() -> None:
    for section in re.split(r"^## (?=\d)", DOCUMENT.split("\n## Known upstream")[0], flags=re.M)[
        1:
    ]:
        seen, wanted = re.findall(r"^```\n(.*?)^```\n", section, re.DOTALL | re.MULTILINE)
        assert seen != wanted, section
        statement = section.split("\nVersions:")[0]
        assert "](https://" in statement or "Nothing is promised" in statement, section
        for part in ("\nVersions: ", " prints\n", "\nClauses: ", "\nSearched upstream: "):
            assert section.count(part) == 1, (part, section)


def test_the_document_names_each_script() -> None:
    linked = re.findall(r"\(findings/([^)]+)\)", DOCUMENT)
    assert sorted(linked) == [script.name for script in SCRIPTS]


def test_each_ledger_entry_without_a_thread_is_in_one_place_and_others_in_one_at_most() -> None:
    times = collections.Counter(entry.name for names in places() for entry in entries(names))
    untold = [e for e in ENTRIES if not e.thread and not times[e.name]]
    assert [e.name for e in untold if in_range(e.versions, INSTALLED)] == []
    assert [name for name, often in times.items() if often > 1] == []


def test_the_ledger_has_the_number_of_the_finding_of_each_entry() -> None:
    texts = [(number, text.split("Ledger:")[1]) for number, text in numbered()]
    rows = [(int(row.split("]")[0].split("[")[1]), last_cell(row)) for row in known()]
    told = {entry.name: number for number, text in texts + rows for entry in entries(in_code(text))}
    assert {entry.name: entry.finding for entry in ENTRIES if entry.finding} == told


def test_each_name_in_the_document_is_a_ledger_entrys() -> None:
    named = [name for names in places() for name in names]
    assert [name for name in named if not entries([name])] == []


def test_the_introduction_names_the_findings_that_break_a_promise() -> None:
    promised = r"^The documentation promises.*?,\s+of\s+severity"
    promises = re.findall(promised, DOCUMENT, re.DOTALL | re.MULTILINE)[0]
    clauses = support.clauses()
    broken = {
        number
        for number, text in numbered()
        if any(clauses[name].severity == clause.MUST for name in named_clauses(text))
    }
    assert numbers(promises) == broken


def test_each_finding_names_the_clauses_of_its_ledger_entries() -> None:
    for text in findings():
        assert {entry.clause for entry in entries(in_code(text))} <= named_clauses(text), text


def test_what_is_known_upstream_has_its_thread_in_the_ledger() -> None:
    assert known()
    for row in known():
        thread = re.findall(r"https://github.com/[^)]+", row)[0]
        assert {entry.thread for entry in entries(in_code(last_cell(row)))} <= {thread}, row
