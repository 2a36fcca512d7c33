"""The defaults that changed from one run to another: options of classes, or a whole class."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_ERROR = "error"  # the one option of a class that could not be built

Defaults = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Default:
    """A default that exists; its value may be None."""

    value: Any


@dataclass(frozen=True)
class DefaultChange:
    """A changed default: of an option of a class, or of the class itself (`option` is None).

    `old` or `new` is None where that run has no such option or class.
    """

    owner: str
    option: str | None
    old: Default | None
    new: Default | None


def find_changes(old: Defaults, new: Defaults) -> Iterator[DefaultChange]:
    """Yield the changes, by class and option."""
    for name in sorted({*old, *new}):
        was, now = _options(old, name), _options(new, name)
        if was is not None and now is not None:
            yield from _changes_of_class(name, was, now)
        elif was is not None or now is not None:
            yield DefaultChange(
                name,
                None,
                None if was is None else Default("available"),
                None if now is None else Default("available"),
            )


def _options(defaults: Defaults, name: str) -> Mapping[str, Any] | None:
    """Return a class's options; None where there is no such class, or it could not be built."""
    options = defaults.get(name)
    return None if options is None or set(options) == {_ERROR} else options


def _changes_of_class(
    name: str, old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[DefaultChange]:
    for option in sorted({*old, *new}):
        was = Default(old[option]) if option in old else None
        now = Default(new[option]) if option in new else None
        if was is None or now is None or not _same(was.value, now.value):
            yield DefaultChange(name, option, was, now)


def _same(was: object, now: object) -> bool:
    # In Python True equals 1, but as a default it is a different value.
    return was == now and isinstance(was, bool) == isinstance(now, bool)
