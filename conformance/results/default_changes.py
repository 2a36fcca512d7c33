"""Which defaults changed from one run to another: of the classes' options, or a class itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_NOT_MADE = "error"

Defaults = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Default:
    """A default that is there; its value may well be None."""

    value: Any


@dataclass(frozen=True)
class DefaultChange:
    """An option of a class, or (None) the class itself, whose default is another.

    `old` and `new` are None where it is not there.
    """

    of: str
    option: str | None
    old: Default | None
    new: Default | None


def changed(old: Defaults, new: Defaults) -> Iterator[DefaultChange]:
    """The changes, by class and option."""
    for name in sorted({*old, *new}):
        was, now = _options(old, name), _options(new, name)
        if was is not None and now is not None:
            yield from _of_class(name, was, now)
        elif was is not None or now is not None:
            yield DefaultChange(
                name,
                None,
                None if was is None else Default("available"),
                None if now is None else Default("available"),
            )


def _options(defaults: Defaults, name: str) -> Mapping[str, Any] | None:
    """A class's options; None where it is not there, or could not be made."""
    options = defaults.get(name)
    return None if options is None or set(options) == {_NOT_MADE} else options


def _of_class(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[DefaultChange]:
    for option in sorted({*old, *new}):
        was = Default(old[option]) if option in old else None
        now = Default(new[option]) if option in new else None
        if was is None or now is None or not _same(was.value, now.value):
            yield DefaultChange(name, option, was, now)


def _same(was: object, now: object) -> bool:
    # To Python True is 1; as a default it is another.
    return was == now and isinstance(was, bool) == isinstance(now, bool)
