"""Cases of stateful layers: all cases of one program have the batch that it is built for."""

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
def case_groups(
    draw: st.DrawFn,
    subject: Subject,
    spec: DrawSpec,
    layers: Sequence[Layer] = (STATEFUL,),
    **data: Any,
) -> tuple[Case, ...]:
    """Draw several cases of one stateful layer; `data` are the fields of `states.DataSpec`.

    Clauses with the same `layers` draw the same programs and batches.
    """
    program = draw(states.programs(subject, spec.modes, common=spec.common, layers=tuple(layers)))
    program = program.replace(batch=draw(lengths_and_masks.batches()))
    data_spec = states.DataSpec(batch=program.data.batch, **data)
    return draw(states.cases_of_program(program, False, spec, data_spec))


@st.composite
def of_own_cells(
    draw: st.DrawFn, subject: Subject, spec: DrawSpec, **data: Any
) -> tuple[Case, ...]:
    """Draw cases without a state, of a user's own cells with a `get_initial_state` of ones."""
    drawn = draw(case_groups(subject, spec, states=(None,), **data))
    own = tuple(dataclasses.replace(cell, ones_at_first=True) for cell in drawn[0].program.cells)
    return tuple(case.replace(cells=own) for case in drawn)


@st.composite
def under_policies(
    draw: st.DrawFn, subject: Subject, spec: DrawSpec, **data: Any
) -> tuple[Case, ...]:
    """Draw cases under a policy of mixed precision."""
    policy = draw(lengths_and_masks.one_of(tuple(POLICIES)))
    drawn = draw(case_groups(subject, spec, **data))
    return tuple(case.replace(policy=policy, dtype=POLICIES[policy]) for case in drawn)


@st.composite
def other_batches(draw: st.DrawFn, subject: Subject, spec: DrawSpec) -> tuple[Case, ...]:
    """Draw batches that a layer was not built for; the first has one row, if the layer has more.

    With one row, and in a layer that was built for one, broadcasting hides faults. The trace of a
    layer is for its number of rows, or for any number.
    """
    one = DrawSpec(tuple(dict.fromkeys(spec.modes)))  # each mode as often as each other
    (case, *_) = draw(case_groups(subject, one, states=(None,), most_steps=_ENOUGH_STEPS))
    rows = draw(lengths_and_masks.one_of((2, 1, 3, 5, 8)))
    others = {1, draw(lengths_and_masks.one_of((rows + 1, 2 * rows, rows - 1 or 3)))} - {rows}
    # a trace for any number of rows may even refuse the one row that the layer was built for
    unknown = (
        rows > 1 and case.program.mode != EAGER and draw(lengths_and_masks.one_of((True, False)))
    )
    return tuple(
        case.replace(batch=rows, other_batch=other, unknown_rows=unknown, static_shapes=False)
        for other in sorted(others)[: spec.batch_size(case.program.mode)]
    )


@st.composite
def malformed_cases(draw: st.DrawFn, subject: Subject, modes: Sequence[str]) -> Case:
    """Draw cases of a stateful layer with a malformed initial state."""
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
    """Draw cases of a stateful layer in a model, in two parts with equal numbers of steps.

    With `given` the model is made with the case's initial state.
    """
    model = Model(
        draw(lengths_and_masks.one_of(tuple(apis))),
        draw(lengths_and_masks.one_of(tuple(calls))),
        given,
    )
    (case, *_) = draw(
        case_groups(subject, DrawSpec(modes), states=states, most_steps=_ENOUGH_STEPS)
    )
    # `predict` casts its inputs to float32, unless Keras is configured for another float dtype
    narrow = case.program.dtype == "float64" and model.by == "predict"
    return case.replace(
        steps=2 * case.data.steps,
        split=case.data.steps,
        dtype="float32" if narrow else case.program.dtype,
        model=model,
    )
