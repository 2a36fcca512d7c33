"""Cases of documented usage: the write-ups' own examples, and plain cells for their claims.

The cells are those that a user gets without asking for options, in float32 or float64; a stack is
of two LSTM cells, as in the write-up that shows one. Where no numbers are judged the cells and
layers are fresh, for so the write-ups call them: made, and not built before.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from hypothesis import strategies as st

from conformance.cases import state_forms
from conformance.cases.case import Case, make_case
from conformance.cases.data import Malformation
from conformance.cases.malformations import state_malformations
from conformance.cases.program import STACK, Cell
from conformance.contract.clause import Subject
from strategies import cells as drawn_cells
from strategies import lengths_and_masks

DTYPES = ("float32", "float64")
DISTINCT = "mixed"  # every leaf, row and unit has a value of its own


@dataclasses.dataclass(frozen=True)
class Example:
    """The sizes that an example names, and whether its state is random or zeros."""

    kinds: tuple[str, ...]
    units: tuple[int, ...]
    batch: int
    steps: int
    features: int
    state: str


@st.composite
def example(draw: st.DrawFn, subject: Subject, modes: Sequence[str], of: Example) -> Case:
    """Cases of one example: only the mode and the data's seed are drawn."""
    generation = state_forms.Path.of(subject.path).generation
    return make_case(
        path=subject.path,
        mode=draw(st.sampled_from(modes)),
        cells=tuple(
            cell(kind, units, generation) for kind, units in zip(of.kinds, of.units, strict=True)
        ),
        batch=of.batch,
        steps=of.steps,
        features=of.features,
        data_seed=draw(lengths_and_masks.seeds()),
        state=of.state,
        fresh=True,
    )


def cell(kind: str, units: int, generation: str) -> Cell:
    """A cell in its generation's default configuration; the forget bias is 1 in all of them."""
    return Cell(
        kind,
        units,
        forget_bias=1.0 if Cell(kind, units).is_lstm else 0.0,
        reset_after=kind == "GRU" and generation != "v1",
    )


@st.composite
def cases(
    draw: st.DrawFn,
    subject: Subject,
    modes: Sequence[str],
    state: str | None = DISTINCT,
    written_as: Sequence[str] = (state_forms.DOCUMENTED,),
    smallest_batch: int = 1,
    smallest_units: int = 1,
    split: bool = False,
    fresh: bool = False,
) -> Case:
    """Cases of plain cells, all sizes drawn. `split` draws a number of steps below the whole."""
    generation = state_forms.Path.of(subject.path).generation
    kinds = ("LSTM", "LSTM") if subject.cell == STACK else (subject.cell,)
    mode = draw(st.sampled_from(modes))
    steps = draw(lengths_and_masks.steps(2 if split else 1))
    return make_case(
        path=subject.path,
        mode=mode,
        cells=tuple(
            cell(kind, draw(drawn_cells.units(smallest_units)), generation) for kind in kinds
        ),
        batch=draw(lengths_and_masks.batches(smallest_batch)),
        steps=steps,
        features=draw(lengths_and_masks.features()),
        dtype=draw(st.sampled_from(DTYPES)),
        weight_seed=draw(lengths_and_masks.seeds()),
        data_seed=draw(lengths_and_masks.seeds()),
        state=state,
        form=draw(st.sampled_from(written_as)),
        split=draw(st.integers(1, steps - 1)) if split else None,
        # what a v1 cell does that was not built depends on the cells that its process had before
        fresh=fresh and generation != "v1",
    )


@st.composite
def misfits(
    draw: st.DrawFn,
    subject: Subject,
    modes: Sequence[str],
    names: Sequence[str],
    each_leaf: bool = False,
) -> Case:
    """Cases whose state is malformed in one of the named ways that applies to the subject's cell.

    It is done to every leaf, or with `each_leaf` to a drawn one.
    """
    # a state of one row, or of one unit, is wrong only where there are several
    case = draw(cases(subject, modes, smallest_batch=2, smallest_units=2, fresh=True))
    name = draw(st.sampled_from(applicable(subject, names)))
    leaves = sum(len(of_cell.state_widths) for of_cell in case.program.cells)
    # an LSTM's c is its last leaf, and is broadcast where its h is not
    places = (leaves - 1, *range(leaves - 1), None) if each_leaf and leaves > 1 else (None,)
    leaf = draw(st.sampled_from(places))
    return case.replace(malformation=Malformation(name, leaf))


def applicable(subject: Subject, names: Sequence[str]) -> list[str]:
    """The malformations among the named ones that the subject's state can have.

    A float of another width is one of them everywhere here: the write-ups ask for the same dtype,
    also where an API documents that it casts.
    """
    possible = {
        *state_malformations.state_malformation_names(subject.path, subject.cell),
        "dtype_other_float",
    }
    return [name for name in names if name in possible]
