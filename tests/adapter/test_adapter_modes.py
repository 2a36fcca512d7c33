"""Modes and models: their cases, and how symbolic results and containers are judged."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.adapter import wire
from conformance.cases import case_calls
from conformance.cases.case import Case, make_case
from conformance.cases.program import IN_PARTS, WIRINGS, Cell
from conformance.checks.deviation import Deviation
from conformance.checks.outputs import (
    Run,
    accepted_run,
    must_have_same_structure,
    must_match_declaration,
)
from conformance.contract.clause import DrawSpec, Subject
from strategies import mode_cases
from tests import support

MODEL = Subject("Model/keras3", "LSTM")
SEVERAL = DrawSpec(["unrolled"], lambda mode: 3 if mode == "eager" else 20)


@given(mode_cases.few_cases(Subject("RNN/keras3", "GRU"), SEVERAL))
def test_a_few_are_as_many_as_in_eager_mode(cases: tuple[Case, ...]) -> None:
    assert len(cases) in (1, 3)


@given(mode_cases.one_program(Subject("RNN/keras3", "GRU"), SEVERAL))
def test_one_is_one(cases: tuple[Case, ...]) -> None:
    assert len(cases) == 1


@given(mode_cases.cases_of_one_size(Subject("RNN/keras3", "GRU"), SEVERAL))
def test_cases_of_one_size_differ_in_their_data(cases: tuple[Case, ...]) -> None:
    assert len({(case.data.batch, case.data.steps) for case in cases}) == 1
    assert len({case.data.data_seed for case in cases}) == len(cases)


def test_options_of_one_generation_are_drawn_only_for_its_own_programs() -> None:
    def has_reset_after(strategy: Callable[..., st.SearchStrategy]) -> bool:
        seen: set[bool] = set()

        @settings(max_examples=100)
        @given(strategy(Subject("RNN/keras3", "GRU"), dataclasses.replace(SEVERAL, common=True)))
        def take(cases: tuple[Case, ...]) -> None:
            seen.add(cases[0].program.cells[0].reset_after)

        take()
        return True in seen

    assert has_reset_after(mode_cases.one_program)
    assert has_reset_after(mode_cases.cases_of_one_size)
    assert not has_reset_after(mode_cases.few_cases)


@given(mode_cases.wired_models(MODEL, SEVERAL, wirings=WIRINGS))
def test_a_wiring_has_what_it_needs(cases: tuple[Case, ...]) -> None:
    (case,) = cases
    assert (case.data.split is not None) == (case.program.wiring in IN_PARTS)
    assert (case.data.state is None) == (case.program.wiring == "none")


# --- calls of a model -----------------------------------------------------------------------------

CASE = make_case("Model/keras2", "predict", (Cell("LSTM", 2),), batch=3, steps=5, state="mixed")


def whole_number(array: wire.Array) -> int:
    assert (array.dtype, array.shape) == ("int32", ())
    return int.from_bytes(array.data, "little")


def test_a_model_gets_the_split_of_the_sequence_and_the_batch_size() -> None:
    assert case_calls.model_call(CASE).arguments == ()
    call = case_calls.model_call(CASE.replace(wiring="encoder", split=2), rows=1)
    arguments = {name: whole_number(array) for name, array in call.arguments}
    assert arguments == {"split": 2, "batch_size": 1}


def test_the_layer_of_a_model_is_that_of_its_cell_or_of_a_stack() -> None:
    wired = CASE.replace(wiring="encoder", split=2)
    layer = case_calls.layer_of_model(wired)
    assert layer == CASE.replace(path="layer/keras2", mode="eager")
    stack = CASE.replace(cells=(Cell("GRU", 1), Cell("GRU", 1)))
    assert case_calls.layer_of_model(stack).program.path == "RNN/keras2"


# --- containers -----------------------------------------------------------------------------------


def run_with_state_in(container: str) -> Run:
    seen = support.perfect(CASE.replace(mode="eager"))
    state = wire.Node(container, seen.state.children)
    return accepted_run(CASE, dataclasses.replace(seen, state=state))


def test_final_states_in_like_containers_are_alike() -> None:
    must_have_same_structure(run_with_state_in("list"), run_with_state_in("list"), "the other's")


def test_a_tuple_is_no_list() -> None:
    with pytest.raises(Deviation) as deviation:
        must_have_same_structure(
            run_with_state_in("tuple"), run_with_state_in("list"), "the eager call's"
        )
    assert deviation.value.sentence == (
        "final state = (float32(3, 2), float32(3, 2)), but must be the eager call's"
        " [float32(3, 2), float32(3, 2)]"
    )


# --- what a model declares ------------------------------------------------------------------------

H = wire.Spec("float32", (None, 2))
OUTPUTS = wire.Spec("float32", (None, None, 2))


def observation_declaring(outputs: object, *state: object) -> wire.Observation:
    declared = wire.Node("tuple", (outputs, wire.Node("list", state)))
    return dataclasses.replace(support.perfect(CASE), declared=declared)


@pytest.mark.parametrize("h", [H, wire.Spec("float32", (3, 2)), wire.Spec("float32", (3, None))])
def test_sizes_may_be_unknown(h: wire.Spec) -> None:
    must_match_declaration(observation_declaring(OUTPUTS, h, H))


DECLARED = {
    "another width": (OUTPUTS, H, wire.Spec("float32", (None, 3))),
    "another rank": (OUTPUTS, H, wire.Spec("float32", (None, None, 2))),
    "another dtype": (OUTPUTS, H, wire.Spec("float16", (None, 2))),
    "another number of steps": (wire.Spec("float32", (None, 4, 2)), H, H),
    "one state": (OUTPUTS, H),
    "a nested state": (OUTPUTS, wire.Node("list", (H, H))),
}


@pytest.mark.parametrize("name", DECLARED)
def test_another_declaration_deviates(name: str) -> None:
    with pytest.raises(
        Deviation, match=r"the symbolic outputs and state = .*must be what is given"
    ):
        must_match_declaration(observation_declaring(*DECLARED[name]))
