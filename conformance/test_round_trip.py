"""RT: a final state is usable as the next initial state."""

from __future__ import annotations

from functools import partial

from conformance.adapter import wire
from conformance.cases import case_calls, state_forms
from conformance.cases.case import Case
from conformance.checks import numbers, outputs, shared
from conformance.contract import sources, subjects
from conformance.contract.clause import CheckResult, Cost, Runs, clause, one_by_one
from conformance.contract.promises import cell_classes, guides, layers, v1
from conformance.reference import forward
from conformance.results.severities import SHOULD
from strategies import states

SEQUENCES = subjects.paths_and_cells(apis=subjects.SEQUENCE_APIS)


@clause(
    "RT-01",
    source=(
        v1.RETURNS_A_STATE_OF_THAT_SIZE,
        v1.RETURNS_A_MATCHING_STATE,
        layers.STATES_AFTER_THE_OUTPUT,
    ),
    subjects=subjects.paths_and_cells(),
    cases=states.case_groups,
)
def test_final_state_has_the_form_of_an_initial_state(case: Case, run: Runs) -> CheckResult:
    """The final state has the structure, shapes and dtypes that initial_state takes."""
    (observation,) = run(case, case_calls.whole(case))
    outputs.accepted_run(case, observation)
    return CheckResult(structures=state_forms.structure_words(case, observation.state))


@clause(
    "RT-02",
    source=(guides.RESUME, v1.RETURNS_A_MATCHING_STATE),
    subjects=subjects.paths_and_cells(),
    cases=states.case_groups,
    cost=Cost(effort=0.5),
)
def test_final_state_is_accepted_as_initial_state(case: Case, run: Runs) -> None:
    """A final state, just as it was returned, is accepted as the next initial state."""
    first, again = run(
        case, case_calls.whole(case), wire.Call(case_calls.inputs(case), wire.Previous(0))
    )
    outputs.accepted_run(case, first)
    outputs.accepted_run(case, again, "the call with the final state")


@clause(
    "RT-03",
    source=guides.RESUME,
    subjects=SEQUENCES,
    cases=partial(states.case_groups, split=True),
    cost=Cost(effort=0.5),
)
def test_carrying_the_state_over_equals_running_through(case: Case, run: Runs) -> CheckResult:
    """Running k steps, and then the rest from the carried state, equals running straight
    through.
    """
    return shared.carries_over(case, run)


@clause(
    "RT-04",
    source=(v1.ZERO_STATE, v1.ZERO_STATE_IN_A_LOOP),
    subjects=subjects.paths_and_cells(),
    cases=partial(states.case_groups, form=state_forms.OWN, states=("zeros",)),
    cost=Cost(effort=0.5),
)
def test_own_initial_state_is_accepted(case: Case, run: Runs) -> CheckResult:
    """A cell or layer makes zeros as its initial state, and accepts them."""
    (observation,) = run(case, case_calls.whole(case))
    own = outputs.accepted_run(case, observation, "the call with its own initial state")
    return CheckResult(numbers.agrees_with_reference(case, own))


@clause(
    "RT-05",
    source=layers.ZEROS_WITHOUT_A_STATE,
    subjects=SEQUENCES,
    cases=partial(states.case_groups, states=(None,)),
    cost=Cost(effort=0.5),
)
def test_no_initial_state_equals_zeros(case: Case, run: Runs) -> CheckResult:
    """A call without an initial state equals a call with an initial state of zeros."""
    zeros = case.replace(state="zeros")
    without, given = run(case, case_calls.whole(case), case_calls.whole(zeros))
    one = outputs.accepted_run(case, without, "the call without an initial state")
    other = outputs.accepted_run(zeros, given, "the call with zeros")
    return CheckResult(
        spread_ratio=numbers.runs_agree(one, other, forward.trajectory(case), "the explicit zeros'")
    )


@clause(
    "RT-06",
    source=(
        v1.TAKES_A_STATE,
        v1.STARTS_FROM_THE_GIVEN_STATE,
        layers.FED_TO_THE_FIRST_CALL,
        cell_classes.FROM_THE_STEP_BEFORE,
        cell_classes.FOR_TIMESTEP_0,
    ),
    subjects=subjects.paths_and_cells(),
    cases=partial(states.case_groups, states=states.NOT_ZERO),
)
def test_initial_state_matters(case: Case, run: Runs) -> CheckResult:
    """The sequence starts from the initial state that is given."""
    return shared.agrees(case, run)


