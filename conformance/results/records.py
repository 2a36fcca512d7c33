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
from collections.abc import Callable, Mapping
from dataclasses import dataclass
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
        values = {}
        for field in _fields(cls):  # type: ignore[arg-type]  # classes are hashable
            if field.name in plain:
                values[field.name] = field.value(cls, plain[field.name])
            elif field.needed:
                raise UnreadableRun(f"{_record_name(cls)} has no field {field.name!r}")
        return cls(**values)


@dataclass(frozen=True)
class _Field:
    """A field of a record: how its value is taken, worked out once for all lines of a file."""

    name: str
    needed: bool
    hint: Any
    taken: Callable[[Any], Any]

    def value(self, cls: type, value: Any) -> Any:
        try:
            return self.taken(value)
        except _WrongType:
            hint = self.hint
            wanted = getattr(hint, "__name__", str(hint)) if isinstance(hint, type) else str(hint)
            raise UnreadableRun(
                f"{_record_name(cls)} has {_shorten(value)} as {self.name!r},"
                f" which should be {wanted}"
            ) from None


@functools.cache
def _fields(cls: type) -> tuple[_Field, ...]:
    hints = typing.get_type_hints(cls)
    return tuple(
        _Field(
            field.name,
            field.default is dataclasses.MISSING,
            hints[field.name],
            _taker(hints[field.name]),
        )
        for field in dataclasses.fields(cls)
    )


def jsonable(value: Any) -> Any:
    """The value with tuples as lists and numbers that are not finite as strings."""
    if isinstance(value, float) and not math.isfinite(value):
        return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
    if isinstance(value, Mapping):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [jsonable(item) for item in value]
    return value


def _taker(hint: Any) -> Callable[[Any], Any]:
    """What takes a value as the hint asks, or raises _WrongType."""
    origin, within = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any:
        return lambda value: value
    if origin in (types.UnionType, typing.Union):
        taken = _taker(within[0])
        return lambda value: None if value is None else taken(value)
    if origin is dict:
        return _mapping(*map(_taker, within))
    if origin in (tuple, list):
        return _sequence(origin, _taker(within[0]))
    if hint is float:
        return lambda value: float(value if value in _NOT_FINITE else _number((int, float), value))
    if hint is int:
        return lambda value: _number(int, value)
    return lambda value: _checked(hint, value)


def _mapping(key: Callable[[Any], Any], item: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: {key(name): item(part) for name, part in _checked(dict, value).items()}


def _sequence(kind: Any, item: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: kind(item(part) for part in _checked((list, tuple), value))


def _checked(kind: Any, value: Any) -> Any:
    if not isinstance(value, kind):
        raise _WrongType
    return value


def _number(kind: Any, value: Any) -> Any:
    # To Python True is an int; in a run file a truth value for a count is a mistake.
    if isinstance(value, bool):
        raise _WrongType
    return _checked(kind, value)


def _record_name(cls: type) -> str:
    return f"a {cls.__name__.lower()}"


def _shorten(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST_VALUE else text[:_LONGEST_VALUE] + "..."
