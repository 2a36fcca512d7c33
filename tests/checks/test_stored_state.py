"""Checks of the state that a stateful layer keeps."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from conformance.adapter import wire
from conformance.cases import case_calls, floats, state_forms
from conformance.cases.case import Case, make_case
from conformance.cases.program import Cell, Layer, Model
from conformance.checks import numbers, stored_state
from conformance.checks.deviation import Deviation
from conformance.checks.outputs import accepted_run
from conformance.reference import forward
from conformance.results.grades import ACCEPTED, EXPLAINED, KEPT_GRADES, LEAKED, REJECTED
from tests import support

CASE = make_case(
    "RNN/keras3",
    "eager",
    (Cell("LSTM", 3), Cell("GRU", 2)),
    batch=2,
    steps=4,
    state=None,
    split=2,
    layer=Layer(stateful=True),
)


def perfect(case: Case = CASE, **changes: Any) -> wire.Observation:
    """Return what a library without a fault answers: the stored state is the final one."""
    seen = support.perfect(case)
    return dataclasses.replace(seen, **{"stored": seen.state, **changes})


def move_value(tree: object, by: float) -> object:
    """Move the first value of the last leaf of a tree."""
    *_, (last,) = state_forms.read_state(CASE, tree)
    values = floats.from_wire(last.array).copy()
    values[0, 0] += by
    changed = wire.Leaf(support.to_wire(values, CASE.program.dtype))
    return state_forms.map_leaves(tree, lambda leaf: changed if leaf is last else leaf)


def test_what_is_stored_is_the_final_state_to_the_last_bit() -> None:
    seen = accepted_run(CASE, perfect())
    stored_state.holds_the_final_state(CASE, seen)
    other = accepted_run(CASE, perfect(stored=move_value(perfect().state, 1e-6)))
    with pytest.raises(Deviation, match=r"stored h of cell 1\[0, 0\] = .*exactly the final state"):
        stored_state.holds_the_final_state(CASE, other)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda tree: None, r"stored state = None, but must be one state for each of 2 cells"),
        (lambda tree: tree.children[1], "stored state = .*, but must be one state for each"),
        (
            lambda tree: wire.Node("list", (tree.children[0], wire.Leaf(leaf((1, 2))))),
            r"stored h of cell 1's shape = \(1, 2\), but must be \(2, 2\)",
        ),
        (
            lambda tree: wire.Node("list", (tree.children[0], wire.Leaf(leaf((2, 2), "float64")))),
            "stored h of cell 1's dtype = float64, but must be float32",
        ),
    ],
)
def test_the_stored_state_is_judged_as_a_state(change: Any, sentence: str) -> None:
    with pytest.raises(Deviation, match=sentence):
        stored_state.stored_values(CASE, perfect(stored=change(perfect().state)))


def leaf(shape: tuple[int, ...], dtype: str = "float32") -> wire.Array:
    return support.to_wire(np.zeros(shape), dtype)


def test_under_a_policy_it_has_the_dtype_of_variables() -> None:
    case = CASE.replace(dtype="float16", policy="mixed_float16")
    returned = perfect(case)
    with pytest.raises(Deviation, match="dtype = float16, but must be float32"):
        stored_state.stored_values(case, returned)
    wide = state_forms.map_leaves(
        returned.state,
        lambda leaf: wire.Leaf(support.to_wire(floats.from_wire(leaf.array), "float32")),
    )
    stored_state.holds_the_final_state(
        case, accepted_run(case, dataclasses.replace(returned, stored=wide))
    )


def test_a_run_may_end_in_what_is_stored() -> None:
    seen = stored_state.run_ending_in_stored(CASE, perfect(state=None), "the call")
    assert numbers.agrees_with_reference(CASE, seen) <= 1
    with pytest.raises(Deviation, match="the call = ValueError"):
        stored_state.run_ending_in_stored(CASE, support.an_error("ValueError"), "the call")


def test_two_batches_are_one_run() -> None:
    outputs = forward.trajectory(CASE).outputs.value
    below = support.to_wire(np.concatenate([outputs[:, :2], outputs[:, 2:]]), CASE.program.dtype)
    seen = stored_state.run_of_two_batches(CASE, perfect(outputs=below, state=None), "predict")
    assert numbers.agrees_with_reference(CASE, seen) <= 1
    in_model = CASE.replace(model=Model("functional", "predict"))
    assert case_calls.in_two_batches(in_model).inputs.shape == (4, 2, 1)
    swapped = support.to_wire(np.concatenate([outputs[:, 2:], outputs[:, :2]]), CASE.program.dtype)
    with pytest.raises(Deviation, match="outputs"):
        numbers.agrees_with_reference(
            CASE, stored_state.run_of_two_batches(CASE, perfect(outputs=swapped), "predict")
        )


def test_what_was_stored_is_left_alone_to_the_last_bit() -> None:
    before, after = perfect(), support.an_error("ValueError")
    stored_state.keeps_its_values(CASE, before, dataclasses.replace(after, stored=before.stored))
    with pytest.raises(Deviation, match="must be exactly what was stored before"):
        stored_state.keeps_its_values(
            CASE, before, dataclasses.replace(after, stored=move_value(before.stored, 1e-6))
        )


@pytest.mark.parametrize(
    ("seen", "grade"),
    [
        (perfect(), ACCEPTED),
        (support.an_error("ValueError", "expected 2 rows, got 5"), EXPLAINED),
        (support.an_error("ValueError", "shapes"), REJECTED),
        (support.an_error("InvalidArgumentError", "2 and 5"), REJECTED),
        (support.an_error("IndexError", "2 and 5"), LEAKED),
    ],
)
def test_the_grade_of_another_batch(seen: wire.Observation, grade: str) -> None:
    case = CASE.replace(other_batch=5)
    if grade in KEPT_GRADES:
        assert stored_state.batch_refused(case, seen) == grade
        return
    with pytest.raises(
        Deviation, match="a batch of 5 of a layer that was built for 2 = "
    ) as deviation:
        stored_state.batch_refused(case, seen)
    assert deviation.value.grade == grade
