"""SQ: the steps of a row: those that count, the order they run in, and their layout."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from hypothesis.strategies import SearchStrategy

from conformance.adapter import wire
from conformance.cases import case_arrays, case_calls
from conformance.cases.case import Case
from conformance.cases.malformations import malformation
from conformance.cases.program import Layer
from conformance.cases.state_forms import Path
from conformance.checks import numbers, outputs, shared
from conformance.contract import sources, subjects
from conformance.contract.clause import (
    CheckResult,
    Cost,
    DrawSpec,
    Runs,
    Subject,
    clause,
    one_by_one,
)
from conformance.contract.promises import guides, layers, v1
from conformance.reference.expected import expected_trajectory
from conformance.results.severities import SHOULD
from strategies import directions, malformed, states

LENGTHS = ("drawn", "one", "zero")
MASKS = tuple(mask for mask in case_arrays.MASKS if mask != "full")
FLAGS = (False, True)

LAYERS = ("RNN", "layer")
DYNAMIC_RNN = subjects.paths_and_cells(apis=("dynamic_rnn",))
IN_LAYERS = subjects.paths_and_cells(apis=LAYERS)
BIDIRECTIONAL = subjects.paths_and_cells(apis=("Bidirectional",))

# A loop treats a state in the same way whatever cell makes it. So these suffice: a state of two
# leaves, a state of several cells, and the GRU, as Keras 2 has a special loop for GRU and LSTM.
PAIRED = ("LSTM", "Stack")
LOOPED = ("GRU", *PAIRED)

MASKED = tuple(
    Layer(zero_output_for_mask=zero, go_backwards=backwards)
    for zero, backwards in itertools.product(FLAGS, FLAGS)
)
LAST_OUTPUT = tuple(dataclasses.replace(layer, return_sequences=False) for layer in MASKED)
# those for which the last output may be zero, three times as often as the others
MAYBE_ZERO = (*[layer for layer in LAST_OUTPUT if layer.zero_output_for_mask] * 3, *LAST_OUTPUT)


# --- which steps count ----------------------------------------------------------------------------


@clause(
    "SQ-01",
    source=v1.COPIES_THE_STATE_THROUGH,
    subjects=DYNAMIC_RNN,
    cases=partial(states.case_groups, lengths=LENGTHS),
    cost=Cost(effort=0.5, expensive=True),
)
def test_state_is_copied_through_past_the_length(case: Case, run: Runs) -> CheckResult:
    """Past a row's sequence_length the state is copied through, and the outputs are zero."""
    return shared.agrees(case, run)


@clause(
    "SQ-02",
    source=(layers.OUTPUT_OF_THE_STEP_BEFORE, layers.MASKED_STEPS_IN_KERAS2),
    subjects=IN_LAYERS,
    cases=partial(states.case_groups, masks=MASKS, layers=MASKED),
    cost=Cost(effort=0.5, expensive=True),
)
def test_masked_steps_are_skipped(case: Case, run: Runs) -> CheckResult:
    """A masked step leaves the state as it is. Its output is that of the step before; it is
    zero before the first step that counts, and with zero_output_for_mask.
    """
    return shared.agrees(case, run)


@clause(
    "SQ-03",
    source=(layers.ZEROS_WITH_SEQUENCES_IN_KERAS2, layers.ZEROS_WITH_SEQUENCES_IN_KERAS3),
    subjects=subjects.paths_and_cells(apis=LAYERS, cells=LOOPED),
    cases=partial(states.case_groups, masks=(*MASKS, None), layers=MAYBE_ZERO),
    cost=Cost(effort=1.5, expensive=True),
)
def test_last_output_is_that_of_the_last_step_that_counts(case: Case, run: Runs) -> CheckResult:
    """Without return_sequences the output is that of the last step that is not masked, whatever
    zero_output_for_mask is.
    """
    return shared.agrees(case, run)


@clause(
    "SQ-04",
    source=sources.NONE,
    severity=SHOULD,
    subjects=subjects.paths_and_cells(apis=("dynamic_rnn",), cells=PAIRED),
    cases=partial(states.case_groups, lengths=("full",)),
    cost=Cost(effort=0.5, expensive=True),
)
def test_full_lengths_equal_none(case: Case, run: Runs) -> CheckResult:
    """A sequence_length that covers all steps gives the same as none."""
    return _equals_uncounted(case, run)


