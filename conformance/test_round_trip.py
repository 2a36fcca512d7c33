"""RT: a final state is usable as the next initial state."""

from __future__ import annotations

import dataclasses
from functools import partial

from conformance import forms, judging, properties, reference, requests, sources, subjects
from conformance.adapter import wire
from conformance.case import Case
from conformance.contract import SHOULD, Finding, Runs, clause, single
from strategies import states

SEQUENCES = subjects.each(apis=subjects.SEQUENCE_APIS)


@clause("RT-01", source=sources.DYNAMIC_RNN, subjects=subjects.each(), cases=states.together)
def test_final_state_has_the_form_of_an_initial_state(case: Case, run: Runs) -> Finding:
    """The final state has the structure, shapes and dtypes that initial_state takes."""
    (observation,) = run(case, requests.whole(case))
    judging.accepted(case, observation)
    return Finding(structures=forms.structures(case, observation.state))


@clause("RT-02", source=sources.GUIDE, subjects=subjects.each(), cases=states.together, effort=0.5)
def test_final_state_is_accepted_as_initial_state(case: Case, run: Runs) -> None:
    """A final state, just as it was returned, is accepted as the next initial state."""
    first, again = run(
        case, requests.whole(case), wire.Call(requests.inputs(case), wire.Previous(0))
    )
    judging.accepted(case, first)
    judging.accepted(case, again, "the call with the final state")


@clause(
    "RT-03",
    source=sources.GUIDE,
    subjects=SEQUENCES,
    cases=partial(states.together, split=True),
    effort=0.5,
)
def test_carrying_the_state_over_equals_running_through(case: Case, run: Runs) -> Finding:
    """Running k steps, and then the rest from the carried state, equals running straight
    through.
    """
    return properties.carries_over(case, run)


@clause(
    "RT-04",
    source=sources.RNN,
    subjects=subjects.each(),
    cases=partial(states.together, form=forms.OWN, states=("zeros",)),
    effort=0.5,
)
def test_own_initial_state_is_accepted(case: Case, run: Runs) -> Finding:
    """A cell or layer makes zeros as its initial state, and accepts them."""
    (observation,) = run(case, requests.whole(case))
    own = judging.accepted(case, observation, "the call with its own initial state")
    return Finding(judging.agrees_with_reference(case, own))


@clause(
    "RT-05",
    source=sources.LSTM,
    subjects=SEQUENCES,
    cases=partial(states.together, states=(None,)),
    effort=0.5,
)
def test_no_initial_state_equals_zeros(case: Case, run: Runs) -> Finding:
    """A call without an initial state equals a call with an initial state of zeros."""
    zeros = dataclasses.replace(case, state="zeros")
    without, given = run(case, requests.whole(case), requests.whole(zeros))
    one = judging.accepted(case, without, "the call without an initial state")
    other = judging.accepted(zeros, given, "the call with zeros")
    return Finding(
        spread_ratio=judging.agree(one, other, reference.of(case), "the explicit zeros'")
    )


@clause(
    "RT-06",
    source=sources.DYNAMIC_RNN,
    subjects=subjects.each(),
    cases=partial(states.together, states=states.NOT_ZERO),
)
def test_initial_state_matters(case: Case, run: Runs) -> Finding:
    """The sequence starts from the initial state that is given."""
    return properties.agrees(case, run)


@clause(
    "RT-07",
    source=sources.NONE,
    severity=SHOULD,
    subjects=subjects.each(),
    cases=single(partial(states.cases, form=forms.VARIABLE, states=states.DISTINCT)),
    effort=0.33,
    anew=True,  # in function and graph mode they are part of what is traced
)
def test_arguments_are_unchanged(case: Case, run: Runs) -> None:
    """A call does not change the caller's arrays, variables and containers."""
    (observation,) = run(case, requests.whole(case))
    judging.accepted(case, observation)
    judging.left_intact(observation)


@clause(
    "RT-08",
    source=sources.NONE,
    severity=SHOULD,
    subjects=subjects.each(),
    cases=states.together,
    effort=0.5,
)
def test_running_twice_gives_the_same(case: Case, run: Runs) -> None:
    """The same call, run twice, gives the same to the last bit."""
    once, twice = run(case, requests.whole(case), requests.whole(case))
    judging.identical_runs(judging.accepted(case, twice), judging.accepted(case, once))


@clause("RT-09", source=sources.LSTM_STATE_TUPLE, subjects=subjects.each(), cases=states.together)
def test_last_output_is_the_final_h(case: Case, run: Runs) -> None:
    """The last output equals the final h of the last cell."""
    (observation,) = run(case, requests.whole(case))
    seen = judging.accepted(case, observation)
    last, h = seen.outputs[:, -1], seen.state[-1][0]
    judging.identical("last output", last, h, observation, "the final h")