@clause(
    "RT-07",
    source=sources.NONE,
    severity=SHOULD,
    subjects=subjects.paths_and_cells(),
    cases=one_by_one(partial(states.cases, form=state_forms.VARIABLE, states=states.DISTINCT)),
    # in function and graph mode the variables are part of the traced program
    cost=Cost(effort=0.33, isolated=True),
)
def test_arguments_are_unchanged(case: Case, run: Runs) -> None:
    """A call does not change the caller's arrays, variables and containers."""
    (observation,) = run(case, case_calls.whole(case))
    outputs.accepted_run(case, observation)
    outputs.must_keep_arguments(observation)


@clause(
    "RT-08",
    source=sources.NONE,
    severity=SHOULD,
    subjects=subjects.paths_and_cells(),
    cases=states.case_groups,
    cost=Cost(effort=0.5),
)
def test_running_twice_gives_the_same(case: Case, run: Runs) -> None:
    """The same call, run twice, gives the same to the last bit."""
    once, twice = run(case, case_calls.whole(case), case_calls.whole(case))
    numbers.runs_are_identical(outputs.accepted_run(case, twice), outputs.accepted_run(case, once))


@clause(
    "RT-09",
    source=(
        v1.H_IS_THE_OUTPUT,
        v1.H_IS_THE_OUTPUT_IN_A_LOOP,
        v1.STATE_IS_THE_OUTPUT,
        v1.STATE_IS_THE_OUTPUT_IN_A_LOOP,
    ),
    subjects=subjects.paths_and_cells(),
    cases=states.case_groups,
)
def test_last_output_is_the_final_h(case: Case, run: Runs) -> None:
    """The last output equals the final h of the last cell."""
    (observation,) = run(case, case_calls.whole(case))
    seen = outputs.accepted_run(case, observation)
    last, h = seen.outputs[:, -1], seen.state[-1][0]
    numbers.must_be_identical("last output", last, h, observation, "the final h")


@clause(
    "RT-10",
    source=sources.NONE,
    severity=SHOULD,
    subjects=subjects.paths_and_cells(),
    cases=partial(states.case_groups, states=states.DISTINCT, smallest_batch=2),
    cost=Cost(effort=0.5),
)
def test_rows_do_not_influence_each_other(case: Case, run: Runs) -> CheckResult:
    """A row's outputs and final state do not depend on the other rows of the batch."""
    kept = case.data.data_seed % case.data.batch
    mine, among_others = run(case, case_calls.whole(case), case_calls.with_other_rows(case, kept))
    one = outputs.accepted_run(case, mine)
    other = outputs.accepted_run(case, among_others, "the call with other rows beside it")
    return CheckResult(numbers.rows_agree(kept, one, other, forward.trajectory(case)))


@clause(
    "RT-11",
    source=guides.ANOTHER_RNN,
    subjects=subjects.ordered_pairs,
    cases=partial(states.case_groups, split=True, states=states.DISTINCT),
    cost=Cost(effort=0.25),
)
def test_state_of_one_path_starts_another(case: Case, run: Runs) -> CheckResult:
    """A run on one path goes on from the final state of another path, converted as documented."""
    expected = forward.trajectory(case)
    (first,) = run(case, case_calls.first_part(case))
    begun = outputs.accepted_run(case, first, "the first steps", steps=case_calls.split(case))
    onward = case_calls.on_other_path(case)
    state = state_forms.documented_tree(onward, outputs.state_leaves(begun, case.program.dtype))
    (second,) = run(onward, case_calls.rest(onward, state))
    ended = outputs.accepted_run(
        onward, second, "the rest on the other path", steps=case.data.steps - case_calls.split(case)
    )
    return CheckResult(
        numbers.agrees_with_reference(case, outputs.join_runs(begun, ended), expected)
    )