@clause(
    "SQ-05",
    source=sources.NONE,
    severity=SHOULD,
    subjects=subjects.paths_and_cells(apis=LAYERS, cells=PAIRED),
    cases=partial(states.case_groups, masks=("full",), layers=MASKED),
    cost=Cost(effort=0.5, expensive=True),
)
def test_a_mask_of_all_steps_equals_none(case: Case, run: Runs) -> CheckResult:
    """A mask that leaves nothing out gives the same as none."""
    return _equals_uncounted(case, run)


def _equals_uncounted(case: Case, run: Runs) -> CheckResult:
    without = case.replace(lengths=None, mask=None)
    explicit, plain = run(case, case_calls.whole(case), case_calls.whole(without))
    one = outputs.accepted_run(case, explicit, "the call that says all steps count")
    other = outputs.accepted_run(without, plain, "the call without")
    return CheckResult(
        spread_ratio=numbers.runs_agree(one, other, expected_trajectory(case), "the call's without")
    )


@clause(
    "SQ-06",
    source=v1.COPIES_THE_STATE_THROUGH,
    subjects=subjects.paths_and_cells(apis=("dynamic_rnn",), cells=PAIRED),
    cases=partial(states.case_groups, lengths=LENGTHS),
    cost=Cost(effort=0.5, shares_cases_with="SQ-01", expensive=True),
)
def test_padding_past_the_length_does_not_matter(case: Case, run: Runs) -> None:
    """The inputs past a row's sequence_length do not matter, not even if they are NaN."""
    _padding_does_not_matter(case, run)


@clause(
    "SQ-07",
    source=layers.MASKED_STEPS_ARE_IGNORED,
    subjects=subjects.paths_and_cells(apis=LAYERS, cells=PAIRED),
    cases=partial(states.case_groups, masks=MASKS, layers=MASKED),
    cost=Cost(effort=0.5, shares_cases_with="SQ-02", expensive=True),
)
def test_masked_inputs_do_not_matter(case: Case, run: Runs) -> None:
    """The inputs in masked steps do not matter, not even if they are NaN."""
    _padding_does_not_matter(case, run)


def _padding_does_not_matter(case: Case, run: Runs) -> None:
    plain, *padded = run(
        case,
        case_calls.whole(case),
        case_calls.with_padding(case),
        case_calls.with_padding(case, math.nan),
    )
    mine = outputs.accepted_run(case, plain)
    for seen, what in zip(padded, ("other values", "NaN"), strict=True):
        other = outputs.accepted_run(case, seen, f"the call with {what} in steps that do not count")
        numbers.runs_are_identical(other, mine, f"those without {what} in steps that do not count")


def _counted_cases(
    subject: Subject, extent: DrawSpec, **data: Any
) -> SearchStrategy[tuple[Case, ...]]:
    """Draw cases with lengths where the path takes them, else with masks."""
    if Path.parse(subject.path).api == "dynamic_rnn":
        return states.case_groups(subject, extent, lengths=LENGTHS, **data)
    return states.case_groups(subject, extent, masks=MASKS, layers=MASKED, **data)


@clause(
    "SQ-08",
    source=guides.RESUME,
    subjects=subjects.paths_and_cells(apis=subjects.SEQUENCE_APIS, cells=PAIRED),
    cases=partial(_counted_cases, split=True),
    cost=Cost(effort=0.5, expensive=True),
)
def test_steps_that_do_not_count_may_be_carried_over(case: Case, run: Runs) -> CheckResult:
    """A sequence with steps that do not count may be cut in two. The second call starts from the
    state that the first one left, and ends in the same state as one call over all steps.
    """
    parts = shared.straight_and_in_two(case, run)
    ended, through = parts.second, parts.straight
    return CheckResult(
        numbers.states_agree(ended, through, expected_trajectory(case), "the straight run's")
    )


LAYOUTS = (Layer(), Layer(return_sequences=False))


@clause(
    "SQ-27",
    source=layers.MASKING_MASKS,
    subjects=subjects.paths_and_cells(apis=(*LAYERS, "Bidirectional"), cells=("LSTM",)),
    cases=one_by_one(
        partial(states.cases, states=(None, "mixed"), masks=MASKS, layers=LAYOUTS, most_steps=4)
    ),
    cost=Cost(effort=3, isolated=True, expensive=True),
)
def test_a_masking_layer_masks(case: Case, run: Runs) -> None:
    """A layer skips the steps that a Masking layer before it has masked, as if it were given
    the mask.
    """
    layer = dataclasses.replace(case.program.layer, mask_value=case_calls.MASK_VALUE)
    behind = case.replace(layer=layer)
    (given,) = run(case, case_calls.with_padding(case, case_calls.MASK_VALUE))
    call = case_calls.with_padding(behind, case_calls.MASK_VALUE)
    (found,) = run(behind, dataclasses.replace(call, arguments=()))
    mine = outputs.accepted_run(case, given)
    other = outputs.accepted_run(behind, found, "the call behind a Masking layer")
    numbers.runs_are_identical(other, mine, "those of the mask given")


