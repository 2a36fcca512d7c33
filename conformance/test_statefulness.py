"""ST: a stateful layer goes on where its last call ended, until it is reset.

Judged eagerly and through tf.function. In a graph of `tf.compat.v1` nothing is carried over unless
whoever runs the session fetches the layer's `updates` too (Keras 2), or cannot be (Keras 3, whose
assignment no output depends on): what is to be done there is not the layer's alone.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import partial
from typing import Any

from conformance import (
    data,
    expectation,
    forms,
    judging,
    properties,
    reference,
    requests,
    sources,
    storing,
    subjects,
)
from conformance.adapter import wire
from conformance.case import EAGER, STACK, Case
from conformance.contract import SHOULD, Finding, Runs, clause, single
from strategies import stateful, states

# What is stored depends on how many leaves a state has, not on the cell that makes it; the GRU and
# the LSTM are layers with loops of their own
LAYERS = subjects.joined(
    subjects.each(apis=("RNN",), cells=("LSTM", STACK)),
    subjects.each(apis=("layer",), cells=("GRU", "LSTM")),
)
IN_KERAS_2 = subjects.each(apis=("RNN", "layer"), generations=("keras2",))
OVER_CELLS = subjects.each(apis=("RNN",))
OF_TWO_KINDS = subjects.joined(
    subjects.each(apis=("RNN",), cells=(STACK,)),
    subjects.each(apis=("layer",), cells=("LSTM",)),
)
BIDIRECTIONAL = subjects.each(apis=("Bidirectional",), cells=("LSTM", "GRU"))
MODES = (EAGER, "function")


def stateful_clause(identifier: str, **others: Any) -> Callable[..., Callable[..., None]]:
    """A clause about stateful layers; most are of few programs, which they share."""
    usual = {"subjects": LAYERS, "modes": MODES, "effort": 0.5, "dear": True}
    return clause(identifier, **{**usual, **others})


def model_clause(identifier: str, **others: Any) -> Callable[..., Callable[..., None]]:
    """A clause about stateful layers in models, which trace their own functions to predict."""
    return clause(identifier, subjects=OF_TWO_KINDS, modes=(EAGER,), anew=True, **others)


# What clauses draw alike is worked out once for all of them
_WITHOUT_STATE = partial(stateful.together, split=True, states=(None,))
_WITH_STATE = partial(stateful.together, split=True, states=states.GIVEN)
_WITH_ARRAYS = partial(_WITH_STATE, form=forms.NUMPY)


# --- from call to call ---------------------------------------------------------------------------


@stateful_clause("ST-01", source=sources.RNN, cases=_WITHOUT_STATE, effort=1)
def test_two_calls_equal_one(case: Case, run: Runs) -> Finding:
    """Two calls of a stateful layer equal one over the whole sequence."""
    return properties.goes_on(case, run)


@stateful_clause("ST-02", source=sources.GUIDE, cases=_WITH_STATE, effort=1)
def test_what_is_stored_is_the_final_state(case: Case, run: Runs) -> Finding:
    """After a call the layer's `states` hold the final state that the call returned."""
    return _stores_its_final_state(case, run)


def _stores_its_final_state(case: Case, run: Runs) -> Finding:
    (observation,) = run(case, requests.whole(case))
    seen = judging.accepted(case, observation)
    storing.holds_the_final_state(case, seen)
    return Finding(judging.agrees_with_reference(case, seen))


@stateful_clause(
    "ST-03", source=sources.RNN, cases=partial(states.together, states=states.DISTINCT)
)
def test_calls_of_other_layers_are_independent(case: Case, run: Runs) -> Finding:
    """A layer that is not stateful starts each call without a state from zeros."""
    first, second = run(case, requests.whole(case), requests.without_state(case))
    judging.accepted(case, first)
    afresh = dataclasses.replace(case, state=None)
    seen = judging.accepted(afresh, second, "the next call, without a state")
    return Finding(judging.agrees_with_reference(afresh, seen))


