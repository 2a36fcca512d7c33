"""Words of the suite for what run files only name; empty for names that are none of the suite's."""

from __future__ import annotations

from conformance import forms, malformations, requests
from conformance.case import STACK, Case, Cell


def malformation(name: str) -> str:
    """What a malformation does, in words."""
    kind = malformations.KINDS.get(name)
    return kind.about if kind else ""


def documented_form(path: str, cell: str | None) -> str:
    """The documented form of a cell's initial state on a path, as `[h, c]`."""
    kinds = ("LSTM", "GRU") if cell == STACK else (cell or "",)
    try:
        case = Case(path, "eager", tuple(Cell(kind, 1) for kind in kinds))
        return "; ".join(forms.structures(case, forms.documented(case, requests.leaves(case))))
    except (LookupError, TypeError, ValueError, forms.UnexpectedStructure):
        return ""
