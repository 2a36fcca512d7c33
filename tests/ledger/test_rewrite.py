"""Version ranges that are written into the files of the ledger."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from conformance.ledger.load import DEVIATIONS, files, read_entries
from conformance.ledger_audit.rewrite import write_ranges
from tests.ledger.entries import AUDITED as FILE

NEW = {"tensorflow": ">=2.0,<2.22", "keras2": ">=2.2,<2.22"}
NEW_TEXT = '{ tensorflow = ">=2.0,<2.22", keras2 = ">=2.2,<2.22" }'
ONE, TWO = 'versions = { keras3 = ">=3.15,<3.16" }\n', 'versions = { keras2 = ">=2.21,<2.22" }\n'
SHARED = (
    FILE.replace(ONE, "")
    .replace(TWO, "")
    .replace('grade = "accepted"\n', f'grade = "accepted"\n{TWO}')
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "deviations.toml"
    path.write_text(FILE)
    return path


def test_a_range_is_written_and_nothing_else_changes(file: Path) -> None:
    write_ranges(file, {"two": NEW})
    assert file.read_text() == FILE.replace(TWO, f"versions = {NEW_TEXT}\n")


def test_a_range_that_all_entries_of_a_cause_share_changes_in_the_cause(file: Path) -> None:
    file.write_text(SHARED)
    write_ranges(file, {"one": NEW, "two": NEW})
    assert file.read_text() == SHARED.replace(TWO, f"versions = {NEW_TEXT}\n")


@pytest.mark.parametrize(
    ("name", "line"), [("one", 'name = "one"  # beside it\n'), ("two", 'name = "two"\n')]
)
def test_a_range_that_only_some_entries_share_from_then_on_stands_below_their_names(
    file: Path, name: str, line: str
) -> None:
    file.write_text(SHARED)
    write_ranges(file, {name: NEW})
    assert file.read_text() == SHARED.replace(line, f"{line}versions = {NEW_TEXT}\n")


def test_each_entry_gets_its_own_range_where_they_differ(file: Path) -> None:
    file.write_text(SHARED)
    write_ranges(file, {"one": {"keras3": ">=3"}, "two": {"keras2": ">=2"}})
    found = {entry.name: str(dict(entry.versions)) for entry in read_entries(file)}
    assert found == {
        "one": "{'keras3': <SpecifierSet('>=3')>}",
        "two": "{'keras2': <SpecifierSet('>=2')>}",
    }


def test_in_a_folder_the_range_goes_into_the_file_of_its_entry(file: Path) -> None:
    other = file.with_name("other.toml")
    other.write_text(
        FILE.replace('"one"', '"three"').replace('"two"', '"four"').replace("a-cause", "another")
    )
    write_ranges(file.parent, {"four": NEW})
    assert file.read_text() == FILE
    assert NEW_TEXT in other.read_text()


def test_the_ledger_of_this_repository_can_be_written(tmp_path: Path) -> None:
    folder = tmp_path / "deviations"
    shutil.copytree(DEVIATIONS, folder)
    name = "keras3-stores-half-of-a-refused-state"
    write_ranges(folder, {name: {"keras3": ">=3.0,<3.99"}})
    changed = [
        (before, after)
        for copied in files(folder)
        for before, after in zip(
            (DEVIATIONS / copied.name).read_text().splitlines(),
            copied.read_text().splitlines(),
            strict=True,
        )
        if before != after
    ]
    assert [after for _before, after in changed] == ['versions = { keras3 = ">=3.0,<3.99" }']