@stateful_clause(
    "ST-20",
    source=sources.RNN,
    subjects=subjects.each(apis=("RNN", "layer"), cells=("GRU", "LSTM", STACK)),
    cases=partial(
        stateful.together,
        split=True,
        states=(None,),
        masks=tuple(mask for mask in data.MASKS if mask != "full"),
        layers=(stateful.STATEFUL, dataclasses.replace(stateful.STATEFUL, go_backwards=True)),
    ),
)
def test_masked_steps_do_not_change_what_is_stored(case: Case, run: Runs) -> Finding:
    """After a call with a mask the stored state is that of the last step that counts, and the
    next call goes on from there.
    """
    first, second = run(case, requests.first_part(case), requests.rest(case, None))
    split = requests.split(case)
    judging.accepted(case, first, "the first steps", split)
    seen = judging.accepted(case, second, "the rest", case.steps - split)
    storing.holds_the_final_state(case, seen)
    return Finding(judging.state_agrees(seen, expectation.of(case)))


# --- resetting and setting -----------------------------------------------------------------------


@stateful_clause("ST-04", source=sources.RNN, cases=_WITHOUT_STATE, like="ST-01")
def test_after_a_reset_it_starts_from_zeros(case: Case, run: Runs) -> Finding:
    """After a reset the next call starts from zeros."""
    return _starts_from_its_state(case, run, wire.Reset(), "the call after a reset")


def _starts_from_its_state(case: Case, run: Runs, before: object, what: str) -> Finding:
    """After what is done before the second call, it starts from the case's state."""
    call = requests.without_state(case)
    once, again = run(case, call, dataclasses.replace(call, before=before))
    judging.accepted(case, once)
    seen = judging.accepted(case, again, what)
    storing.holds_the_final_state(case, seen)
    return Finding(judging.agrees_with_reference(case, seen))


def _reset_to_given(case: Case, run: Runs) -> Finding:
    before = wire.Reset(requests.given_state(case))
    return _starts_from_its_state(case, run, before, "the call after a reset with states")


@stateful_clause("ST-05", source=sources.RNN, cases=_WITH_ARRAYS, like="ST-02")
def test_a_reset_with_arrays_sets_the_state(case: Case, run: Runs) -> Finding:
    """After a reset with NumPy arrays as `states` the next call starts from them."""
    return _reset_to_given(case, run)


@stateful_clause(
    "ST-06",
    source=sources.NONE,
    severity=SHOULD,
    subjects=IN_KERAS_2,
    cases=_WITH_STATE,
    like="ST-02",
)
def test_a_reset_with_tensors_sets_the_state(case: Case, run: Runs) -> Finding:
    """After a reset with tensors as `states` the next call starts from them."""
    return _reset_to_given(case, run)


@stateful_clause(
    "ST-07",
    source=sources.NONE,
    severity=SHOULD,
    cases=_WITH_ARRAYS,
    like="ST-02",
)
def test_an_assigned_state_is_started_from(case: Case, run: Runs) -> Finding:
    """After values are assigned to the variables in `states` the next call starts from them."""
    before = wire.Assign(requests.given_state(case))
    return _starts_from_its_state(case, run, before, "the call after an assignment")


@stateful_clause(
    "ST-08",
    source=sources.RESET_STATES,
    severity=SHOULD,
    subjects=IN_KERAS_2,
    cases=partial(stateful.together, states=states.DISTINCT, form=forms.OTHER_FLOAT),
)
def test_what_is_stored_keeps_its_dtype(case: Case, run: Runs) -> Finding:
    """Arrays of another float width set the stored state in its own dtype, as if they were cast
    by hand.
    """
    call = requests.without_state(case)
    cast, by_hand = (
        requests.after_reset(call, forms.held_as(forms.NUMPY, state))
        for state in (requests.given_state(case), requests.cast_by_hand(case).state)
    )
    first, second = run(case, cast, by_hand)
    what = f"the call after a reset with {forms.other_float(case.dtype)} arrays"
    one, other = judging.accepted(case, first, what), judging.accepted(case, second)
    storing.holds_the_final_state(case, one)
    return Finding(spread_ratio=judging.agree(one, other, reference.of(case), "the cast by hand's"))


# --- a given initial state -----------------------------------------------------------------------


