"""The values of benign cases: few terms, one binade, and a small fault that shows."""

from __future__ import annotations

import numpy as np
import pytest

from conformance.cases import case_arrays, floats
from conformance.cases.case import Case, make_case
from conformance.cases.program import Cell
from conformance.reference import forward
from strategies import states

CELL = Cell("LSTM", 4, peepholes=True, projection=3)


def a_case(**fields: object) -> Case:
    case = make_case("p", "m", (CELL,), 8, 3, features=5, dtype="bfloat16", state="mixed")
    return case.replace(**fields)


def test_only_a_benign_case_has_other_arrays() -> None:
    plain, benign = a_case(), a_case(benign=True)
    assert "benign" not in plain.to_json()
    assert plain.identity != benign.identity
    assert not np.array_equal(case_arrays.inputs(plain), case_arrays.inputs(benign))
    for one, other in zip(case_arrays.state(plain)[0], case_arrays.state(benign)[0], strict=True):
        assert np.array_equal(one, other)


@pytest.mark.parametrize("dtype", floats.HALVES)
def test_sums_have_one_term_of_each_matrix_and_inputs_one_binade(dtype: str) -> None:
    case = a_case(benign=True, dtype=dtype)
    (weights,) = case_arrays.weights(case)
    for matrix in (weights.kernel, weights.recurrent, weights.projection):
        assert matrix is not None
        assert (np.count_nonzero(matrix, axis=0) == 1).all()
        assert np.count_nonzero(matrix, axis=1).astype(bool).sum() == min(matrix.shape)
    assert np.abs(weights.recurrent).max() <= 0.5
    inputs = np.abs(case_arrays.inputs(case))
    assert inputs.min() >= 1.0
    assert inputs.max() <= 2.0


def test_a_further_row_or_step_leaves_benign_inputs_as_they_are() -> None:
    small, large = (case_arrays.inputs(a_case(benign=True, batch=n, steps=n)) for n in (2, 9))
    assert np.array_equal(large[:2, :2], small)


@pytest.mark.parametrize(("dtype", "fault"), [("float16", 2e-3), ("bfloat16", 1.5e-2)])
def test_benign_cases_show_a_fault_that_others_hide(dtype: str, fault: float) -> None:
    shown = {
        benign: [_shows(fault, dtype=dtype, benign=benign, data_seed=seed) for seed in range(20)]
        for benign in (False, True)
    }
    assert np.mean(shown[True]) > 0.5 > np.mean(shown[False])


def _shows(fault: float, **fields: object) -> bool:
    """Return whether an output gate that is too large by a fault is seen."""
    case = a_case(cells=(Cell("LSTM", 4),), weight_seed=fields["data_seed"], **fields)
    outputs = forward.trajectory(case).outputs
    seen = floats.round_to(outputs.value * (1.0 + fault), case.program.dtype)
    return bool((outputs.distance(seen) > 1).any())


def test_half_of_the_cases_of_a_program_are_benign() -> None:
    for seed in range(4):
        assert sum(states.halves_of(2, seed)) == 1
        assert sum(states.halves_of(8, seed)) == 4
        assert sum(states.halves_of(45, seed)) in (22, 23)
    assert [states.halves_of(1, seed) for seed in (0, 1)] == [[False], [True]]
