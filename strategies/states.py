"""Cases with a well-formed initial state."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from conformance import forms
from conformance.case import Case
from conformance.contract import Extent, Subject
from strategies import cells, sequences

GIVEN = ("zeros", "ones", "mixed", "small", "large")
NOT_ZERO = ("ones", "mixed", "small", "large")
DISTINCT = ("mixed", "large")  # every leaf, row and unit has a value of its own


def generations(subject: Subject) -> tuple[str, ...]:
    """The generations of cells that a subject's paths are over."""
    names = [subject.path, subject.other] if subject.other else [subject.path]
    return tuple(dict.fromkeys(forms.Path.of(name).generation for name in names))


def of_one_step(subject: Subject) -> bool:
    """Whether a path of the subject is a cell called by itself."""
    return any(forms.Path.of(name).api == "cell" for name in (subject.path, subject.other) if name)


@st.composite
def programs(
    draw: st.DrawFn,
    subject: Subject,
    modes: Sequence[str],
    smallest_units: int = 1,
    unequal: bool = False,
    common: bool = False,
) -> Case:
    """Cases of a subject without data: what has to be built, and its weights.

    Drawn before all else, and alike for all clauses: those that are drawn from the same seed ask
    for the same programs, which the target then keeps.
    """
    offering = cells.GENERATIONS if common else generations(subject)
    return Case(
        path=subject.path,
        mode=draw(sequences.one_of(tuple(modes))),
        cells=draw(cells.cells(subject.cell, tuple(offering), smallest_units, unequal)),
        features=draw(sequences.features()),
        dtype=draw(sequences.one_of(sequences.DTYPES)),
        weight_seed=draw(sequences.seeds()),
        weight_scale=draw(sequences.one_of(sequences.WEIGHT_SCALES)),
        other=subject.other,
    )


@dataclasses.dataclass(frozen=True)
class Data:
    """What data is drawn for a program. `split` draws after how many steps the state is carried.

    A `batch` is that of all cases; None: each case draws its own.
    """

    states: Sequence[str | None] = GIVEN
    form: str = forms.DOCUMENTED
    smallest_batch: int = 1
    split: bool = False
    most_steps: int = sequences.MAX_STEPS
    batch: int | None = None


def with_data(draw: st.DrawFn, program: Case, data_seed: int, one_step: bool, of: Data) -> Case:
    """A program's case with data."""
    smallest = 2 if of.split else 1
    steps = 1 if one_step else draw(sequences.steps(smallest, of.most_steps))
    batch, state = draw(_starts(of.smallest_batch, tuple(of.states)))
    return dataclasses.replace(
        program,
        batch=of.batch or batch,
        steps=steps,
        data_seed=data_seed,
        state=state,
        form=of.form,
        split=draw(sequences.up_to(steps - 1, 1)) if of.split else None,
    )


def _starts(
    smallest_batch: int, states: tuple[str | None, ...]
) -> st.SearchStrategy[tuple[int, str | None]]:
    """Rows of a batch and values of the state, drawn as one: each draw takes its time."""
    batches = range(smallest_batch, sequences.MAX_BATCH + 1)
    return sequences.one_of(tuple(itertools.product(batches, states)))


@st.composite
def cases(
    draw: st.DrawFn,
    subject: Subject,
    modes: Sequence[str],
    smallest_units: int = 1,
    unequal: bool = False,
    **data: Any,
) -> Case:
    """Cases of a subject, each of a program of its own; options as of `programs` and `Data`."""
    program = draw(programs(subject, modes, smallest_units, unequal))
    seed = draw(sequences.seeds())
    return with_data(draw, program, seed, of_one_step(subject), Data(**data))


_RARELY = 64


@st.composite
def together(draw: st.DrawFn, subject: Subject, extent: Extent, **data: Any) -> tuple[Case, ...]:
    """Several cases of one program, of the simplest program one. Options as of `Data`."""
    program = draw(programs(subject, extent.modes, common=extent.common))
    return draw(of_program(program, of_one_step(subject), extent, Data(**data)))


@st.composite
def of_program(
    draw: st.DrawFn, program: Case, one_step: bool, extent: Extent, of: Data
) -> tuple[Case, ...]:
    """Several cases of a program, as many as the extent says.

    Of a stack there are so many fewer as it has cells, which is what a case of it costs. Rarely,
    one case is to be built for its own shapes, which takes as long as many calls.
    """
    several = max(1, extent.several(program.mode) // len(program.cells))
    count = several if draw(sequences.up_to(_RARELY)) else 1
    first = draw(sequences.seeds())
    drawn = [with_data(draw, program, first + at, one_step, of) for at in range(count)]
    if draw(sequences.up_to(_RARELY)) == _RARELY:
        drawn[0] = dataclasses.replace(drawn[0], static_shapes=True)
    return tuple(drawn)
