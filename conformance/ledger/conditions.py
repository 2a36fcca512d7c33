"""Conditions on a case: the fields that an entry's `when` may name, and the values it allows."""

from __future__ import annotations

import dataclasses
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass

from conformance.adapter import wire
from conformance.cases import case_arrays, case_calls, floats
from conformance.cases.case import JSON_FIELDS, Case
from conformance.cases.malformations import malformation, state_malformations
from conformance.cases.program import Cell, Layer, Nesting
from conformance.ledger import cell_options, state_sizes
from conformance.ledger.shapes.fit import fitting_formulas

_BOUND = re.compile(r"(>=|<=|>|<|==|!=)\s*(-?\d+)$")
_COMPARISONS = {
    ">=": operator.ge, "<=": operator.le, ">": operator.gt,
    "<": operator.lt, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip


def _longest(case: Case) -> int:
    counted = case_arrays.counted_steps(case)
    return case.data.steps if counted is None else int(counted.sum(axis=1).max(initial=0))


def _held_at_end(case: Case) -> bool:
    counted = case_arrays.counted_steps(case)
    if counted is None or not case.data.steps:
        return False
    last = counted[:, 0 if case.program.layer.go_backwards else -1]
    return bool((counted.any(axis=1) & ~last).any())


def _smallest_stack(nesting: int | Nesting) -> int | None:
    """Return the smallest number of cells in one of the stacks of a tree."""
    if isinstance(nesting, int) or not nesting:
        return None
    within = [size for size in map(_smallest_stack, nesting) if size is not None]
    return min([len(nesting), *within])


def _lone_cells(nesting: int | Nesting) -> list[int]:
    """Return the places of cells that are alone in a stack."""
    if isinstance(nesting, int):
        return []
    within = [place for each in nesting for place in _lone_cells(each)]
    (first, *others) = nesting
    return [*within, first] if isinstance(first, int) and not others else within


def _alone_within(case: Case) -> list[str]:
    """Return the types of the cells that are alone in a stack within a stack."""
    inner = [place for each in case.program.nesting for place in _lone_cells(each)]
    return sorted({case.program.cells[place].cell_type for place in inner})


def _loop_builds(case: Case) -> bool:
    """Return whether a cell is built within the graph of a loop: by its first call there."""
    program = case.program
    return program.fresh and program.mode == "graph" and program.path.startswith("dynamic_rnn/")


def _equal_lengths(case: Case) -> bool:
    """Return whether all lengths that are sent are equal."""
    sent = dict(case_calls.arguments(case))[malformation.LENGTHS]
    assert isinstance(sent, wire.Array)
    return len(set(floats.from_wire(sent).tolist())) == 1


def _structure(cell: Cell) -> str | None:
    return cell.custom.structure if cell.custom else None


def _state_widths(case: Case) -> list[int]:
    return [width for cell in case.program.cells for width in cell.state_widths]


def _only_in_products(case: Case) -> bool:
    """Return whether all malformed leaves take part in matrix products only, as h of an LSTM."""
    return set(state_malformations.malformed_roles(case)) <= {"SimpleRNN.h", "LSTM.h"}


_DERIVED: dict[str, Callable[[Case], object]] = {
    **{
        field.name: operator.attrgetter(f"program.layer.{field.name}")
        for field in dataclasses.fields(Layer)
    },
    "longest": _longest,
    "held_at_end": _held_at_end,
    "cell": lambda case: case.program.cell_name,
    "depth": lambda case: len(case.program.cells),
    "malformation": lambda case: case.data.malformation and case.data.malformation.name,
    "role": state_malformations.role,
    "model": lambda case: case.program.model and case.program.model.api,
    "kinds": lambda case: sorted({cell.cell_type for cell in case.program.cells}),
    "first": lambda case: case.program.cells[0].cell_type,
    "last": lambda case: case.program.cells[-1].cell_type,
    "narrowest": lambda case: min(_state_widths(case)),
    "widest": lambda case: max(_state_widths(case)),
    "smallest_stack": lambda case: _smallest_stack(case.program.nesting),
    "structure": lambda case: _structure(case.program.cells[0]),
    "use_bias": lambda case: sorted({cell.use_bias for cell in case.program.cells}),
    "implementations": lambda case: sorted({cell.implementation for cell in case.program.cells}),
    "loop_builds": _loop_builds,
    "alone_within": _alone_within,
    "equal_lengths": _equal_lengths,
    "fits": fitting_formulas,
    "alike": cell_options.alike,
    "as_cudnn": cell_options.as_cudnn,
    "clips": cell_options.clips,
    "wrapped": cell_options.wrapped,
    "outermost_stack": state_sizes.outermost_stack,
    "sizes": state_sizes.sizes,
    "only_in_products": _only_in_products,
}
FIELDS = frozenset(set(JSON_FIELDS) - {"cells", "path"} | set(_DERIVED))


@dataclass(frozen=True)
class Condition:
    """One field of the case, and the values that it may have."""

    field: str
    allowed: tuple[object, ...]

    def holds(self, case: Case) -> bool:
        """Return whether the case's field has an allowed value."""
        value = _DERIVED[self.field](case) if self.field in _DERIVED else case.field(self.field)
        return any(_allows(allowed, value) for allowed in self.allowed)


def _allows(allowed: object, value: object) -> bool:
    if allowed == "none":
        return value is None
    if isinstance(value, list):
        if isinstance(allowed, str) and allowed.startswith("no "):
            return allowed.removeprefix("no ") not in value
        return allowed in value
    bound = _BOUND.match(allowed) if isinstance(allowed, str) else None
    if bound and isinstance(value, int):
        return bool(_COMPARISONS[bound[1]](value, int(bound[2])))
    return allowed == value
