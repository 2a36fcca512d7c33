"""ST: a stateful layer goes on where its last call ended, until it is reset.

The clauses are judged eagerly and through tf.function, not in a graph of `tf.compat.v1`. There the
result does not depend on the layer alone. In Keras 2 the state is carried over only if the caller
of the session fetches the layer's `updates` too. In Keras 3 it cannot be, because no output depends
on the assignment.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import partial
from typing import Any

from conformance.adapter import wire
from conformance.cases import case_arrays, case_calls, state_forms
from conformance.cases.case import Case
from conformance.cases.program import EAGER, STACK
from conformance.checks import numbers, outputs, shared, stored_state
from conformance.checks.deviation import error_line
from conformance.contract import sources, subjects
from conformance.contract.clause import CheckResult, Cost, Runs, clause, one_by_one
from conformance.contract.promises import cell_classes, guides, layers
from conformance.reference import forward
from conformance.reference.expected import expected_in_two_calls, expected_trajectory
from conformance.results.severities import SHOULD
from strategies import stateful, states

# The stored state depends on the number of its leaves, not on the cell that makes it. GRU and LSTM
# are layers with their own loops.
LAYERS = subjects.union(
    subjects.paths_and_cells(apis=("RNN",), cells=("LSTM", STACK)),
    subjects.paths_and_cells(apis=("layer",), cells=("GRU", "LSTM")),
)
IN_KERAS_2 = subjects.paths_and_cells(apis=("RNN", "layer"), generations=("keras2",))
OVER_CELLS = subjects.paths_and_cells(apis=("RNN",))
OF_TWO_KINDS = subjects.union(
    subjects.paths_and_cells(apis=("RNN",), cells=(STACK,)),
    subjects.paths_and_cells(apis=("layer",), cells=("LSTM",)),
)
BIDIRECTIONAL = subjects.paths_and_cells(apis=("Bidirectional",), cells=("LSTM", "GRU"))
MODES = (EAGER, "function")


_STATEFUL_COST = Cost(effort=0.5, expensive=True)  # few programs, which the clauses share
_MODEL_COST = Cost(isolated=True)


def stateful_clause(identifier: str, **others: Any) -> Callable[..., Callable[..., None]]:
    """Make a clause about stateful layers; most of these need few programs, and share them."""
    usual = {"subjects": LAYERS, "modes": MODES, "cost": _STATEFUL_COST}
    return clause(identifier, **{**usual, **others})


def model_clause(identifier: str, **others: Any) -> Callable[..., Callable[..., None]]:
    """Make a clause about stateful layers in models, which trace their own functions to predict."""
    usual = {"subjects": OF_TWO_KINDS, "modes": (EAGER,), "cost": _MODEL_COST}
    return clause(identifier, **{**usual, **others})


# Clauses that draw the same cases share them: these are computed once for all
_WITHOUT_STATE = partial(stateful.case_groups, split=True, states=(None,))
_WITH_STATE = partial(stateful.case_groups, split=True, states=states.GIVEN)
_WITH_ARRAYS = partial(_WITH_STATE, form=state_forms.NUMPY)


# --- from call to call ---------------------------------------------------------------------------


@stateful_clause(
    "ST-01",
    source=layers.STATES_ARE_REUSED,
    cases=_WITHOUT_STATE,
    cost=dataclasses.replace(_STATEFUL_COST, effort=1),
)
def test_two_calls_equal_one(case: Case, run: Runs) -> CheckResult:
    """Two calls of a stateful layer equal one over the whole sequence."""
    return shared.goes_on(case, run)


@stateful_clause(
    "ST-02",
    source=guides.STORED_STATES,
    cases=_WITH_STATE,
    cost=dataclasses.replace(_STATEFUL_COST, effort=1),
)
def test_what_is_stored_is_the_final_state(case: Case, run: Runs) -> CheckResult:
    """After a call the layer's `states` hold the final state that the call returned."""
    return _stores_its_final_state(case, run)


def _stores_its_final_state(case: Case, run: Runs) -> CheckResult:
    (observation,) = run(case, case_calls.whole(case))
    seen = outputs.accepted_run(case, observation)
    stored_state.holds_the_final_state(case, seen)
    return CheckResult(numbers.agrees_with_reference(case, seen))


