"""DC: what the two write-ups show and claim about state, as written but for `tf.compat.v1`.

A clause states a claim as the write-up means it; the verdict says where it is true. Several are
false on some versions, some on all.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import partial
from typing import Any

from conformance import (
    data,
    documented,
    forms,
    judging,
    malformations,
    reference,
    requests,
    subjects,
)
from conformance.adapter import wire
from conformance.case import LSTM_KINDS, STACK, Case
from conformance.contract import SHOULD, Finding, Runs, SingleCases, clause, single
from conformance.documented import BOTH, FEEDING, INCOMPATIBLE, LIST, TENSOR, TUPLE
from conformance.noise import Estimate
from strategies import documented as usage
from strategies.documented import Example

KERAS = ("keras2", "keras3")
LAYERS = ("RNN", "layer")  # what the second write-up calls Keras RNN layers
ONE_STATE = ("SimpleRNN", "GRU")
SINGLE = (*ONE_STATE, *LSTM_KINDS)


def usage_clause(identifier: str, *, cases: SingleCases, **others: Any) -> Callable[..., Any]:
    """A clause about usage as written up, where a cell or layer is made for each call."""
    return clause(identifier, cases=single(cases), anew=True, **others)


DYNAMIC_RNN = subjects.each(apis=("dynamic_rnn",))
IN_SEQUENCE = subjects.each(apis=subjects.SEQUENCE_APIS)
IN_LAYERS = subjects.each(apis=LAYERS)

# --- the six examples -----------------------------------------------------------------------------

_FED = Example(("SimpleRNN",), (16,), batch=32, steps=10, features=5, state="mixed")
_SIZED = Example(("SimpleRNN",), (32,), batch=1, steps=5, features=10, state="zeros")


@usage_clause(
    "DC-01",
    source=f"{FEEDING} (example 1)",
    severity=SHOULD,
    subjects=subjects.each(apis=("dynamic_rnn",), generations=KERAS, cells=("SimpleRNN",)),
    cases=partial(usage.example, of=_FED),
)
def test_feeding_a_simple_cell(case: Case, run: Runs) -> None:
    """dynamic_rnn over a Keras SimpleRNNCell takes one tensor as initial state, and returns one
    as final state.
    """
    _feeds_one_tensor(case, run)


@usage_clause(
    "DC-02",
    source=f"{FEEDING} (example 2)",
    severity=SHOULD,
    subjects=subjects.each(apis=("dynamic_rnn",), generations=KERAS, cells=("LSTM",)),
    cases=partial(usage.example, of=dataclasses.replace(_FED, kinds=("LSTM",))),
)
def test_feeding_an_lstm_cell(case: Case, run: Runs) -> None:
    """dynamic_rnn over a Keras LSTMCell takes a tuple of two tensors as initial state, and
    returns two states.
    """
    (observation,) = run(case, documented.call(case, documented.pair(case, TUPLE)))
    final = documented.returned(observation)
    documented.must_have_output_shape(observation, (32, 10, 16))
    documented.must_have_item_shapes("final_state", final, [(32, 16)] * 2, observation)


@usage_clause(
    "DC-03",
    source=f"{FEEDING} (example 3)",
    severity=SHOULD,
    subjects=subjects.each(apis=("dynamic_rnn",), generations=KERAS, cells=("GRU",)),
    cases=partial(usage.example, of=dataclasses.replace(_FED, kinds=("GRU",))),
)
def test_feeding_a_gru_cell(case: Case, run: Runs) -> None:
    """dynamic_rnn over a Keras GRUCell takes one tensor as initial state, and returns one as
    final state.
    """
    _feeds_one_tensor(case, run)


def _feeds_one_tensor(case: Case, run: Runs) -> None:
    (observation,) = run(case, documented.call(case, documented.tensor(case)))
    final = documented.returned(observation)
    documented.must_have_output_shape(observation, (32, 10, 16))
    documented.must_have_shape("final_state", final, (32, 16), observation)


@usage_clause(
    "DC-04",
    source=f"{INCOMPATIBLE} (example 1)",
    severity=SHOULD,
    subjects=subjects.each(apis=("RNN",), cells=("SimpleRNN",)),
    cases=partial(usage.example, of=_SIZED),
)
def test_sizing_a_simple_cell(case: Case, run: Runs) -> None:
    """RNN over a SimpleRNNCell takes a list of one NumPy array, and returns a state whose item
    0 is a tensor of shape (batch, units).
    """
    (observation,) = run(case, documented.call(case, documented.pair(case, LIST, forms.NUMPY)))
    (final,) = documented.unpacked(observation, 2)
    documented.must_have_output_shape(observation, (1, 5, 32))
    documented.must_have_item_shapes("final_state", final, [(1, 32)], observation)


@usage_clause(
    "DC-05",
    source=f"{INCOMPATIBLE} (example 2)",
    severity=SHOULD,
    subjects=subjects.each(apis=("RNN",), cells=("LSTM",)),
    cases=partial(usage.example, of=dataclasses.replace(_SIZED, kinds=("LSTM",), units=(64,))),
)
def test_sizing_an_lstm_cell(case: Case, run: Runs) -> None:
    """RNN over an LSTMCell takes a list of two NumPy arrays, and returns the output and two
    tensors: the hidden and the cell state.
    """
    (observation,) = run(case, documented.call(case, documented.pair(case, LIST, forms.NUMPY)))
    hidden, cell = documented.unpacked(observation, 3)
    documented.must_have_output_shape(observation, (1, 5, 64))
    documented.must_have_shape("hidden_state", hidden, (1, 64), observation)
    documented.must_have_shape("cell_state", cell, (1, 64), observation)


@usage_clause(
    "DC-06",
    source=f"{INCOMPATIBLE} (example 3)",
    severity=SHOULD,
    subjects=subjects.each(apis=("RNN",), cells=(STACK,)),
    cases=partial(
        usage.example,
        of=dataclasses.replace(_SIZED, kinds=("LSTM", "LSTM"), units=(64, 32)),
    ),
)
def test_sizing_a_stack(case: Case, run: Runs) -> None:
    """RNN over two stacked LSTMCells takes a tuple of two lists of NumPy arrays, and returns
    the output and one pair for each cell.
    """
    state = documented.nested(case, TUPLE, forms.NUMPY)
    (observation,) = run(case, documented.call(case, state))
    first, second = documented.unpacked(observation, 3)
    documented.must_have_output_shape(observation, (1, 5, 32))
    documented.must_have_item_shapes("state_tuple_1", first, [(1, 64)] * 2, observation)
    documented.must_have_item_shapes("state_tuple_2", second, [(1, 32)] * 2, observation)


# --- starting and carrying on ---------------------------------------------------------------------


@usage_clause(
    "DC-07",
    source=BOTH,
    severity=SHOULD,
    subjects=IN_SEQUENCE,
    cases=partial(usage.cases, state=None),
    effort=0.33,
)
def test_each_call_starts_from_zeros(case: Case, run: Runs) -> Finding:
    """A call without initial_state starts from zeros, whatever state the previous call was
    given.
    """
    given = dataclasses.replace(case, state=usage.DISTINCT)
    _, without = run(case, requests.whole(given), requests.whole(case))
    seen = judging.accepted(case, without, "the call without initial_state")
    return Finding(judging.agrees_with_reference(case, seen))


@usage_clause(
    "DC-08",
    source=FEEDING,
    severity=SHOULD,
    subjects=DYNAMIC_RNN,
    cases=usage.cases,
    effort=0.33,
)
def test_final_state_starts_the_same_or_another_rnn(case: Case, run: Runs) -> Finding:
    """If a final state is given as initial_state, the same dynamic_rnn, or another one over
    such a cell, starts from it instead of zeros.
    """
    first, same = run(
        case, requests.whole(case), wire.Call(requests.inputs(case), wire.Previous(0))
    )
    ended = judging.accepted(case, first)
    another = dataclasses.replace(case, weight_seed=case.weight_seed + 1)
    (other,) = run(another, documented.call(another, first.state))
    return Finding(
        max(
            _goes_on_from(ended, case, same, "the same RNN's call"),
            _goes_on_from(ended, another, other, "another RNN's call"),
        )
    )


def _goes_on_from(
    ended: judging.Run, case: Case, observation: wire.Observation, what: str
) -> float:
    expected = reference.run(
        case.cells, data.weights(case), data.inputs(case), ended.state, case.dtype
    )
    seen = judging.accepted(case, observation, what)
    return judging.agrees_with_reference(case, seen, expected)


# --- what a state and the results look like -------------------------------------------------------


@usage_clause(
    "DC-09",
    source=FEEDING,
    severity=SHOULD,
    subjects=subjects.each(apis=("dynamic_rnn",), cells=SINGLE),
    cases=partial(usage.cases, fresh=True),
)
def test_structure_by_cell(case: Case, run: Runs) -> None:
    """In dynamic_rnn the initial and the final state are each one tensor for a basic RNN or GRU
    cell, and a tuple of two tensors for an LSTM.
    """
    is_pair = case.cells[0].is_lstm
    state = documented.pair(case, TUPLE) if is_pair else documented.tensor(case)
    (observation,) = run(case, documented.call(case, state))
    what = f"the call with {'a tuple of two' if is_pair else 'one tensor'}"
    final = documented.returned(observation, what)
    shape = (case.batch, case.output_units)
    if is_pair:
        documented.must_be_tuple("final_state", final, [shape] * 2, observation)
    else:
        documented.must_have_shape("final_state", final, shape, observation)


@usage_clause(
    "DC-10",
    source=BOTH,
    severity=SHOULD,
    subjects=subjects.each(apis=subjects.SEQUENCE_APIS, cells=LSTM_KINDS),
    cases=usage.cases,
)
def test_hidden_state_comes_first(case: Case, run: Runs) -> Finding:
    """The first of an LSTM's two states, given or returned, is the hidden state, and the second
    is the cell state.
    """
    accepted_as = forms.documented(case, requests.leaves(case))
    assert isinstance(accepted_as, wire.Node)
    state = wire.Node(accepted_as.container, documented.pair(case, LIST).children)
    (observation,) = run(case, documented.call(case, state))
    seen = judging.accepted(case, observation)
    first = documented.item("final_state", observation.state, 0, observation)
    assert isinstance(first, wire.Leaf)
    hidden = judging.numbers(first.array)
    judging.identical(
        "final_state[0]", hidden, seen.outputs[:, -1], observation, "the last output's"
    )
    return Finding(judging.agrees_with_reference(case, seen))


@usage_clause(
    "DC-11",
    source=FEEDING,
    severity=SHOULD,
    subjects=subjects.each(apis=("dynamic_rnn",), cells=SINGLE),
    cases=partial(usage.cases, split=True),
    effort=0.33,
)
def test_outputs_are_the_hidden_states(case: Case, run: Runs) -> Finding:
    """The outputs are the hidden state after each step, of shape (batch, steps, units). A final
    hidden state is of shape (batch, units).
    """
    until = requests.split(case)
    whole, part = run(case, requests.whole(case), requests.first_part(case))
    seen = judging.accepted(case, whole)
    stopped = judging.accepted(case, part, "the first steps", steps=until)
    hidden = stopped.state[0][0]
    outputs = reference.of(case).outputs
    at = Estimate(
        outputs.value[:, until - 1], outputs.width[:, until - 1], outputs.spread[:, until - 1]
    )
    return Finding(
        max(
            judging.within(seen.outputs, outputs, "outputs", whole),
            judging.within(hidden, at, f"final h after {until} steps", part),
        )
    )


@usage_clause(
    "DC-12",
    source=INCOMPATIBLE,
    severity=SHOULD,
    subjects=subjects.each(apis=("RNN",)),
    cases=partial(usage.cases, fresh=True),
)
def test_kind_of_state_size(case: Case, run: Runs) -> None:
    """A cell's state_size is an integer for a SimpleRNNCell, a tuple of two integers for an
    LSTMCell or GRUCell, and a tuple of such tuples for a stack.
    """
    size = run.state_size(case)
    if case.stacked:
        kept, wanted = documented.is_tuple_of_tuples(size), "a tuple of tuples of two integers"
    elif case.cell_name == "SimpleRNN":
        kept, wanted = documented.is_integer(size), "an integer"
    else:
        kept, wanted = documented.is_tuple_of_two(size), "a tuple of two integers"
    if not kept:
        raise judging.Deviation(f"state_size = {documented.shown_size(size)}, but must be {wanted}")


@usage_clause(
    "DC-13",
    source=INCOMPATIBLE,
    severity=SHOULD,
    subjects=IN_LAYERS,
    cases=partial(usage.cases, fresh=True),
    effort=0.33,
)
def test_state_size_tells_the_widths(case: Case, run: Runs) -> None:
    """The cell's state_size tells how many tensors the state has, and the width of each."""
    widths = [getattr(size, "name", "") for size in documented.flat(run.state_size(case))]
    (observation,) = run(case, requests.whole(case))
    final = documented.returned(observation)
    seen = [
        str(leaf.array.shape[-1]) for leaf in documented.flat(final) if isinstance(leaf, wire.Leaf)
    ]
    if seen != widths:
        raise judging.Deviation(
            f"widths of the final state = {seen}, but must be state_size's {widths}", observation
        )


