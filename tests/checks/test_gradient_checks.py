"""Checks of gradients: they return the largest error/error bound, or raise a sentence."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from conformance.adapter import wire
from conformance.cases import floats, state_forms
from conformance.cases.case import Case, make_case
from conformance.cases.program import Cell
from conformance.checks import gradients
from conformance.checks.deviation import Deviation
from conformance.reference import backward
from conformance.reference.rounding import Estimate
from tests import support

KERAS = make_case("RNN/keras3", "eager", (Cell("LSTM", 3), Cell("GRU", 2)), batch=2, state="mixed")
V1 = make_case(
    "dynamic_rnn/v1", "eager", (Cell("LSTM", 3, peepholes=True, projection=2),), state="mixed"
)
CASES = [KERAS, V1, V1.replace(path="cell/v1")]


def perfect(case: Case) -> wire.Observation:
    """Return what a library without a fault answers where gradients are asked for."""
    expected = backward.loss_gradients(case)

    def send(estimate: Estimate) -> wire.Array:
        return support.to_wire(estimate.value, case.program.dtype)

    def send_if(estimate: Estimate | None) -> wire.Array | None:
        return None if estimate is None else send(estimate)

    weights = tuple(
        wire.Weights(
            send(cell.kernel),
            send(cell.recurrent),
            *map(send_if, (cell.bias, cell.peepholes, cell.projection)),
        )
        for cell in expected.weights
    )
    leaves = tuple(tuple(wire.Leaf(send(leaf)) for leaf in cell) for cell in expected.state)
    found = wire.Gradients(
        wire.Leaf(send(expected.inputs)), state_forms.documented_tree(case, leaves), weights
    )
    return dataclasses.replace(support.perfect(case), gradients=found)


def with_gradients(case: Case, **fields: Any) -> wire.Observation:
    """Return a perfect answer with other gradients."""
    seen = perfect(case)
    assert seen.gradients is not None
    return dataclasses.replace(seen, gradients=dataclasses.replace(seen.gradients, **fields))


def sentence(judge: gradients.Judge, case: Case, seen: wire.Observation) -> str:
    with pytest.raises(Deviation) as deviation:
        judge(case, seen, backward.loss_gradients(case))
    return deviation.value.sentence


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.program.path)
def test_perfect_gradients_are_within_the_error_bound(case: Case) -> None:
    assert gradients.with_respect_to_all(case, perfect(case), backward.loss_gradients(case)) < 1


def test_a_leaf_without_a_gradient_is_told() -> None:
    leaf = wire.Leaf(support.to_wire(np.zeros((1, 2)), "float32"))
    tree = wire.Node(state_forms.LSTM_STATE_TUPLE, (wire.Nothing(), leaf))
    found = sentence(gradients.with_respect_to_state, V1, with_gradients(V1, state=tree))
    assert found == (
        "gradients of initial_state = LSTMStateTuple(None, float32(1, 2)), but must be tensors"
    )


def test_inputs_without_a_gradient_are_told() -> None:
    found = sentence(
        gradients.with_respect_to_inputs, KERAS, with_gradients(KERAS, inputs=wire.Nothing())
    )
    assert found == "gradient of inputs = None, but must be a tensor"


def with_weight(case: Case, name: str, given: Any) -> wire.Observation:
    seen = perfect(case).gradients
    assert seen is not None
    last = dataclasses.replace(seen.weights[-1], **{name: given})
    return with_gradients(case, weights=(*seen.weights[:-1], last))


def test_a_weight_without_a_gradient_is_told() -> None:
    seen = with_weight(KERAS, "bias", wire.Nothing())
    found = sentence(gradients.with_respect_to_weights, KERAS, seen)
    assert found == "gradient of bias of cell 1 = None, but must be a tensor"


@pytest.mark.parametrize("name", ["kernel", "recurrent", "bias", "peepholes", "projection"])
def test_a_wrong_value_is_told_by_its_place(name: str) -> None:
    value = getattr(backward.loss_gradients(V1).weights[0], name).value.copy()
    value.flat[-1] += 1
    seen = with_weight(V1, name, support.to_wire(value, V1.program.dtype))
    found = sentence(gradients.with_respect_to_weights, V1, seen)
    place = ", ".join(str(size - 1) for size in value.shape)
    assert found.startswith(f"gradient of {name} of cell 0[{place}] = ")
    assert "but must be the reference's" in found


def test_another_dtype_is_told() -> None:
    wider = wire.Leaf(floats.to_wire(backward.loss_gradients(KERAS).inputs.value, "float64"))
    found = sentence(gradients.with_respect_to_inputs, KERAS, with_gradients(KERAS, inputs=wider))
    assert found == "gradient of inputs's dtype = float64, but must be float32"


def test_a_call_that_fails_is_told() -> None:
    found = sentence(gradients.with_respect_to_inputs, KERAS, support.an_error("LookupError"))
    assert found == "the call with gradients = LookupError (no), but must be accepted"


def test_outputs_are_judged_before_gradients() -> None:
    seen = dataclasses.replace(perfect(KERAS), outputs=support.to_wire(np.zeros(3), "float32"))
    found = sentence(gradients.with_respect_to_inputs, KERAS, seen)
    assert found.startswith("outputs' shape = (3,)")


def test_judges_read_shapes() -> None:
    seen = with_gradients(KERAS, inputs=wire.Leaf(support.to_wire(np.zeros((2, 1)), "float32")))
    found = sentence(gradients.with_respect_to_inputs, KERAS, seen)
    assert "shape" in found