@stateful_clause(
    "ST-03",
    source=(guides.EACH_BATCH_AFRESH, layers.ZEROS_WITHOUT_A_STATE),
    cases=partial(states.case_groups, states=states.DISTINCT),
)
def test_calls_of_other_layers_are_independent(case: Case, run: Runs) -> CheckResult:
    """A layer that is not stateful starts each call without a state from zeros."""
    first, second = run(case, case_calls.whole(case), case_calls.without_state(case))
    outputs.accepted_run(case, first)
    without = case.replace(state=None)
    seen = outputs.accepted_run(without, second, "the next call, without a state")
    return CheckResult(numbers.agrees_with_reference(without, seen))


@stateful_clause(
    "ST-20",
    source=(layers.STATES_ARE_REUSED, layers.MASKED_STEPS_ARE_IGNORED),
    subjects=subjects.paths_and_cells(apis=("RNN", "layer"), cells=("GRU", "LSTM", STACK)),
    cases=partial(
        stateful.case_groups,
        split=True,
        states=(None,),
        masks=tuple(mask for mask in case_arrays.MASKS if mask != "full"),
        layers=(stateful.STATEFUL, dataclasses.replace(stateful.STATEFUL, go_backwards=True)),
    ),
)
def test_masked_steps_do_not_change_what_is_stored(case: Case, run: Runs) -> CheckResult:
    """After a call with a mask the stored state is that of the last step that counts, and the
    next call goes on from there.
    """
    first, second = run(case, case_calls.first_part(case), case_calls.rest(case, None))
    split = case_calls.split(case)
    outputs.accepted_run(case, first, "the first steps", split)
    seen = outputs.accepted_run(case, second, "the rest", case.data.steps - split)
    stored_state.holds_the_final_state(case, seen)
    return CheckResult(numbers.state_agrees(seen, expected_trajectory(case)))


# --- resetting and setting -----------------------------------------------------------------------


@stateful_clause(
    "ST-04",
    source=(guides.ZEROS_BY_DEFAULT, layers.RESET_TO_ZEROS_IN_KERAS2),
    cases=_WITHOUT_STATE,
    cost=dataclasses.replace(_STATEFUL_COST, shares_cases_with="ST-01"),
)
def test_after_a_reset_it_starts_from_zeros(case: Case, run: Runs) -> CheckResult:
    """After a reset the next call starts from zeros."""
    return _starts_from_its_state(case, run, wire.Reset(), "the call after a reset")


def _starts_from_its_state(case: Case, run: Runs, before: object, what: str) -> CheckResult:
    """Judge that the second call, after what is done before it, starts from the case's state."""
    call = case_calls.without_state(case)
    once, again = run(case, call, dataclasses.replace(call, before=before))
    outputs.accepted_run(case, once)
    seen = outputs.accepted_run(case, again, what)
    stored_state.holds_the_final_state(case, seen)
    return CheckResult(numbers.agrees_with_reference(case, seen))


def _reset_to_given(case: Case, run: Runs) -> CheckResult:
    before = wire.Reset(case_calls.given_state(case))
    return _starts_from_its_state(case, run, before, "the call after a reset with states")


@stateful_clause(
    "ST-05",
    source=layers.ARRAYS_SET_THE_STATE,
    cases=_WITH_ARRAYS,
    cost=dataclasses.replace(_STATEFUL_COST, shares_cases_with="ST-02"),
)
def test_a_reset_with_arrays_sets_the_state(case: Case, run: Runs) -> CheckResult:
    """After a reset with NumPy arrays as `states` the next call starts from them."""
    return _reset_to_given(case, run)


@stateful_clause(
    "ST-06",
    source=sources.NONE,
    severity=SHOULD,
    subjects=IN_KERAS_2,
    cases=_WITH_STATE,
    cost=dataclasses.replace(_STATEFUL_COST, shares_cases_with="ST-02"),
)
def test_a_reset_with_tensors_sets_the_state(case: Case, run: Runs) -> CheckResult:
    """After a reset with tensors as `states` the next call starts from them."""
    return _reset_to_given(case, run)