# --- how a state may be written -------------------------------------------------------------------


@usage_clause(
    "DC-14",
    source=INCOMPATIBLE,
    severity=SHOULD,
    subjects=IN_LAYERS,
    cases=partial(usage.cases, written_as=(LIST, TUPLE)),
    effort=0.33,
)
def test_lists_and_tuples_are_taken(case: Case, run: Runs) -> Finding:
    """A Keras RNN layer takes its state as a list or tuple of tensors. For a stack it takes a
    list of one tuple for each cell, or a tuple of lists.
    """
    (observation,) = run(case, documented.call(case, documented.written(case)))
    seen = judging.accepted(case, observation, f"the call with the state as {case.form}")
    return Finding(judging.agrees_with_reference(case, seen))


@usage_clause(
    "DC-15",
    source=INCOMPATIBLE,
    severity=SHOULD,
    subjects=subjects.each(apis=LAYERS, cells=SINGLE),
    cases=partial(usage.cases, written_as=(TENSOR,), fresh=True),
)
def test_bare_tensor_is_refused(case: Case, run: Runs) -> None:
    """A Keras RNN layer must be given a list or tuple: a tensor by itself is refused."""
    (observation,) = run(case, documented.call(case, documented.written(case)))
    documented.must_raise(observation, "initial_state that is a tensor by itself")