@stateful_clause("ST-09", source=sources.LSTM, cases=_WITH_STATE, like="ST-02")
def test_a_given_state_is_started_from(case: Case, run: Runs) -> Finding:
    """A call that is given an initial_state starts from it, whatever is stored."""
    once, again = run(case, requests.without_state(case), requests.whole(case))
    judging.accepted(case, once)
    seen = judging.accepted(case, again, "the call with a given state")
    storing.holds_the_final_state(case, seen)
    return Finding(judging.agrees_with_reference(case, seen))


@stateful_clause("ST-10", source=sources.RNN, cases=_WITH_STATE, like="ST-02")
def test_a_call_goes_on_from_one_with_a_given_state(case: Case, run: Runs) -> Finding:
    """The final state of a first call that is given an initial_state is stored like any other."""
    return properties.goes_on(case, run)


@stateful_clause("ST-11", source=sources.GUIDE, cases=_WITH_STATE, like="ST-02")
def test_a_reset_goes_back_to_the_given_state(case: Case, run: Runs) -> Finding:
    """A reset brings back the initial_state that the layer was given at first."""
    once, again = run(
        case, requests.whole(case), requests.after_reset(requests.without_state(case))
    )
    judging.accepted(case, once)
    seen = judging.accepted(case, again, "the call after a reset")
    return Finding(judging.agrees_with_reference(case, seen))


@stateful_clause(
    "ST-12",
    source=sources.RNN,
    subjects=OVER_CELLS,
    cases=stateful.of_own_cells,
)
def test_the_first_call_starts_from_the_cells_own_state(case: Case, run: Runs) -> Finding:
    """The first call starts from the state that the cell's get_initial_state makes."""
    (observation,) = run(case, requests.whole(case))
    seen = judging.accepted(case, observation)
    return Finding(judging.agrees_with_reference(dataclasses.replace(case, state="ones"), seen))


@stateful_clause(
    "ST-13",
    source=sources.GUIDE,
    subjects=OF_TWO_KINDS,
    cases=_WITHOUT_STATE,
    like="ST-01",
)
def test_the_stored_state_starts_another_layer(case: Case, run: Runs) -> Finding:
    """A new layer with the same weights takes a layer's `states` as its initial_state."""
    onward = requests.rest(case, wire.Stored())
    return properties.two_equal_one(
        case, *run(case, requests.first_part(case), dataclasses.replace(onward, by="new_layer"))
    )


# --- what is refused -----------------------------------------------------------------------------


@stateful_clause(
    "ST-14",
    source=sources.RNN,
    severity=SHOULD,
    cases=stateful.other_batches,
    anew=True,
    effort=1,
)
def test_a_batch_of_another_size_is_refused(case: Case, run: Runs) -> Finding:
    """A batch is refused if its size is not that of the stored state, and the stored state
    stays as it was.
    """
    call = requests.without_state(case)
    once, other = run(case, call, requests.of_other_batch(case))
    judging.accepted(case, once)
    grade = storing.batch_refused(case, other)
    storing.left_alone(case, once, other)
    return Finding(grade=grade)


@stateful_clause(
    "ST-15",
    source=sources.NONE,
    severity=SHOULD,
    cases=single(stateful.malformed_cases),
    anew=True,
    effort=0.34,
)
def test_a_refused_call_leaves_the_stored_state_alone(case: Case, run: Runs) -> None:
    """A call that fails because its initial_state is malformed leaves the stored state as it
    was.
    """
    call = requests.without_state(case)
    once, malformed, again = run(case, call, requests.whole(case), call)
    judging.accepted(case, once)
    if malformed.error is not None:
        storing.left_alone(case, once, malformed)
    judging.accepted(case, again, "the next call, without a state")


# --- both directions -----------------------------------------------------------------------------


_NO_STATE_RETURNED = dataclasses.replace(stateful.STATEFUL, return_state=False)
_BOTH = partial(_WITHOUT_STATE, layers=(_NO_STATE_RETURNED,))


