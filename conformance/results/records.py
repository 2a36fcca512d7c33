"""Records: dataclasses that become plain data for JSON, and are read back from it.

JSON has no NaN and no infinity. So a number that is not finite is written as the string "nan",
"inf" or "-inf", wherever it stands.
"""

from __future__ import annotations

import dataclasses
import functools
import math
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

_Record = TypeVar("_Record", bound="PlainRecord")
_NOT_FINITE = ("nan", "inf", "-inf")
_LONGEST_VALUE = 40


class UnreadableRun(Exception):
    """A run file, or a record in it, cannot be read."""


class _WrongType(Exception):
    """A value does not have the type of its field."""


class PlainRecord:
    """The base of all dataclasses of a run file: they become plain data, and are built from it."""

    def to_plain(self) -> dict[str, Any]:
        """Return the fields by name, as data that JSON can hold."""
        fields = dataclasses.fields(self)  # type: ignore[arg-type]
        return {field.name: jsonable(getattr(self, field.name)) for field in fields}

    @classmethod
    def from_plain(cls: type[_Record], plain: Mapping[str, Any]) -> _Record:
        """Return the record that `to_plain` turned into plain data; ignore unknown fields."""
        values = {}
        for field in _fields(cls):  # type: ignore[arg-type]  # classes are hashable
            if field.name in plain:
                values[field.name] = field.value(cls, plain[field.name])
            elif field.required:
                raise UnreadableRun(f"{_record_name(cls)} has no field {field.name!r}")
        return cls(**values)


@dataclass(frozen=True)
class _Field:
    """A field of a record, with the function that converts its value, for all lines of a file."""

    name: str
    required: bool
    hint: Any
    convert: Callable[[Any], Any]

    def value(self, cls: type, value: Any) -> Any:
        """Return the converted value; raise UnreadableRun where it has another type."""
        try:
            return self.convert(value)
        except _WrongType:
            hint = self.hint
            type_name = hint.__name__ if isinstance(hint, type) else str(hint)
            raise UnreadableRun(
                f"{_record_name(cls)} has {_shorten(value)} as {self.name!r},"
                f" which should be {type_name}"
            ) from None


@functools.cache
def _fields(cls: type) -> tuple[_Field, ...]:
    hints = typing.get_type_hints(cls)
    return tuple(
        _Field(
            field.name,
            field.default is dataclasses.MISSING,
            hints[field.name],
            _converter(hints[field.name]),
        )
        for field in dataclasses.fields(cls)
    )


def jsonable(value: Any) -> Any:
    """Return the value with tuples as lists, and with numbers that are not finite as strings."""
    if isinstance(value, float) and not math.isfinite(value):
        return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
    if isinstance(value, Mapping):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [jsonable(item) for item in value]
    return value


def _converter(hint: Any) -> Callable[[Any], Any]:
    """Return a function that converts a value to the hint's type, or raises _WrongType."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any:
        return lambda value: value
    if origin in (types.UnionType, typing.Union):
        convert = _converter(arguments[0])
        return lambda value: None if value is None else convert(value)
    if origin is dict:
        return _mapping_converter(*map(_converter, arguments))
    if origin in (tuple, list):
        return _sequence_converter(origin, _converter(arguments[0]))
    if hint is float:
        return _to_float
    if hint is int:
        return lambda value: _require_number(int, value)
    return lambda value: _require_type(hint, value)


def _to_float(value: Any) -> float:
    return float(value if value in _NOT_FINITE else _require_number((int, float), value))


def _mapping_converter(
    key: Callable[[Any], Any], item: Callable[[Any], Any]
) -> Callable[[Any], Any]:
    return lambda value: {
        key(name): item(part) for name, part in _require_type(dict, value).items()
    }


def _sequence_converter(container: Any, item: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: container(item(part) for part in _require_type((list, tuple), value))


def _require_type(wanted: Any, value: Any) -> Any:
    if not isinstance(value, wanted):
        raise _WrongType
    return value


def _require_number(wanted: Any, value: Any) -> Any:
    # In Python True is an int, but in a run file a truth value in place of a count is a mistake.
    if isinstance(value, bool):
        raise _WrongType
    return _require_type(wanted, value)


def _record_name(cls: type) -> str:
    return f"a {cls.__name__.lower()}"


def _shorten(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST_VALUE else text[:_LONGEST_VALUE] + "..."
