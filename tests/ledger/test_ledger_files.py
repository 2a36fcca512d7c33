"""The files of the ledger: how they are read, and one line for each mistake, with its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from conformance.errors import MalformedLedger
from conformance.ledger.load import read_entries
from tests.ledger.entries import CASE, CAUSE, ENTRY, an_entry, table, write_ledger

THREAD = "https://example.org/1"


def error_of(path: Path) -> str:
    """Return the one line that says what is wrong."""
    with pytest.raises(MalformedLedger) as error:
        read_entries(path)
    assert "\n" not in str(error.value)
    return str(error.value)


# --- what is read ---------------------------------------------------------------------------------


def test_an_entry_is_read(tmp_path: Path) -> None:
    entry = an_entry(tmp_path, thread=THREAD, finding=4)
    assert entry.case == CASE
    assert entry.cause.name == "a-cause"
    assert (entry.thread, entry.finding) == (THREAD, 4)
    assert entry.covers("RJ-01", CASE)


def test_an_empty_ledger_has_no_entries(tmp_path: Path) -> None:
    file = tmp_path / "deviations.toml"
    file.write_text("")
    assert read_entries(file) == []


def test_a_key_of_the_cause_is_that_of_each_entry_without_its_own(tmp_path: Path) -> None:
    cause = {**CAUSE, "thread": THREAD, "clause": "ST-01", "sometimes": "Not seen if it rains."}
    own = {key: value for key, value in ENTRY.items() if key != "clause"}
    entries = ({**own, "name": "one"}, {**own, "name": "two", "clause": "ST-02"})
    one, two = read_entries(write_ledger(tmp_path, *entries, cause=cause))
    assert (one.clause, two.clause) == ("ST-01", "ST-02")
    assert one.sometimes == two.sometimes == "Not seen if it rains."
    assert one.thread == two.thread == THREAD


def test_the_reason_of_an_entry_is_that_of_its_cause_and_its_note(tmp_path: Path) -> None:
    file = tmp_path / "deviations.toml"
    entry = table("cause.seen", {**ENTRY, "note": "And this.", "sometimes": "Not always."})
    file.write_text('[[cause]]\nname = "c"\nwhy = """\nA reason\nof two lines."""\n' + entry)
    (one,) = read_entries(file)
    assert one.why == "A reason of two lines. And this. Not always."


def test_without_a_condition_an_entry_covers_all_cases(tmp_path: Path) -> None:
    entry = {key: value for key, value in ENTRY.items() if key != "when"}
    (one,) = read_entries(write_ledger(tmp_path, entry))
    assert one.covers("RJ-01", CASE)


def test_a_folder_is_read_file_by_file_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name in ("b", "a", "c"):
        cause = {**CAUSE, "name": name}
        write_ledger(tmp_path, {**ENTRY, "name": name}, cause=cause).rename(
            tmp_path / f"{name}.toml"
        )
    assert [entry.name for entry in read_entries(tmp_path)] == ["a", "b", "c"]


# --- mistakes -------------------------------------------------------------------------------------

# what is changed in the entry, the line in the file, and what is said of it
CHANGED: dict[str, tuple[dict[str, Any], int, str]] = {
    "unknown key": ({"wen": 1}, 13, "unknown key 'wen'"),
    "no name": ({"name": None}, 5, "'name' is missing"),
    "no clause": ({"clause": None}, 5, "'clause' is missing"),
    "no case": ({"case": None}, 5, "'case' is missing"),
    "name not text": ({"name": 3}, 6, "name = 3"),
    "not a clause": ({"clause": "RJ1"}, 7, 'like "RJ-01"'),
    "paths not a list": ({"paths": "RNN/keras3"}, 8, "must be a list of paths"),
    "versions not a table": ({"versions": ">=3"}, 9, "must be a range for each package"),
    "not a version range": ({"versions": {"keras3": "about 3"}}, 9, "about 3"),
    "version not text": ({"versions": {"keras3": 3}}, 9, "must be a range for each package"),
    "unknown condition": ({"when": {"colour": ["red"]}}, 10, "'colour' must be one of alike,"),
    "path as a condition": ({"when": {"path": ["RNN/keras3"]}}, 10, "'path' must be one of"),
    "condition not a list": ({"when": {"batch": ">=2"}}, 10, "must have a list"),
    "when not a table": ({"when": ["batch_one"]}, 10, "must be a table of conditions"),
    "unknown grade": ({"grade": "acepted"}, 11, "must be one of explained,"),
    "unreadable case": ({"case": "{"}, 12, "JSON"),
    "case with an unknown field": ({"case": '{"colour": 1}'}, 12, "colour"),
    "not a regular expression": ({"message": "("}, 13, "must be a regular expression"),
    "message not text": ({"message": 3}, 13, "must be a regular expression"),
    "error not a name": ({"error": 3}, 13, "error = 3, but must be the name of an exception"),
    "errors not names": ({"error": [3]}, 13, "error = [3]"),
    "sometimes without a reason": ({"sometimes": True}, 13, "sometimes = True, but must say when"),
    "sometimes with an empty reason": ({"sometimes": " "}, 13, 'like "Not seen if ..."'),
    "thread not an address": ({"thread": "keras#1"}, 13, "must be the address"),
    "finding not a number": ({"finding": "4"}, 13, "must be the number of a finding"),
    "empty note": ({"note": " "}, 13, "must be a text"),
}


@pytest.mark.parametrize("name", CHANGED)
def test_a_wrong_entry_is_named_in_one_line_with_its_place(tmp_path: Path, name: str) -> None:
    changes, line, problem = CHANGED[name]
    entry = {key: value for key, value in {**ENTRY, **changes}.items() if value is not None}
    message = error_of(write_ledger(tmp_path, entry))
    assert message.startswith(f"ledger deviations.toml, line {line}: ")
    assert problem in message


CAUSES: dict[str, tuple[dict[str, Any], int, str]] = {
    "no name": ({"why": "w"}, 1, "'name' is missing"),
    "no reason": ({"name": "c"}, 1, "'why' is missing"),
    "empty reason": ({"name": "c", "why": ""}, 3, "must be a text"),
    "a case": ({"name": "c", "why": "w", "case": "{}"}, 4, "unknown key 'case'"),
    "a wrong shared key": ({"name": "c", "why": "w", "paths": "p"}, 4, "must be a list of paths"),
}


@pytest.mark.parametrize("name", CAUSES)
def test_a_wrong_cause_is_named_in_one_line_with_its_place(tmp_path: Path, name: str) -> None:
    cause, line, problem = CAUSES[name]
    message = error_of(write_ledger(tmp_path, ENTRY, cause=cause))
    assert message.startswith(f"ledger deviations.toml, line {line}: ")
    assert problem in message


TEXTS: dict[str, tuple[str | bytes, int, str]] = {
    "not TOML": ("\n[[cause]\n", 2, "correct this line"),
    "not TOML at the end": ("[[cause]]\nname =", 2, "correct this line"),
    "not text": (b"# one\n\xff\xfe", 2, "save the file as UTF-8"),
    "another table": ("\n[causes]\n", 2, "[[cause]] tables only"),
    "entries without a cause": ("\n\n[[deviation]]\nname = 'x'\n", 3, "[[cause]] tables only"),
    "not a list": ("[cause]\nname = 'x'\n", 1, "write [[cause]] above each"),
    "a list of text": ("\ncause = ['x']\n", 2, "write [[cause]] above each"),
    "no entries": ("\n[[cause]]\nname = 'x'\nwhy = 'w'\n", 2, "write [[cause.seen]] above each"),
    "entries not a list": ("[[cause]]\nname = 'x'\n[cause.seen]\n", 3, "[[cause.seen]] above"),
    "a header in a text": (
        "[[cause]]\nname = 'x'\nwhy = '''\n[[cause]]\n'''\n[[cause.seen]]\nclause = 3\n",
        7,
        "clause = 3",
    ),
    "a key in a table of its own": (
        "[[cause]]\nname = 'x'\nwhy = 'w'\n"
        "[[cause.seen]]\nname = 'y'\n[cause.seen.when]\ncolour = []",
        6,
        "colour",
    ),
    "the second entry of the second cause": (
        "[[cause]]\nname = 'x'\nwhy = 'w'\n"
        + table("cause.seen", ENTRY)
        + "[[cause]]\nname = 'y'\nwhy = 'w'\n"
        + table("cause.seen", {**ENTRY, "name": "two"})
        + "[[ cause . seen ]]\n'name' = 3\n",
        24,
        "name = 3",
    ),
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_wrong_file_is_named_in_one_line_with_its_place(tmp_path: Path, name: str) -> None:
    text, line, problem = TEXTS[name]
    file = tmp_path / "deviations.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    message = error_of(file)
    assert message.startswith(f"ledger deviations.toml, line {line}: ")
    assert problem in message


def test_a_file_that_does_not_exist(tmp_path: Path) -> None:
    said = "ledger none.toml: No such file or directory; name a file or a folder"
    assert error_of(tmp_path / "none.toml") == said


def test_a_folder_without_a_file(tmp_path: Path) -> None:
    assert "no *.toml in this folder" in error_of(tmp_path)


def test_a_name_stands_once(tmp_path: Path) -> None:
    said = (
        "ledger deviations.toml, line 15:"
        " the entry of deviations.toml, line 6 is 'an-entry' too; rename one"
    )
    assert error_of(write_ledger(tmp_path, ENTRY, ENTRY)) == said


def test_a_cause_stands_once_in_all_files(tmp_path: Path) -> None:
    write_ledger(tmp_path, ENTRY).rename(tmp_path / "a.toml")
    write_ledger(tmp_path, {**ENTRY, "name": "two"}).rename(tmp_path / "b.toml")
    said = "ledger b.toml, line 2: the cause of a.toml, line 2 is 'a-cause' too; rename one"
    assert error_of(tmp_path) == said
