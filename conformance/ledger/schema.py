"""The keys of a ledger file: which there are, and what each may hold.

`deviations/ledger.schema.json` describes the same to editors.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from conformance.cases.case_json import from_json
from conformance.errors import UnreadableCase
from conformance.ledger.conditions import FIELDS, Condition
from conformance.ledger.known_values import VALUES
from conformance.results.grades import GRADES


class WrongValue(Exception):
    """A key that is unknown, missing, or holds what it must not; says how to mend it."""

    def __init__(self, key: str, problem: str) -> None:
        super().__init__(problem)
        self.key = key


class _Unfit(Exception):
    """A value that its key must not have; the message says what it must be."""


def _text(value: Any) -> str:
    """Return a text in one line, however it is wrapped in the file."""
    if not isinstance(value, str) or not value.strip():
        raise _Unfit("must be a text")
    return " ".join(value.split())


def _clause(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Z]{2}-\d{2}", value):
        raise _Unfit('must be the number of a clause, like "RJ-01"')
    return value


def _paths(value: Any) -> tuple[str, ...]:
    if not _are_texts(value):
        raise _Unfit('must be a list of paths, like ["RNN/keras3"]')
    return tuple(value)


def _versions(value: Any) -> tuple[tuple[str, SpecifierSet], ...]:
    wanted = 'must be a range for each package, like { keras3 = ">=3.0,<3.17" }'
    if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
        raise _Unfit(wanted)
    try:
        return tuple((package, _specifiers(each)) for package, each in value.items())
    except InvalidSpecifier as error:
        raise _Unfit(wanted) from error


_specifiers = functools.lru_cache(maxsize=None)(SpecifierSet)  # few ranges, each many times


def _when(value: Any) -> tuple[Condition, ...]:
    if not isinstance(value, dict):
        raise _Unfit('must be a table of conditions, like { mode = ["eager"] }')
    unknown = sorted(set(value) - FIELDS)
    if unknown:
        raise _Unfit(f"{unknown[0]!r} must be one of {', '.join(sorted(FIELDS))}")
    if not all(isinstance(allowed, list) for allowed in value.values()):
        raise _Unfit('must have a list for each field, like { mode = ["eager"] }')
    return tuple(Condition(field, tuple(allowed)) for field, allowed in value.items())


def _grade(value: Any) -> str:
    if value not in GRADES:
        raise _Unfit(f"must be one of {', '.join(GRADES)}")
    return str(value)


def _error(value: Any) -> str | tuple[str, ...]:
    if isinstance(value, str):
        return value
    if not _are_texts(value):
        raise _Unfit("must be the name of an exception, or a list of names")
    return tuple(value)


def _message(value: Any) -> str:
    if not isinstance(value, str):
        raise _Unfit("must be a regular expression")
    try:
        return re.compile(value).pattern
    except re.error as error:
        raise _Unfit(f"must be a regular expression ({error})") from error


def _value(value: Any) -> str:
    if value not in VALUES:
        raise _Unfit(f"must be one of {', '.join(map(repr, VALUES))}")
    return str(value)


def _sometimes(value: Any) -> str:
    try:
        return _text(value)
    except _Unfit:
        raise _Unfit('must say when covered cases hold, like "Not seen if ..."') from None


def _thread(value: Any) -> str:
    if not isinstance(value, str) or not value.startswith("https://"):
        raise _Unfit("must be the address of an upstream thread, https://...")
    return value


def _finding(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise _Unfit("must be the number of a finding in docs/findings.md")
    return value


def _case(value: Any) -> object:
    if not isinstance(value, str):
        raise _Unfit("must be the JSON of a case, as a failure prints it")
    try:
        return from_json(value)
    except UnreadableCase as error:
        raise _Unfit(f"must be the JSON of a case, as a failure prints it ({error})") from error


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, str) for one in value)


_Read = Callable[[Any], object]

_OF_CAUSES: Mapping[str, _Read] = {"name": _text, "why": _text}
_OF_ENTRIES: Mapping[str, _Read] = {"name": _text, "note": _text, "case": _case}
_SHARED: Mapping[str, _Read] = {
    "clause": _clause,
    "paths": _paths,
    "versions": _versions,
    "when": _when,
    "grade": _grade,
    "error": _error,
    "message": _message,
    "value": _value,
    "sometimes": _sometimes,
    "thread": _thread,
    "finding": _finding,
}
CAUSE_KEYS = {**_OF_CAUSES, **_SHARED}
ENTRY_KEYS = {**_OF_ENTRIES, **_SHARED}
_NEEDED = ("name", "clause", "paths", "versions", "case")


def cause_values(plain: Mapping[str, Any]) -> dict[str, Any]:
    """Read the values of a cause's own keys; raises WrongValue."""
    values = _values(plain, CAUSE_KEYS)
    _need(values, ("name", "why"))
    return values


def entry_values(plain: Mapping[str, Any], shared: Mapping[str, Any]) -> dict[str, Any]:
    """Read the values of an entry, and add those that stand in its cause; raises WrongValue."""
    values = {**shared, **_values(plain, ENTRY_KEYS)}
    _need(values, _NEEDED)
    _must_be_of_the_clause(values)
    return values


def _must_be_of_the_clause(values: Mapping[str, Any]) -> None:
    value, clause = values.get("value"), values["clause"]
    if value is not None and clause not in VALUES[value].clauses:
        problem = f"value = {value!r}, but must be one of clause {clause} in known_values.py"
        raise WrongValue("value", problem)


def _values(plain: Mapping[str, Any], keys: Mapping[str, _Read]) -> dict[str, Any]:
    values = {}
    for key, value in plain.items():
        if key not in keys:
            known = ", ".join(keys)
            raise WrongValue(key, f"unknown key {key!r}; remove it, or write one of {known}")
        try:
            values[key] = keys[key](value)
        except _Unfit as wrong:
            raise WrongValue(key, f"{key} = {_one_line(value)}, but {wrong}") from wrong
    return values


def _need(values: Mapping[str, Any], needed: tuple[str, ...]) -> None:
    for key in needed:
        if key not in values:
            raise WrongValue(key, f"the key {key!r} is missing; add it")


def _one_line(value: Any) -> str:
    """Show a value in one line, cut if it is long."""
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
