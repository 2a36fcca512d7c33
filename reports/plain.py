"""Between dataclasses and the plain data that JSON can hold.

JSON has no NaN and no infinity, so a number that is not finite is written as the string "nan",
"inf" or "-inf", wherever it stands.
"""

from __future__ import annotations

import dataclasses
import functools
import math
import types
import typing
from collections.abc import Mapping
from typing import Any, TypeVar

_Record = TypeVar("_Record", bound="PlainRecord")
_NOT_FINITE = ("nan", "inf", "-inf")
_LONGEST_VALUE = 40


class UnreadableRun(Exception):
    """A run file, or a record of one, that cannot be read."""


class _WrongType(Exception):
    """A value that is not of the type that a field asks for."""


class PlainRecord:
    """What every dataclass of a run file can do: become plain data, and be made from it."""

    def to_plain(self) -> dict[str, Any]:
        """The fields by name, as data that JSON can hold."""
        fields = dataclasses.fields(self)  # type: ignore[arg-type]
        return {field.name: jsonable(getattr(self, field.name)) for field in fields}

    @classmethod
    def from_plain(cls: type[_Record], plain: Mapping[str, Any]) -> _Record:
        """The record that `to_plain` was called on; fields that are not known are passed over."""
        hints = _hints(cls)  # type: ignore[arg-type]  # classes are hashable
        values = {}
        for field in dataclasses.fields(cls):  # type: ignore[arg-type]
            if field.name in plain:
                values[field.name] = _field_value(cls, field.name, plain, hints[field.name])
            elif field.default is dataclasses.MISSING:
                raise UnreadableRun(f"{_named(cls)} has no field {field.name!r}")
        return cls(**values)


@functools.cache
def _hints(cls: type) -> dict[str, Any]:
    return typing.get_type_hints(cls)


def jsonable(value: Any) -> Any:
    """The value with tuples as lists and numbers that are not finite as strings."""
    if isinstance(value, float) and not math.isfinite(value):
        return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
    if isinstance(value, Mapping):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [jsonable(item) for item in value]
    return value


def _field_value(cls: type, name: str, plain: Mapping[str, Any], hint: Any) -> Any:
    try:
        return _as(hint, plain[name])
    except _WrongType:
        wanted = getattr(hint, "__name__", str(hint)) if isinstance(hint, type) else str(hint)
        raise UnreadableRun(
            f"{_named(cls)} has {_shown(plain[name])} as {name!r}, which should be {wanted}"
        ) from None


def _as(hint: Any, value: Any) -> Any:
    """The value as the hint asks, or _WrongType."""
    origin = typing.get_origin(hint)
    if hint is Any:
        return value
    if origin in (types.UnionType, typing.Union):
        return None if value is None else _as(typing.get_args(hint)[0], value)
    if origin is dict:
        of_key, of_value = typing.get_args(hint)
        return {_as(of_key, key): _as(of_value, item) for key, item in _a(dict, value).items()}
    if origin is tuple:
        return tuple(_as(typing.get_args(hint)[0], item) for item in _a((list, tuple), value))
    if origin is list:
        return [_as(typing.get_args(hint)[0], item) for item in _a((list, tuple), value)]
    if hint is float:
        return float(value if value in _NOT_FINITE else _number((int, float), value))
    return _number(int, value) if hint is int else _a(hint, value)


def _a(kind: Any, value: Any) -> Any:
    if not isinstance(value, kind):
        raise _WrongType
    return value


def _number(kind: Any, value: Any) -> Any:
    # To Python True is an int; in a run file a truth value for a count is a mistake.
    if isinstance(value, bool):
        raise _WrongType
    return _a(kind, value)


def _named(cls: type) -> str:
    return f"a {cls.__name__.lower()}"


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST_VALUE else text[:_LONGEST_VALUE] + "..."
