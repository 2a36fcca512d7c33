"""DC: the code and the claims about state in the two write-ups.

The code is as written there, only with `tf.compat.v1`. A clause states a claim as the write-up
means it. The verdict says where it is true: several claims are false on some versions, some on all.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from conformance.adapter import wire
from conformance.cases import case_arrays, case_calls, floats, state_forms
from conformance.cases.case import Case
from conformance.cases.malformations import state_malformations
from conformance.cases.program import EAGER, LSTM_TYPES, STACK
from conformance.cases.state_forms import LIST, TENSOR, TUPLE
from conformance.checks import documented_usage, numbers, rejection
from conformance.checks.deviation import Deviation, error_line
from conformance.checks.documented_usage import BOTH, FEEDING, INCOMPATIBLE
from conformance.checks.outputs import accepted_run
from conformance.contract import subjects
from conformance.contract.citation import Source
from conformance.contract.clause import CheckResult, Cost, Runs, SingleCases, clause, one_by_one
from conformance.reference import forward
from conformance.results.severities import CLAIM
from strategies import documented_examples as usage
from strategies.documented_examples import Example

KERAS = ("keras2", "keras3")
LAYERS = ("RNN", "layer")  # the second write-up calls these Keras RNN layers
ONE_STATE = ("SimpleRNN", "GRU")
SINGLE = (*ONE_STATE, *LSTM_TYPES)


def usage_clause(
    identifier: str, *, source: str, cases: SingleCases, **others: Any
) -> Callable[..., Any]:
    """Make a clause about usage as written up; each call makes its own cell or layer."""
    usual = {"cost": Cost(isolated=True), **others}
    return clause(
        identifier, source=Source(source), severity=CLAIM, cases=one_by_one(cases), **usual
    )


DYNAMIC_RNN = subjects.paths_and_cells(apis=("dynamic_rnn",))
IN_SEQUENCE = subjects.paths_and_cells(apis=subjects.SEQUENCE_APIS)
IN_LAYERS = subjects.paths_and_cells(apis=LAYERS)

# --- the six examples -----------------------------------------------------------------------------

_FED = Example((16,), batch=32, steps=10, features=5, state="mixed")
_SIZED = Example((32,), batch=1, steps=5, features=10, state="zeros")
FED_CELLS = subjects.paths_and_cells(
    apis=("dynamic_rnn",), generations=KERAS, cells=("SimpleRNN", "LSTM", "GRU")
)


@usage_clause(
    "DC-01",
    source=f"{FEEDING} (example 1)",
    subjects=subjects.paths_and_cells(
        apis=("dynamic_rnn",), generations=KERAS, cells=("SimpleRNN",)
    ),
    cases=partial(usage.example, sizes=_FED),
)
def test_feeding_a_simple_cell(case: Case, run: Runs) -> None:
    """dynamic_rnn over a Keras SimpleRNNCell takes one tensor as initial state, and returns one
    as final state.
    """
    _feeds_one_tensor(case, run)


@usage_clause(
    "DC-02",
    source=f"{FEEDING} (example 2)",
    subjects=subjects.paths_and_cells(apis=("dynamic_rnn",), generations=KERAS, cells=("LSTM",)),
    cases=partial(usage.example, sizes=_FED),
)
def test_feeding_an_lstm_cell(case: Case, run: Runs) -> None:
    """dynamic_rnn over a Keras LSTMCell takes a tuple of two tensors as initial state, and
    returns two states.
    """
    (observation,) = run(case, documented_usage.call(case, documented_usage.pair(case, TUPLE)))
    final = documented_usage.final_state(observation)
    documented_usage.must_have_output_shape(observation, (32, 10, 16))
    documented_usage.must_have_item_shapes("final_state", final, [(32, 16)] * 2, observation)


@usage_clause(
    "DC-03",
    source=f"{FEEDING} (example 3)",
    subjects=subjects.paths_and_cells(apis=("dynamic_rnn",), generations=KERAS, cells=("GRU",)),
    cases=partial(usage.example, sizes=_FED),
)
def test_feeding_a_gru_cell(case: Case, run: Runs) -> None:
    """dynamic_rnn over a Keras GRUCell takes one tensor as initial state, and returns one as
    final state.
    """
    _feeds_one_tensor(case, run)


def _feeds_one_tensor(case: Case, run: Runs) -> None:
    (observation,) = run(case, documented_usage.call(case, documented_usage.tensor(case)))
    final = documented_usage.final_state(observation)
    documented_usage.must_have_output_shape(observation, (32, 10, 16))
    documented_usage.must_have_shape("final_state", final, (32, 16), observation)


@usage_clause(
    "DC-04",
    source=f"{INCOMPATIBLE} (example 1)",
    subjects=subjects.paths_and_cells(apis=("RNN",), cells=("SimpleRNN",)),
    cases=partial(usage.example, sizes=_SIZED),
)
def test_sizing_a_simple_cell(case: Case, run: Runs) -> None:
    """RNN over a SimpleRNNCell takes a list of one NumPy array, and returns a state whose item
    0 is a tensor of shape (batch, units).
    """
    (observation,) = run(
        case, documented_usage.call(case, documented_usage.pair(case, LIST, state_forms.NUMPY))
    )
    (final,) = documented_usage.unpack_states(observation, 2)
    documented_usage.must_have_output_shape(observation, (1, 5, 32))
    documented_usage.must_have_item_shapes("final_state", final, [(1, 32)], observation)


@usage_clause(
    "DC-05",
    source=f"{INCOMPATIBLE} (example 2)",
    subjects=subjects.paths_and_cells(apis=("RNN",), cells=("LSTM",)),
    cases=partial(usage.example, sizes=dataclasses.replace(_SIZED, units=(64,))),
)
def test_sizing_an_lstm_cell(case: Case, run: Runs) -> None:
    """RNN over an LSTMCell takes a list of two NumPy arrays, and returns the output and two
    tensors: the hidden and the cell state.
    """
    (observation,) = run(
        case, documented_usage.call(case, documented_usage.pair(case, LIST, state_forms.NUMPY))
    )
    hidden, cell = documented_usage.unpack_states(observation, 3)
    documented_usage.must_have_output_shape(observation, (1, 5, 64))
    documented_usage.must_have_shape("hidden_state", hidden, (1, 64), observation)
    documented_usage.must_have_shape("cell_state", cell, (1, 64), observation)


@usage_clause(
    "DC-06",
    source=f"{INCOMPATIBLE} (example 3)",
    subjects=subjects.paths_and_cells(apis=("RNN",), cells=(STACK,)),
    cases=partial(usage.example, sizes=dataclasses.replace(_SIZED, units=(64, 32))),
)
def test_sizing_a_stack(case: Case, run: Runs) -> None:
    """RNN over two stacked LSTMCells takes a tuple of two lists of NumPy arrays, and returns
    the output and one pair for each cell.
    """
    state = documented_usage.nested_state(case, TUPLE, state_forms.NUMPY)
    (observation,) = run(case, documented_usage.call(case, state))
    first, second = documented_usage.unpack_states(observation, 3)
    documented_usage.must_have_output_shape(observation, (1, 5, 32))
    documented_usage.must_have_item_shapes("state_tuple_1", first, [(1, 64)] * 2, observation)
    documented_usage.must_have_item_shapes("state_tuple_2", second, [(1, 32)] * 2, observation)


@usage_clause(
    "DC-23",
    source=FEEDING,
    subjects=FED_CELLS,
    cases=partial(usage.example, sizes=_FED, fresh=False, as_written=True),
)
def test_dynamic_rnn_has_the_name_that_is_written(case: Case, run: Runs) -> CheckResult:
    """dynamic_rnn can be called by the name that the examples use: `tf.nn.dynamic_rnn`."""
    (observation,) = run(case, case_calls.whole(case))
    seen = accepted_run(case, observation, "tf.nn.dynamic_rnn")
    return CheckResult(numbers.agrees_with_reference(case, seen))


@usage_clause(
    "DC-24",
    source=f"{FEEDING} (examples 1 to 3)",
    subjects=FED_CELLS,
    cases=partial(usage.example, sizes=_FED, fresh=False),
)
def test_the_fed_state_is_used(case: Case, run: Runs) -> CheckResult:
    """The examples of dynamic_rnn start from the state that is fed: from another state they
    give what comes of that one.
    """
    other = case.replace(data_seed=case.data.data_seed + 1)
    one, another = run(
        case,
        documented_usage.call(case, documented_usage.fed_state(case)),
        documented_usage.call(case, documented_usage.fed_state(other)),
    )
    seen = accepted_run(case, one, "the call with the fed state")
    ratio = numbers.agrees_with_reference(case, seen)
    return CheckResult(
        max(ratio, _starts_from(case_arrays.state(other), case, another, "the call with another"))
    )


# --- starting and carrying on ---------------------------------------------------------------------


@usage_clause(
    "DC-07",
    source=BOTH,
    subjects=IN_SEQUENCE,
    cases=partial(usage.cases, state=None),
    cost=Cost(isolated=True, effort=0.33),
)
def test_each_call_starts_from_zeros(case: Case, run: Runs) -> CheckResult:
    """A call without initial_state starts from zeros, whatever state the previous call was
    given.
    """
    given = case.replace(state=usage.DISTINCT)
    _, without = run(case, case_calls.whole(given), case_calls.whole(case))
    seen = accepted_run(case, without, "the call without initial_state")
    return CheckResult(numbers.agrees_with_reference(case, seen))


@usage_clause(
    "DC-08",
    source=FEEDING,
    subjects=DYNAMIC_RNN,
    cases=usage.cases,
    cost=Cost(isolated=True, effort=0.33),
)
def test_final_state_starts_the_same_or_another_rnn(case: Case, run: Runs) -> CheckResult:
    """If a final state is given as initial_state, the same dynamic_rnn, or another one over
    such a cell, starts from it instead of zeros.
    """
    first, same = run(
        case, case_calls.whole(case), wire.Call(case_calls.inputs(case), wire.Previous(0))
    )
    ended = accepted_run(case, first)
    another = case.replace(weight_seed=case.data.weight_seed + 1)
    (other,) = run(another, documented_usage.call(another, first.state))
    return CheckResult(
        max(
            _starts_from(ended.state, case, same, "the same RNN's call"),
            _starts_from(ended.state, another, other, "another RNN's call"),
        )
    )


def _starts_from(
    state: tuple[tuple[np.ndarray, ...], ...], case: Case, observation: wire.Observation, what: str
) -> float:
    expected = forward.run_cells(
        case.program.cells,
        case_arrays.weights(case),
        case_arrays.inputs(case),
        state,
        case.program.dtype,
    )
    seen = accepted_run(case, observation, what)
    return numbers.agrees_with_reference(case, seen, expected)


# --- what a state and the results look like -------------------------------------------------------


@usage_clause(
    "DC-09",
    source=FEEDING,
    subjects=subjects.paths_and_cells(apis=("dynamic_rnn",), cells=SINGLE),
    cases=partial(usage.cases, fresh=True),
)
def test_structure_by_cell(case: Case, run: Runs) -> None:
    """In dynamic_rnn the initial and the final state are each one tensor for a basic RNN or GRU
    cell, and a tuple of two tensors for an LSTM.
    """
    is_pair = case.program.cells[0].is_lstm
    (observation,) = run(case, documented_usage.call(case, documented_usage.fed_state(case)))
    what = f"the call with {'a tuple of two' if is_pair else 'one tensor'}"
    final = documented_usage.final_state(observation, what)
    shape = (case.data.batch, case.program.output_units)
    if is_pair:
        documented_usage.must_be_tuple("final_state", final, [shape] * 2, observation)
    else:
        documented_usage.must_have_shape("final_state", final, shape, observation)


@usage_clause(
    "DC-10",
    source=BOTH,
    subjects=subjects.paths_and_cells(apis=subjects.SEQUENCE_APIS, cells=LSTM_TYPES),
    cases=usage.cases,
)
def test_hidden_state_comes_first(case: Case, run: Runs) -> CheckResult:
    """The first of an LSTM's two states, given or returned, is the hidden state, and the second
    is the cell state.
    """
    accepted_as = state_forms.documented_tree(case, case_calls.leaves(case))
    assert isinstance(accepted_as, wire.Node)
    state = wire.Node(accepted_as.container, documented_usage.pair(case, LIST).children)
    (observation,) = run(case, documented_usage.call(case, state))
    seen = accepted_run(case, observation)
    ratio = numbers.agrees_with_reference(case, seen)
    first = documented_usage.item("final_state", observation.state, 0, observation)
    assert isinstance(first, wire.Leaf)
    hidden = floats.from_wire(first.array)
    numbers.must_be_identical(
        "final_state[0]", hidden, seen.outputs[:, -1], observation, "the last output's"
    )
    return CheckResult(ratio)


@usage_clause(
    "DC-11",
    source=FEEDING,
    subjects=subjects.paths_and_cells(apis=("dynamic_rnn",), cells=SINGLE),
    cases=partial(usage.cases, split=True),
    cost=Cost(isolated=True, effort=0.33),
)
def test_outputs_are_the_hidden_states(case: Case, run: Runs) -> CheckResult:
    """The outputs are the hidden state after each step, of shape (batch, steps, units). A final
    hidden state is of shape (batch, units).
    """
    until = case_calls.split(case)
    whole, part = run(case, case_calls.whole(case), case_calls.first_part(case))
    seen = accepted_run(case, whole)
    stopped = accepted_run(case, part, "the first steps", steps=until)
    hidden = stopped.state[0][0]
    outputs = forward.trajectory(case).outputs
    at = outputs.part((slice(None), until - 1))
    return CheckResult(
        max(
            numbers.within_bound(seen.outputs, outputs, "outputs", whole),
            numbers.within_bound(hidden, at, f"final h after {until} steps", part),
        )
    )


@usage_clause(
    "DC-12",
    source=INCOMPATIBLE,
    subjects=subjects.paths_and_cells(apis=("RNN",)),
    cases=partial(usage.cases, fresh=True),
)
def test_kind_of_state_size(case: Case, run: Runs) -> None:
    """A cell's state_size is an integer for a SimpleRNNCell, a tuple of two integers for an
    LSTMCell or GRUCell, and a tuple of such tuples for a stack.
    """
    size = run.state_size(case)
    if case.program.stacked:
        kept, wanted = (
            documented_usage.is_tuple_of_tuples(size),
            "a tuple of tuples of two integers",
        )
    elif case.program.cell_name == "SimpleRNN":
        kept, wanted = documented_usage.is_integer(size), "an integer"
    else:
        kept, wanted = documented_usage.is_tuple_of_two(size), "a tuple of two integers"
    if not kept:
        raise Deviation(f"state_size = {documented_usage.format_size(size)}, but must be {wanted}")


@usage_clause(
    "DC-13",
    source=INCOMPATIBLE,
    subjects=IN_LAYERS,
    cases=partial(usage.cases, fresh=True),
    cost=Cost(isolated=True, effort=0.33),
)
def test_state_size_tells_the_widths(case: Case, run: Runs) -> None:
    """The cell's state_size tells how many tensors the state has, and the width of each."""
    widths = [
        getattr(size, "name", "") for size in documented_usage.tree_leaves(run.state_size(case))
    ]
    (observation,) = run(case, case_calls.whole(case))
    final = documented_usage.final_state(observation)
    seen = [
        str(leaf.array.shape[-1])
        for leaf in documented_usage.tree_leaves(final)
        if isinstance(leaf, wire.Leaf)
    ]
    if seen != widths:
        raise Deviation(
            f"widths of the final state = {seen}, but must be state_size's {widths}", observation
        )