@usage_clause(
    "DC-16",
    source=INCOMPATIBLE,
    severity=SHOULD,
    subjects=IN_LAYERS,
    cases=partial(usage.cases, written_as=(forms.NUMPY,)),
)
def test_numpy_arrays_are_taken(case: Case, run: Runs) -> Finding:
    """The tensors of a Keras RNN layer's state may be NumPy arrays."""
    (observation,) = run(case, requests.whole(case))
    seen = judging.accepted(case, observation, "the call with NumPy arrays")
    return Finding(judging.agrees_with_reference(case, seen))


# --- what is refused ------------------------------------------------------------------------------


@usage_clause(
    "DC-17",
    source=FEEDING,
    severity=SHOULD,
    subjects=subjects.each(apis=("dynamic_rnn",), cells=LSTM_KINDS),
    cases=partial(usage.cases, written_as=(LIST, TENSOR), fresh=True),
)
def test_lstm_without_a_tuple_is_refused(case: Case, run: Runs) -> None:
    """In dynamic_rnn an LSTM raises an exception if its initial state is not a tuple."""
    (observation,) = run(case, documented.call(case, documented.written(case)))
    documented.must_raise(observation, f"initial_state that is a {case.form}")


@usage_clause(
    "DC-18",
    source=BOTH,
    severity=SHOULD,
    subjects=IN_SEQUENCE,
    cases=partial(usage.misfits, names=("dtype_other_float", "dtype_int")),
    effort=0.33,
)
def test_other_dtype_is_refused(case: Case, run: Runs) -> Finding:
    """A state whose dtype is not that of the cell raises an exception."""
    return _raises(case, run)


