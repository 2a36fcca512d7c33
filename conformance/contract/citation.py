"""A source of a clause: a page, the sentence there that promises it, and what that is about."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from conformance.cases.case import Case
from conformance.cases.state_forms import Path


@dataclass(frozen=True)
class Scope:
    """The scope of a promise: these APIs, generations, cells and so on; an empty field is all.

    `structures` are those of a user's own cell (`program.STRUCTURES`). With `one_generation` a
    promise about two paths is about paths of the same generation only.
    """

    apis: tuple[str, ...] = ()
    generations: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    dtypes: tuple[str, ...] = ()
    structures: tuple[str, ...] = ()
    one_generation: bool = False

    def covers(self, paths: Sequence[str], cell: str, mode: str | None = None) -> bool:
        """Return whether the promise is about a cell on these paths, in this mode."""
        parsed = [Path.parse(path) for path in paths]
        generations = {path.generation for path in parsed}
        return (
            all(_among(path.api, self.apis) for path in parsed)
            and all(_among(generation, self.generations) for generation in generations)
            and (len(generations) == 1 or not self.one_generation)
            and _among(cell, self.cells)
            and (mode is None or _among(mode, self.modes))
        )

    def covers_case(self, case: Case) -> bool:
        """Return whether the promise is about the dtype and the user's own cell of a case."""
        customs = [cell.custom for cell in case.program.cells if cell.custom]
        return _among(case.program.dtype, self.dtypes) and all(
            _among(custom.structure, self.structures) for custom in customs
        )

    def __str__(self) -> str:
        """Return what the promise is about in words; "" if it is about everything."""
        named = {
            "": self._places(),
            "cell ": self.cells,
            "mode ": self.modes,
            "dtype ": self.dtypes,
            "own state ": self.structures,
        }
        parts = [label + ", ".join(names) for label, names in named.items() if names]
        return "; ".join([*parts, "both of one generation"] if self.one_generation else parts)

    def _places(self) -> list[str]:
        """Return the paths, or the APIs or generations where the others are all."""
        if not self.apis or not self.generations:
            return [*self.apis, *self.generations]
        return [f"{api}/{generation}" for api in self.apis for generation in self.generations]


def _among(name: str, names: Sequence[str]) -> bool:
    return not names or name in names


EVERYTHING = Scope()


@dataclass(frozen=True)
class Source:
    """The address of a page, or other words for where a clause comes from.

    `quote` is the sentence there that promises the clause, without its markup. `docstring_of` names
    the objects in whose docstring it stands, such as `keras.layers.RNN`. `covers` is what the
    promise is about.
    """

    address: str
    quote: str | None = None
    docstring_of: tuple[str, ...] = ()
    covers: Scope = EVERYTHING

    def __str__(self) -> str:
        """Return the address, then the sentence, then what it is about."""
        about = f"[{self.covers}]" if self.quote and str(self.covers) else ""
        quoted = f'"{self.quote}"' if self.quote else ""
        return " ".join(part for part in (self.address, quoted, about) if part)

    def promising(self, quote: str, *docstring_of: str, covers: Scope = EVERYTHING) -> Source:
        """Return this page with the sentence that promises something."""
        return dataclasses.replace(self, quote=quote, docstring_of=docstring_of, covers=covers)

    def about(self, scope: Scope) -> Source:
        """Return the same promise for other paths, cells or modes."""
        return dataclasses.replace(self, covers=scope)