@usage_clause(
    "DC-26",
    source=f"{INCOMPATIBLE} (examples 1 to 3)",
    subjects=subjects.paths_and_cells(apis=LAYERS),
    cases=partial(usage.cases, state=None),
    cost=Cost(isolated=True, effort=0.33),
)
def test_a_state_is_built_from_state_size(case: Case, run: Runs) -> CheckResult:
    """A Keras RNN layer takes zeros that are built from its cell's state_size, as in the
    examples: with `state_size` for a SimpleRNNCell, `state_size[0]` and `state_size[1]` for an
    LSTMCell, and `state_size[0][1]` and so on for a stack.
    """
    state = documented_usage.zeros_of_size(case, run.state_size(case))
    (observation,) = run(case, documented_usage.call(case, state))
    seen = accepted_run(case, observation, "the call with zeros of state_size")
    return CheckResult(numbers.agrees_with_reference(case, seen))


# --- how a state may be written -------------------------------------------------------------------


@usage_clause(
    "DC-14",
    source=INCOMPATIBLE,
    subjects=IN_LAYERS,
    cases=partial(usage.cases, written_as=(LIST, TUPLE)),
    cost=Cost(isolated=True, effort=0.33),
)
def test_lists_and_tuples_are_taken(case: Case, run: Runs) -> CheckResult:
    """A Keras RNN layer takes its state as a list or tuple of tensors. For a stack it takes a
    list of one tuple for each cell, or a tuple of lists.
    """
    (observation,) = run(case, documented_usage.call(case, documented_usage.write_example(case)))
    seen = accepted_run(case, observation, f"the call with the state as {case.data.form}")
    return CheckResult(numbers.agrees_with_reference(case, seen))