@usage_clause(
    "DC-19",
    source=BOTH,
    severity=SHOULD,
    subjects=IN_SEQUENCE,
    cases=partial(usage.misfits, names=("batch_one", "wrong_batch")),
    effort=0.33,
)
def test_other_batch_is_refused(case: Case, run: Runs) -> Finding:
    """A state whose batch size is not that of the inputs raises an exception."""
    return _raises(case, run)


@usage_clause(
    "DC-20",
    source=BOTH,
    severity=SHOULD,
    subjects=IN_SEQUENCE,
    cases=partial(usage.misfits, names=("units_one", "wrong_units"), each_leaf=True),
)
def test_other_units_are_refused(case: Case, run: Runs) -> Finding:
    """A state raises an exception if one of its tensors is not as wide as the cell's units."""
    return _raises(case, run)


@usage_clause(
    "DC-21",
    source=BOTH,
    severity=SHOULD,
    subjects=IN_SEQUENCE,
    cases=partial(usage.misfits, names=("too_few", "too_many", "pair_for_bare", "flat_for_nested")),
    effort=0.33,
)
def test_other_number_is_refused(case: Case, run: Runs) -> Finding:
    """A state raises an exception if it has more or fewer tensors than the cell, or if it is
    flat where a stack has one state for each cell.
    """
    return _raises(case, run)


def _raises(case: Case, run: Runs) -> Finding:
    assert case.malformation is not None
    (observation,) = run(case, requests.whole(case))
    kind = malformations.KINDS[case.malformation.name]
    documented.must_raise(observation, f"initial_state with {kind.about}")
    return Finding(grade=judging.grade(case, observation))


@usage_clause(
    "DC-22",
    source=INCOMPATIBLE,
    severity=SHOULD,
    subjects=IN_LAYERS,
    cases=partial(usage.misfits, names=("wrong_units",), each_leaf=True),
    effort=0.33,
)
def test_error_names_state_size(case: Case, run: Runs) -> Finding:
    """A Keras RNN layer refuses a state of another width with an error about cell.state_size."""
    assert case.malformation is not None
    (observation,) = run(case, requests.whole(case))
    kind = malformations.KINDS[case.malformation.name]
    error = documented.must_raise(observation, f"initial_state with {kind.about}")
    grade = judging.grade(case, observation)
    if "state_size" not in error.message:
        raise judging.Deviation(
            f"initial_state with {kind.about} = {judging.error_line(error)},"
            " but must be an error that names cell.state_size",
            observation,
            grade,
        )
    return Finding(grade=grade)
