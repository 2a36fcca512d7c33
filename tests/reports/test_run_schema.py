"""The JSON Schema of the run file: it accepts exactly the lines that the reader accepts."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from conformance.results.grades import ACCEPTED, CRASHED, EXPLAINED, GRADES, HUNG, LEAKED, REJECTED
from conformance.results.records import PlainRecord
from conformance.results.verdict import SCHEMA, Footer, Header, Verdict
from reports.run_files.run_file import UnreadableRun
from tests.reports.test_run_file import BETWEEN, FULL, HEADER, a_verdict, footer_of

jsonschema = pytest.importorskip("jsonschema")

PATH = Path(__file__).parents[2] / "reports" / "run.schema.json"
WRITTEN = json.loads(PATH.read_text())
VALIDATOR = jsonschema.Draft202012Validator(WRITTEN)
KINDS: dict[type[PlainRecord], str] = {Header: "header", Verdict: "verdict", Footer: "footer"}
RECORDS: list[PlainRecord] = [HEADER, FULL, BETWEEN, a_verdict(), footer_of(FULL, reason="x")]

OTHERS: list[Any] = [
    *(None, True, False, 1, 2, 1.5, "x", "nan", "", [], [1], ["x"], [None], [{}]),
    *({}, {"a": 1}, {"a": "x"}, {"a": None}, {"a": {}}, {"a": {"b": 1}}, {"a": {"b": "x"}}),
    *([{"name": "x"}], [{"name": 1}], [{"name": "x", "missing": None}], "accepted", "known"),
    *({"error": error} for error in (None, "x", {}, {"class": "X"}, {"class": "X", "message": 1})),
    {"error": {"class": "X", "message": "X (y)", "raised_in": "f"}},
    {"error": {"class": "X", "message": "X (y)", "raised_in": None}},
]


def a_line(record: PlainRecord) -> dict[str, Any]:
    return {"record": KINDS[type(record)], **json.loads(json.dumps(record.to_plain()))}


def is_read(kind: type[PlainRecord], line: dict[str, Any]) -> bool:
    # the reader refuses another schema before it reads the rest of the header
    if kind is Header and line.get("schema") != SCHEMA:
        return False
    try:
        kind.from_plain(line)
    except UnreadableRun:
        return False
    return True


def test_it_is_a_schema_and_of_the_version_that_is_written() -> None:
    jsonschema.Draft202012Validator.check_schema(WRITTEN)
    assert WRITTEN["$defs"]["header"]["properties"]["schema"]["const"] == SCHEMA


@pytest.mark.parametrize("record", RECORDS)
def test_what_is_written_is_valid(record: PlainRecord) -> None:
    VALIDATOR.validate(a_line(record))


@pytest.mark.parametrize(("kind", "name"), KINDS.items())
def test_it_names_each_field_and_which_must_be_there(kind: type[PlainRecord], name: str) -> None:
    fields = dataclasses.fields(kind)  # type: ignore[arg-type]
    needed = {field.name for field in fields if field.default is dataclasses.MISSING}
    definition = WRITTEN["$defs"][name]
    assert set(definition["properties"]) == {"record", *(field.name for field in fields)}
    assert set(definition["required"]) == {"record", *needed}


@pytest.mark.parametrize("record", RECORDS)
def test_what_it_takes_the_reader_takes_and_nothing_else(record: PlainRecord) -> None:
    whole, disagreed = a_line(record), []
    for name in set(whole) - {"record"}:
        without = {key: value for key, value in whole.items() if key != name}
        for line in [without, *({**whole, name: value} for value in OTHERS)]:
            if VALIDATOR.is_valid(line) != is_read(type(record), line):
                disagreed.append((name, line.get(name, "nothing")))
    assert disagreed == []


def test_grades_are_those_of_the_judges_the_best_first() -> None:
    assert (
        *(EXPLAINED, REJECTED, LEAKED),
        *(ACCEPTED, CRASHED, HUNG),
    ) == GRADES


@pytest.mark.parametrize("kind", ["poem", None, 1])
def test_a_line_of_another_kind_is_not_valid(kind: object) -> None:
    assert not VALIDATOR.is_valid({**a_line(FULL), "record": kind})
