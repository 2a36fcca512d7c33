"""Cases with a well-formed initial state."""

from __future__ import annotations

import dataclasses
import functools
import itertools
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from conformance.cases import state_forms
from conformance.cases.case import Case, make_case
from conformance.cases.program import BIDIRECTIONAL, SIDE_BY_SIDE, Layer
from conformance.contract.clause import DrawSpec, Subject
from strategies import cells, lengths_and_masks

GIVEN = ("zeros", "ones", "mixed", "small", "large")
NOT_ZERO = ("ones", "mixed", "small", "large")
DISTINCT = ("mixed", "large")  # every leaf, row and unit has a value of its own


def generations(subject: Subject) -> tuple[str, ...]:
    """The generations of cells that a subject's paths are over."""
    names = [subject.path, subject.other] if subject.other else [subject.path]
    return tuple(dict.fromkeys(state_forms.Path.of(name).generation for name in names))


def of_one_step(subject: Subject) -> bool:
    """Whether a path of the subject is a cell called by itself."""
    return any(
        state_forms.Path.of(name).api == "cell" for name in (subject.path, subject.other) if name
    )


@st.composite
def programs(
    draw: st.DrawFn,
    subject: Subject,
    modes: Sequence[str],
    smallest_units: int = 1,
    unequal: bool = False,
    common: bool = False,
    layers: Sequence[Layer] = (Layer(),),
) -> Case:
    """Cases of a subject without data: what has to be built, and its weights.

    Drawn before all else, and alike for all clauses: those that are drawn from the same seed ask
    for the same programs, which the target then keeps. Last comes one of the `layers`, so that the
    cells are the same whatever they are.
    """
    offering = cells.GENERATIONS if common else generations(subject)
    drawn = cells.cells(subject.cell, tuple(offering), smallest_units, unequal)
    if state_forms.Path.of(subject.path).api in BIDIRECTIONAL:
        drawn = cells.both_directions(subject.cell, tuple(offering), smallest_units)
    program = make_case(
        path=subject.path,
        mode=draw(lengths_and_masks.one_of(tuple(modes))),
        cells=draw(drawn),
        features=draw(lengths_and_masks.features()),
        dtype=draw(lengths_and_masks.dtypes()),
        weight_seed=draw(lengths_and_masks.seeds()),
        weight_scale=draw(lengths_and_masks.one_of(lengths_and_masks.WEIGHT_SCALES)),
        other=subject.other,
    )
    return with_layer(program, _one_of(draw, layers))


def _one_of(draw: st.DrawFn, options: Sequence[Any]) -> Any:
    """One of the options, with nothing drawn where there is but one."""
    return draw(lengths_and_masks.one_of(tuple(options))) if len(options) > 1 else options[0]


def with_layer(program: Case, layer: Layer) -> Case:
    """With a layer's options; what is added up or multiplied has the same units."""
    program = program.replace(layer=layer)
    if program.program.bidirectional and layer.merge_mode not in SIDE_BY_SIDE:
        forward, backward = program.program.cells
        alike = dataclasses.replace(backward, units=forward.units)
        program = program.replace(cells=(forward, alike))
    return program


@dataclasses.dataclass(frozen=True)
class Data:
    """What data is drawn for a program. `split` draws after how many steps the state is carried.

    `lengths` and `masks` are patterns of the steps that count. A `batch` is that of all cases;
    None: each case draws its own.
    """

    states: tuple[str | None, ...] = GIVEN
    form: str = state_forms.DOCUMENTED
    smallest_batch: int = 1
    most_rows: int = lengths_and_masks.MAX_BATCH
    split: bool = False
    fewest_steps: int = 1
    most_steps: int = lengths_and_masks.MAX_STEPS
    lengths: tuple[str | None, ...] = (None,)
    masks: tuple[str | None, ...] = (None,)
    batch: int | None = None


def with_data(draw: st.DrawFn, program: Case, data_seed: int, one_step: bool, of: Data) -> Case:
    """A program's case with data."""
    smallest = 2 if of.split else of.fewest_steps
    steps = 1 if one_step else draw(lengths_and_masks.steps(smallest, of.most_steps))
    batch, state, lengths, mask = draw(_starts(of))
    return program.replace(
        batch=of.batch or batch,
        steps=steps,
        data_seed=data_seed,
        state=state,
        form=of.form,
        split=draw(lengths_and_masks.up_to(steps - 1, 1)) if of.split else None,
        lengths=lengths,
        mask=mask,
    )


@functools.cache
def _starts(of: Data) -> st.SearchStrategy[tuple[int, str | None, str | None, str | None]]:
    """Rows of a batch, values of the state, and which steps count: drawn as one, as each draw takes
    its time."""
    batches = lengths_and_masks.rows(of.smallest_batch, of.most_rows)
    drawn = itertools.product(batches, of.states, of.lengths, of.masks)
    return lengths_and_masks.one_of(tuple(drawn))


@st.composite
def cases(
    draw: st.DrawFn,
    subject: Subject,
    modes: Sequence[str],
    smallest_units: int = 1,
    unequal: bool = False,
    layers: Sequence[Layer] = (Layer(),),
    **data: Any,
) -> Case:
    """Cases of a subject, each of a program of its own; options as of `programs` and `Data`."""
    program = draw(programs(subject, modes, smallest_units, unequal, layers=layers))
    seed = draw(lengths_and_masks.seeds())
    return with_data(draw, program, seed, of_one_step(subject), Data(**data))


_RARELY = 64


@st.composite
def together(
    draw: st.DrawFn,
    subject: Subject,
    extent: DrawSpec,
    layers: Sequence[Layer] = (Layer(),),
    unequal: bool = False,
    **data: Any,
) -> tuple[Case, ...]:
    """Several cases of one program, of the simplest program one. Options of `programs`, `Data`."""
    program = draw(
        programs(subject, extent.modes, unequal=unequal, common=extent.common, layers=layers)
    )
    return draw(of_program(program, of_one_step(subject), extent, Data(**data)))


@st.composite
def of_program(
    draw: st.DrawFn, program: Case, one_step: bool, extent: DrawSpec, of: Data
) -> tuple[Case, ...]:
    """Several cases of a program, as many as the extent says.

    Of a stack there are so many fewer as it has cells, which is what a case of it costs. Rarely,
    one case is to be built for its own shapes, which takes as long as many calls.
    """
    several = max(1, extent.batch_size(program.program.mode) // len(program.program.cells))
    count = several if draw(lengths_and_masks.up_to(_RARELY)) else 1
    first = draw(lengths_and_masks.seeds())
    drawn = [with_data(draw, program, first + at, one_step, of) for at in range(count)]
    if draw(lengths_and_masks.up_to(_RARELY)) == _RARELY:
        drawn[0] = drawn[0].replace(static_shapes=True)
    return tuple(drawn)