@stateful_clause(
    "ST-07",
    source=sources.NONE,
    severity=SHOULD,
    cases=_WITH_ARRAYS,
    cost=dataclasses.replace(_STATEFUL_COST, shares_cases_with="ST-02"),
)
def test_an_assigned_state_is_started_from(case: Case, run: Runs) -> CheckResult:
    """After values are assigned to the variables in `states` the next call starts from them."""
    before = wire.Assign(case_calls.given_state(case))
    return _starts_from_its_state(case, run, before, "the call after an assignment")


@stateful_clause(
    "ST-08",
    source=sources.RESET_STATES,
    severity=SHOULD,
    subjects=IN_KERAS_2,
    cases=partial(stateful.case_groups, states=states.DISTINCT, form=state_forms.OTHER_FLOAT),
)
def test_what_is_stored_keeps_its_dtype(case: Case, run: Runs) -> CheckResult:
    """A reset refuses arrays of another float width with a ValueError, or they set the stored state
    in its own dtype, as if they were cast by hand.

    The documentation announces a ValueError for arrays that are "not compatible [...] dtype wise",
    and does not say which these are.
    """
    call = case_calls.without_state(case)
    cast, by_hand = (
        case_calls.after_reset(call, state_forms.hold_leaves_as(state_forms.NUMPY, state))
        for state in (case_calls.given_state(case), case_calls.cast_by_hand(case).state)
    )
    first, second = run(case, cast, by_hand)
    what = f"the call after a reset with {state_forms.other_float(case.program.dtype)} arrays"
    other = outputs.accepted_run(case, second)
    if first.error and (first.error.name, first.error.stage) == ("ValueError", "before"):
        return CheckResult(refusal=error_line(first.error))
    one = outputs.accepted_run(case, first, what)
    stored_state.holds_the_final_state(case, one)
    return CheckResult(
        spread_ratio=numbers.runs_agree(one, other, forward.trajectory(case), "the cast by hand's")
    )


# --- a given initial state -----------------------------------------------------------------------


@stateful_clause(
    "ST-09",
    source=sources.NONE,
    severity=SHOULD,
    cases=_WITH_STATE,
    cost=dataclasses.replace(_STATEFUL_COST, shares_cases_with="ST-02"),
)
def test_a_given_state_is_started_from(case: Case, run: Runs) -> CheckResult:
    """A call that is itself given an initial_state starts from it, whatever is stored.

    No page says which goes first, the stored state or the given one. This clause is about a state
    that is given in the call, ST-19 about one that is given once, when a model is made. A library
    with one rule for both breaks one of them: Keras 2 this one, Keras 3 the other.
    """
    once, again = run(case, case_calls.without_state(case), case_calls.whole(case))
    outputs.accepted_run(case, once)
    seen = outputs.accepted_run(case, again, "the call with a given state")
    stored_state.holds_the_final_state(case, seen)
    return CheckResult(numbers.agrees_with_reference(case, seen))


@stateful_clause(
    "ST-10",
    source=layers.STATES_ARE_REUSED,
    cases=_WITH_STATE,
    cost=dataclasses.replace(_STATEFUL_COST, shares_cases_with="ST-02"),
)
def test_a_call_goes_on_from_one_with_a_given_state(case: Case, run: Runs) -> CheckResult:
    """The final state of a first call that is given an initial_state is stored like any other."""
    return shared.goes_on(case, run)


@stateful_clause(
    "ST-11",
    source=(sources.GUIDE, sources.RESET_STATES),
    severity=SHOULD,
    cases=_WITH_STATE,
    cost=dataclasses.replace(_STATEFUL_COST, shares_cases_with="ST-02"),
)
def test_a_reset_goes_back_to_the_given_state(case: Case, run: Runs) -> CheckResult:
    """A reset brings back the initial_state that the layer was given at first.

    The guide says so. The documentation of reset_states speaks of zeros, so nothing is promised.
    """
    once, again = run(
        case, case_calls.whole(case), case_calls.after_reset(case_calls.without_state(case))
    )
    outputs.accepted_run(case, once)
    seen = outputs.accepted_run(case, again, "the call after a reset")
    return CheckResult(numbers.agrees_with_reference(case, seen))


