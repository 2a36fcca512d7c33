"""Cases of documented usage: the write-ups' own examples, and plain cells for their claims.

The cells are those that a user gets without options, in float32 or float64. A stack has two LSTM
cells, as in the write-up that shows one. Where no numbers are judged the cells and layers are
fresh, because the write-ups call them in that way: made, but not built before.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from hypothesis import strategies as st

from conformance.cases import state_forms
from conformance.cases.case import Case, make_case
from conformance.cases.data import Malformation
from conformance.cases.malformations import state_malformations
from conformance.cases.program import STACK, Cell, Layer, Model
from conformance.contract.clause import Subject
from strategies import cells as drawn_cells
from strategies import lengths_and_masks

DTYPES = ("float32", "float64")
DISTINCT = "mixed"  # every leaf, row and unit has a value of its own


@dataclasses.dataclass(frozen=True)
class Example:
    """The sizes that an example names, and the values of its state: random, or zeros."""

    units: tuple[int, ...]  # of each cell
    batch: int
    steps: int
    features: int
    state: str


@st.composite
def example(
    draw: st.DrawFn,
    subject: Subject,
    modes: Sequence[str],
    sizes: Example,
    fresh: bool = True,
    as_written: bool = False,
) -> Case:
    """Draw cases of one example: only the mode and the data's seed vary.

    Where it is not `fresh`, the cell is built before, and its weights are the case's. With
    `as_written` dynamic_rnn is called by the name that stands in the write-up.
    """
    generation = state_forms.Path.parse(subject.path).generation
    return make_case(
        path=subject.path,
        mode=draw(st.sampled_from(modes)),
        cells=tuple(
            cell(cell_type, units, generation)
            for cell_type, units in zip(_cell_types(subject), sizes.units, strict=True)
        ),
        batch=sizes.batch,
        steps=sizes.steps,
        features=sizes.features,
        data_seed=draw(lengths_and_masks.seeds()),
        state=sizes.state,
        fresh=fresh,
        layer=Layer(called_as_written=as_written),
    )


def _cell_types(subject: Subject) -> tuple[str, ...]:
    return ("LSTM", "LSTM") if subject.cell == STACK else (subject.cell,)


def cell(cell_type: str, units: int, generation: str) -> Cell:
    """Return a cell in its generation's default configuration; any LSTM has a forget bias of 1."""
    return Cell(
        cell_type,
        units,
        forget_bias=1.0 if Cell(cell_type, units).is_lstm else 0.0,
        reset_after=cell_type == "GRU" and generation != "v1",
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
    """Draw cases of plain cells of all sizes; with `split` also the place where they are cut."""
    generation = state_forms.Path.parse(subject.path).generation
    mode = draw(st.sampled_from(modes))
    steps = draw(lengths_and_masks.steps(2 if split else 1))
    return make_case(
        path=subject.path,
        mode=mode,
        cells=tuple(
            cell(each, draw(drawn_cells.units(smallest_units)), generation)
            for each in _cell_types(subject)
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
        # the result of a v1 cell that was not built depends on earlier cells in its process
        fresh=fresh and generation != "v1",
    )


@st.composite
def malformed_cases(
    draw: st.DrawFn,
    subject: Subject,
    modes: Sequence[str],
    names: Sequence[str],
    each_leaf: bool = False,
) -> Case:
    """Draw cases with a malformed state, in one of the named ways that apply to the cell.

    Every leaf is malformed, or with `each_leaf` a drawn one.
    """
    # a state of one row, or of one unit, is wrong only where the case has several
    case = draw(cases(subject, modes, smallest_batch=2, smallest_units=2, fresh=True))
    name = draw(st.sampled_from(applicable(subject, names)))
    leaves = sum(len(each.state_widths) for each in case.program.cells)
    # some paths broadcast an LSTM's c, which is its last leaf, but not its h
    places = (leaves - 1, *range(leaves - 1), None) if each_leaf and leaves > 1 else (None,)
    leaf = draw(st.sampled_from(places))
    return case.replace(malformation=Malformation(name, leaf))


@st.composite
def other_dtype_declared(draw: st.DrawFn, subject: Subject, modes: Sequence[str]) -> Case:
    """Draw cases in which the argument `dtype` is another float than the state's."""
    case = draw(cases(subject, modes, fresh=True))
    return case.replace(layer=Layer(declared_dtype=state_forms.other_float(case.program.dtype)))


@st.composite
def misfits_in_models(
    draw: st.DrawFn, subject: Subject, modes: Sequence[str], names: Sequence[str]
) -> Case:
    """Draw cases of a functional model whose layer is given a malformed state when it is made."""
    case = draw(malformed_cases(subject, modes, names, each_leaf=True))
    # `predict` casts its inputs to float32
    return case.replace(dtype="float32", model=Model("functional", "predict", given=True))


def applicable(subject: Subject, names: Sequence[str]) -> list[str]:
    """Return those of the named malformations that the subject's state can have.

    A float of another dtype is always one of them here: the write-ups ask for the same dtype, even
    where an API documents that it casts.
    """
    possible = {
        *state_malformations.state_malformation_names(subject.path, subject.cell),
        "dtype_other_float",
    }
    return [name for name in names if name in possible]
