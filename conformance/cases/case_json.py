"""Reads the JSON of a case, which a person may have written, and says what is wrong in one line."""

from __future__ import annotations

import dataclasses
import json
import typing
from collections.abc import Sequence
from typing import Any

from conformance.adapter import wire
from conformance.cases import case_arrays, floats, state_forms
from conformance.cases.case import JSON_FIELDS, Case, json_name, make_case
from conformance.cases.data import Data, Malformation
from conformance.cases.malformations import state_malformations
from conformance.cases.program import (
    ACTIVATIONS,
    CONVOLUTIONAL,
    LSTM_TYPES,
    MERGE_MODES,
    MODEL_APIS,
    MODEL_CALLS,
    POLICIES,
    STRUCTURES,
    WIRINGS,
    WRAPPERS,
    Cell,
    Convolution,
    Custom,
    Layer,
    Model,
    Program,
)
from conformance.errors import UnreadableCase

_WHOLE_NUMBERS = {
    "units": 1,  # the number is the smallest that is allowed
    "batch": 0,
    "steps": 0,
    "features": 0,
    "weight_seed": 0,
    "data_seed": 0,
    "implementation": 1,
}
_TEXTS = ("path", "mode")
_SCALARS = {bool: "true or false", int: "a whole number", float: "a number", type(None): "null"}
_WORDS: dict[str, tuple[object, ...]] = {
    "kind": ("SimpleRNN", *LSTM_TYPES, "GRU"),
    "activation": ACTIVATIONS,
    "recurrent_activation": ACTIVATIONS,
    "dtype": tuple(floats.DTYPES),
    "declared_dtype": (None, *floats.DTYPES),
    "state": (None, *case_arrays.STATE_VALUES),
    "form": (*state_forms.FORMS, *state_forms.WRITE_UP_FORMS),
    "name": tuple(state_malformations.MALFORMATIONS),
    "lengths": (None, *case_arrays.LENGTHS),
    "mask": (None, *case_arrays.MASKS),
    "policy": (None, *POLICIES),
    "api": MODEL_APIS,
    "by": MODEL_CALLS,
    "merge_mode": MERGE_MODES,
    "options": wire.OPTIONS,
    "reloaded": (None, *wire.RELOADED),
    "wiring": WIRINGS,
    "structure": STRUCTURES,
    "padding": ("same", "valid"),
}
_NEEDED = ("path", "mode", "cells")
_RECORD_TYPES = (Program, Data, Cell, Convolution, Custom, Layer, Malformation, Model)
_HINTS = {record_type: typing.get_type_hints(record_type) for record_type in _RECORD_TYPES}


def from_json(text: str) -> Case:
    """Read a case.

    Raises:
        UnreadableCase: the text is not JSON, or its fields are not those of a case.
    """
    try:
        return from_plain(json.loads(text))
    except json.JSONDecodeError as error:
        message = f"case = {text[:60]!r}, but must be one JSON object: {error}"
        raise UnreadableCase(message) from error


def from_plain(plain: Any) -> Case:
    """Return the case of a JSON object.

    Raises:
        UnreadableCase: a field is unknown, missing or wrong.
    """
    fields = dict(_fields(plain, "Case", JSON_FIELDS, _NEEDED))
    cells = fields.get("cells")
    if not isinstance(cells, list) or not cells:
        raise UnreadableCase(f"cells = {cells!r}, but must be a list of at least one cell")
    fields["cells"] = tuple(_cell(cell) for cell in cells)
    fields["nesting"] = _tuples(fields.get("nesting", ()))
    if not isinstance(fields["nesting"], tuple):
        raise UnreadableCase(f"nesting = {fields['nesting']!r}, but must be a list")
    for name, record_type in (("malformation", Malformation), ("model", Model)):
        if fields.get(name) is not None:
            fields[name] = _record(fields[name], record_type)
    if "layer" in fields:
        fields["layer"] = _record(fields["layer"], Layer)
    case = make_case(**fields)
    _check_fields(case.program)
    _check_fields(case.data)
    _check_places(case)
    return case


def _cell(plain: Any) -> Cell:
    fields = dict(_record_fields(plain, Cell))
    if fields.get("custom") is not None:
        fields["custom"] = _record(fields["custom"], Custom)
    if fields.get("convolution") is not None:
        fields["convolution"] = _convolution(fields["convolution"])
    fields["wrappers"] = _tuples(fields.get("wrappers", ()))
    unknown = sorted(set(fields["wrappers"]) - set(WRAPPERS))
    if unknown:
        raise UnreadableCase(f"wrappers = {unknown}, but must be of {WRAPPERS}")
    cell = Cell(**fields)
    _check_fields(cell)
    if (cell.cell_type == CONVOLUTIONAL) != (cell.convolution is not None):
        raise UnreadableCase(f"convolution of a {cell.cell_type} = {fields.get('convolution')!r}")
    if cell.custom and cell.cell_type != "LSTM":
        raise UnreadableCase(f"kind = {cell.cell_type!r}, but must be 'LSTM' within a custom cell")
    return cell