@usage_clause(
    "DC-15",
    source=INCOMPATIBLE,
    subjects=subjects.paths_and_cells(apis=LAYERS, cells=SINGLE),
    cases=partial(usage.cases, written_as=(TENSOR,), fresh=True),
)
def test_bare_tensor_is_refused(case: Case, run: Runs) -> None:
    """A Keras RNN layer must be given a list or tuple: a tensor by itself is refused.

    The documentation says the opposite of a cell with one state: RT-17.
    """
    (observation,) = run(case, documented_usage.call(case, documented_usage.write_example(case)))
    documented_usage.must_raise(observation, "initial_state that is a tensor by itself")


@usage_clause(
    "DC-16",
    source=INCOMPATIBLE,
    subjects=IN_LAYERS,
    cases=partial(usage.cases, written_as=(state_forms.NUMPY,)),
)
def test_numpy_arrays_are_taken(case: Case, run: Runs) -> CheckResult:
    """The tensors of a Keras RNN layer's state may be NumPy arrays."""
    (observation,) = run(case, case_calls.whole(case))
    seen = accepted_run(case, observation, "the call with NumPy arrays")
    return CheckResult(numbers.agrees_with_reference(case, seen))


# --- what is refused ------------------------------------------------------------------------------


@usage_clause(
    "DC-17",
    source=FEEDING,
    subjects=subjects.paths_and_cells(apis=("dynamic_rnn",), cells=LSTM_TYPES),
    cases=partial(usage.cases, written_as=(LIST, TENSOR), fresh=True),
)
def test_lstm_without_a_tuple_is_refused(case: Case, run: Runs) -> None:
    """In dynamic_rnn an LSTM raises an exception if its initial state is not a tuple.

    Users expect the opposite of a list: RT-14. A claim demands nothing of a library.
    """
    (observation,) = run(case, documented_usage.call(case, documented_usage.write_example(case)))
    documented_usage.must_raise(observation, f"initial_state that is a {case.data.form}")


