"""docs/findings.md: its scripts print what it shows, and it has every entry of the ledger."""

from __future__ import annotations

import ast
import collections
import fnmatch
import importlib.metadata
import re

import pytest
from packaging.requirements import Requirement

from conformance._toml import tomllib
from conformance.contract import clause
from conformance.ledger.entry import Entry
from conformance.ledger.load import in_range, read_entries
from tests import support
from tests.findings import findings_page as page
from tests.findings.scripts import SCRIPTS, run_scripts

ENTRIES = read_entries()
LIBRARIES = ("tensorflow", "keras", "tf-keras")
# the findings are about these versions; deviations of older releases are in the ledger only
INSTALLED = {
    name: importlib.metadata.version(package)
    for name, package in zip(("tensorflow", "keras3", "keras2"), LIBRARIES, strict=True)
}


def entries(names: list[str]) -> list[Entry]:
    """Return the entries of the ledger that one of the names or patterns matches."""
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


def documented_versions() -> dict[str, str]:
    """Return the versions that the document is about."""
    return dict(zip(LIBRARIES, re.findall(r"\d+\.\d+\.\d+", page.DOCUMENT), strict=False))


def test_the_document_is_of_the_versions_that_the_extra_installs() -> None:
    plain = tomllib.loads((support.ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extra = plain["project"]["optional-dependencies"]["tensorflow"]
    asked = {wanted.name: wanted.specifier for wanted in map(Requirement, extra)}
    assert set(asked) == set(documented_versions())
    for library, version in documented_versions().items():
        assert asked[library].contains(version), library


def test_each_script_prints_what_the_document_shows_and_finds_the_deviation() -> None:
    found = {library: installed(library) for library in LIBRARIES}
    # the user has another TensorFlow; the test above covers the versions of the extra
    if {k: minor(v) for k, v in found.items()} != {
        k: minor(v) for k, v in documented_versions().items()
    }:
        pytest.skip(f"installed are {found}, but the document is of {documented_versions()}")
    ran = run_scripts()
    assert {
        name: ran[name].printed for name in page.documented_output()
    } == page.documented_output()
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
    parts = (" prints\n", "\nVersions: ", "\nAs a report: ", "\nClauses: ", "\nSearched upstream: ")
    for number, section in page.sections().items():
        seen, wanted = re.findall(r"^```\n(.*?)^```\n", section, re.DOTALL | re.MULTILINE)
        assert seen != wanted, number
        assert {part: section.count(part) for part in parts} == dict.fromkeys(parts, 1), number


def test_a_finding_quotes_the_promise_that_is_broken_or_says_that_there_is_none() -> None:
    for row in page.table():
        statement = " ".join(page.sections()[row.number].split("\nVersions:")[0].split())
        if row.severity == clause.MUST:
            assert re.search(r'promises.*?"[^"]{20,}".*?\]\(https://', statement), row
        else:
            assert "](https://" in statement or "Nothing is promised" in statement, row


def test_the_table_has_each_finding_the_worst_harm_first() -> None:
    titles = re.findall(r"^### (\d+)\. (.*)$", page.DOCUMENT, re.MULTILINE)
    assert sorted((row.number, row.title) for row in page.table()) == sorted(
        (int(number), title) for number, title in titles
    )
    order = [page.harms().index(row.harm) for row in page.table()]
    assert order == sorted(order)


def test_the_findings_stand_under_their_causes_the_worst_first() -> None:
    harm = {row.number: page.harms().index(row.harm) for row in page.table()}
    under = [[harm[number] for number in numbers] for numbers in page.causes()]
    assert all(order == sorted(order) for order in under), under
    worst = [order[0] for order in under]
    assert worst == sorted(worst)


def test_a_number_is_given_once_and_for_ever() -> None:
    known = map(page.known_number, page.upstream_rows())
    assert sorted([*page.sections(), *known, *page.withdrawn()]) == list(range(1, 47))


def test_the_document_names_each_script() -> None:
    linked = re.findall(r"\(findings/([^/)]+)\)", page.DOCUMENT)
    assert sorted(linked) == [script.name for script in SCRIPTS]


def test_each_ledger_entry_without_a_thread_is_in_one_place_and_others_in_one_at_most() -> None:
    times = collections.Counter(entry.name for names in page.places() for entry in entries(names))
    untold = [e for e in ENTRIES if not e.thread and not times[e.name]]
    assert [e.name for e in untold if in_range(e.versions, INSTALLED)] == []
    assert [name for name, often in times.items() if often > 1] == []


def test_the_ledger_has_the_number_of_the_finding_of_each_entry() -> None:
    texts = [(number, text.split("Ledger:")[1]) for number, text in page.numbered_findings()]
    rows = [
        (int(row.split("]")[0].split("[")[1]), page.last_cell(row)) for row in page.upstream_rows()
    ]
    found = {
        entry.name: number for number, text in texts + rows for entry in entries(page.in_code(text))
    }
    assert {entry.name: entry.finding for entry in ENTRIES if entry.finding} == found


def test_each_name_in_the_document_is_a_ledger_entrys() -> None:
    named = [name for names in page.places() for name in names]
    assert [name for name in named if not entries([name])] == []


def test_the_table_says_which_findings_break_a_promise() -> None:
    clauses = support.clauses()
    broken = {
        number
        for number, text in page.numbered_findings()
        if any(
            clauses[entry.clause].severity_in(entry.case) == clause.MUST
            for entry in entries(page.in_code(text.split("Ledger:")[1]))
        )
    }
    assert {row.number for row in page.table() if row.severity == clause.MUST} == broken
    assert {row.severity for row in page.table()} == {clause.MUST, clause.SHOULD}


def test_each_finding_names_the_clauses_of_its_ledger_entries() -> None:
    for text in page.findings():
        assert {entry.clause for entry in entries(page.in_code(text))} <= page.named_clauses(
            text
        ), text


def test_what_is_known_upstream_has_its_thread_in_the_ledger() -> None:
    assert page.upstream_rows()
    for row in page.upstream_rows():
        thread = re.findall(r"https://github.com/[^)]+", row)[0]
        assert {entry.thread for entry in entries(page.in_code(page.last_cell(row)))} <= {thread}, (
            row
        )
