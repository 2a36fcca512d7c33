"""WR: wrappers, stacks and other relatives of cells keep their state as the cells do.

They are a family of their own. Each clause demands of one sort of relative what RT and AG demand of
the usual cells. Its source is the documentation of that relative.
"""

from __future__ import annotations

import dataclasses
from functools import partial

import numpy as np

from conformance.adapter import wire
from conformance.cases import case_calls, state_forms
from conformance.cases.case import Case
from conformance.cases.program import EAGER, OUTPUT_DROPOUT, STATE_DROPOUT, VARIABLE_DTYPE
from conformance.checks import numbers, shared, stored_state
from conformance.checks.outputs import Run, accepted_outputs, accepted_run, must_have_variables_in
from conformance.contract import sources, subjects
from conformance.contract.clause import CheckResult, Cost, Runs, clause
from conformance.contract.promises import cell_classes, guides, layers, v1
from conformance.reference import forward
from conformance.reference.rounding import Estimate
from conformance.results.severities import SHOULD
from strategies import relatives, states

# tf.nn.RNNCell*Wrapper takes cells of Keras 2; Keras 3 has no wrappers of cells
V1_SEQUENCE, V1_CELL = "dynamic_rnn/v1", "cell/v1"
WRAPPED = "Wrapped"
WRAPPABLE = (V1_SEQUENCE, "dynamic_rnn/keras2", "RNN/keras2")
WRAPPED_CELLS = (V1_CELL, "cell/keras2")
ONE_TENSOR = "OneTensor"
NESTED = "Nested"
STACKABLE = (V1_SEQUENCE, "dynamic_rnn/keras2", "dynamic_rnn/keras3", "RNN/keras2", "RNN/keras3")
STACKABLE_CELLS = (V1_CELL, "cell/keras2", "cell/keras3")
OWN = "Own"
OWNABLE = (V1_SEQUENCE, "RNN/keras2", "RNN/keras3")
KERAS = ("RNN/keras2", "RNN/keras3", "layer/keras2", "layer/keras3", "cell/keras2", "cell/keras3")
LAYERS = ("layer/keras2", "layer/keras3")
REMEMBERING = (EAGER, "function")  # the modes in which a layer is stateful (test_statefulness.py)
SEQUENCES_OF_KERAS = tuple(path for path in KERAS if not path.startswith("cell"))

# Relatives share no programs with other cells, and there are many of them
_RELATIVE_COST = Cost(expensive=True, effort=0.5)
relative_clause = partial(clause, cost=_RELATIVE_COST)


@relative_clause(
    "WR-01",
    source=(v1.INPUTS_ARE_ADDED, v1.INPUTS_ARE_ADDED_IN_A_LOOP),
    subjects=subjects.relatives(WRAPPED, *WRAPPABLE, *WRAPPED_CELLS),
    cases=partial(relatives.wrapped_cells, states=relatives.EITHER),
    cost=dataclasses.replace(_RELATIVE_COST, essential=True),
)
def test_wrapped_cell_computes_what_its_wrappers_say(case: Case, run: Runs) -> CheckResult:
    """A residual wrapper adds the input to the output and leaves the state as it is. A device
    wrapper, and dropout at keep probability 1, change nothing.
    """
    return shared.agrees(case, run)


@relative_clause(
    "WR-02",
    source=guides.RESUME,
    subjects=subjects.relatives(WRAPPED, *WRAPPABLE),
    cases=partial(relatives.wrapped_cells, states=relatives.EITHER, split=True),
)
def test_state_of_a_wrapped_cell_is_carried_over(case: Case, run: Runs) -> CheckResult:
    """Running a wrapped cell for k steps, and then for the rest from the carried state, equals
    running straight through.
    """
    return shared.carries_over(case, run)


