"""Checks of usage as in the write-ups: states built from state_size, and models that must fail."""

from __future__ import annotations

import pytest

from conformance.adapter import wire
from conformance.cases.case import Case, make_case
from conformance.cases.program import Cell, Model
from conformance.cases.state_forms import format_tree
from conformance.checks import documented_usage
from conformance.checks.deviation import Deviation
from conformance.checks.documented_usage import COMPILED, RUN
from conformance.results.grades import ACCEPTED, HUNG
from tests import support

SIMPLE = make_case("RNN/keras3", "eager", (Cell("SimpleRNN", 3),), batch=2)
LSTM = SIMPLE.replace(cells=(Cell("LSTM", 3),))
STACK = SIMPLE.replace(cells=(Cell("LSTM", 3), Cell("LSTM", 4)))
THREE, FOUR = wire.Other("3"), wire.Other("4")


def items(container: str, *children: object) -> wire.Node:
    return wire.Node(container, children)


@pytest.mark.parametrize(
    ("case", "size", "shapes"),
    [
        (SIMPLE, THREE, [(2, 3)]),
        (LSTM, items("list", THREE, THREE), [(2, 3), (2, 3)]),
        (LSTM, items("tuple", THREE, THREE), [(2, 3), (2, 3)]),
        (
            STACK,
            items("tuple", items("list", THREE, THREE), items("list", FOUR, FOUR)),
            [(2, 3), (2, 3), (2, 4), (2, 4)],
        ),
    ],
)
def test_zeros_have_the_shapes_that_state_size_says(
    case: Case, size: object, shapes: list[tuple[int, ...]]
) -> None:
    state = documented_usage.zeros_of_size(case, size)
    leaves = list(documented_usage.tree_leaves(state))
    assert [leaf.array.shape for leaf in leaves if isinstance(leaf, wire.Leaf)] == shapes


def test_the_zeros_of_a_stack_are_a_tuple_of_lists_as_in_the_example() -> None:
    size = items("tuple", items("list", THREE, THREE), items("list", FOUR, FOUR))
    text = format_tree(documented_usage.zeros_of_size(STACK, size))
    assert text.startswith("([")
    assert text.endswith("])")


@pytest.mark.parametrize(
    ("case", "size", "sentence"),
    [
        (SIMPLE, items("list", THREE), "state_size = [3], but state_size must be an integer"),
        (LSTM, THREE, "state_size = 3, but state_size[0] must be an integer"),
        (LSTM, items("list", THREE), "state_size = [3], but state_size[1] must be an integer"),
        (
            STACK,
            items("list", THREE, THREE, FOUR, FOUR),
            "state_size = [3, 3, 4, 4], but state_size[0][0] must be an integer",
        ),
    ],
)
def test_a_state_size_without_such_an_index_deviates(
    case: Case, size: object, sentence: str
) -> None:
    with pytest.raises(Deviation) as deviation:
        documented_usage.zeros_of_size(case, size)
    assert deviation.value.sentence == sentence


def test_an_lstm_is_fed_a_tuple_and_another_cell_a_tensor() -> None:
    assert isinstance(documented_usage.fed_state(SIMPLE), wire.Leaf)
    fed = documented_usage.fed_state(LSTM)
    assert isinstance(fed, wire.Node)
    assert (fed.container, len(fed.children)) == ("tuple", 2)


def test_a_model_is_compiled_before_it_predicts() -> None:
    case = SIMPLE.replace(model=Model("functional", "predict", given=True))
    call = documented_usage.compiled_prediction(case)
    assert (call.by, call.before, call.state) == ("predict", wire.Compile(), None)


def failed_at(stage: str) -> wire.Observation:
    return support.an_error("ValueError", stage=stage)


@pytest.mark.parametrize("stage", ["build", COMPILED])
def test_a_model_may_fail_when_it_is_made_or_compiled(stage: str) -> None:
    documented_usage.must_fail_by(COMPILED, failed_at(stage), "the model")
    documented_usage.must_fail_by(RUN, failed_at(stage), "the model")


def test_a_model_that_fails_when_it_runs_fails_too_late_or_in_time() -> None:
    documented_usage.must_fail_by(RUN, failed_at(RUN), "the model")
    with pytest.raises(Deviation, match="but must fail when it is made or compiled"):
        documented_usage.must_fail_by(COMPILED, failed_at(RUN), "the model")


def test_a_model_that_does_not_fail_deviates_and_so_does_one_that_hangs() -> None:
    for observation, grade in ((wire.Observation(), ACCEPTED), (support.an_error(HUNG), HUNG)):
        with pytest.raises(Deviation) as deviation:
            documented_usage.must_fail_by(RUN, observation, "the model")
        assert deviation.value.grade == grade
