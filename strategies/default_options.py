"""Cases of cells and layers that get only their units; all their options have the defaults."""

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

DTYPES = ("float32", "float64")  # the default, and one with smaller error bounds


@st.composite
def programs(
    draw: st.DrawFn, subject: Subject, spec: DrawSpec, only_default_dtype: bool = False
) -> Case:
    """Draw a program of plain cells; it gives no option, so each has its documented default."""
    generation = state_forms.Path.parse(subject.path).generation
    cell_types = ("LSTM", "GRU") if subject.cell == STACK else (subject.cell,)
    return make_case(
        path=subject.path,
        mode=draw(lengths_and_masks.one_of(tuple(spec.modes))),
        cells=tuple(
            documented_examples.cell(each, draw(cells.units()), generation) for each in cell_types
        ),
        features=draw(lengths_and_masks.features()),
        dtype=draw(lengths_and_masks.one_of(DTYPES[:1] if only_default_dtype else DTYPES)),
        weight_seed=draw(lengths_and_masks.seeds()),
        options=wire.DEFAULTS,
    )


@st.composite
def case_groups(draw: st.DrawFn, subject: Subject, spec: DrawSpec, **data: Any) -> tuple[Case, ...]:
    """Draw several cases of one program; `data` are the fields of `states.DataSpec`."""
    program = draw(programs(subject, spec))
    one_step, data_spec = states.runs_one_step(subject), states.DataSpec(**data)
    first = draw(lengths_and_masks.seeds())
    return tuple(
        states.with_data(draw, program, first + index, one_step, data_spec)
        for index in range(spec.batch_size(program.program.mode))
    )


@st.composite
def default_cases(draw: st.DrawFn, subject: Subject, spec: DrawSpec) -> tuple[Case, ...]:
    """Draw cases that are made but not called: one as drawn, and the same with one unit."""
    case = draw(programs(subject, spec, only_default_dtype=True))
    return (case, case.replace(cells=_one_unit_cells(case)))


@st.composite
def simplest_cases(draw: st.DrawFn, subject: Subject, spec: DrawSpec) -> tuple[Case, ...]:
    """Draw the simplest case of a subject, for checks in which only the class matters."""
    case = draw(programs(subject, spec, only_default_dtype=True))
    return (case.replace(cells=_one_unit_cells(case), features=1, weight_seed=0),)


def _one_unit_cells(case: Case) -> tuple[Cell, ...]:
    return tuple(dataclasses.replace(cell, units=1) for cell in case.program.cells)