@relative_clause(
    "WR-03",
    source=(v1.OUTPUTS_ARE_DROPPED, v1.OUTPUTS_ARE_DROPPED_IN_A_LOOP),
    subjects=subjects.relatives(WRAPPED, *WRAPPABLE, *WRAPPED_CELLS),
    cases=partial(
        relatives.wrapped_cells,
        wrappers=((OUTPUT_DROPOUT,),),
        cell_types=("SimpleRNN", "LSTM", "GRU"),
    ),
)
def test_dropout_of_outputs_leaves_the_state_alone(case: Case, run: Runs) -> CheckResult:
    """Dropout of a cell's outputs leaves its state as it is, and divides the outputs that it
    keeps by the keep probability.
    """
    (observation,) = run(case, case_calls.whole(case))
    seen = accepted_run(case, observation)
    expected = forward.trajectory(case)
    _kept_or_zero("outputs", seen.outputs, expected.outputs, seen)
    return CheckResult(numbers.state_agrees(seen, expected))


@relative_clause(
    "WR-04",
    source=(v1.C_IS_NEVER_DROPPED, v1.C_IS_NEVER_DROPPED_IN_A_LOOP),
    subjects=subjects.relatives(WRAPPED, V1_SEQUENCE, V1_CELL),
    cases=partial(
        relatives.wrapped_cells,
        wrappers=((STATE_DROPOUT,),),
        cell_types=("LSTM", "BasicLSTM", "GRU"),
        most_steps=1,
    ),
)
def test_dropout_of_states_spares_the_memory(case: Case, run: Runs) -> CheckResult:
    """With dropout of states a step gives the same output as without, and an LSTM's c stays as it
    is. Some values of h are zero; the others are divided by the keep probability.
    """
    (observation,) = run(case, case_calls.whole(case))
    seen = accepted_run(case, observation)
    expected = forward.trajectory(case)
    _kept_or_zero("final h", seen.state[0][0], expected.state[0][0], seen)
    ratios = [numbers.within_bound(seen.outputs, expected.outputs, "outputs", observation)]
    for values, estimate in zip(seen.state[0][1:], expected.state[0][1:], strict=True):
        ratios.append(numbers.within_bound(values, estimate, "final c", observation))
    return CheckResult(max(ratios))


def _kept_or_zero(what: str, values: np.ndarray, expected: Estimate, seen: Run) -> None:
    """Judge values that were dropped in part; chance keeps some, so no ratio is returned."""
    kept = np.where(values == 0, expected.value, wire.KEEP_PROBABILITY * values)
    numbers.within_bound(kept, expected, f"keep probability * {what}", seen.observation)


@relative_clause(
    "WR-05",
    source=(
        v1.STATES_IN_ONE_TENSOR,
        v1.STATES_IN_ONE_TENSOR_IN_A_LOOP,
        v1.C_AND_H_IN_ONE_TENSOR,
    ),
    subjects=subjects.relatives(ONE_TENSOR, V1_SEQUENCE, V1_CELL),
    cases=partial(relatives.states_in_one_tensor, states=relatives.EITHER),
    cost=dataclasses.replace(_RELATIVE_COST, essential=True),
)
def test_states_in_one_tensor_are_taken(case: Case, run: Runs) -> CheckResult:
    """With state_is_tuple=False a v1 cell takes and returns its states side by side in one
    tensor. An LSTM's c comes before its h.
    """
    return shared.agrees(case, run)


@relative_clause(
    "WR-06",
    source=sources.MULTI_RNN_CELL,
    severity=SHOULD,
    subjects=subjects.relatives(ONE_TENSOR, V1_SEQUENCE),
    cases=partial(relatives.states_in_one_tensor, states=relatives.EITHER, split=True),
)
def test_states_in_one_tensor_are_carried_over(case: Case, run: Runs) -> CheckResult:
    """Running k steps, and then the rest from a final state in one tensor, equals running
    straight through.
    """
    return shared.carries_over(case, run)


@relative_clause(
    "WR-07",
    source=(
        layers.ONE_CELL_OF_MANY,
        v1.COMPOSED_OF_CELLS,
        v1.COMPOSED_OF_CELLS_IN_A_LOOP,
    ),
    subjects=subjects.relatives(NESTED, *STACKABLE, *STACKABLE_CELLS),
    cases=partial(relatives.nested_stacks, states=relatives.EITHER),
    cost=dataclasses.replace(_RELATIVE_COST, essential=True),
)
def test_stack_within_a_stack_is_one_cell(case: Case, run: Runs) -> CheckResult:
    """A stack within another stack is one of its cells, and its states have one place in the
    outer stack's state.
    """
    return shared.agrees(case, run)


