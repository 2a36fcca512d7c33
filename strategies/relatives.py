"""Cases of relatives of the usual cells: wrapped, nested, a user's own, convolutional and others.

Each strategy takes the programs that are drawn for the usual cells and changes them.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from conformance.cases.case import Case
from conformance.cases.program import (
    CONVOLUTIONAL,
    DEVICE,
    DROPOUT,
    EAGER,
    POLICIES,
    RESIDUAL,
    STACK,
    STRUCTURES,
    Cell,
    Convolution,
    Custom,
    Layer,
    Nesting,
)
from conformance.cases.state_forms import Path
from conformance.contract.clause import DrawSpec, Subject
from strategies import cells, lengths_and_masks, states
from strategies.states import DataSpec

GIVEN = ("large", "mixed", "small", "ones")  # the first, the simplest, shows a change most clearly
EITHER = (*GIVEN, None)  # with or without a given state
_WRAPPERS = (
    (RESIDUAL,),
    (DEVICE,),
    (DROPOUT,),
    (RESIDUAL, DEVICE),
    (DROPOUT, RESIDUAL),
    (RESIDUAL, RESIDUAL),
)
_TURNS = 3  # in eager mode: the last ones, which have two wrappers
# By the number of cells; a stack may have one cell
_NESTINGS: dict[int, tuple[Nesting, ...]] = {
    1: ((0,), ((0,),)),
    2: (((0, 1),), ((0,), 1), (0, (1,))),
    3: (((0, 1), 2), (0, (1, 2)), ((0, (1,)), 2)),
    4: (((0, 1), (2, 3)), (0, (1, (2, 3))), ((0, 1, 2), 3)),
}
_MAX_FILTERS = 3
_MOST_STEPS = 4  # of a convolution, as its steps take long
_MAX_SPACE = {1: 6, 2: 4, 3: 3}  # by the number of its axes
_KERNEL = 3
_PADDINGS = ("valid", "same")  # they alternate with the number of axes
# The number of cases is divided by this. Few cases show a fault around a formula, and the usual
# cells test the formula itself with many.
_SHARE_OF_DATA = 2


def _cell_types(subject: Subject) -> tuple[str, ...]:
    """Return the cells of a subject's path; the subject itself names none of them."""
    path = Path.parse(subject.path)
    cell_types = ("SimpleRNN", "LSTM", "GRU", *(("BasicLSTM",) if path.is_v1 else ()))
    return cell_types if path.api == "layer" else (*cell_types, STACK)


def _program(draw: st.DrawFn, subject: Subject, spec: DrawSpec, cell_types: Sequence[str]) -> Case:
    """Draw a program of the subject with a cell of one of these types."""
    cell_type = draw(lengths_and_masks.one_of(tuple(cell_types)))
    with_cell = dataclasses.replace(subject, cell=cell_type)
    return draw(states.programs(with_cell, spec.modes, common=spec.common))