def _equals_documented_form(case: Case, run: Runs) -> CheckResult:
    documented = case.replace(form=state_forms.DOCUMENTED)
    here, there = run(case, case_calls.whole(case), case_calls.whole(documented))
    one = outputs.accepted_run(case, here, f"the call with the state as {case.data.form}")
    outputs.must_keep_arguments(here)
    other = outputs.accepted_run(documented, there)
    return CheckResult(
        spread_ratio=numbers.runs_agree(
            one, other, forward.trajectory(case), "the documented form's"
        )
    )


@clause(
    "RT-12",
    source=sources.NONE,
    severity=SHOULD,
    subjects=subjects.paths_and_cells(),
    cases=one_by_one(partial(states.cases, form=state_forms.NUMPY, states=states.DISTINCT)),
    cost=Cost(effort=0.33, isolated=True),
)
def test_numpy_states_are_taken(case: Case, run: Runs) -> CheckResult:
    """A state of NumPy arrays gives the same as a state of tensors, and the arrays do not
    change.
    """
    return _equals_documented_form(case, run)


@clause(
    "RT-13",
    source=sources.NONE,
    severity=SHOULD,
    subjects=subjects.paths_and_cells(),
    cases=one_by_one(partial(states.cases, form=state_forms.VARIABLE, states=states.DISTINCT)),
    # in function and graph mode the variables are part of the traced program
    cost=Cost(effort=0.33, isolated=True),
)
def test_variable_states_are_taken(case: Case, run: Runs) -> CheckResult:
    """A state of variables gives the same as a state of tensors."""
    return _equals_documented_form(case, run)


@clause(
    "RT-14",
    source=sources.NONE,
    severity=SHOULD,
    subjects=subjects.with_sequences,
    cases=partial(states.case_groups, form=state_forms.OTHER_SEQUENCE, states=states.DISTINCT),
    cost=Cost(effort=0.5),
)
def test_list_and_tuple_are_taken_alike(case: Case, run: Runs) -> CheckResult:
    """A tuple in place of a list, or a list in place of a tuple, gives the same."""
    return _equals_documented_form(case, run)


@clause(
    "RT-15",
    source=cell_classes.INPUTS_ARE_CAST,
    subjects=subjects.paths_and_cells(apis=("RNN", "layer", "cell"), generations=("keras3",)),
    cases=partial(states.case_groups, form=state_forms.OTHER_FLOAT, states=states.DISTINCT),
    cost=Cost(effort=0.5),
)
def test_documented_cast_equals_cast_by_hand(case: Case, run: Runs) -> CheckResult:
    """A float state of another width is cast to the layer's dtype, and gives the same as one
    cast by hand.
    """
    return shared.casts_as_by_hand(case, run)


@clause(
    "RT-16",
    source=layers.ZEROS_WITHOUT_A_STATE,
    subjects=SEQUENCES,
    cases=partial(states.case_groups, states=(None,)),
    cost=Cost(effort=0.5),
)
def test_zeros_follow_the_batch(case: Case, run: Runs) -> CheckResult:
    """Each call without an initial state starts from zeros, also after the batch size has
    changed.
    """
    larger = case.replace(batch=case.data.batch + 1)
    first, then, again = run(
        case, case_calls.whole(case), case_calls.whole(larger), case_calls.whole(case)
    )
    outputs.accepted_run(case, first, "the call without an initial state")
    with_larger = outputs.accepted_run(larger, then, "the call with a row more")
    last = outputs.accepted_run(case, again, "the call with the first batch again")
    ratios = (
        numbers.agrees_with_reference(larger, with_larger),
        numbers.agrees_with_reference(case, last),
    )
    return CheckResult(max(ratios))


@clause(
    "RT-17",
    source=layers.A_TENSOR_OR_A_LIST,
    subjects=subjects.paths_and_cells(
        apis=("RNN", "layer"), generations=("keras2", "keras3"), cells=("SimpleRNN", "GRU")
    ),
    cases=partial(states.case_groups, form=state_forms.BARE, states=states.DISTINCT),
    cost=Cost(effort=0.5),
)
def test_one_state_may_be_a_bare_tensor(case: Case, run: Runs) -> CheckResult:
    """If a cell has one state, the tensor may be given by itself, without a list."""
    return _equals_documented_form(case, run)
