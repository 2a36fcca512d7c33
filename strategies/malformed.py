"""Cases with a malformed initial state."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Sequence

from hypothesis import strategies as st

from conformance.cases.case import Case
from conformance.cases.data import Malformation
from conformance.cases.malformations import malformation, state_malformations
from conformance.cases.malformations.state_malformations import state_malformation_names
from conformance.cases.program import EAGER, Cell
from conformance.contract.clause import DrawSpec, Subject
from strategies import lengths_and_masks, states

# Malformations that make a state wrong only if it has two rows, two units, or unequal cells
_TWO_ROWS = {"batch_one", "ragged"}
_TWO_UNITS = {"units_one", "ragged"}
_UNEQUAL = {"layers_swapped"}
# Malformations that take seconds to trace; they are drawn mostly in eager mode
_EXPENSIVE = {"ragged"}
_EAGER_MORE = 4  # times as frequent as each other mode
_FOR_A_MASK = 3  # steps: a mask that leaves out one still has more than one
_ENOUGH_STEPS = 3  # a state is refused at the first step or not at all


@st.composite
def argument_cases(draw: st.DrawFn, subject: Subject, modes: Sequence[str]) -> Case:
    """Draw cases with the subject's malformation of the sequence_length or of the mask."""
    malformation_type = state_malformations.MALFORMATIONS[subject.malformation or ""]
    lengths = malformation_type.argument == malformation.LENGTHS
    case = draw(
        states.cases(
            subject,
            modes,
            smallest_batch=2,
            fewest_steps=1 if lengths else _FOR_A_MASK,
            most_steps=_FOR_A_MASK,
            lengths=("full", "drawn") if lengths else (None,),
            masks=(None,) if lengths else ("full", "trailing"),
        )
    )
    return case.replace(malformation=Malformation(malformation_type.name))


@st.composite
def cases(draw: st.DrawFn, subject: Subject, modes: Sequence[str]) -> Case:
    """Draw cases with the subject's malformation of the state, at one leaf or at all."""
    name = subject.malformation
    assert name is not None
    eager = [mode for mode in modes if mode == EAGER] * (
        _EAGER_MORE - 1 if name in _EXPENSIVE else 0
    )
    case = draw(
        states.cases(
            subject,
            [*eager, *modes],
            smallest_batch=2 if name in _TWO_ROWS else 1,
            smallest_units=2 if name in _TWO_UNITS else 1,
            unequal=name in _UNEQUAL,
            most_steps=_ENOUGH_STEPS,
        )
    )
    case = _make_applicable(case, name)
    leaf = None
    if state_malformations.MALFORMATIONS[name].of_leaf:
        leaf = draw(_leaf_or_all(state_malformations.leaf_count(case)))
    return case.replace(
        malformation=Malformation(name, leaf),
        fresh=draw(lengths_and_masks.one_of((False, True))),
    )


@st.composite
def case_groups(draw: st.DrawFn, subject: Subject, spec: DrawSpec) -> tuple[Case, ...]:
    """Draw cases with the subject's malformation, at several choices of leaves.

    A library may refuse the malformation of one leaf of an LSTM and accept that of the other. So in
    eager mode, where several cases are asked for, each leaf is malformed by itself, and then all at
    once; in a stack only the drawn leaf, and all at once. In other modes each case needs a trace.
    """
    case = draw(cases(subject, spec.modes))
    assert case.data.malformation is not None
    name = case.data.malformation.name
    leaves: list[int | None] = [None]
    count = state_malformations.leaf_count(case)
    if state_malformations.MALFORMATIONS[name].of_leaf and count > 1:
        leaves = [case.data.malformation.leaf]
        if case.program.mode == EAGER and spec.batch_size(case.program.mode) > 1:
            leaves += [None, *(() if case.program.stacked else range(count))]
    drawn = dict.fromkeys(leaves)
    return tuple(case.replace(malformation=Malformation(name, each)) for each in drawn)


@functools.cache
def _leaf_or_all(leaves: int) -> st.SearchStrategy[int | None]:
    return st.none() | st.integers(0, leaves - 1)


def _make_applicable(case: Case, name: str) -> Case:
    """Return the case with an LSTM as its first cell, if the malformation needs one."""
    # a stack without an LSTM has nothing to flatten
    if name == "flat_for_nested" and not any(cell.is_lstm for cell in case.program.cells):
        first = Cell("LSTM", case.program.cells[0].units)
        return case.replace(cells=(first, *case.program.cells[1:]))
    return case


@st.composite
def any_cases(
    draw: st.DrawFn,
    subject: Subject,
    modes: Sequence[str],
    fresh: bool,
    among: Sequence[str] | None = None,
) -> Case:
    """Draw cases with any malformation that applies to the subject's cell, all fresh or all built.

    `among` limits the malformations to these names.
    """
    possible = state_malformation_names(subject.path, subject.cell)
    chosen = [name for name in possible if among is None or name in among]
    name = draw(lengths_and_masks.one_of(tuple(chosen)))
    case = draw(cases(dataclasses.replace(subject, malformation=name), modes))
    return case.replace(fresh=fresh)