@clause(
    "RT-10",
    source=sources.NONE,
    severity=SHOULD,
    subjects=subjects.each(),
    cases=partial(states.together, states=states.DISTINCT, smallest_batch=2),
    effort=0.5,
)
def test_rows_do_not_influence_each_other(case: Case, run: Runs) -> Finding:
    """A row's outputs and final state do not depend on the other rows of the batch."""
    kept = case.data_seed % case.batch
    mine, among_others = run(case, requests.whole(case), requests.with_other_rows(case, kept))
    one = judging.accepted(case, mine)
    other = judging.accepted(case, among_others, "the call with other rows beside it")
    return Finding(judging.agree_in_row(kept, one, other, reference.of(case)))


@clause(
    "RT-11",
    source=sources.GUIDE,
    subjects=subjects.ordered_pairs,
    cases=partial(states.together, split=True, states=states.DISTINCT),
    effort=0.25,
)
def test_state_of_one_path_starts_another(case: Case, run: Runs) -> Finding:
    """A run on one path goes on from the final state of another path, converted as documented."""
    expected = reference.of(case)
    (first,) = run(case, requests.first_part(case))
    begun = judging.accepted(case, first, "the first steps", steps=requests.split(case))
    onward = requests.on_other_path(case)
    state = forms.documented(onward, judging.leaves(begun, case.dtype))
    (second,) = run(onward, requests.rest(onward, state))
    ended = judging.accepted(
        onward, second, "the rest on the other path", steps=case.steps - requests.split(case)
    )
    return Finding(judging.agrees_with_reference(case, judging.joined(begun, ended), expected))


def _equals_documented_form(case: Case, run: Runs) -> Finding:
    documented = dataclasses.replace(case, form=forms.DOCUMENTED)
    here, there = run(case, requests.whole(case), requests.whole(documented))
    one = judging.accepted(case, here, f"the call with the state as {case.form}")
    judging.left_intact(here)
    other = judging.accepted(documented, there)
    return Finding(
        spread_ratio=judging.agree(one, other, reference.of(case), "the documented form's")
    )


@clause(
    "RT-12",
    source=sources.NONE,
    severity=SHOULD,
    subjects=subjects.each(),
    cases=single(partial(states.cases, form=forms.NUMPY, states=states.DISTINCT)),
    effort=0.33,
    anew=True,
)
def test_numpy_states_are_taken(case: Case, run: Runs) -> Finding:
    """A state of NumPy arrays gives the same as a state of tensors, and the arrays do not
    change.
    """
    return _equals_documented_form(case, run)


@clause(
    "RT-13",
    source=sources.NONE,
    severity=SHOULD,
    subjects=subjects.each(),
    cases=single(partial(states.cases, form=forms.VARIABLE, states=states.DISTINCT)),
    effort=0.33,
    anew=True,  # in function and graph mode they are part of what is traced
)
def test_variable_states_are_taken(case: Case, run: Runs) -> Finding:
    """A state of variables gives the same as a state of tensors."""
    return _equals_documented_form(case, run)


@clause(
    "RT-14",
    source=sources.NONE,
    severity=SHOULD,
    subjects=subjects.with_sequences,
    cases=partial(states.together, form=forms.OTHER_SEQUENCE, states=states.DISTINCT),
    effort=0.5,
)
def test_list_and_tuple_are_taken_alike(case: Case, run: Runs) -> Finding:
    """A tuple in place of a list, or a list in place of a tuple, gives the same."""
    return _equals_documented_form(case, run)


@clause(
    "RT-15",
    source=sources.MIXED_PRECISION,
    subjects=subjects.each(apis=("RNN", "layer", "cell"), generations=("keras3",)),
    cases=partial(states.together, form=forms.OTHER_FLOAT, states=states.DISTINCT),
    effort=0.5,
)
def test_documented_cast_equals_cast_by_hand(case: Case, run: Runs) -> Finding:
    """A float state of another width is cast to the layer's dtype, and gives the same as one
    cast by hand.
    """
    return properties.casts_as_by_hand(case, run)


@clause(
    "RT-16",
    source=sources.LSTM,
    subjects=SEQUENCES,
    cases=partial(states.together, states=(None,)),
    effort=0.5,
)
def test_zeros_follow_the_batch(case: Case, run: Runs) -> Finding:
    """Each call without an initial state starts from zeros, also after the batch size has
    changed.
    """
    larger = dataclasses.replace(case, batch=case.batch + 1)
    first, then, again = run(
        case, requests.whole(case), requests.whole(larger), requests.whole(case)
    )
    judging.accepted(case, first, "the call without an initial state")
    with_larger = judging.accepted(larger, then, "the call with a row more")
    last = judging.accepted(case, again, "the call with the first batch again")
    ratios = (
        judging.agrees_with_reference(larger, with_larger),
        judging.agrees_with_reference(case, last),
    )
    return Finding(max(ratios))


@clause(
    "RT-17",
    source=sources.RNN,
    subjects=subjects.each(
        apis=("RNN", "layer"), generations=("keras2", "keras3"), cells=("SimpleRNN", "GRU")
    ),
    cases=partial(states.together, form=forms.BARE, states=states.DISTINCT),
    effort=0.5,
)
def test_one_state_may_be_a_bare_tensor(case: Case, run: Runs) -> Finding:
    """If a cell has one state, the tensor may be given by itself, without a list."""
    return _equals_documented_form(case, run)