@stateful_clause(
    "ST-12",
    source=layers.STATE_FROM_THE_CELL,
    subjects=OVER_CELLS,
    cases=stateful.of_own_cells,
)
def test_the_first_call_starts_from_the_cells_own_state(case: Case, run: Runs) -> CheckResult:
    """The first call starts from the state that the cell's get_initial_state makes."""
    (observation,) = run(case, case_calls.whole(case))
    seen = outputs.accepted_run(case, observation)
    return CheckResult(numbers.agrees_with_reference(case.replace(state="ones"), seen))


@stateful_clause(
    "ST-13",
    source=guides.STORED_STATES,
    subjects=OF_TWO_KINDS,
    cases=_WITHOUT_STATE,
    cost=dataclasses.replace(_STATEFUL_COST, shares_cases_with="ST-01"),
)
def test_the_stored_state_starts_another_layer(case: Case, run: Runs) -> CheckResult:
    """A new layer with the same weights takes a layer's `states` as its initial_state."""
    onward = case_calls.rest(case, wire.Stored())
    return shared.two_equal_one(
        case, *run(case, case_calls.first_part(case), dataclasses.replace(onward, by="new_layer"))
    )


# --- what is refused -----------------------------------------------------------------------------


@stateful_clause(
    "ST-14",
    source=sources.RNN,
    severity=SHOULD,
    cases=stateful.other_batches,
    cost=dataclasses.replace(_STATEFUL_COST, isolated=True, effort=1),
)
def test_a_batch_of_another_size_is_refused(case: Case, run: Runs) -> CheckResult:
    """A stateful layer refuses a batch of another number of rows than its stored state has. The
    stored state stays as it was.
    """
    call = case_calls.without_state(case)
    once, other = run(case, call, case_calls.whole_of_other_batch(case))
    outputs.accepted_run(case, once)
    grade = stored_state.batch_refused(case, other)
    stored_state.keeps_its_values(case, once, other)
    return CheckResult(grade=grade)


@stateful_clause(
    "ST-15",
    source=sources.NONE,
    severity=SHOULD,
    cases=one_by_one(stateful.malformed_cases),
    cost=dataclasses.replace(_STATEFUL_COST, isolated=True, effort=0.34),
)
def test_a_refused_call_leaves_the_stored_state_alone(case: Case, run: Runs) -> None:
    """A call that fails because its initial_state is malformed leaves the stored state as it
    was.
    """
    call = case_calls.without_state(case)
    once, malformed, again = run(case, call, case_calls.whole(case), call)
    outputs.accepted_run(case, once)
    if malformed.error is not None:
        stored_state.keeps_its_values(case, once, malformed)
    outputs.accepted_run(case, again, "the next call, without a state")


# --- both directions -----------------------------------------------------------------------------


_NO_STATE_RETURNED = dataclasses.replace(stateful.STATEFUL, return_state=False)
_BOTH = partial(_WITHOUT_STATE, layers=(_NO_STATE_RETURNED,))


@stateful_clause("ST-21", source=layers.STATES_ARE_REUSED, subjects=BIDIRECTIONAL, cases=_BOTH)
def test_each_direction_goes_on(case: Case, run: Runs) -> CheckResult:
    """Each layer inside a stateful Bidirectional layer goes on from its own last state."""
    first, second = run(case, case_calls.first_part(case), case_calls.rest(case, None))
    split = case_calls.split(case)
    stored_state.run_ending_in_stored(case, first, "the first steps", split)
    seen = stored_state.run_ending_in_stored(case, second, "the rest", case.data.steps - split)
    return CheckResult(numbers.state_agrees(seen, expected_in_two_calls(case)))


@stateful_clause(
    "ST-22",
    source=(layers.RESET_IN_KERAS2, layers.RESET_IN_KERAS3),
    subjects=BIDIRECTIONAL,
    cases=_BOTH,
    cost=dataclasses.replace(_STATEFUL_COST, shares_cases_with="ST-21"),
)
def test_a_reset_is_of_both_directions(case: Case, run: Runs) -> CheckResult:
    """After a Bidirectional layer is reset both directions start from zeros."""
    call = case_calls.whole(case)
    once, again = run(case, call, case_calls.after_reset(call))
    stored_state.run_ending_in_stored(case, once, "the call")
    seen = stored_state.run_ending_in_stored(case, again, "the call after a reset")
    return CheckResult(numbers.agrees_with_reference(case, seen))