@usage_clause(
    "DC-18",
    source=BOTH,
    subjects=IN_SEQUENCE,
    cases=partial(usage.malformed_cases, names=("dtype_other_float", "dtype_int")),
    cost=Cost(isolated=True, effort=0.33),
)
def test_other_dtype_is_refused(case: Case, run: Runs) -> CheckResult:
    """A state whose dtype is not that of the cell raises an exception."""
    return _raises(case, run)


@usage_clause(
    "DC-25",
    source=FEEDING,
    subjects=DYNAMIC_RNN,
    cases=usage.other_dtype_declared,
    cost=Cost(),  # as often outside eager mode, where dtype is read
)
def test_another_declared_dtype_is_refused(case: Case, run: Runs) -> None:
    """dynamic_rnn raises an exception if its argument dtype is not the dtype of the state."""
    (observation,) = run(case, case_calls.whole(case))
    documented_usage.must_raise(observation, f"dtype={case.program.layer.declared_dtype}")


@usage_clause(
    "DC-19",
    source=BOTH,
    subjects=IN_SEQUENCE,
    cases=partial(usage.malformed_cases, names=("batch_one", "wrong_batch")),
    cost=Cost(isolated=True, effort=0.33),
)
def test_other_batch_is_refused(case: Case, run: Runs) -> CheckResult:
    """A state whose batch size is not that of the inputs raises an exception."""
    return _raises(case, run)