def _draw_cases(draw: st.DrawFn, program: Case, spec: DrawSpec, **data: Any) -> tuple[Case, ...]:
    """Draw cases of a program; a cell that is called directly always gets a state."""
    one_step = Path.parse(program.program.path).api == "cell"
    data_spec = DataSpec(**data)
    if one_step:
        given = tuple(values for values in data_spec.states if values is not None)
        data_spec = dataclasses.replace(data_spec, states=given)
    fewer = dataclasses.replace(
        spec, batch_size=lambda mode: max(1, spec.batch_size(mode) // _SHARE_OF_DATA)
    )
    drawn = draw(states.cases_of_program(program, one_step, fewer, data_spec))
    # a cell that makes its own state takes another way through the library: always look at both
    if None in data_spec.states[1:] and not data_spec.split:
        drawn += (drawn[0].replace(state=None),)
    return drawn


def _variants(
    draw: st.DrawFn, program: Case, variants: Sequence[Any], data: dict[str, Any]
) -> Sequence[Any]:
    """Return each variant in eager mode, as building takes no time there; else one of them.

    One is also enough where a state is carried over: other clauses judge all variants.
    """
    chosen = draw(lengths_and_masks.one_of(tuple(variants)))
    return variants if program.program.mode == EAGER and not data.get("split") else (chosen,)


@st.composite
def wrapped_cells(
    draw: st.DrawFn,
    subject: Subject,
    spec: DrawSpec,
    wrappers: Sequence[tuple[str, ...]] = _WRAPPERS,
    cell_types: Sequence[str] = (),
    **data: Any,
) -> tuple[Case, ...]:
    """Draw cells in wrappers; in a stack each cell has other wrappers."""
    program = _program(draw, subject, spec, cell_types or _cell_types(subject))
    drawn: list[Case] = []
    for turn in _variants(draw, program, range(len(wrappers)), data)[-_TURNS:]:
        width, cells_in_wrappers = program.program.features, []
        for place, cell in enumerate(program.program.cells):
            around = wrappers[(turn + place) % len(wrappers)]
            wrapped = dataclasses.replace(cell, wrappers=around)
            cells_in_wrappers.append(_as_wide_as_inputs(wrapped, width))
            width = cells_in_wrappers[-1].output_width
        case = program.replace(cells=tuple(cells_in_wrappers))
        drawn += _draw_cases(draw, case, spec, **data)
    return tuple(drawn)


def _as_wide_as_inputs(cell: Cell, width: int) -> Cell:
    """Return the cell, with as many units as inputs if its output is added to its inputs."""
    if RESIDUAL not in cell.wrappers:
        return cell
    return dataclasses.replace(cell, units=width, projection=None, projection_clip=None)


@st.composite
def states_in_one_tensor(
    draw: st.DrawFn, subject: Subject, spec: DrawSpec, **data: Any
) -> tuple[Case, ...]:
    """Draw v1 cells that hold all their states in one tensor."""
    program = _program(draw, subject, spec, ("LSTM", "BasicLSTM", STACK))
    drawn: list[Case] = []
    for dtype in _variants(draw, program, ("float32", "float64"), data):
        case = program.replace(state_is_tuple=False, dtype=dtype)
        drawn += _draw_cases(draw, case, spec, **data)
    return tuple(drawn)


@st.composite
def nested_stacks(
    draw: st.DrawFn, subject: Subject, spec: DrawSpec, **data: Any
) -> tuple[Case, ...]:
    """Draw stacks within a stack, and stacks of one cell."""
    program = _program(draw, subject, spec, (STACK, STACK, "LSTM", "GRU"))
    nesting = draw(lengths_and_masks.one_of(_NESTINGS[len(program.program.cells)]))
    return _draw_cases(draw, program.replace(nesting=nesting), spec, **data)


_DROPOUTS = ((0.5, 0.0), (0.0, 0.5), (0.5, 0.5))
_TRAINING = (Layer(), Layer(training=False))


@st.composite
def cells_with_dropout(
    draw: st.DrawFn, subject: Subject, spec: DrawSpec, **data: Any
) -> tuple[Case, ...]:
    """Draw Keras cells with dropout, run without training."""
    program = _program(draw, subject, spec, _cell_types(subject))
    dropout, recurrent = draw(lengths_and_masks.one_of(_DROPOUTS))
    dropping = tuple(
        dataclasses.replace(cell, dropout=dropout, recurrent_dropout=recurrent)
        for cell in program.program.cells
    )
    layer = draw(lengths_and_masks.one_of(_TRAINING))
    return _draw_cases(draw, program.replace(cells=dropping, layer=layer), spec, **data)


@st.composite
def custom_cells(
    draw: st.DrawFn,
    subject: Subject,
    spec: DrawSpec,
    starts: Sequence[bool] = (False, True),
    **data: Any,
) -> tuple[Case, ...]:
    """Draw a user's own cell around an LSTM cell, alone or below another cell."""
    program = _program(draw, subject, spec, ("LSTM",))
    (cell,) = program.program.cells
    doubled = draw(lengths_and_masks.one_of((False, True)))
    start = draw(lengths_and_masks.one_of(tuple(starts)))
    above = draw(_cells_above(Path.parse(subject.path).generation))
    drawn: list[Case] = []
    for structure in _variants(draw, program, STRUCTURES, data):
        custom = Custom(structure, doubled, start)
        own = dataclasses.replace(cell, custom=custom, projection=None, projection_clip=None)
        case = program.replace(cells=(own, *above))
        drawn += _draw_cases(draw, case, spec, **data)
    return tuple(drawn)


@functools.cache
def _cells_above(generation: str) -> st.SearchStrategy[tuple[Cell, ...]]:
    none = st.just(())
    return st.one_of(none, none, none, cells.cells("GRU", (generation,)))


@st.composite
def convolutional_layers(
    draw: st.DrawFn, subject: Subject, spec: DrawSpec, stateful: bool = False, **data: Any
) -> tuple[Case, ...]:
    """Draw ConvLSTM layers of one to three axes, with few positions and filters."""
    program = _program(draw, subject, spec, ("LSTM",))
    (cell,) = program.program.cells
    filters = draw(lengths_and_masks.whole_numbers(_MAX_FILTERS, 1))
    program = program.replace(features=draw(lengths_and_masks.whole_numbers(_MAX_FILTERS, 1)))
    cell = dataclasses.replace(cell, cell_type=CONVOLUTIONAL, units=filters, implementation=2)
    cases_of = _of_one_batch if stateful else _draw_cases
    axes = _variants(draw, program, tuple(_MAX_SPACE), data)
    first = draw(lengths_and_masks.whole_numbers(1))
    drawn: list[Case] = []
    # programs are drawn before any data, so that all clauses build the same programs
    for convolution in [draw(_convolutions(n, _PADDINGS[(first + n) % 2])) for n in axes]:
        conv = dataclasses.replace(cell, convolution=convolution)
        case = program.replace(cells=(conv,))
        drawn += cases_of(draw, case, spec, most_steps=_MOST_STEPS, **data)
    return tuple(drawn)


def _of_one_batch(draw: st.DrawFn, program: Case, spec: DrawSpec, **data: Any) -> tuple[Case, ...]:
    """Draw cases of a stateful layer, all with the batch that it is built for."""
    layer = dataclasses.replace(program.program.layer, stateful=True)
    batch = draw(lengths_and_masks.batches())
    program = program.replace(batch=batch, layer=layer)
    return _draw_cases(draw, program, spec, batch=batch, **data)


@functools.cache
def _convolutions(axes: int, padding: str) -> st.SearchStrategy[Convolution]:
    @st.composite
    def convolutions(draw: st.DrawFn) -> Convolution:
        space = tuple(
            draw(lengths_and_masks.whole_numbers(_MAX_SPACE[axes], 1)) for _ in range(axes)
        )
        kernel = tuple(
            draw(lengths_and_masks.whole_numbers(min(size, _KERNEL), 1)) for size in space
        )
        return Convolution(space, kernel, padding)

    return convolutions()


@st.composite
def time_distributed_layers(draw: st.DrawFn, subject: Subject, spec: DrawSpec) -> tuple[Case, ...]:
    """Draw layers in a TimeDistributed: two rows are the two time slices of one row."""
    program = _program(draw, subject, spec, _cell_types(subject))
    program = program.replace(layer=Layer(time_distributed=True))
    drawn = _draw_cases(draw, program, spec, states=(None,))
    return tuple(case.replace(batch=case.data.batch + case.data.batch % 2) for case in drawn)


@st.composite
def stateful_time_distributed_layers(
    draw: st.DrawFn, subject: Subject, spec: DrawSpec
) -> tuple[Case, ...]:
    """Draw stateful layers in a TimeDistributed: its time slices are the halves of the steps."""
    program = _program(draw, subject, spec, _cell_types(subject))
    program = program.replace(layer=Layer(time_distributed=True))
    drawn = _of_one_batch(draw, program, spec, states=(None,), most_steps=_MOST_STEPS)
    return tuple(case.replace(steps=2 * case.data.steps) for case in drawn)


@st.composite
def mixed_precision(
    draw: st.DrawFn, subject: Subject, spec: DrawSpec, **data: Any
) -> tuple[Case, ...]:
    """Draw Keras cells and layers under a policy of mixed precision."""
    first = ("LSTM",)  # a search begins with the simplest, which must have the most to cast
    program = _program(draw, subject, spec, (*first, *_cell_types(subject)))
    drawn: list[Case] = []
    for policy in _variants(draw, program, tuple(POLICIES), data):
        case = program.replace(policy=policy, dtype=POLICIES[policy])
        drawn += _draw_cases(draw, case, spec, **data)
    return tuple(drawn)
