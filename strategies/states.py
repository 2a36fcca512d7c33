"""Cases with a well-formed initial state."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from conformance import forms
from conformance.case import Case
from conformance.contract import Subject
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
def cases(
    draw: st.DrawFn,
    subject: Subject,
    modes: Sequence[str],
    states: Sequence[str | None] = GIVEN,
    form: str = forms.DOCUMENTED,
    smallest_batch: int = 1,
    smallest_units: int = 1,
    unequal: bool = False,
    split: bool = False,
    most_steps: int = sequences.MAX_STEPS,
) -> Case:
    """Cases of a subject. `split` draws after how many steps the state is carried over."""
    mode = draw(st.sampled_from(modes))
    drawn = draw(cells.cells(subject.cell, generations(subject), smallest_units, unequal))
    steps = 1 if of_one_step(subject) else draw(sequences.steps(2 if split else 1, most_steps))
    return Case(
        path=subject.path,
        mode=mode,
        cells=drawn,
        batch=draw(sequences.batches(smallest_batch)),
        steps=steps,
        features=draw(sequences.features()),
        dtype=draw(st.sampled_from(sequences.DTYPES)),
        weight_seed=draw(sequences.seeds()),
        weight_scale=draw(st.sampled_from(sequences.WEIGHT_SCALES)),
        data_seed=draw(sequences.seeds()),
        state=draw(st.sampled_from(states)),
        form=form,
        split=draw(st.integers(1, steps - 1)) if split else None,
        other=subject.other,
    )
