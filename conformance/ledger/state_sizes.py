"""Says how the state_size of a case's cells is nested."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from conformance.cases.case import Case
from conformance.cases.program import DICT, NESTED, PLANES, Cell, Nesting

_SHAPE = None  # a shape of several axes
_TABLE: dict[str, object] = {}  # a dict


def sizes(case: Case) -> str:
    """Return "nested" where a member of the state_size is no shape, else "shapes"."""
    of_cells = [_state_size(cell) for cell in case.program.cells]
    members: Sequence[object] = _nest(case.program.nesting or range(len(of_cells)), of_cells)
    if not case.program.stacked:
        members = of_cells[0] if isinstance(of_cells[0], tuple) else of_cells[:1]
    return "shapes" if all(map(_is_shape, members)) else "nested"


def outermost_stack(case: Case) -> int | None:
    """Return the number of members of the outermost stack; None where there is no stack."""
    program = case.program
    return len(program.nesting or program.cells) if program.stacked else None


def _state_size(cell: Cell) -> object:
    """Return the state_size of a cell, in tuples."""
    units = cell.units
    if not cell.is_lstm:
        return units
    custom = {NESTED: (units, (units,)), DICT: (_TABLE,), PLANES: (_SHAPE,)}
    return custom.get(cell.custom.structure if cell.custom else "", (units, units))


def _nest(nesting: Iterable[int | Nesting], of_cells: Sequence[object]) -> tuple[object, ...]:
    return tuple(
        of_cells[each] if isinstance(each, int) else _nest(each, of_cells) for each in nesting
    )


def _is_shape(size: object) -> bool:
    """Return whether a size is a number, a shape, or numbers in a row, which are taken for one."""
    if isinstance(size, tuple):
        return all(isinstance(each, int) for each in size)
    return size is _SHAPE or isinstance(size, int)