# --- in which order and layout --------------------------------------------------------------------


@clause(
    "SQ-09",
    source=v1.TIME_MAJOR,
    subjects=subjects.paths_and_cells(apis=("dynamic_rnn",), cells=LOOPED),
    cases=partial(
        states.case_groups, lengths=(None, *case_arrays.LENGTHS), layers=(Layer(time_major=True),)
    ),
    cost=Cost(effort=0.5, expensive=True),
)
def test_time_major_turns_inputs_and_outputs(case: Case, run: Runs) -> CheckResult:
    """With time_major the inputs and outputs have the steps before the rows. The state is the
    same.
    """
    return shared.agrees(case, run)


@clause(
    "SQ-10",
    source=layers.TIME_MAJOR,
    subjects=subjects.paths_and_cells(apis=LAYERS, generations=("keras2",), cells=LOOPED),
    cases=partial(
        states.case_groups,
        layers=tuple(
            Layer(time_major=True, go_backwards=backwards, return_sequences=sequences)
            for backwards, sequences in itertools.product(FLAGS, (True, False))
        ),
    ),
    cost=Cost(effort=0.5, expensive=True),
)
def test_time_major_layers_turn_inputs_and_outputs(case: Case, run: Runs) -> CheckResult:
    """With time_major a layer's inputs and outputs have the steps before the rows. Its state is
    the same.
    """
    return shared.agrees(case, run)


@clause(
    "SQ-11",
    source=sources.NONE,
    severity=SHOULD,
    subjects=subjects.paths_and_cells(apis=LAYERS, generations=("keras2",), cells=("GRU",)),
    # a mask of as many rows as steps would fit either way
    cases=partial(
        states.case_groups,
        masks=MASKS,
        layers=(Layer(time_major=True),),
        smallest_batch=3,
        most_rows=3,
        fewest_steps=2,
        most_steps=2,
    ),
    cost=Cost(effort=0.5, expensive=True),
)
def test_mask_has_the_steps_first_in_time_major(case: Case, run: Runs) -> CheckResult:
    """A mask that is given to a time_major layer has the steps before the rows, as its inputs have,
    and is honoured.

    A Masking layer before such a layer makes a mask of this layout. The documentation of the layer
    names the other one, [batch_size, timesteps], and does not say what time_major does to it.
    """
    return shared.agrees(case, run)


@clause(
    "SQ-12",
    source=layers.BACKWARDS,
    subjects=subjects.paths_and_cells(apis=LAYERS, cells=LOOPED),
    cases=partial(
        states.case_groups,
        layers=tuple(
            Layer(go_backwards=True, return_sequences=sequences) for sequences in (True, False)
        ),
    ),
    cost=Cost(effort=0.5, expensive=True),
)
def test_going_backwards_reverses_inputs_and_outputs(case: Case, run: Runs) -> CheckResult:
    """With go_backwards the last step is run first, and the outputs are in the order in which
    they were computed.
    """
    return shared.agrees(case, run)


# --- both directions ------------------------------------------------------------------------------


@clause(
    "SQ-13",
    source=layers.HALF_OF_THE_STATE_EACH,
    subjects=BIDIRECTIONAL,
    cases=partial(directions.case_groups, states=states.NOT_ZERO, most_steps=4),
    cost=Cost(isolated=True, expensive=True, cells=2),
)
def test_each_direction_starts_from_its_half_of_the_state(case: Case, run: Runs) -> CheckResult:
    """The first half of initial_state starts the forward layer, the other half the backward
    one. Their outputs are merged as merge_mode says, and the final states are in the same
    order.
    """
    return shared.agrees(case, run)


@clause(
    "SQ-14",
    source=layers.ZEROS_IN_MASKED_STEPS,
    subjects=BIDIRECTIONAL,
    cases=partial(directions.case_groups, masks=MASKS, most_steps=4),
    cost=Cost(isolated=True, expensive=True, cells=2),
)
def test_both_directions_skip_masked_steps(case: Case, run: Runs) -> CheckResult:
    """Both directions of a Bidirectional layer skip masked steps, and their output is zero
    there.
    """
    return shared.agrees(case, run)


