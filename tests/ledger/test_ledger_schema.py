"""The schema of a ledger file for editors: it fits the files, and has the keys that are read."""

from __future__ import annotations

import json

import pytest

from conformance._toml import tomllib
from conformance.ledger import schema
from conformance.ledger.load import DEVIATIONS, files

jsonschema = pytest.importorskip("jsonschema")
SCHEMA = json.loads((DEVIATIONS / "ledger.schema.json").read_text(encoding="utf-8"))


def test_the_schema_for_editors_fits_each_file() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    validator = jsonschema.Draft202012Validator(SCHEMA)
    for file in files():
        text = file.read_text(encoding="utf-8")
        assert text.startswith("#:schema ledger.schema.json\n"), file.name
        validator.validate(tomllib.loads(text))


def test_the_schema_for_editors_has_the_keys_that_are_read() -> None:
    parts = SCHEMA["$defs"]
    assert set(parts["cause"]["properties"]) == {*schema.CAUSE_KEYS, "seen"}
    assert set(parts["entry"]["properties"]) == set(schema.ENTRY_KEYS)
    assert tuple(parts["grade"]["enum"]) == schema.GRADES