@usage_clause(
    "DC-20",
    source=BOTH,
    subjects=IN_SEQUENCE,
    cases=partial(usage.malformed_cases, names=("units_one", "wrong_units"), each_leaf=True),
)
def test_other_units_are_refused(case: Case, run: Runs) -> CheckResult:
    """A state raises an exception if one of its tensors is not as wide as the cell's units."""
    return _raises(case, run)


@usage_clause(
    "DC-21",
    source=BOTH,
    subjects=IN_SEQUENCE,
    cases=partial(
        usage.malformed_cases, names=("too_few", "too_many", "pair_for_bare", "flat_for_nested")
    ),
    cost=Cost(isolated=True, effort=0.33),
)
def test_other_number_is_refused(case: Case, run: Runs) -> CheckResult:
    """A state raises an exception if it has more or fewer tensors than the cell, or if it is
    flat where a stack has one state for each cell.
    """
    return _raises(case, run)


def _raises(case: Case, run: Runs) -> CheckResult:
    assert case.data.malformation is not None
    (observation,) = run(case, case_calls.whole(case))
    kind = state_malformations.MALFORMATIONS[case.data.malformation.name]
    documented_usage.must_raise(observation, f"initial_state with {kind.about}")
    return CheckResult(grade=rejection.rejection_grade(case, observation))


