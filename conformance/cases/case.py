"""A case: everything that is needed to reproduce one example, in two parts: program and data."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import typing
from dataclasses import dataclass

from conformance.cases.cached_hash import cached_hash
from conformance.cases.data import Data, Malformation
from conformance.cases.program import JSON_NAME, Cell, Convolution, Custom, Layer, Model, Program


@cached_hash
@dataclass(frozen=True)
class Case:
    """A program and the data that is fed to it.

    `other` is a second path, for clauses that compare two paths. The JSON of a case is flat: it
    has the fields of program and data side by side.
    """

    program: Program
    data: Data = Data()
    other: str | None = None

    @property
    def place(self) -> str:
        """The path, as verdicts and the ledger name it; a pair is `A ~ B`."""
        return place(self.program.path, self.other)

    @property
    def identity(self) -> str:
        """Twelve hexadecimal digits: a hash of the case's JSON."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()[:12]

    def replace(self, **changes: typing.Any) -> Case:
        """Return the case with some fields replaced, in the program or in the data.

        Raises:
            TypeError: neither the program nor the data has a field of that name.
        """
        program_changes = {name: changes.pop(name) for name in [*changes] if name in _PROGRAM}
        other = changes.pop("other", self.other)
        program = (
            dataclasses.replace(self.program, **program_changes)
            if program_changes
            else self.program
        )
        data = dataclasses.replace(self.data, **changes) if changes else self.data
        return Case(program, data, other)

    def field(self, name: str) -> object:
        """Return the value of a flat field, from the program or from the data."""
        part = self if name == "other" else self.program if name in _PROGRAM else self.data
        return getattr(part, name)

    def to_json(self) -> str:
        """Return one line of JSON, without the fields that have their default value."""
        return json.dumps(case_to_plain(self), separators=(",", ":"))


_PROGRAM = {field.name for field in dataclasses.fields(Program)}

# The order of the fields in JSON. It must not change: a case's identity is a hash of that text.
JSON_FIELDS = (
    "path", "mode", "cells", "batch", "steps", "features", "dtype", "weight_seed", "weight_scale",
    "data_seed", "state", "form", "malformation", "split", "other", "fresh", "static_shapes",
    "lengths", "mask", "layer", "other_batch", "unknown_rows", "policy", "model", "options",
    "reloaded", "wiring", "nesting", "state_is_tuple", "benign",
)  # fmt: skip


def make_case(
    path: str, mode: str, cells: tuple[Cell, ...], batch: int = 1, steps: int = 1,
    **fields: typing.Any,
) -> Case:  # fmt: skip
    """Return the case with these flat fields, of the program and of the data.

    Raises:
        TypeError: neither the program nor the data has a field of that name.
    """
    return Case(Program(path, mode, cells), Data(batch, steps)).replace(**fields)


def place(path: str, other: str | None) -> str:
    """Return the name of a path, or of a pair of paths, as verdicts write it."""
    return f"{path} ~ {other}" if other else path


Record = Program | Data | Cell | Layer | Model | Malformation | Custom | Convolution


def case_to_plain(case: Case) -> dict[str, typing.Any]:
    """Return the flat fields of a case that differ from their defaults, as JSON types."""
    fields = {**to_plain(case.program), **to_plain(case.data)}
    if case.other is not None:
        fields["other"] = case.other
    return {name: fields[name] for name in JSON_FIELDS if name in fields}


def to_plain(record: Record) -> dict[str, typing.Any]:
    """Return the fields that differ from their defaults, as JSON types."""
    plain = {}
    for field in dataclasses.fields(record):
        value = getattr(record, field.name)
        if field.default is not dataclasses.MISSING and value == field.default:
            continue
        plain[json_name(field)] = _plain_value(value)
    return plain


def json_name(field: dataclasses.Field[typing.Any]) -> str:
    """Return the name of a field in JSON."""
    return str(field.metadata.get(JSON_NAME, field.name))


def _plain_value(value: typing.Any) -> typing.Any:
    if dataclasses.is_dataclass(value):
        return to_plain(typing.cast(Record, value))
    if isinstance(value, tuple):
        return [_plain_value(item) for item in value]
    return value
