"""Every malformation makes a state wrong, in the way that its name says and in no other."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.adapter import wire
from conformance.cases import case_calls, state_forms
from conformance.cases.case import Case, make_case
from conformance.cases.data import Malformation
from conformance.cases.malformations import malformation, state_malformations
from conformance.cases.program import Cell
from conformance.contract import subjects
from conformance.contract.clause import Subject
from strategies import malformed
from tests import support

OF_STATES = [
    name
    for name, each in state_malformations.MALFORMATIONS.items()
    if each.argument == malformation.STATE
]
TAKING = ((malformation.LENGTHS, "dynamic_rnn"), (malformation.MASK, "layer"))
SUBJECTS = [
    *subjects.malformations(support.OFFERS),
    *(
        subject
        for argument, api in TAKING
        for subject in subjects.argument_malformations(
            argument, subjects.paths_and_cells(apis=(api,))
        )(support.OFFERS)
    ),
]


def cases_of(name: str) -> st.SearchStrategy[Case]:
    chosen = [subject for subject in SUBJECTS if subject.malformation == name]
    cases = malformed.cases if name in OF_STATES else malformed.argument_cases
    return st.sampled_from(chosen).flatmap(lambda subject: cases(subject, ["eager"]))


def leaves(tree: object) -> Iterator[object]:
    if isinstance(tree, wire.Node):
        for child in tree.children:
            yield from leaves(child)
    else:
        yield tree


def visible_form(tree: object) -> object:
    """Return everything by which an API can distinguish two states: containers, shapes, dtypes."""
    if isinstance(tree, wire.Node):
        return (tree.container, tree.keys, tuple(visible_form(child) for child in tree.children))
    if isinstance(tree, wire.Leaf):
        return (tree.array.dtype, tree.array.shape, tree.held_as == "ragged")
    return tree


def well_formed_state(case: Case) -> object:
    return case_calls.given_state(case_calls.well_formed(case))


@pytest.mark.parametrize("name", OF_STATES)
def test_it_differs_from_the_well_formed_state(name: str) -> None:
    @given(cases_of(name))
    def check(case: Case) -> None:
        assert visible_form(case_calls.given_state(case)) != visible_form(well_formed_state(case))
        assert state_malformations.MALFORMATIONS[name].applies(case)

    check()


@pytest.mark.parametrize(
    "name", [name for name, each in state_malformations.MALFORMATIONS.items() if each.of_leaf]
)
def test_it_is_done_to_the_named_leaf_alone(name: str) -> None:
    @given(cases_of(name))
    def check(case: Case) -> None:
        assert case.data.malformation is not None
        pairs = zip(
            leaves(well_formed_state(case)), leaves(case_calls.given_state(case)), strict=True
        )
        changed = [
            place
            for place, (one, other) in enumerate(pairs)
            if visible_form(one) != visible_form(other)
        ]
        every = list(range(state_malformations.leaf_count(case)))
        assert changed == (
            every if case.data.malformation.leaf is None else [case.data.malformation.leaf]
        )

    check()


LSTM, GRU, RNN = Cell("LSTM", 3), Cell("GRU", 2), Cell("SimpleRNN", 4)
FLOAT, H, G = "float32", "float32(2, 3)", "float32(2, 2)"
EXPECTED = [
    ("too_few", (LSTM,), f"[{H}]"),
    ("too_few", (LSTM, GRU), f"[[{H}, {H}]]"),
    ("too_many", (LSTM,), f"[{H}, {H}, {H}]"),
    ("too_many", (LSTM, GRU), f"[[{H}, {H}], {G}, {G}]"),
    ("no_leaves", (GRU,), "[]"),
    ("bare_for_pair", (LSTM,), H),
    ("pair_for_bare", (GRU,), f"[{G}, {G}]"),
    ("flat_for_nested", (LSTM, GRU), f"[{H}, {H}, {G}]"),
    ("nested_for_flat", (LSTM,), f"[[{H}, {H}]]"),
    ("layers_swapped", (LSTM, GRU), f"[{G}, [{H}, {H}]]"),
    ("dict", (LSTM,), f"{{{H}, {H}}}"),
    ("wrong_units", (GRU,), f"[{FLOAT}(2, 3)]"),
    ("wrong_batch", (GRU,), f"[{FLOAT}(3, 2)]"),
    ("batch_one", (GRU,), f"[{FLOAT}(1, 2)]"),
    ("units_one", (GRU,), f"[{FLOAT}(2, 1)]"),
    ("scalar", (GRU,), f"[{FLOAT}()]"),
    ("rank_one", (GRU,), f"[{FLOAT}(2,)]"),
    ("rank_three", (GRU,), f"[{FLOAT}(2, 1, 2)]"),
    ("dtype_int", (GRU,), "[int32(2, 2)]"),
    ("dtype_bool", (GRU,), "[bool(2, 2)]"),
    ("dtype_string", (GRU,), "[Text(shape=(2, 2))]"),
    ("none_leaf", (LSTM,), "[None, None]"),
    ("ragged", (GRU,), f"[{G}]"),
]


def test_every_malformation_has_its_row() -> None:
    rows = {name for name, _, _ in EXPECTED}
    assert rows == set(OF_STATES) - {"dtype_other_float"}


@pytest.mark.parametrize(("name", "cells", "expected"), EXPECTED)
def test_what_becomes_of_a_state(name: str, cells: tuple[Cell, ...], expected: str) -> None:
    case = make_case("RNN/keras3", "eager", cells, batch=2, malformation=Malformation(name))
    assert state_forms.format_tree(case_calls.given_state(case)) == expected


COUNTS = [
    ("lengths_too_long", [4, 3]),
    ("lengths_negative", [-1, 3]),
    ("lengths_wrong_batch", [3, 3, 3]),
    ("lengths_one", [3]),
    ("lengths_scalar", 3),
    ("lengths_rank_two", [[3], [3]]),
    ("lengths_float", [3.0, 3.0]),
    ("lengths_bool", [True, True]),
    ("mask_wrong_batch", [[True] * 3] * 3),
    ("mask_one_row", [[True] * 3]),
    ("mask_more_steps", [[True] * 4] * 2),
    ("mask_fewer_steps", [[True] * 2] * 2),
    ("mask_one_step", [[True]] * 2),
    ("mask_rank_one", [True] * 3),
    ("mask_rank_three", [[[True] * 2] * 3] * 2),
]


@pytest.mark.parametrize(("name", "values"), COUNTS)
def test_what_becomes_of_lengths_and_masks(name: str, values: object) -> None:
    argument = state_malformations.MALFORMATIONS[name].argument
    counted = {"lengths": "full"} if argument == malformation.LENGTHS else {"mask": "full"}
    case = make_case(
        "layer/keras2", "eager", (GRU,), 2, 3, malformation=Malformation(name), **counted
    )
    ((given, array),) = case_calls.arguments(case)
    assert given == argument
    assert isinstance(array, wire.Array)
    sent = np.frombuffer(array.data, array.dtype).reshape(array.shape).tolist()
    assert sent == values
    assert array.dtype.startswith(np.asarray(values).dtype.kind)
    assert case_calls.given_state(case) == case_calls.given_state(case_calls.well_formed(case))


def test_a_malformed_argument_of_strings_has_no_values() -> None:
    case = make_case("RNN/keras3", "eager", (GRU,), 2, 3, mask="full")
    case = case.replace(malformation=Malformation("mask_string"))
    assert case_calls.arguments(case) == (("mask", wire.Text((2, 3))),)


@pytest.mark.parametrize("argument", [malformation.LENGTHS, malformation.MASK])
def test_a_drawn_length_or_mask_is_made_wrong(argument: str) -> None:
    for name in state_malformations.argument_malformation_names(argument):

        @given(cases_of(name))
        def check(case: Case) -> None:
            well_formed = case_calls.well_formed(case)
            assert case_calls.arguments(case) != case_calls.arguments(well_formed)
            assert state_malformations.role(case) == argument

        check()


def test_a_float_of_another_width_where_it_is_not_cast() -> None:
    case = make_case("RNN/keras2", "eager", (GRU,), malformation=Malformation("dtype_other_float"))
    assert state_forms.format_tree(case_calls.given_state(case)) == "[float64(1, 2)]"
    assert "dtype_other_float" in state_malformations.applicable(case)
    cast = case.replace(path="RNN/keras3")
    assert "dtype_other_float" not in state_malformations.applicable(cast)


@pytest.mark.parametrize(
    ("name", "does_not_apply"),
    [
        ("batch_one", {"batch": 1}),
        ("ragged", {"batch": 1}),
        ("units_one", {"cells": (Cell("GRU", 1),)}),
        ("units_one", {"cells": (LSTM, Cell("GRU", 1))}),
        ("bare_for_pair", {"cells": (GRU,)}),
        ("pair_for_bare", {"cells": (LSTM,)}),
        ("none_leaf", {"cells": (GRU,)}),
        ("flat_for_nested", {"cells": (GRU, RNN)}),
        ("layers_swapped", {"cells": (GRU, GRU)}),
        ("layers_swapped", {"cells": (LSTM, GRU, LSTM)}),
    ],
)
def test_where_it_would_change_nothing_it_does_not_apply(
    name: str, does_not_apply: dict[str, object]
) -> None:
    case = make_case("RNN/keras3", "eager", (LSTM, GRU, RNN), batch=2)
    assert name not in state_malformations.applicable(case.replace(**does_not_apply))


def test_every_path_and_cell_has_its_malformations() -> None:
    for offer in support.OFFERS:
        for cell in offer.cells:
            names = set(state_malformations.state_malformation_names(offer.name, cell))
            assert {"no_leaves", "dict", "wrong_units", "batch_one", "scalar", "ragged"} <= names
            assert ("bare_for_pair" in names) == (cell in ("LSTM", "BasicLSTM"))
            assert ("layers_swapped" in names) == (cell == "Stack")


@given(support.cases(malformed=True))
def test_an_explanation_has_words_to_look_for(case: Case) -> None:
    assert case.data.malformation is not None
    malformation_type = state_malformations.MALFORMATIONS[case.data.malformation.name]
    for words in (malformation_type.expected(case), malformation_type.received(case)):
        assert words
        assert all(isinstance(word, str) and word for word in words)


def test_each_subject_has_its_own_name() -> None:
    names = [str(subject) for subject in SUBJECTS]
    assert len(set(names)) == len(names)
    assert str(Subject("RNN/keras3", "GRU", "dict")) == "RNN/keras3-GRU-dict"
