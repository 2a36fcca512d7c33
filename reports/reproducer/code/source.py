"""Pieces of a Python script, and their layout on lines."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

_WIDTH = 100
_INDENT = "    "


@dataclass(frozen=True)
class Group:
    """Parts between brackets; if one line is too short for them, they go on further lines."""

    opening: str
    parts: tuple[Code, ...]
    closing: str

    @property
    def is_tuple(self) -> bool:
        """True if the brackets are those of a tuple; a tuple of one part needs a comma."""
        return self.opening == "(" or self.opening.endswith("= (")

    @property
    def line(self) -> str:
        """The whole group on one line."""
        lone = "," if self.is_tuple and len(self.parts) == 1 else ""
        return f"{self.opening}{', '.join(map(_on_one_line, self.parts))}{lone}{self.closing}"


Code = str | Group


def sequence(parts: Iterable[Code]) -> Group:
    """Return the code of a list."""
    return Group("[", tuple(parts), "]")


def call(function: str, *parts: Code, **named: Code | None) -> Group:
    """Return the code of a call; arguments that are None are left out."""
    given = [keyword(name, part) for name, part in named.items() if part is not None]
    return Group(f"{function}(", (*parts, *given), ")")


def keyword(name: str, code: Code) -> Code:
    """Return the code of a named argument."""
    if isinstance(code, Group):
        return Group(f"{name}={code.opening}", code.parts, code.closing)
    return f"{name}={code}"


def assignment(name: str, code: Code) -> Group | str:
    """Return the code of an assignment."""
    if isinstance(code, Group):
        return Group(f"{name} = {code.opening}", code.parts, code.closing)
    return f"{name} = {code}"


def lay_out(code: Code, level: int = 0, end: str = "") -> list[str]:
    """Lay a piece of code out on lines, at a level of indentation."""
    indent = _INDENT * level
    line = f"{indent}{_on_one_line(code)}{end}"
    if isinstance(code, str) or not code.parts or len(line) <= _WIDTH:
        return [line]
    group = _brackets_together(code)
    return [indent + group.opening, *_inner(group, level + 1), f"{indent}{group.closing}{end}"]


def _brackets_together(group: Group) -> Group:
    """Return a call of one list as a group with one pair of brackets."""
    inner = group.parts[0]
    if len(group.parts) > 1 or isinstance(inner, str) or group.is_tuple or inner.is_tuple:
        return group
    return Group(group.opening + inner.opening, inner.parts, inner.closing + group.closing)


def body_lines(code: Code) -> list[str]:
    """Return the lines of a statement for a body inside code that is indented once."""
    return [line[len(_INDENT) :] for line in lay_out(code, 2)]


def _inner(group: Group, level: int) -> list[str]:
    """Lay the parts out: as many on a line as fit, and a long part on several lines."""
    lines: list[str] = []
    open_line = False
    for part in group.parts:
        own = lay_out(part, level, ",")
        if open_line and len(own) == 1 and len(lines[-1]) + len(own[0].lstrip()) < _WIDTH:
            lines[-1] += f" {own[0].lstrip()}"
        else:
            lines += own
        open_line = len(own) == 1
    return lines


def literal(value: object) -> str:
    """Return a text, number or truth value as code; texts in double quotes and in ASCII."""
    return json.dumps(value) if isinstance(value, str) else repr(value)


def text(words: str) -> str:
    """Return any text in a form that is safe in a script's docstring, on one line."""
    plain = words.replace('"', "'").replace("\\", "/")
    return "".join(letter if letter.isprintable() else " " for letter in plain)


def _on_one_line(code: Code) -> str:
    return code.line if isinstance(code, Group) else code
