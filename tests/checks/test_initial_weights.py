"""Checks of initial weights: those of a Keras without a fault pass, and each fault is found."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from conformance.adapter import wire
from conformance.cases.program import Cell
from conformance.checks import initial_weights
from conformance.checks.deviation import Deviation
from tests import support

CELL = Cell("LSTM", 3)


def weights(**changed: np.ndarray) -> wire.Weights:
    """Return the weights that Keras starts with, for two features."""
    stream = np.random.RandomState(0)
    kernel = stream.uniform(-1, 1, (2, 12)) * np.sqrt(6 / 14)
    recurrent = np.linalg.qr(stream.normal(size=(12, 3)))[0].T
    bias = np.repeat([0.0, 1.0, 0.0, 0.0], 3)
    given = {"kernel": kernel, "recurrent": recurrent, "bias": bias, **changed}
    return wire.Weights(
        **{name: support.to_wire(value, "float32") for name, value in given.items()}
    )


def array(name: str) -> np.ndarray:
    sent = getattr(weights(), name)
    return np.frombuffer(sent.data, np.float32).reshape(sent.shape).astype(np.float64)


def test_what_is_documented_is_silent() -> None:
    initial_weights.must_be_as_documented(CELL, weights())


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"kernel": array("kernel") * 1.2}, "largest initial kernel value = .*glorot_uniform"),
        ({"kernel": np.zeros((2, 12))}, "initial kernel values = all 0, but must be drawn"),
        ({"recurrent": array("recurrent") * (1 + 1e-4)}, "rows of the initial recurrent kernel"),
        ({"recurrent": array("recurrent")[[0, 0, 2]]}, "rows of the initial recurrent kernel"),
        ({"bias": np.zeros(12)}, "initial bias = .* ones for the forget gate"),
        ({"bias": np.repeat([1.0, 0.0, 0.0, 0.0], 3)}, "initial bias"),
        ({"bias": array("bias") + 1e-7}, "initial bias"),
    ],
)
def test_what_is_not_is_told(changed: dict[str, np.ndarray], sentence: str) -> None:
    with pytest.raises(Deviation, match=sentence):
        initial_weights.must_be_as_documented(CELL, weights(**changed))


def test_only_an_lstm_has_a_forget_gate() -> None:
    gru = Cell("GRU", 4, reset_after=True)
    plain = weights(bias=np.zeros((2, 12)))
    initial_weights.must_be_as_documented(gru, plain)
    with pytest.raises(Deviation, match="initial bias"):
        initial_weights.must_be_as_documented(gru, dataclasses.replace(plain, bias=weights().bias))


def test_a_single_value_may_be_anything_within_the_bound() -> None:
    one = weights(kernel=np.zeros((1, 1)), recurrent=np.full((1, 1), -1.0), bias=np.zeros(1))
    initial_weights.must_be_as_documented(Cell("SimpleRNN", 1), one)
