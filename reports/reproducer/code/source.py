"""Pieces of a Python script, and how they are laid out on lines."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

_WIDTH = 100
_INDENT = "    "


@dataclass(frozen=True)
class Group:
    """Parts between brackets, which stand on lines of their own where one does not hold them."""

    opening: str
    parts: tuple[Code, ...]
    closing: str

    @property
    def is_tuple(self) -> bool:
        """Whether the brackets are those of a tuple, which of one part needs a comma."""
        return self.opening == "(" or self.opening.endswith("= (")

    @property
    def line(self) -> str:
        """All on one line."""
        lone = "," if self.is_tuple and len(self.parts) == 1 else ""
        return f"{self.opening}{', '.join(map(_on_one_line, self.parts))}{lone}{self.closing}"


Code = str | Group


def sequence(parts: Iterable[Code]) -> Group:
    """A list."""
    return Group("[", tuple(parts), "]")


def call(function: str, *parts: Code, **named: Code | None) -> Group:
    """A call; arguments that are None are left out."""
    given = [keyword(name, part) for name, part in named.items() if part is not None]
    return Group(f"{function}(", (*parts, *given), ")")


def keyword(name: str, code: Code) -> Code:
    """A named argument."""
    if isinstance(code, Group):
        return Group(f"{name}={code.opening}", code.parts, code.closing)
    return f"{name}={code}"


def assignment(name: str, code: Code) -> Group | str:
    """An assignment."""
    if isinstance(code, Group):
        return Group(f"{name} = {code.opening}", code.parts, code.closing)
    return f"{name} = {code}"


def lay_out(code: Code, level: int = 0, end: str = "") -> list[str]:
    """The lines of a piece of code at a level of indentation."""
    indent = _INDENT * level
    line = f"{indent}{_on_one_line(code)}{end}"
    if isinstance(code, str) or not code.parts or len(line) <= _WIDTH:
        return [line]
    group = _brackets_together(code)
    return [indent + group.opening, *_inner(group, level + 1), f"{indent}{group.closing}{end}"]


def _brackets_together(group: Group) -> Group:
    """A call of one list, as one pair of brackets."""
    inner = group.parts[0]
    if len(group.parts) > 1 or isinstance(inner, str) or group.is_tuple or inner.is_tuple:
        return group
    return Group(group.opening + inner.opening, inner.parts, inner.closing + group.closing)


def body_lines(code: Code) -> list[str]:
    """The lines of a statement in the body of one that stands one level in."""
    return [line[len(_INDENT) :] for line in lay_out(code, 2)]


def _inner(group: Group, level: int) -> list[str]:
    """The parts: as many on a line as it holds, and on several what one does not hold."""
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
    """A text, number or truth value; texts in double quotes, and in ASCII."""
    return json.dumps(value) if isinstance(value, str) else repr(value)


def text(words: str) -> str:
    """A text as it can stand in a script's docstring, whatever it holds; on one line."""
    plain = words.replace('"', "'").replace("\\", "/")
    return "".join(letter if letter.isprintable() else " " for letter in plain)


def _on_one_line(code: Code) -> str:
    return code.line if isinstance(code, Group) else code
