"""The suite's words for names in run files; empty for a name that the suite does not have."""

from __future__ import annotations

from conformance.cases import case_calls, state_forms
from conformance.cases.case import make_case
from conformance.cases.malformations import state_malformations
from conformance.cases.program import STACK, Cell


def malformation(name: str) -> str:
    """Describe a malformation in words."""
    kind = state_malformations.MALFORMATIONS.get(name)
    return kind.about if kind else ""


def documented_form(path: str, cell: str | None) -> str:
    """Return the documented form of a cell's initial state on a path, as `[h, c]`."""
    kinds = ("LSTM", "GRU") if cell == STACK else (cell or "",)
    try:
        case = make_case(path, "eager", tuple(Cell(kind, 1) for kind in kinds))
        return "; ".join(
            state_forms.structure_words(
                case, state_forms.documented_tree(case, case_calls.leaves(case))
            )
        )
    except (LookupError, TypeError, ValueError, state_forms.UnexpectedStructure):
        return ""
