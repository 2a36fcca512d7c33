"""Checks of outputs, numbers and refusals: they are silent, or raise a sentence."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from conformance.adapter import wire
from conformance.cases import floats
from conformance.cases.case import Case, make_case
from conformance.cases.data import Malformation
from conformance.cases.program import Cell, Convolution
from conformance.checks import counting, numbers, rejection
from conformance.checks.deviation import Deviation, error_line
from conformance.checks.outputs import (
    Run,
    accepted_run,
    join_runs,
    must_have_variables_in,
    must_keep_arguments,
    must_keep_weights,
)
from conformance.contract.clause import ValueCounts
from conformance.reference import forward
from conformance.reference.expected import expected_trajectory
from conformance.reference.rounding import Estimate
from conformance.results.grades import ACCEPTED, CRASHED, EXPLAINED, HUNG, LEAKED, REJECTED
from tests import support

LSTM = make_case("RNN/keras3", "eager", (Cell("LSTM", 3),), batch=2, steps=2, state="mixed")
EVERY_CASE = support.cases(modes=["eager"], malformed=False)


# --- rejection grades -----------------------------------------------------------------------------

BATCH_ONE = LSTM.replace(malformation=Malformation("batch_one"))
BARE = LSTM.replace(malformation=Malformation("bare_for_pair"))
NAMES_BOTH = "initial_state has 1 row, but the inputs have 2"

GRADES = [
    # class, its bases, message, grade
    ("ValueError", (), NAMES_BOTH, EXPLAINED),
    ("TypeError", (), NAMES_BOTH, EXPLAINED),
    ("UnicodeDecodeError", ("UnicodeError", "ValueError"), NAMES_BOTH, EXPLAINED),
    ("ValueError", (), "shapes are incompatible", REJECTED),
    ("ValueError", (), "the inputs have 2 rows", REJECTED),
    ("ValueError", (), "12 and 21", REJECTED),
    ("ValueError", (), "0.1 and 2.5", REJECTED),
    ("ValueError", (), "\x1b[1m1\x1b[0m and \x1b[31m2\x1b[0m", EXPLAINED),
    ("InvalidArgumentError", ("OpError", "Exception"), NAMES_BOTH, REJECTED),
    ("IndexError", ("LookupError",), NAMES_BOTH, LEAKED),
    ("KeyError", ("LookupError",), NAMES_BOTH, LEAKED),
    ("AttributeError", (), NAMES_BOTH, LEAKED),
    ("AssertionError", (), NAMES_BOTH, LEAKED),
    ("InternalError", ("OpError",), NAMES_BOTH, LEAKED),
    ("UnimplementedError", ("OpError",), NAMES_BOTH, LEAKED),
    ("NotImplementedError", ("RuntimeError",), NAMES_BOTH, LEAKED),
    ("RecursionError", ("RuntimeError",), NAMES_BOTH, LEAKED),
    ("crashed", (), "signal SIGSEGV", CRASHED),
    ("hung", (), "no answer", HUNG),
]


@pytest.mark.parametrize(("name", "bases", "message", "grade"), GRADES)
def test_the_grade_of_an_error(name: str, bases: tuple[str, ...], message: str, grade: str) -> None:
    observation = support.an_error(name, message, *bases)
    assert rejection.rejection_grade(BATCH_ONE, observation) == grade
    if grade in (EXPLAINED, REJECTED):
        assert rejection.malformed_is_refused(BATCH_ONE, observation) == grade
        return
    with pytest.raises(Deviation) as deviation:
        rejection.malformed_is_refused(BATCH_ONE, observation)
    assert deviation.value.grade == grade
    assert deviation.value.observation is observation
    assert name in deviation.value.sentence
    assert "but must be refused" in deviation.value.sentence


def test_no_error_is_accepted() -> None:
    with pytest.raises(Deviation, match=r"one row.* = accepted, but must be refused") as deviation:
        rejection.malformed_is_refused(BATCH_ONE, support.perfect(LSTM))
    assert deviation.value.grade == ACCEPTED


def test_a_refusal_before_the_state_was_given_is_none() -> None:
    observation = support.an_error("ValueError", NAMES_BOTH, stage="build")
    with pytest.raises(Deviation, match="building = ValueError while building"):
        rejection.malformed_is_refused(BATCH_ONE, observation)


@pytest.mark.parametrize(
    ("message", "explains"),
    [
        ("expected a list of states as in cell.state_size, got one Tensor", True),
        ("cell.state_size", False),
        ("got a Tensor", False),
    ],
)
def test_a_structure_is_explained_by_what_was_expected_and_what_came(
    message: str, explains: bool
) -> None:
    grade = rejection.rejection_grade(BARE, support.an_error("ValueError", message))
    assert grade == (EXPLAINED if explains else REJECTED)


# --- structure ------------------------------------------------------------------------------------


@given(EVERY_CASE)
def test_a_library_without_fault_is_accepted(case: Case) -> None:
    expected = expected_trajectory(case)
    run = accepted_run(case, support.perfect(case, expected))
    assert numbers.agrees_with_reference(case, run, expected) <= 1
    numbers.runs_are_identical(run, run)
    assert numbers.runs_agree(run, run, expected) == 0


def leaf(shape: tuple[int, ...], dtype: str = "float32") -> wire.Leaf:
    return wire.Leaf(support.to_wire(np.zeros(shape), dtype))


def node(*children: object, container: str = "list") -> wire.Node:
    return wire.Node(container, children)


WELL = leaf((2, 3))
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "error": (
        {"error": wire.Error("KeyError", "builtins", ("KeyError",), "a\nb", "")},
        "the call = KeyError (a b), but must be accepted",
    ),
    "outputs' shape": (
        {"outputs": support.to_wire(np.zeros((2, 1, 3)), "float32")},
        "outputs' shape = (2, 1, 3), but must be (2, 2, 3)",
    ),
    "outputs' dtype": (
        {"outputs": support.to_wire(np.zeros((2, 2, 3)), "float64")},
        "outputs' dtype = float64, but must be float32",
    ),
    "one leaf": ({"state": node(WELL)}, "final state = [float32(2, 3)], but must be [h, c]"),
    "a named tuple": (
        {"state": node(WELL, WELL, container="LSTMStateTuple")},
        "final state = LSTMStateTuple(float32(2, 3), float32(2, 3)), but must be [h, c]",
    ),
    "no state": ({"state": None}, "final state = None, but must be [h, c]"),
    "shape of h": (
        {"state": node(leaf((1, 3)), WELL)},
        "final h of cell 0's shape = (1, 3), but must be (2, 3)",
    ),
    "shape of c": (
        {"state": node(WELL, leaf((2, 1)))},
        "final c of cell 0's shape = (2, 1), but must be (2, 3)",
    ),
    "dtype of c": (
        {"state": node(WELL, leaf((2, 3), "float16"))},
        "final c of cell 0's dtype = float16, but must be float32",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_another_structure_is_told(name: str) -> None:
    changes, sentence = WRONG[name]
    observation = dataclasses.replace(support.perfect(LSTM), **changes)
    with pytest.raises(Deviation) as deviation:
        accepted_run(LSTM, observation)
    assert deviation.value.sentence == sentence
    assert deviation.value.observation is observation


def test_values_in_space_stand_in_one_row() -> None:
    cell = Cell("ConvLSTM", 3, convolution=Convolution((2, 4), (1, 1)))
    case = LSTM.replace(cells=(cell,))
    seen = support.perfect(case)
    assert seen.outputs is not None
    assert seen.outputs.shape == (2, 2, 2, 4, 3)
    run = accepted_run(case, seen)
    assert run.outputs.shape == (2, 2, 24)
    assert [leaf.shape for leaf in run.state[0]] == [(2, 24), (2, 24)]
    flat = dataclasses.replace(seen, state=node(leaf((2, 24)), leaf((2, 24))))
    with pytest.raises(Deviation, match=r"final h of cell 0's shape = \(2, 24\), but must be"):
        accepted_run(case, flat)


def test_variables_of_another_dtype_are_told() -> None:
    seen = dataclasses.replace(support.perfect(LSTM), variables=("float32",))
    must_have_variables_in("float32", seen)
    for others in ((), ("float16",), ("float16", "float32")):
        with pytest.raises(Deviation, match=r"variables' dtype = .*, but must be float32"):
            must_have_variables_in("float32", dataclasses.replace(seen, variables=others))


def test_a_cell_called_by_itself_has_no_steps() -> None:
    case = LSTM.replace(path="cell/keras3", steps=1)
    assert accepted_run(case, support.perfect(case)).outputs.shape == (2, 1, 3)
    with_steps = dataclasses.replace(
        support.perfect(case), outputs=support.to_wire(np.zeros((2, 1, 3)), "float32")
    )
    with pytest.raises(Deviation, match="outputs' shape"):
        accepted_run(case, with_steps)


def test_a_part_has_its_own_length() -> None:
    first = LSTM.replace(steps=1)
    assert accepted_run(LSTM, support.perfect(first), steps=1).outputs.shape == (2, 1, 3)
    with pytest.raises(Deviation, match="outputs' shape"):
        accepted_run(LSTM, support.perfect(first))


def test_a_long_message_is_cut_and_its_styling_left_out() -> None:
    error = wire.Error("ValueError", "", (), "\x1b[1m" + "x" * 500, "", "build")
    assert error_line(error) == f"ValueError while building ({'x' * 157}...)"


# --- numbers --------------------------------------------------------------------------------------

ESTIMATE = Estimate(np.array([[1.0, 2.0]]), np.array([[0.125, 0.25]]), np.array([[0.25, 0.5]]))
NOTHING = wire.Observation()


def judge_outputs(*values: float) -> float:
    return numbers.within_bound(np.array([values]), ESTIMATE, "outputs", NOTHING)


def test_the_error_bound_is_the_limit() -> None:
    assert judge_outputs(1.0, 2.0) == 0
    assert judge_outputs(1.0625, 2.0) == 0.5
    assert judge_outputs(1.125, 1.75) == 1
    for values, ratio in (((np.nextafter(1.125, 2), 2.0), "1"), ((1.0, 1.0), "4")):
        with pytest.raises(Deviation, match=rf"it is {ratio} times as far"):
            judge_outputs(*values)


def test_the_worst_place_is_named() -> None:
    with pytest.raises(Deviation) as deviation:
        judge_outputs(1.2, 9.0)
    assert deviation.value.sentence == (
        "outputs[0, 1] = 9, but must be the reference's 2 within 0.25 (it is 28 times as far)"
    )


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_deviates(value: float) -> None:
    with pytest.raises(Deviation, match=r"outputs\[0, 1\] = "):
        judge_outputs(1.0, value)


@pytest.mark.parametrize("value", [np.nan, np.inf, 5.0])
def test_where_a_correct_computation_may_overflow_nothing_is_judged(value: float) -> None:
    infinite = np.array([np.inf])
    unknown = Estimate(np.array([np.nan]), infinite, infinite, np.array([True]))
    assert numbers.within_bound(np.array([value]), unknown, "outputs", NOTHING) == 0


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_value_lost_to_chaos_must_be_finite(value: float) -> None:
    lost = Estimate(np.array([0.5]), np.array([np.inf]), np.array([np.inf]))
    assert numbers.within_bound(np.array([1e9]), lost, "outputs", NOTHING) == 0
    with pytest.raises(Deviation, match=r"^outputs\[0\] = (-?inf|nan), but must be finite"):
        numbers.within_bound(np.array([value]), lost, "outputs", NOTHING)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_two_runs_that_are_not_finite_do_not_agree(value: float) -> None:
    bounds = (np.full((1, 1, 1), n) for n in (0.0, 0.5, 1.0))
    expected = forward.Trajectory(Estimate(*bounds), ())
    good, bad = a_run([0.25]), a_run([value])
    for one, other in ((good, bad), (bad, good), (bad, bad)):
        with pytest.raises(Deviation, match=r"^outputs\[0, 0, 0\] = "):
            numbers.runs_agree(one, other, expected)


CHAOTIC = make_case(
    "RNN/keras3", "eager", (Cell("SimpleRNN", 8, activation="relu"),), 1, 16,
    dtype="bfloat16", weight_scale=2.0, features=2, state="mixed", weight_seed=10,
)  # fmt: skip


def test_a_nan_in_a_row_that_is_given_up_is_seen() -> None:
    expected = forward.trajectory(CHAOTIC)
    given_up = np.isinf(expected.outputs.error_bound)
    assert given_up.any()
    assert not expected.outputs.may_overflow.any()
    outputs = expected.outputs.value.copy()
    run = Run(outputs, tuple(tuple(e.value for e in cell) for cell in expected.state), NOTHING)
    with counting.collected() as counts:
        numbers.agrees_with_reference(CHAOTIC, run)
    counted = counting.total(counts)
    assert counted.chaos > counted.overflow == 0
    assert counted.judged + counted.chaos == 17 * 8
    outputs[tuple(np.argwhere(given_up)[-1])] = np.nan
    with pytest.raises(Deviation, match=r"^outputs\[0, 15, 7\] = nan, but must be finite"):
        numbers.agrees_with_reference(CHAOTIC, run)


def test_comparisons_are_counted_by_the_reason_why_nothing_is_judged() -> None:
    bounds = np.array([1.0, np.inf, np.inf])
    unknown = Estimate(np.zeros(3), bounds, bounds, np.array([False, False, True]))
    odd = np.array([np.nan, np.inf, 0.1])
    with counting.collected() as counts:
        numbers.within_bound(np.array([0.5, 7.0, np.nan]), unknown, "outputs", NOTHING)
        numbers.must_be_identical("outputs", odd, odd, NOTHING, "the other's")
    assert counting.total(counts) == ValueCounts(judged=2, chaos=1, overflow=1, not_finite=2)


def test_another_shape_is_not_broadcast() -> None:
    for shape in ((1, 1), (2,), (2, 2), (1, 3)):
        with pytest.raises(Deviation, match=r"outputs's shape = .*, but must be"):
            numbers.within_bound(np.ones(shape), ESTIMATE, "outputs", NOTHING)


def test_no_values_agree() -> None:
    empty = Estimate(*[np.zeros((0, 3))] * 3)
    assert numbers.within_bound(np.zeros((0, 3)), empty, "outputs", NOTHING) == 0


def a_run(outputs: list[float], hidden: list[float] | None = None) -> Run:
    state = np.array(hidden or [0.0] * len(outputs))[:, None]
    return Run(np.array(outputs)[:, None, None], ((state,),), NOTHING)


def test_identical_is_to_the_last_bit() -> None:
    odd = [np.nan, np.inf, -np.inf, 0.1]
    numbers.runs_are_identical(a_run(odd, odd), a_run(odd, odd))
    for other in ([0.0, *odd[1:]], [*odd[:1], -np.inf, *odd[2:]], [*odd[:3], 0.1 + 2**-56]):
        assert other != odd
        with pytest.raises(Deviation, match=r"^outputs\[.*but must be exactly"):
            numbers.runs_are_identical(a_run(odd, odd), a_run(other, odd))
        with pytest.raises(Deviation, match=r"^final h of cell 0\[.*but must be exactly"):
            numbers.runs_are_identical(a_run(odd, other), a_run(odd, odd))


BEFORE = wire.Observation(leaf((2, 3)).array, node(leaf((2, 3)), leaf((2, 4))))
OTHERWISE: dict[str, tuple[dict[str, Any], str]] = {
    "an error": (
        {"error": wire.Error("KeyError", "builtins", ("KeyError",), "a", "")},
        "the call = KeyError",
    ),
    "another shape": ({"outputs": leaf((2, 2)).array}, "outputs and state = .* as before .*2, 3"),
    "another dtype": ({"outputs": leaf((2, 3), "float64").array}, "outputs and state = .float64"),
    "another container": (
        {"state": node(leaf((2, 3)), leaf((2, 4)), container="tuple")},
        "outputs and state =",
    ),
    "other outputs": (
        {"outputs": support.to_wire(np.full((2, 3), 1e-30), "float32")},
        r"^outputs\[0, 0\] = .*exactly that before",
    ),
    "another state": (
        {"state": node(leaf((2, 3)), wire.Leaf(support.to_wire(np.ones((2, 4)), "float32")))},
        r"^leaf 1 of the final state\[0, 0\] = 1, but must be exactly that before 0",
    ),
}


@pytest.mark.parametrize("name", OTHERWISE)
def test_an_observation_is_as_one_before(name: str) -> None:
    numbers.same_observations(BEFORE, BEFORE)
    changes, sentence = OTHERWISE[name]
    after = dataclasses.replace(BEFORE, **changes)
    with pytest.raises(Deviation, match=sentence) as deviation:
        numbers.same_observations(BEFORE, after)
    assert deviation.value.observation is after


def test_an_error_before_is_told_as_such() -> None:
    with pytest.raises(Deviation, match=r"^the call before = KeyError"):
        numbers.same_observations(support.an_error("KeyError"), BEFORE)


def test_two_paths_may_be_apart_by_the_pair_bound() -> None:
    trajectory = forward.Trajectory(
        Estimate(*(np.full((2, 1, 1), n) for n in (0.0, 0.5, 1.0))),
        ((Estimate(*(np.full((2, 1), n) for n in (0.0, 0.5, 1.0))),),),
    )
    assert numbers.runs_agree(a_run([0, 0]), a_run([1, 0]), trajectory) == 1
    with pytest.raises(
        Deviation, match=r"outputs\[1, 0, 0\] = 0, but must be the other path's 1.5"
    ):
        numbers.runs_agree(a_run([0, 0]), a_run([0, 1.5]), trajectory)
    with pytest.raises(Deviation, match="final h of cell 0"):
        numbers.runs_agree(a_run([0, 0], [0, 0]), a_run([0, 0], [2, 0]), trajectory)
    numbers.rows_agree(0, a_run([0, 0]), a_run([0, 9]), trajectory)
    with pytest.raises(Deviation, match="its own alone"):
        numbers.rows_agree(1, a_run([0, 0]), a_run([0, 9]), trajectory)


def test_two_parts_are_joined() -> None:
    first, second = support.perfect(LSTM), support.perfect(LSTM.replace(data_seed=1))
    one, two = accepted_run(LSTM, first), accepted_run(LSTM, second)
    joined = join_runs(one, two)
    assert joined.outputs.shape == (2, 4, 3)
    assert (joined.outputs[:, :2] == one.outputs).all()
    assert joined.state is two.state


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_an_error_in_one_value_is_seen(dtype: str) -> None:
    case = LSTM.replace(dtype=dtype)
    expected = forward.trajectory(case)
    relative = {"float16": 0.05, "bfloat16": 0.5, "float32": 1e-5, "float64": 1e-12}[dtype]
    seen = accepted_run(case, support.perfect(case, expected))
    largest = np.unravel_index(np.argmax(np.abs(seen.state[0][1])), (2, 3))
    seen.state[0][1][largest] *= 1 + relative
    with pytest.raises(Deviation, match=rf"final c of cell 0\[{largest[0]}, {largest[1]}\]"):
        numbers.agrees_with_reference(case, seen, expected)


def test_what_the_caller_owns_is_left_alone() -> None:
    must_keep_arguments(NOTHING)
    must_keep_weights(NOTHING)
    with pytest.raises(Deviation, match="caller's initial_state = changed"):
        must_keep_arguments(wire.Observation(arguments_intact=False))
    with pytest.raises(Deviation, match="weights after the call = changed"):
        must_keep_weights(wire.Observation(weights_intact=False))


# --- drift ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_drift_is_counted_in_units_of_the_last_place_of_the_largest_value(dtype: str) -> None:
    case = LSTM.replace(dtype=dtype)
    right = accepted_run(case, support.perfect(case))
    rounded = numbers.distance_in_ulps(
        case, right
    )  # the reference's values do not fit into the dtype
    assert rounded <= 0.5
    unit = floats.ulp(float(np.abs(forward.trajectory(case).outputs.value).max()), dtype)
    wrong = dataclasses.replace(right, outputs=right.outputs + 3 * unit)
    assert 2.5 <= numbers.distance_in_ulps(case, wrong) <= 3.5


def test_the_unit_in_the_last_place_is_numpys() -> None:
    for value in (1.0, 0.75, 1.5, 1000.0):
        assert floats.ulp(value, "float32") == float(np.spacing(np.float32(value)))
    assert floats.ulp(0.0, "float64") > 0
