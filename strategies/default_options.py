"""Cases of cells and layers that are made with their units alone."""

from __future__ import annotations

import dataclasses
from typing import Any

from hypothesis import strategies as st

from conformance.adapter import wire
from conformance.cases import state_forms
from conformance.cases.case import Case, make_case
from conformance.cases.program import STACK, Cell
from conformance.contract.clause import DrawSpec, Subject
from strategies import cells, documented_examples, lengths_and_masks, states

DTYPES = ("float32", "float64")  # the default, and one that shows more


@st.composite
def programs(
    draw: st.DrawFn, subject: Subject, extent: DrawSpec, only_default_dtype: bool = False
) -> Case:
    """A program of plain cells; its options are the documented ones, and none of them is given."""
    generation = state_forms.Path.of(subject.path).generation
    kinds = ("LSTM", "GRU") if subject.cell == STACK else (subject.cell,)
    return make_case(
        path=subject.path,
        mode=draw(lengths_and_masks.one_of(tuple(extent.modes))),
        cells=tuple(
            documented_examples.cell(kind, draw(cells.units()), generation) for kind in kinds
        ),
        features=draw(lengths_and_masks.features()),
        dtype=draw(lengths_and_masks.one_of(DTYPES[:1] if only_default_dtype else DTYPES)),
        weight_seed=draw(lengths_and_masks.seeds()),
        options=wire.DEFAULTS,
    )


@st.composite
def together(draw: st.DrawFn, subject: Subject, extent: DrawSpec, **data: Any) -> tuple[Case, ...]:
    """Several cases of one program; options as of `states.Data`."""
    program = draw(programs(subject, extent))
    one_step, of = states.of_one_step(subject), states.Data(**data)
    first = draw(lengths_and_masks.seeds())
    return tuple(
        states.with_data(draw, program, first + at, one_step, of)
        for at in range(extent.batch_size(program.program.mode))
    )


@st.composite
def default_cases(draw: st.DrawFn, subject: Subject, extent: DrawSpec) -> tuple[Case, ...]:
    """What is made and not called: as drawn, and of one unit."""
    case = draw(programs(subject, extent, only_default_dtype=True))
    return (case, case.replace(cells=_of_one_unit(case)))


@st.composite
def simplest(draw: st.DrawFn, subject: Subject, extent: DrawSpec) -> tuple[Case, ...]:
    """The one case of a subject of which only the class matters."""
    case = draw(programs(subject, extent, only_default_dtype=True))
    return (case.replace(cells=_of_one_unit(case), features=1, weight_seed=0),)


def _of_one_unit(case: Case) -> tuple[Cell, ...]:
    return tuple(dataclasses.replace(cell, units=1) for cell in case.program.cells)
