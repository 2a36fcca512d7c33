"""The cases that are drawn for relatives of the usual cells."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings

from conformance.cases import case_calls
from conformance.cases.case import Case
from conformance.cases.case_json import from_json
from conformance.cases.program import POLICIES, STRUCTURES, Nesting
from conformance.checks import numbers, outputs
from conformance.contract.clause import Cases, Clause, DrawSpec, Subject
from strategies import relatives
from tests import support

MANY = settings(max_examples=150)
EXTENT = DrawSpec(support.MODES, lambda mode: 2)
OF_FAMILY = [
    (clause, subject) for clause, subject in support.every_subject() if clause.family == "WR"
]


def drawn_cases(cases: Cases, path: str, **options: Any) -> list[Case]:
    found: list[Case] = []

    @MANY
    @given(cases(Subject(path, "relative"), EXTENT, **options))
    def take(group: tuple[Case, ...]) -> None:
        found.extend(group)

    take()
    return found


@pytest.mark.parametrize("pair", OF_FAMILY, ids=lambda pair: f"{pair[0].identifier}-{pair[1]}")
def test_each_case_can_be_read_asked_and_judged(pair: tuple[Clause, Subject]) -> None:
    clause, subject = pair

    @settings(max_examples=5)
    @given(clause.cases(subject, EXTENT))
    def check(group: tuple[Case, ...]) -> None:
        for case in group:
            assert from_json(case.to_json()) == case
            assert case.program.path == subject.path
            assert case_calls.whole(case).inputs.shape[:2] == (case.data.batch, case.data.steps)
            perfect = outputs.accepted_run(case, support.perfect(case))
            assert numbers.agrees_with_reference(case, perfect) <= 1

    check()


def test_what_is_added_to_its_inputs_is_as_wide() -> None:
    cases = drawn_cases(relatives.wrapped_cells, "dynamic_rnn/v1")
    for case in cases:
        width = case.program.features
        for cell in case.program.cells:
            assert "residual" not in cell.wrappers or cell.output_units == width
            width = cell.output_units
    assert {cell.wrappers for case in cases for cell in case.program.cells} >= {
        ("residual",), ("device",), ("dropout",), ("residual", "residual"),
    }  # fmt: skip
    assert {case.program.cell_name for case in cases} == {
        "SimpleRNN",
        "LSTM",
        "GRU",
        "BasicLSTM",
        "Stack",
    }


def test_a_cell_by_itself_is_always_given_a_state() -> None:
    cells = drawn_cases(relatives.wrapped_cells, "cell/v1", states=relatives.EITHER)
    assert all(case.data.state is not None for case in cells)
    layers = drawn_cases(relatives.mixed_precision, "RNN/keras3", states=relatives.EITHER)
    assert None in {case.data.state for case in layers}


def places(nesting: int | Nesting) -> list[int]:
    if isinstance(nesting, int):
        return [nesting]
    return [place for within in nesting for place in places(within)]


def test_a_nesting_has_each_cell_in_its_place() -> None:
    cases = drawn_cases(relatives.nested_stacks, "RNN/keras3")
    assert all(places(case.program.nesting) == [*range(len(case.program.cells))] for case in cases)
    assert {len(case.program.cells) for case in cases} == {1, 2, 3, 4}
    assert all(case.program.stacked for case in cases)


def test_ones_own_cells_are_of_every_kind() -> None:
    cases = drawn_cases(relatives.custom_cells, "RNN/keras2")
    customs = [case.program.cells[0].custom for case in cases]
    assert {custom.structure for custom in customs if custom} == set(STRUCTURES)
    assert {custom.doubled for custom in customs if custom} == {True, False}
    assert {len(case.program.cells) for case in cases} == {1, 2}
    assert all(
        case.program.cells[0].projection is None
        for case in drawn_cases(relatives.custom_cells, "cell/v1")
    )


def test_convolutions_are_small_and_of_every_rank() -> None:
    cases = drawn_cases(relatives.convolutional_layers, "layer/keras3")
    convolutions = [case.program.cells[0].convolution for case in cases]
    assert {len(each.space) for each in convolutions if each} == {1, 2, 3}
    assert all(case.program.cells[0].state_widths[0] <= 81 for case in cases)
    assert all(min(each.positions) >= 1 for each in convolutions if each)


VARIANTS: list[tuple[Cases, str, Callable[[Case], object], int]] = [
    (
        relatives.custom_cells,
        "RNN/keras3",
        lambda case: case.program.cells[0].custom,
        len(STRUCTURES),
    ),
    (relatives.mixed_precision, "layer/keras2", lambda case: case.program.policy, len(POLICIES)),
    (relatives.convolutional_layers, "layer/keras2", lambda case: len(case.program.input_shape), 3),
]


@pytest.mark.parametrize(("cases", "path", "variant", "count"), VARIANTS)
def test_eagerly_each_variant_is_drawn_together_with_the_others(
    cases: Cases, path: str, variant: Callable[[Case], object], count: int
) -> None:
    @settings(max_examples=20)
    @given(cases(Subject(path, "relative"), EXTENT))
    def check(group: tuple[Case, ...]) -> None:
        expected = count if group[0].program.mode == "eager" else 1
        assert len({variant(case) for case in group}) == expected

    check()


CHECKS: list[tuple[Cases, str, Callable[[Case], bool]]] = [
    (relatives.time_distributed_layers, "layer/keras2", lambda case: case.data.batch % 2 == 0),
    (
        relatives.time_distributed_layers,
        "layer/keras2",
        lambda case: case.program.layer.time_distributed,
    ),
    (
        relatives.stateful_time_distributed_layers,
        "layer/keras2",
        lambda case: case.data.steps % 2 == 0,
    ),
    (
        relatives.stateful_time_distributed_layers,
        "layer/keras3",
        lambda case: case.program.layer.stateful and case.program.layer.time_distributed,
    ),
    (
        partial(relatives.convolutional_layers, stateful=True),
        "layer/keras3",
        lambda case: case.program.layer.stateful,
    ),
    (
        relatives.states_in_one_tensor,
        "dynamic_rnn/v1",
        lambda case: not case.program.state_is_tuple,
    ),
    (
        relatives.mixed_precision,
        "cell/keras2",
        lambda case: case.program.dtype == POLICIES[str(case.program.policy)],
    ),
    (
        relatives.cells_with_dropout,
        "layer/keras3",
        lambda case: case.program.cells[0].dropout + case.program.cells[0].recurrent_dropout > 0,
    ),
    (relatives.cells_with_dropout, "layer/keras3", lambda case: not case.program.layer.training),
]


@pytest.mark.parametrize(("cases", "path", "holds"), CHECKS)
def test_all_cases_have_the_property(
    cases: Cases, path: str, holds: Callable[[Case], bool]
) -> None:
    assert all(holds(case) for case in drawn_cases(cases, path))
