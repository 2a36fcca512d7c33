"""Cases of stateful layers: of one program they all have the batch that it is built for."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from conformance.cases.case import Case
from conformance.cases.program import EAGER, MODEL_APIS, MODEL_CALLS, POLICIES, Layer, Model
from conformance.contract.clause import DrawSpec, Subject
from strategies import lengths_and_masks, malformed, states

STATEFUL = Layer(stateful=True)
_ENOUGH_STEPS = 3


@st.composite
def together(
    draw: st.DrawFn,
    subject: Subject,
    extent: DrawSpec,
    layers: Sequence[Layer] = (STATEFUL,),
    **data: Any,
) -> tuple[Case, ...]:
    """Several cases of one stateful layer; options as of `states.Data`.

    Programs and their batches are drawn alike for all clauses that say the same of `layers`.
    """
    program = draw(
        states.programs(subject, extent.modes, common=extent.common, layers=tuple(layers))
    )
    program = program.replace(batch=draw(lengths_and_masks.batches()))
    of = states.Data(batch=program.data.batch, **data)
    return draw(states.of_program(program, False, extent, of))


@st.composite
def of_own_cells(
    draw: st.DrawFn, subject: Subject, extent: DrawSpec, **data: Any
) -> tuple[Case, ...]:
    """Cases over a user's own cells, whose `get_initial_state` gives ones; without a state."""
    drawn = draw(together(subject, extent, states=(None,), **data))
    own = tuple(dataclasses.replace(cell, ones_at_first=True) for cell in drawn[0].program.cells)
    return tuple(case.replace(cells=own) for case in drawn)


@st.composite
def under_policies(
    draw: st.DrawFn, subject: Subject, extent: DrawSpec, **data: Any
) -> tuple[Case, ...]:
    """Cases under a policy of mixed precision."""
    policy = draw(lengths_and_masks.one_of(tuple(POLICIES)))
    drawn = draw(together(subject, extent, **data))
    return tuple(case.replace(policy=policy, dtype=POLICIES[policy]) for case in drawn)


@st.composite
def other_batches(draw: st.DrawFn, subject: Subject, extent: DrawSpec) -> tuple[Case, ...]:
    """A layer with batches that it was not built for, where it has several first one of one row.

    One row, and a layer that was built for one, are where broadcasting hides faults. A traced layer
    knows its rows, or is traced for any number of them.
    """
    one = DrawSpec(tuple(dict.fromkeys(extent.modes)))  # each mode as often as another
    (case, *_) = draw(together(subject, one, states=(None,), most_steps=_ENOUGH_STEPS))
    rows = draw(lengths_and_masks.one_of((2, 1, 3, 5, 8)))
    others = {1, draw(lengths_and_masks.one_of((rows + 1, 2 * rows, rows - 1 or 3)))} - {rows}
    # what is traced for any number of rows may not even take the one row that it was built for
    unknown = (
        rows > 1 and case.program.mode != EAGER and draw(lengths_and_masks.one_of((True, False)))
    )
    return tuple(
        case.replace(batch=rows, other_batch=other, unknown_rows=unknown, static_shapes=False)
        for other in sorted(others)[: extent.batch_size(case.program.mode)]
    )


@st.composite
def malformed_cases(draw: st.DrawFn, subject: Subject, modes: Sequence[str]) -> Case:
    """Cases of a stateful layer with a malformed initial state."""
    case = draw(malformed.any_cases(subject, modes, fresh=False))
    return case.replace(layer=STATEFUL)


@st.composite
def in_models(
    draw: st.DrawFn,
    subject: Subject,
    modes: Sequence[str],
    apis: Sequence[str] = MODEL_APIS,
    calls: Sequence[str] = MODEL_CALLS,
    given: bool = False,
    states: Sequence[str | None] = (None,),
) -> Case:
    """Cases of a stateful layer in a model, in two parts of as many steps.

    `given`: the model is made with the case's initial state.
    """
    model = Model(
        draw(lengths_and_masks.one_of(tuple(apis))),
        draw(lengths_and_masks.one_of(tuple(calls))),
        given,
    )
    (case, *_) = draw(together(subject, DrawSpec(modes), states=states, most_steps=_ENOUGH_STEPS))
    # `predict` casts what it is given to float32, as long as Keras is not told of another float
    narrow = case.program.dtype == "float64" and model.by == "predict"
    return case.replace(
        steps=2 * case.data.steps,
        split=case.data.steps,
        dtype="float32" if narrow else case.program.dtype,
        model=model,
    )