@stateful_clause("ST-21", source=sources.RNN, subjects=BIDIRECTIONAL, cases=_BOTH)
def test_each_direction_goes_on(case: Case, run: Runs) -> Finding:
    """Each layer inside a stateful Bidirectional layer goes on from its own last state."""
    first, second = run(case, requests.first_part(case), requests.rest(case, None))
    split = requests.split(case)
    storing.ending_in_stored(case, first, "the first steps", split)
    seen = storing.ending_in_stored(case, second, "the rest", case.steps - split)
    return Finding(judging.state_agrees(seen, expectation.in_two_calls(case)))


@stateful_clause("ST-22", source=sources.RNN, subjects=BIDIRECTIONAL, cases=_BOTH, like="ST-21")
def test_a_reset_is_of_both_directions(case: Case, run: Runs) -> Finding:
    """After a Bidirectional layer is reset both directions start from zeros."""
    call = requests.whole(case)
    once, again = run(case, call, requests.after_reset(call))
    storing.ending_in_stored(case, once, "the call")
    seen = storing.ending_in_stored(case, again, "the call after a reset")
    return Finding(judging.agrees_with_reference(case, seen))


@stateful_clause("ST-23", source=sources.GUIDE, subjects=BIDIRECTIONAL, cases=_WITH_STATE)
def test_both_directions_store_the_final_state(case: Case, run: Runs) -> Finding:
    """A stateful Bidirectional layer that returns its final state stores that same state."""
    return _stores_its_final_state(case, run)


# --- mixed precision and models ------------------------------------------------------------------


@stateful_clause(
    "ST-16",
    source=sources.MIXED_PRECISION,
    cases=partial(stateful.under_policies, split=True, states=(None,)),
)
def test_it_goes_on_under_a_policy_of_mixed_precision(case: Case, run: Runs) -> Finding:
    """Under mixed precision two calls equal one over the whole sequence, and the stored state
    has the variables' dtype.
    """
    first, second = run(case, requests.first_part(case), requests.rest(case, None))
    finding = properties.two_equal_one(case, first, second)
    storing.holds_the_final_state(
        case, judging.accepted(case, second, steps=case.steps - requests.split(case))
    )
    return finding


@model_clause("ST-17", source=sources.RNN, cases=single(stateful.in_models), effort=0.67)
def test_it_goes_on_within_a_model(case: Case, run: Runs) -> Finding:
    """In a Sequential or functional model, in calls and in predict, the layer goes on from one
    batch to the next.
    """
    assert case.model is not None
    if case.model.by == "predict":
        (observation,) = run(case, requests.in_two_batches(case))
        seen = storing.of_two_batches(case, observation, "predict")
        return Finding(judging.agrees_with_reference(case, seen))
    return _goes_on_in_model(case, run)


def _goes_on_in_model(case: Case, run: Runs) -> Finding:
    split = requests.split(case)
    first, second = run(
        case,
        requests.by_model(case, requests.first_part(case)),
        requests.by_model(case, requests.rest(case, None)),
    )
    begun = storing.ending_in_stored(case, first, "the first steps", split)
    ended = storing.ending_in_stored(case, second, "the rest", case.steps - split)
    return Finding(judging.agrees_with_reference(case, judging.joined(begun, ended)))


@model_clause(
    "ST-18", source=sources.RNN, cases=single(partial(stateful.in_models, calls=("call",)))
)
def test_a_model_resets_its_layers(case: Case, run: Runs) -> Finding:
    """After a whole model is reset the next call starts from zeros."""
    call = requests.by_model(case, requests.whole(case))
    once, again = run(case, call, dataclasses.replace(call, before=wire.Reset(model=True)))
    storing.ending_in_stored(case, once, "the first call")
    seen = storing.ending_in_stored(case, again, "the call after the model's reset")
    return Finding(judging.agrees_with_reference(case, seen))


@model_clause(
    "ST-19",
    source=sources.RNN,
    severity=SHOULD,
    cases=single(
        partial(
            stateful.in_models,
            apis=("functional",),
            calls=("call",),
            given=True,
            states=states.DISTINCT,
        )
    ),
)
def test_a_model_made_with_an_initial_state_goes_on(case: Case, run: Runs) -> Finding:
    """A functional model whose layer was given an initial_state starts from it, and then goes on.

    Unlike in a call, here the state is given once, with no batch.
    """
    return _goes_on_in_model(case, run)