@usage_clause(
    "DC-22",
    source=INCOMPATIBLE,
    subjects=IN_LAYERS,
    cases=partial(usage.malformed_cases, names=("wrong_units",), each_leaf=True),
    cost=Cost(isolated=True, effort=0.33),
)
def test_error_names_state_size(case: Case, run: Runs) -> CheckResult:
    """A Keras RNN layer refuses a state of another width with an error about cell.state_size."""
    assert case.data.malformation is not None
    (observation,) = run(case, case_calls.whole(case))
    kind = state_malformations.MALFORMATIONS[case.data.malformation.name]
    error = documented_usage.must_raise(observation, f"initial_state with {kind.about}")
    grade = rejection.rejection_grade(case, observation)
    if "state_size" not in error.message:
        raise Deviation(
            f"initial_state with {kind.about} = {error_line(error)},"
            " but must be an error that names cell.state_size",
            observation,
            grade,
        )
    return CheckResult(grade=grade)


# --- models ---------------------------------------------------------------------------------------

_MISFITS = ("wrong_units", "units_one", "too_few", "too_many", "pair_for_bare")


@usage_clause(
    "DC-27",
    source=INCOMPATIBLE,
    subjects=IN_LAYERS,
    cases=partial(usage.misfits_in_models, names=_MISFITS),
    cost=Cost(expensive=True),
    modes=(EAGER,),
)
def test_a_model_with_a_misfit_fails_by_compilation(case: Case, run: Runs) -> None:
    """A functional model fails when it is made, or compiled at the latest, if the initial_state
    of its RNN layer does not match cell.state_size.
    """
    _fails_by(documented_usage.COMPILED, case, run)


@usage_clause(
    "DC-28",
    source=INCOMPATIBLE,
    subjects=IN_LAYERS,
    cases=partial(usage.misfits_in_models, names=_MISFITS),
    cost=Cost(expensive=True, shares_cases_with="DC-27"),
    modes=(EAGER,),
)
def test_a_model_with_a_misfit_fails(case: Case, run: Runs) -> None:
    """A functional model fails when it runs at the latest, if the initial_state of its RNN layer
    does not match cell.state_size.
    """
    _fails_by(documented_usage.RUN, case, run)


def _fails_by(stage: str, case: Case, run: Runs) -> None:
    fitting = case_calls.well_formed(case)
    (observation,) = run(fitting, documented_usage.compiled_prediction(fitting))
    documented_usage.final_state(observation, "the model with a state that fits")
    (misfit,) = run(case, documented_usage.compiled_prediction(case))
    assert case.data.malformation is not None
    kind = state_malformations.MALFORMATIONS[case.data.malformation.name]
    documented_usage.must_fail_by(stage, misfit, f"the model with {kind.about}")