def _convolution(plain: Any) -> Convolution:
    fields = {name: _tuples(value) for name, value in _record_fields(plain, Convolution).items()}
    for name in ("space", "kernel"):
        sizes = fields[name]
        if type(sizes) is not tuple or any(type(n) is not int or n < 1 for n in sizes):
            raise UnreadableCase(f"{name} = {sizes!r}, but must be a list of whole numbers from 1")
    record = Convolution(**fields)
    _check_fields(record)
    if not 1 <= len(record.space) == len(record.kernel) <= 3 or min(record.positions) < 1:
        raise UnreadableCase(f"kernel = {record.kernel}, but must fit into {record.space}")
    return record


def _tuples(plain: Any) -> Any:
    """Return lists within lists as tuples within tuples."""
    return tuple(_tuples(item) for item in plain) if isinstance(plain, list | tuple) else plain


def _record(plain: Any, record_type: type) -> Any:
    record = record_type(**_record_fields(plain, record_type))
    _check_fields(record)
    return record


def _record_fields(plain: Any, record_type: type) -> dict[str, Any]:
    known = {json_name(field): field for field in dataclasses.fields(record_type)}
    needed = [name for name, f in known.items() if f.default is dataclasses.MISSING]
    given = _fields(plain, record_type.__name__, list(known), needed)
    return {known[name].name: value for name, value in given.items()}


def _fields(plain: Any, name: str, known: Sequence[str], needed: Sequence[str]) -> dict[str, Any]:
    if not isinstance(plain, dict):
        raise UnreadableCase(f"{name} = {plain!r}, but must be a JSON object")
    unknown = sorted(set(plain) - set(known))
    if unknown:
        raise UnreadableCase(f"{name} has {unknown}, but must have only {sorted(known)}")
    missing = [field for field in needed if field not in plain]
    if missing:
        raise UnreadableCase(f"{name} lacks {missing}")
    return plain


def _check_fields(record: Any) -> None:
    for field in dataclasses.fields(record):
        name, value = json_name(field), getattr(record, field.name)
        least = _WHOLE_NUMBERS.get(name)
        if least is not None and (type(value) is not int or value < least):
            raise UnreadableCase(f"{name} = {value!r}, but must be a whole number from {least} on")
        _check_scalar(name, value, _HINTS[type(record)][field.name])
        if name in _TEXTS and not isinstance(value, str):
            raise UnreadableCase(f"{name} = {value!r}, but must be text")
        if name in _WORDS and value not in _WORDS[name]:
            raise UnreadableCase(f"{name} = {value!r}, but must be one of {_WORDS[name]}")


def _check_scalar(name: str, value: Any, hint: Any) -> None:
    """Raise UnreadableCase where a truth value or a number is of another type."""
    types = typing.get_args(hint) or (hint,)
    if not set(types) <= set(_SCALARS):
        return
    if type(value) not in types and not (float in types and type(value) is int):
        allowed = " or ".join(_SCALARS[each] for each in types)
        raise UnreadableCase(f"{name} = {value!r}, but must be {allowed}")


def _check_places(case: Case) -> None:
    if case.program.bidirectional and len(case.program.cells) != 2:
        raise UnreadableCase(
            f"cells = {len(case.program.cells)}, but must be the forward and the backward one on"
            f" {case.program.path}"
        )
    if case.data.split is not None and case.data.split not in range(1, case.data.steps):
        raise UnreadableCase(f"split = {case.data.split!r}, but must be from 1 to steps - 1")
    if case.program.nesting and _places(case.program.nesting) != [*range(len(case.program.cells))]:
        raise UnreadableCase(
            f"nesting = {case.program.nesting!r}, but must be a tree of all cells' places"
        )
    leaves = state_malformations.leaf_count(case)
    leaf = case.data.malformation.leaf if case.data.malformation else None
    if leaf is not None and leaf not in range(leaves):
        raise UnreadableCase(f"leaf = {leaf!r}, but must be from 0 to {leaves - 1}")


def _places(nesting: Any) -> list[Any]:
    if not isinstance(nesting, tuple):
        return [nesting]
    return [place for within in nesting for place in _places(within)]