@clause(
    "SQ-15",
    source=sources.GUIDE,
    severity=SHOULD,
    subjects=subjects.paths_and_cells(apis=("Bidirectional",), cells=("LSTM",)),
    cases=partial(states.case_groups, layers=directions.LAYERS),
    cost=Cost(effort=0.5, expensive=True),
)
def test_final_states_of_both_directions_are_accepted(case: Case, run: Runs) -> None:
    """The final states of a Bidirectional layer, just as they were returned, are accepted as its
    next initial state."""
    first, again = run(
        case, case_calls.whole(case), wire.Call(case_calls.inputs(case), wire.Previous(0))
    )
    outputs.accepted_run(case, first)
    outputs.accepted_run(case, again, "the call with the final states")


@clause(
    "SQ-16",
    source=layers.ZEROS_IN_BOTH_DIRECTIONS,
    subjects=subjects.paths_and_cells(apis=("Bidirectional",), cells=("LSTM",)),
    cases=partial(states.case_groups, states=(None,), layers=directions.LAYERS),
    cost=Cost(effort=0.5, expensive=True),
)
def test_both_directions_start_from_zeros(case: Case, run: Runs) -> CheckResult:
    """Both directions of a Bidirectional layer start from zeros if no initial state is given."""
    return shared.agrees(case, run)


@clause(
    "SQ-17",
    source=(v1.INDEPENDENT_DIRECTIONS, v1.LENGTHS_IN_BOTH_DIRECTIONS),
    subjects=subjects.paths_and_cells(apis=("bidirectional_dynamic_rnn",)),
    cases=partial(
        states.case_groups,
        states=(*states.GIVEN, None),
        lengths=(None, *case_arrays.LENGTHS),
        layers=(Layer(), Layer(time_major=True)),
    ),
    cost=Cost(effort=0.5, expensive=True),
)
def test_each_row_is_reversed_within_its_length(case: Case, run: Runs) -> CheckResult:
    """bidirectional_dynamic_rnn runs each row forwards, and backwards from the end of its
    length, each from a state of its own.
    """
    return shared.agrees(case, run)


# --- other loops over v1 cells --------------------------------------------------------------------


@clause(
    "SQ-18",
    source=v1.STATIC_RNN_PROPAGATES,
    subjects=subjects.paths_and_cells(apis=("static_rnn",)),
    cases=one_by_one(
        partial(
            states.cases,
            states=(*states.GIVEN, None),
            lengths=(
                None,
                "drawn",
                "drawn",
                *case_arrays.LENGTHS,
            ),  # unequal lengths take other branches
            most_steps=12,
        )
    ),
    # its steps are part of the traced program
    cost=Cost(effort=8, isolated=True, expensive=True),
)
def test_static_rnn_agrees(case: Case, run: Runs) -> CheckResult:
    """static_rnn computes what the cell computes. Past a row's sequence_length it copies the
    state through and gives zeros.
    """
    return shared.agrees(case, run)


@clause(
    "SQ-19",
    source=sources.RAW_RNN,
    severity=SHOULD,
    subjects=subjects.paths_and_cells(apis=("raw_rnn",)),
    cases=partial(
        states.case_groups, states=(*states.GIVEN, None), lengths=(None, "full", "drawn")
    ),
    cost=Cost(effort=2, expensive=True),
)
def test_raw_rnn_copies_the_state_of_finished_rows(case: Case, run: Runs) -> CheckResult:
    """raw_rnn copies the state of a finished row through and emits zeros for it, until all rows are
    finished."""
    (observation,) = run(case, case_calls.whole(case))
    steps = case.data.steps if case.data.lengths is None else int(case_arrays.lengths(case).max())
    seen = outputs.accepted_run(case, observation, steps=steps)
    whole = expected_trajectory(case)
    until = dataclasses.replace(whole, outputs=whole.outputs.part(np.s_[:, :steps]))
    return CheckResult(numbers.agrees_with_reference(case, seen, until))


# --- edges ----------------------------------------------------------------------------------------


@clause(
    "SQ-20",
    source=sources.NONE,
    severity=SHOULD,
    subjects=subjects.paths_and_cells(apis=subjects.SEQUENCE_APIS, cells=("LSTM",)),
    cases=partial(states.case_groups, smallest_batch=0, most_rows=0),
    # in every mode: a graph may lack a check that an eager call makes
    cost=Cost(effort=1.5, expensive=True),
)
def test_no_rows_are_taken(case: Case, run: Runs) -> None:
    """Inputs without rows give outputs and a state without rows."""
    (observation,) = run(case, case_calls.whole(case))
    outputs.accepted_run(case, observation, "the call without rows")