@relative_clause(
    "WR-08",
    source=guides.RESUME,
    subjects=subjects.relatives(NESTED, *STACKABLE),
    cases=partial(relatives.nested_stacks, states=relatives.EITHER, split=True),
)
def test_state_of_nested_stacks_is_carried_over(case: Case, run: Runs) -> CheckResult:
    """Running nested stacks for k steps, and then for the rest from the carried state, equals
    running straight through.
    """
    return shared.carries_over(case, run)


@relative_clause(
    "WR-09",
    source=layers.DROPOUT_IN_TRAINING,
    subjects=subjects.relatives("Dropout", *KERAS),
    cases=partial(relatives.cells_with_dropout, states=relatives.EITHER),
    cost=dataclasses.replace(_RELATIVE_COST, essential=True),
)
def test_dropout_does_nothing_in_inference(case: Case, run: Runs) -> CheckResult:
    """The dropout and recurrent_dropout of cells and layers change nothing outside training."""
    return shared.agrees(case, run)


@relative_clause(
    "WR-10",
    source=(v1.STATE_OF_THAT_STRUCTURE, layers.SHAPES_FOR_SIZES, layers.ONE_SIZE_PER_STATE),
    subjects=subjects.relatives(OWN, *OWNABLE),
    cases=partial(relatives.custom_cells, states=relatives.GIVEN),
    cost=dataclasses.replace(_RELATIVE_COST, essential=True),
)
def test_state_of_ones_own_cell_is_taken_as_it_is(case: Case, run: Runs) -> CheckResult:
    """A user's own cell gets and returns its state in the containers and shapes of its
    state_size. Its outputs have its output_size.
    """
    return shared.agrees(case, run)


@relative_clause(
    "WR-11",
    source=(guides.RESUME_OWN_IN_KERAS2, guides.RESUME_OWN_IN_KERAS3),
    subjects=subjects.relatives(OWN, *OWNABLE),
    cases=partial(relatives.custom_cells, states=relatives.GIVEN, split=True),
)
def test_state_of_ones_own_cell_is_carried_over(case: Case, run: Runs) -> CheckResult:
    """Running a user's own cell for k steps, and then for the rest from the carried state,
    equals running straight through.
    """
    return shared.carries_over(case, run)


@relative_clause(
    "WR-12",
    source=(layers.OWN_STATE_OF_KERAS2, layers.OWN_STATE_OF_KERAS3),
    subjects=subjects.relatives(OWN, "RNN/keras2", "RNN/keras3"),
    cases=partial(relatives.custom_cells, starts=(True,), states=(None,)),
)
def test_own_initial_state_is_what_a_run_starts_from(case: Case, run: Runs) -> CheckResult:
    """A run without an initial state starts from what the cell's get_initial_state gives."""
    return shared.agrees(case, run)


@relative_clause(
    "WR-13",
    source=(v1.ZERO_STATE_OF_OWN, layers.ZEROS_IN_KERAS2, layers.ZEROS_IN_KERAS3),
    subjects=subjects.relatives(OWN, *OWNABLE),
    cases=partial(relatives.custom_cells, starts=(False,), states=(None,)),
    cost=dataclasses.replace(_RELATIVE_COST, essential=True),
)
def test_cell_that_makes_no_initial_state_starts_from_zeros(case: Case, run: Runs) -> CheckResult:
    """A run without an initial state starts from zeros of the cell's state_size if the cell has
    no get_initial_state of its own.
    """
    return shared.agrees(case, run)


@relative_clause(
    "WR-14",
    source=layers.CONVOLUTIONAL,
    subjects=subjects.relatives("ConvLSTM", *LAYERS),
    cases=partial(relatives.convolutional_layers, states=relatives.EITHER),
    cost=dataclasses.replace(_RELATIVE_COST, essential=True),
)
def test_conv_lstm_computes_its_formula(case: Case, run: Runs) -> CheckResult:
    """A ConvLSTM takes and returns h and c, each of the shape of its outputs, and computes its
    formula.
    """
    return shared.agrees(case, run)


