"""Cases of relatives of the usual cells: wrapped, nested, a user's own, convolutional and others.

Each takes the programs that are drawn for the usual cells and makes them its own.
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
from strategies.states import Data

GIVEN = ("large", "mixed", "small", "ones")  # the simplest shows what is done to it
EITHER = (*GIVEN, None)  # a state is given or not
_WRAPPERS = (
    (RESIDUAL,),
    (DEVICE,),
    (DROPOUT,),
    (RESIDUAL, DEVICE),
    (DROPOUT, RESIDUAL),
    (RESIDUAL, RESIDUAL),
)
_TURNS = 3  # eagerly: those with two wrappers
# By the number of cells; a stack may be of one
_NESTINGS: dict[int, tuple[Nesting, ...]] = {
    1: ((0,), ((0,),)),
    2: (((0, 1),), ((0,), 1), (0, (1,))),
    3: (((0, 1), 2), (0, (1, 2)), ((0, (1,)), 2)),
    4: (((0, 1), (2, 3)), (0, (1, (2, 3))), ((0, 1, 2), 3)),
}
_MAX_FILTERS = 3
_MOST_STEPS = 4  # of a convolution, whose steps take long
_MAX_SPACE = {1: 6, 2: 4, 3: 3}  # by the number of its axes
_KERNEL = 3
_PADDINGS = ("valid", "same")  # by turns, with so many axes
_SHARE_OF_DATA = 2  # what is around a formula tells on few data, which the usual cells have many of


def _kinds(subject: Subject) -> tuple[str, ...]:
    """The cells of a subject's path, for which it has no name."""
    path = Path.of(subject.path)
    kinds = ("SimpleRNN", "LSTM", "GRU", *(("BasicLSTM",) if path.is_v1 else ()))
    return kinds if path.api == "layer" else (*kinds, STACK)


def _program(draw: st.DrawFn, subject: Subject, extent: DrawSpec, kinds: Sequence[str]) -> Case:
    """The program of a subject whose cell is one of these kinds."""
    kind = draw(lengths_and_masks.one_of(tuple(kinds)))
    named = dataclasses.replace(subject, cell=kind)
    return draw(states.programs(named, extent.modes, common=extent.common))