@stateful_clause(
    "ST-23", source=layers.STATES_ARE_REUSED, subjects=BIDIRECTIONAL, cases=_WITH_STATE
)
def test_both_directions_store_the_final_state(case: Case, run: Runs) -> CheckResult:
    """A stateful Bidirectional layer that returns its final state stores that same state."""
    return _stores_its_final_state(case, run)


# --- mixed precision and models ------------------------------------------------------------------


@stateful_clause(
    "ST-16",
    source=(layers.STATES_ARE_REUSED, cell_classes.POLICIES),
    cases=partial(stateful.under_policies, split=True, states=(None,)),
)
def test_it_goes_on_under_a_policy_of_mixed_precision(case: Case, run: Runs) -> CheckResult:
    """Under mixed precision two calls equal one over the whole sequence, and the stored state
    has the variables' dtype.
    """
    first, second = run(case, case_calls.first_part(case), case_calls.rest(case, None))
    finding = shared.two_equal_one(case, first, second)
    stored_state.holds_the_final_state(
        case, outputs.accepted_run(case, second, steps=case.data.steps - case_calls.split(case))
    )
    return finding


@model_clause(
    "ST-17",
    source=layers.STATES_ARE_REUSED,
    cases=one_by_one(stateful.in_models),
    cost=dataclasses.replace(_MODEL_COST, effort=0.67),
)
def test_it_goes_on_within_a_model(case: Case, run: Runs) -> CheckResult:
    """In a Sequential or functional model, in calls and in predict, the layer goes on from one
    batch to the next.
    """
    assert case.program.model is not None
    if case.program.model.by == "predict":
        (observation,) = run(case, case_calls.in_two_batches(case))
        seen = stored_state.run_of_two_batches(case, observation, "predict")
        return CheckResult(numbers.agrees_with_reference(case, seen))
    return _goes_on_in_model(case, run)


def _goes_on_in_model(case: Case, run: Runs) -> CheckResult:
    split = case_calls.split(case)
    first, second = run(
        case,
        case_calls.by_model(case, case_calls.first_part(case)),
        case_calls.by_model(case, case_calls.rest(case, None)),
    )
    begun = stored_state.run_ending_in_stored(case, first, "the first steps", split)
    ended = stored_state.run_ending_in_stored(case, second, "the rest", case.data.steps - split)
    return CheckResult(numbers.agrees_with_reference(case, outputs.join_runs(begun, ended)))


@model_clause(
    "ST-18",
    source=(layers.RESET_IN_KERAS2, layers.RESET_IN_KERAS3),
    cases=one_by_one(partial(stateful.in_models, calls=("call",))),
)
def test_a_model_resets_its_layers(case: Case, run: Runs) -> CheckResult:
    """After a whole model is reset the next call starts from zeros."""
    call = case_calls.by_model(case, case_calls.whole(case))
    once, again = run(case, call, dataclasses.replace(call, before=wire.Reset(model=True)))
    stored_state.run_ending_in_stored(case, once, "the first call")
    seen = stored_state.run_ending_in_stored(case, again, "the call after the model's reset")
    return CheckResult(numbers.agrees_with_reference(case, seen))


@model_clause(
    "ST-19",
    source=sources.NONE,
    severity=SHOULD,
    cases=one_by_one(
        partial(
            stateful.in_models,
            apis=("functional",),
            calls=("call",),
            given=True,
            states=states.DISTINCT,
        )
    ),
)
def test_a_model_made_with_an_initial_state_goes_on(case: Case, run: Runs) -> CheckResult:
    """A functional model that was made with an initial_state for its layer starts its first call
    from it. The next call goes on from there.

    No page says so. Unlike in ST-09, here the state is given once, with no batch.
    """
    return _goes_on_in_model(case, run)