@relative_clause(
    "WR-15",
    source=guides.RESUME,
    subjects=subjects.relatives("ConvLSTM", *LAYERS),
    cases=partial(relatives.convolutional_layers, states=relatives.EITHER, split=True),
)
def test_state_of_a_conv_lstm_is_carried_over(case: Case, run: Runs) -> CheckResult:
    """Running a ConvLSTM for k steps, and then for the rest from the carried state, equals
    running straight through.
    """
    return shared.carries_over(case, run)


@relative_clause(
    "WR-21",
    source=layers.CONV_LSTM_GOES_ON,
    subjects=subjects.relatives("ConvLSTM", *LAYERS),
    cases=partial(relatives.convolutional_layers, stateful=True, states=(None,), split=True),
    modes=REMEMBERING,
)
def test_stateful_conv_lstm_goes_on(case: Case, run: Runs) -> CheckResult:
    """Two calls of a stateful ConvLSTM equal one over the whole sequence."""
    return shared.goes_on(case, run)


@relative_clause(
    "WR-16",
    source=layers.EVERY_SLICE,
    subjects=subjects.relatives("Distributed", *LAYERS),
    cases=relatives.time_distributed_layers,
    cost=dataclasses.replace(_RELATIVE_COST, essential=True),
)
def test_each_slice_in_time_is_a_run_of_its_own(case: Case, run: Runs) -> CheckResult:
    """A TimeDistributed layer runs its layer on each slice in time alone: no state goes to the
    next.
    """
    (observation,) = run(case, case_calls.whole(case))
    outputs = accepted_outputs(case, observation)
    return CheckResult(
        numbers.within_bound(outputs, forward.trajectory(case).outputs, "outputs", observation)
    )


@relative_clause(
    "WR-20",
    source=sources.TIME_DISTRIBUTED,
    severity=SHOULD,
    subjects=subjects.relatives("Distributed", *LAYERS),
    cases=relatives.stateful_time_distributed_layers,
    modes=REMEMBERING,
    cost=dataclasses.replace(_RELATIVE_COST, essential=True),
)
def test_stateful_layer_goes_on_from_slice_to_slice(case: Case, run: Runs) -> CheckResult:
    """In a TimeDistributed layer, a stateful layer runs on one slice in time after another.
    Each slice starts from the state that the one before has left.
    """
    (observation,) = run(case, case_calls.whole(case))
    seen = stored_state.run_ending_in_stored(case, observation, "the call")
    return CheckResult(numbers.agrees_with_reference(case, seen))


@relative_clause(
    "WR-17",
    source=cell_classes.POLICIES,
    subjects=subjects.relatives("Mixed", *KERAS),
    cases=partial(relatives.mixed_precision, states=relatives.EITHER),
    cost=dataclasses.replace(_RELATIVE_COST, essential=True),
)
def test_mixed_precision_has_its_state_in_the_compute_dtype(case: Case, run: Runs) -> CheckResult:
    """Under a mixed precision policy the outputs and states are of its compute dtype, and the
    variables are of float32.
    """
    (observation,) = run(case, case_calls.whole(case))
    seen = accepted_run(case, observation)
    must_have_variables_in(VARIABLE_DTYPE, observation)
    return CheckResult(numbers.agrees_with_reference(case, seen))


@relative_clause(
    "WR-18",
    source=guides.RESUME,
    subjects=subjects.relatives("Mixed", *SEQUENCES_OF_KERAS),
    cases=partial(relatives.mixed_precision, states=relatives.EITHER, split=True),
)
def test_state_is_carried_over_under_mixed_precision(case: Case, run: Runs) -> CheckResult:
    """Under a mixed precision policy, running k steps, and then the rest from the carried
    state, equals running straight through.
    """
    return shared.carries_over(case, run)


@relative_clause(
    "WR-19",
    source=cell_classes.INPUTS_ARE_CAST,
    subjects=subjects.relatives("Mixed", *(path for path in KERAS if path.endswith("keras3"))),
    cases=partial(relatives.mixed_precision, form=state_forms.OTHER_FLOAT, states=states.DISTINCT),
)
def test_mixed_precision_casts_a_state(case: Case, run: Runs) -> CheckResult:
    """Under a mixed precision policy a float32 state is cast to the compute dtype, and gives
    the same as one cast by hand.
    """
    return shared.casts_as_by_hand(case, run)