@clause(
    "SQ-21",
    source=sources.NONE,
    severity=SHOULD,
    subjects=subjects.paths_and_cells(apis=subjects.SEQUENCE_APIS, cells=("GRU",)),
    cases=partial(states.case_groups, fewest_steps=0, most_steps=0),
    # in every mode: a graph may lack a check that an eager call makes
    cost=Cost(effort=1.5, expensive=True),
)
def test_no_steps_leave_the_state(case: Case, run: Runs) -> CheckResult:
    """Inputs without steps give no outputs and the initial state."""
    return shared.agrees(case, run)


LENGTHS_TAKEN = subjects.paths_and_cells(
    apis=("dynamic_rnn", "bidirectional_dynamic_rnn", "static_rnn"),
    generations=("v1",),
    cells=("GRU",),
)
# Malformations that halves make worse than they are for one direction; RJ-01 has the rest
OF_A_DIRECTION = ("too_few", "too_many", "no_leaves", "none_leaf", "wrong_units", "wrong_batch")
MASKS_TAKEN = subjects.paths_and_cells(apis=LAYERS, cells=("GRU",))


@clause(
    "SQ-22",
    source=(v1.LENGTHS_OF_INT64, v1.LENGTHS_IN_BOTH_DIRECTIONS, v1.STATIC_LENGTHS_OF_INT64),
    subjects=LENGTHS_TAKEN,
    cases=one_by_one(partial(states.cases, lengths=LENGTHS)),
    cost=Cost(isolated=True, expensive=True),
)
def test_lengths_may_be_int64(case: Case, run: Runs) -> None:
    """A sequence_length of int64 gives the same as one of int32."""
    _taken_in_other_dtypes(case, run, ("int64",))


@clause(
    "SQ-23",
    source=sources.RNN,
    severity=SHOULD,
    subjects=MASKS_TAKEN,
    cases=one_by_one(partial(states.cases, masks=MASKS, layers=MASKED)),
    cost=Cost(isolated=True, effort=0.5, expensive=True),
)
def test_masks_may_be_ones_and_zeros(case: Case, run: Runs) -> None:
    """A mask is binary: ones and zeros, as whole numbers or floats, give the same as true and
    false.
    """
    _taken_in_other_dtypes(case, run, ("int32", "float32"))


def _taken_in_other_dtypes(case: Case, run: Runs, dtypes: Sequence[str]) -> None:
    call = case_calls.whole(case)
    plain, *others = run(
        case, call, *(case_calls.with_arguments_of_dtype(call, dtype) for dtype in dtypes)
    )
    mine = outputs.accepted_run(case, plain)
    for seen, dtype in zip(others, dtypes, strict=True):
        other = outputs.accepted_run(case, seen, f"the call with {dtype}")
        numbers.runs_are_identical(other, mine, "those of the plain dtype")


@clause(
    "SQ-24",
    source=sources.DYNAMIC_RNN,
    severity=SHOULD,
    subjects=subjects.argument_malformations(malformation.LENGTHS, LENGTHS_TAKEN),
    cases=one_by_one(malformed.argument_cases),
    cost=Cost(effort=0.5, isolated=True, expensive=True),
)
def test_malformed_lengths_are_refused(case: Case, run: Runs) -> CheckResult:
    """A malformed sequence_length is refused with ValueError, TypeError or InvalidArgumentError.

    The documentation says what it must be. It does not promise to refuse anything else.
    """
    return _refuses(case, run)


@clause(
    "SQ-25",
    source=sources.RNN,
    severity=SHOULD,
    subjects=subjects.argument_malformations(malformation.MASK, MASKS_TAKEN),
    cases=one_by_one(malformed.argument_cases),
    cost=Cost(effort=0.5, isolated=True, expensive=True),
)
def test_malformed_masks_are_refused(case: Case, run: Runs) -> CheckResult:
    """A malformed mask is refused with ValueError, TypeError or InvalidArgumentError.

    The documentation says what it must be. It does not promise to refuse anything else.
    """
    return _refuses(case, run)


@clause(
    "SQ-26",
    source=sources.BIDIRECTIONAL,
    severity=SHOULD,
    subjects=BIDIRECTIONAL,
    cases=one_by_one(partial(malformed.any_cases, fresh=False, among=OF_A_DIRECTION)),
    cost=Cost(effort=6, isolated=True, expensive=True),
)
def test_malformed_states_of_a_direction_are_refused(case: Case, run: Runs) -> CheckResult:
    """A malformed initial state of a Bidirectional layer is refused with ValueError, TypeError or
    InvalidArgumentError."""
    return _refuses(case, run)


def _refuses(case: Case, run: Runs) -> CheckResult:
    (observation,) = run(case, case_calls.whole(case))
    return shared.refuses(case, observation)