def _several(draw: st.DrawFn, program: Case, extent: DrawSpec, **data: Any) -> tuple[Case, ...]:
    """Cases of a program; of a cell called by itself with a state."""
    one_step = Path.of(program.program.path).api == "cell"
    of = Data(**data)
    if one_step:
        given = tuple(values for values in of.states if values is not None)
        of = dataclasses.replace(of, states=given)
    fewer = dataclasses.replace(
        extent, batch_size=lambda mode: max(1, extent.batch_size(mode) // _SHARE_OF_DATA)
    )
    drawn = draw(states.of_program(program, one_step, fewer, of))
    # an own start is another way through the library: seen each time
    if None in of.states[1:] and not of.split:
        drawn += (drawn[0].replace(state=None),)
    return drawn


def _variants(
    draw: st.DrawFn, program: Case, variants: Sequence[Any], data: dict[str, Any]
) -> Sequence[Any]:
    """Eagerly each variant, for building takes no time then; else one of them.

    One is enough too where a state is carried over: other clauses judge the same of all.
    """
    chosen = draw(lengths_and_masks.one_of(tuple(variants)))
    return variants if program.program.mode == EAGER and not data.get("split") else (chosen,)


@st.composite
def wrapped(
    draw: st.DrawFn,
    subject: Subject,
    extent: DrawSpec,
    wrappers: Sequence[tuple[str, ...]] = _WRAPPERS,
    kinds: Sequence[str] = (),
    **data: Any,
) -> tuple[Case, ...]:
    """Cells within wrappers, in a stack each within others."""
    program = _program(draw, subject, extent, kinds or _kinds(subject))
    drawn: list[Case] = []
    for turn in _variants(draw, program, range(len(wrappers)), data)[-_TURNS:]:
        width, within = program.program.features, []
        for place, cell in enumerate(program.program.cells):
            around = wrappers[(turn + place) % len(wrappers)]
            within.append(_fitting(dataclasses.replace(cell, wrappers=around), width))
            width = within[-1].output_width
        case = program.replace(cells=tuple(within))
        drawn += _several(draw, case, extent, **data)
    return tuple(drawn)


def _fitting(cell: Cell, width: int) -> Cell:
    """What is added to its inputs is as wide as they are."""
    if RESIDUAL not in cell.wrappers:
        return cell
    return dataclasses.replace(cell, units=width, projection=None, projection_clip=None)


@st.composite
def in_one_tensor(
    draw: st.DrawFn, subject: Subject, extent: DrawSpec, **data: Any
) -> tuple[Case, ...]:
    """Cells of v1 that hold all their states in one tensor."""
    program = _program(draw, subject, extent, ("LSTM", "BasicLSTM", STACK))
    drawn: list[Case] = []
    for dtype in _variants(draw, program, ("float32", "float64"), data):
        case = program.replace(state_is_tuple=False, dtype=dtype)
        drawn += _several(draw, case, extent, **data)
    return tuple(drawn)


@st.composite
def nested(draw: st.DrawFn, subject: Subject, extent: DrawSpec, **data: Any) -> tuple[Case, ...]:
    """Stacks within a stack, and stacks of one cell."""
    program = _program(draw, subject, extent, (STACK, STACK, "LSTM", "GRU"))
    nesting = draw(lengths_and_masks.one_of(_NESTINGS[len(program.program.cells)]))
    return _several(draw, program.replace(nesting=nesting), extent, **data)


_DROPOUTS = ((0.5, 0.0), (0.0, 0.5), (0.5, 0.5))
_TRAINING = (Layer(), Layer(training=False))


@st.composite
def with_dropout(
    draw: st.DrawFn, subject: Subject, extent: DrawSpec, **data: Any
) -> tuple[Case, ...]:
    """Keras cells with dropout, run without training."""
    program = _program(draw, subject, extent, _kinds(subject))
    dropout, recurrent = draw(lengths_and_masks.one_of(_DROPOUTS))
    dropping = tuple(
        dataclasses.replace(cell, dropout=dropout, recurrent_dropout=recurrent)
        for cell in program.program.cells
    )
    layer = draw(lengths_and_masks.one_of(_TRAINING))
    return _several(draw, program.replace(cells=dropping, layer=layer), extent, **data)


@st.composite
def of_ones_own(
    draw: st.DrawFn,
    subject: Subject,
    extent: DrawSpec,
    starts: Sequence[bool] = (False, True),
    **data: Any,
) -> tuple[Case, ...]:
    """A user's own cell around an LSTM cell, alone or below another cell."""
    program = _program(draw, subject, extent, ("LSTM",))
    (cell,) = program.program.cells
    doubled = draw(lengths_and_masks.one_of((False, True)))
    start = draw(lengths_and_masks.one_of(tuple(starts)))
    above = draw(_cells_above(Path.of(subject.path).generation))
    drawn: list[Case] = []
    for structure in _variants(draw, program, STRUCTURES, data):
        custom = Custom(structure, doubled, start)
        own = dataclasses.replace(cell, custom=custom, projection=None, projection_clip=None)
        case = program.replace(cells=(own, *above))
        drawn += _several(draw, case, extent, **data)
    return tuple(drawn)


@functools.cache
def _cells_above(generation: str) -> st.SearchStrategy[tuple[Cell, ...]]:
    none = st.just(())
    return st.one_of(none, none, none, cells.cells("GRU", (generation,)))


@st.composite
def convolutional(
    draw: st.DrawFn, subject: Subject, extent: DrawSpec, stateful: bool = False, **data: Any
) -> tuple[Case, ...]:
    """ConvLSTM layers of one to three axes, with few positions and filters."""
    program = _program(draw, subject, extent, ("LSTM",))
    (cell,) = program.program.cells
    filters = draw(lengths_and_masks.up_to(_MAX_FILTERS, 1))
    program = program.replace(features=draw(lengths_and_masks.up_to(_MAX_FILTERS, 1)))
    cell = dataclasses.replace(cell, cell_type=CONVOLUTIONAL, units=filters, implementation=2)
    cases_of = _of_one_batch if stateful else _several
    axes = _variants(draw, program, tuple(_MAX_SPACE), data)
    first = draw(lengths_and_masks.up_to(1))
    drawn: list[Case] = []
    # what is built is drawn before any data, so that clauses build the same
    for convolution in [draw(_convolutions(n, _PADDINGS[(first + n) % 2])) for n in axes]:
        conv = dataclasses.replace(cell, convolution=convolution)
        case = program.replace(cells=(conv,))
        drawn += cases_of(draw, case, extent, most_steps=_MOST_STEPS, **data)
    return tuple(drawn)


def _of_one_batch(
    draw: st.DrawFn, program: Case, extent: DrawSpec, **data: Any
) -> tuple[Case, ...]:
    """Cases of a stateful layer, which all have the batch that it is built for."""
    layer = dataclasses.replace(program.program.layer, stateful=True)
    batch = draw(lengths_and_masks.batches())
    program = program.replace(batch=batch, layer=layer)
    return _several(draw, program, extent, batch=batch, **data)


@functools.cache
def _convolutions(axes: int, padding: str) -> st.SearchStrategy[Convolution]:
    @st.composite
    def drawn(draw: st.DrawFn) -> Convolution:
        space = tuple(draw(lengths_and_masks.up_to(_MAX_SPACE[axes], 1)) for _ in range(axes))
        kernel = tuple(draw(lengths_and_masks.up_to(min(size, _KERNEL), 1)) for size in space)
        return Convolution(space, kernel, padding)

    return drawn()


@st.composite
def time_distributed(draw: st.DrawFn, subject: Subject, extent: DrawSpec) -> tuple[Case, ...]:
    """Layers in a TimeDistributed, which takes two rows as two slices of one."""
    program = _program(draw, subject, extent, _kinds(subject))
    program = program.replace(layer=Layer(time_distributed=True))
    drawn = _several(draw, program, extent, states=(None,))
    return tuple(case.replace(batch=case.data.batch + case.data.batch % 2) for case in drawn)


@st.composite
def stateful_in_time(draw: st.DrawFn, subject: Subject, extent: DrawSpec) -> tuple[Case, ...]:
    """Stateful layers in a TimeDistributed, which takes halves of the steps as two slices."""
    program = _program(draw, subject, extent, _kinds(subject))
    program = program.replace(layer=Layer(time_distributed=True))
    drawn = _of_one_batch(draw, program, extent, states=(None,), most_steps=_MOST_STEPS)
    return tuple(case.replace(steps=2 * case.data.steps) for case in drawn)


@st.composite
def mixed(draw: st.DrawFn, subject: Subject, extent: DrawSpec, **data: Any) -> tuple[Case, ...]:
    """Keras cells and layers under a policy of mixed precision."""
    first = ("LSTM",)  # the simplest, which a search begins with, is to have most to cast
    program = _program(draw, subject, extent, (*first, *_kinds(subject)))
    drawn: list[Case] = []
    for policy in _variants(draw, program, tuple(POLICIES), data):
        case = program.replace(policy=policy, dtype=POLICIES[policy])
        drawn += _several(draw, case, extent, **data)
    return tuple(drawn)
