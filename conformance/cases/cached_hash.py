"""A hash that is computed once, for frozen dataclasses that are used as keys many times."""

from __future__ import annotations

import dataclasses
import operator
from typing import Any, TypeVar

_T = TypeVar("_T")
_NAME = "_cached_hash"


def cached_hash(cls: type[_T]) -> type[_T]:
    """Make a frozen dataclass remember the hash of its fields."""
    names = [field.name for field in dataclasses.fields(cls)]  # type: ignore[arg-type]
    values = operator.attrgetter(*names)

    def __hash__(self: Any) -> int:  # noqa: N807
        remembered = self.__dict__.get(_NAME)
        if remembered is None:
            remembered = self.__dict__[_NAME] = hash(values(self))
        return remembered

    cls.__hash__ = __hash__  # type: ignore[method-assign]
    return cls
