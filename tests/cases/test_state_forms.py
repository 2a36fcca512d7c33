"""The forms of a state, written and read back: every path, every cell, every form."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.adapter import wire
from conformance.cases import case_arrays, case_calls, floats, state_forms
from conformance.cases.case import Case, make_case
from conformance.cases.program import Cell, Convolution, Custom
from conformance.contract.clause import Subject
from strategies import states
from tests import support

SUBJECTS = [Subject(offer.name, cell) for offer in support.OFFERS for cell in offer.cells]
SEQUENCES = [s for s in SUBJECTS if state_forms.has_sequence(s.path, s.cell)]


def cases_of(subjects: list[Subject], form: str) -> st.SearchStrategy[Case]:
    return st.sampled_from(subjects).flatmap(
        lambda subject: states.cases(subject, ["eager"], states=states.DISTINCT, form=form)
    )


def arrays(leaves: state_forms.Leaves) -> list[list[wire.Array]]:
    return [[leaf.array for leaf in cell] for cell in leaves]


@given(
    st.one_of(
        cases_of(SUBJECTS, state_forms.DOCUMENTED),
        cases_of(SUBJECTS, state_forms.NUMPY),
        cases_of(SUBJECTS, state_forms.VARIABLE),
        cases_of(SEQUENCES, state_forms.OTHER_SEQUENCE),
    )
)
def test_what_is_written_is_read(case: Case) -> None:
    leaves = case_calls.leaves(case)
    assert arrays(state_forms.read_state(case, state_forms.write_state(case, leaves))) == arrays(
        leaves
    )


@given(cases_of(SUBJECTS, state_forms.NUMPY))
def test_how_a_leaf_is_held_is_all_that_numpy_changes(case: Case) -> None:
    leaves = case_calls.leaves(case)
    written = state_forms.write_state(case, leaves)
    held_as: list[str] = []
    state_forms.map_leaves(written, lambda leaf: held_as.append(leaf.held_as))
    assert set(held_as) == {"numpy"}
    plain = case.replace(form=state_forms.DOCUMENTED)
    assert state_forms.format_tree(written) == state_forms.format_tree(
        state_forms.write_state(plain, leaves)
    )


@given(cases_of(SEQUENCES, state_forms.OTHER_SEQUENCE))
def test_the_other_sequence_is_another(case: Case) -> None:
    leaves = case_calls.leaves(case)
    one, other = state_forms.documented_tree(case, leaves), state_forms.write_state(case, leaves)
    assert isinstance(one, wire.Node)
    assert isinstance(other, wire.Node)
    assert {one.container, other.container} == {"list", "tuple"}
    assert one.children == other.children


@given(cases_of(SUBJECTS, state_forms.OTHER_FLOAT))
def test_the_other_float_is_another(case: Case) -> None:
    assert case.program.dtype not in state_forms.format_tree(
        state_forms.write_state(case, case_calls.leaves(case))
    ).replace(state_forms.other_float(case.program.dtype), "")


@given(cases_of(SUBJECTS, state_forms.OWN))
def test_its_own_state_is_left_to_the_target(case: Case) -> None:
    assert state_forms.write_state(case, case_calls.leaves(case)) == wire.OwnZeros()


H, C, G = (wire.Leaf(wire.Array("float32", (1, n), b"\0" * 4 * n)) for n in (1, 2, 3))
LSTM, GRU = Cell("LSTM", 2), Cell("GRU", 3)


def case(path: str, *cells: Cell) -> Case:
    return make_case(path, "eager", cells)


DOCUMENTED = [
    # path, LSTM, GRU, a stack of both
    ("dynamic_rnn/v1", "LSTMStateTuple(c, h)", "h", "(LSTMStateTuple(c, h), g)"),
    ("dynamic_rnn/keras2", "[h, c]", "h", "([h, c], g)"),
    ("dynamic_rnn/keras3", "[h, c]", "h", "[[h, c], g]"),
    ("RNN/keras2", "[h, c]", "[h]", "[[h, c], g]"),
    ("RNN/keras3", "[h, c]", "[h]", "[[h, c], g]"),
    ("layer/keras2", "[h, c]", "[h]", None),
    ("layer/keras3", "[h, c]", "[h]", None),
    ("Model/keras2", "[h, c]", "[h]", "[[h, c], g]"),
    ("Model/keras3", "[h, c]", "[h]", "[[h, c], g]"),
    ("cell/v1", "LSTMStateTuple(c, h)", "h", "(LSTMStateTuple(c, h), g)"),
    ("cell/keras2", "[h, c]", "[h]", "([h, c], g)"),
    ("cell/keras3", "[h, c]", "[h]", "[[h, c], g]"),
    ("static_rnn/v1", "LSTMStateTuple(c, h)", "h", "(LSTMStateTuple(c, h), g)"),
    ("raw_rnn/v1", "LSTMStateTuple(c, h)", "h", "(LSTMStateTuple(c, h), g)"),
]
BOTH_DIRECTIONS = [
    # path, LSTM, GRU
    (
        "bidirectional_dynamic_rnn/v1",
        "(LSTMStateTuple(c, h), LSTMStateTuple(c, h))",
        "(h, h)",
    ),
    ("Bidirectional/keras2", "[h, c, h, c]", "[h, h]"),
    ("Bidirectional/keras3", "[h, c, h, c]", "[h, h]"),
]


def documented_form(path: str, cells: tuple[Cell, ...], leaves: state_forms.Leaves) -> str:
    return form_in_letters(case(path, *cells), leaves)


def form_in_letters(case: Case, leaves: state_forms.Leaves) -> str:
    """Return the documented form, with a letter in place of each leaf's shape."""
    text = state_forms.format_tree(state_forms.documented_tree(case, leaves))
    for letter, leaf in (("h", H), ("c", C), ("g", G)):
        text = text.replace(state_forms.format_tree(leaf), letter)
    return text


@pytest.mark.parametrize(("path", "lstm", "gru", "stack"), DOCUMENTED)
def test_documented_forms(path: str, lstm: str, gru: str, stack: str | None) -> None:
    assert documented_form(path, (LSTM,), ((H, C),)) == lstm
    assert documented_form(path, (GRU,), ((H,),)) == gru
    if stack:
        assert documented_form(path, (LSTM, GRU), ((H, C), (G,))) == stack


@pytest.mark.parametrize(("path", "lstm", "gru"), BOTH_DIRECTIONS)
def test_documented_forms_of_both_directions(path: str, lstm: str, gru: str) -> None:
    assert documented_form(path, (LSTM, LSTM), ((H, C), (H, C))) == lstm
    assert documented_form(path, (GRU, GRU), ((H,), (H,))) == gru


@pytest.mark.parametrize("path", [path for path, *_ in BOTH_DIRECTIONS])
def test_the_forward_state_comes_first(path: str) -> None:
    both = case(path, LSTM, LSTM)
    leaves = ((H, C), (G, H))
    assert state_forms.read_state(both, state_forms.documented_tree(both, leaves)) == leaves


def test_every_path_has_its_row() -> None:
    rows = {row[0] for row in (*DOCUMENTED, *BOTH_DIRECTIONS)}
    assert rows == {offer.name for offer in support.OFFERS}


def test_the_guide_shows_the_documented_forms() -> None:
    guide = (support.ROOT / "docs/guide/how-a-state-is-written.md").read_text("utf-8")
    for path, *states_of in (*DOCUMENTED, *((*row, None) for row in BOTH_DIRECTIONS)):
        cells = [f"`{state}`" if state else "-" for state in states_of]
        assert f"| `{path}` | {' | '.join(cells)} |" in guide


def test_the_pair_changes_places_between_v1_and_keras() -> None:
    v1 = state_forms.documented_tree(case("cell/v1", LSTM), ((H, C),))
    keras = state_forms.documented_tree(case("cell/keras3", LSTM), ((H, C),))
    assert v1 == wire.Node("LSTMStateTuple", (C, H))
    assert keras == wire.Node("list", (H, C))
    assert state_forms.read_state(case("cell/v1", LSTM), v1) == ((H, C),)
    assert state_forms.read_state(case("cell/keras3", LSTM), keras) == ((H, C),)


NESTINGS = [
    # path, an inner stack of LSTM and GRU below a GRU, a stack of one GRU
    ("dynamic_rnn/v1", "((LSTMStateTuple(c, h), g), g)", "(g)"),
    ("dynamic_rnn/keras2", "(([h, c], g), g)", "(g)"),
    ("dynamic_rnn/keras3", "[[[h, c], g], g]", "[g]"),
    ("RNN/keras2", "[([h, c], g), g]", "[g]"),
    ("RNN/keras3", "[[[h, c], g], g]", "[g]"),
    ("cell/v1", "((LSTMStateTuple(c, h), g), g)", "(g)"),
    ("cell/keras2", "(([h, c], g), g)", "(g)"),
    ("cell/keras3", "[[[h, c], g], g]", "[g]"),
]


@pytest.mark.parametrize(("path", "two", "one"), NESTINGS)
def test_stacks_within_a_stack(path: str, two: str, one: str) -> None:
    nested = make_case(path, "eager", (LSTM, GRU, GRU), nesting=((0, 1), 2))
    leaves = ((H, C), (G,), (G,))
    assert form_in_letters(nested, leaves) == two
    assert state_forms.read_state(nested, state_forms.documented_tree(nested, leaves)) == leaves
    alone = make_case(path, "eager", (GRU,), nesting=(0,))
    assert form_in_letters(alone, ((G,),)) == one
    assert state_forms.read_state(alone, state_forms.documented_tree(alone, ((G,),))) == ((G,),)


def test_states_in_one_tensor_have_c_before_h() -> None:
    case = make_case("cell/v1", "eager", (LSTM, GRU), state="mixed", state_is_tuple=False)
    leaves = case_calls.leaves(case)
    written = state_forms.documented_tree(case, leaves)
    (h, c), (g,) = case_arrays.state(case)
    assert isinstance(written, wire.Leaf)
    assert floats.from_wire(written.array).tolist() == np.concatenate([c, h, g], axis=1).tolist()
    assert state_forms.read_state(case, written) == leaves
    with pytest.raises(state_forms.UnexpectedStructure, match=r"one tensor of floats \(batch, 7\)"):
        state_forms.read_state(case, leaf(1, 6))
    with pytest.raises(state_forms.UnexpectedStructure, match="one tensor"):
        state_forms.read_state(case, wire.Node("tuple", (written, written)))


OWN = [
    # structure, with v1 and with Keras
    ("plain", "(float32(1, 2), float32(1, 2))", "[float32(1, 2), float32(1, 2)]"),
    ("nested", "(float32(1, 2), (float32(1, 2)))", "[float32(1, 2), (float32(1, 2))]"),
    ("dict", "({float32(1, 2), float32(1, 2)})", "[{float32(1, 2), float32(1, 2)}]"),
    ("planes", "float32(1, 2, 2)", "[float32(1, 2, 2)]"),
]


@pytest.mark.parametrize(("structure", "in_v1", "in_keras"), OWN)
def test_states_of_ones_own_cell(structure: str, in_v1: str, in_keras: str) -> None:
    cell = Cell("LSTM", 2, custom=Custom(structure))
    for path, text in (("dynamic_rnn/v1", in_v1), ("RNN/keras2", in_keras)):
        case = make_case(path, "eager", (cell,), state="mixed")
        leaves = case_calls.leaves(case)
        written = state_forms.documented_tree(case, leaves)
        assert state_forms.format_tree(written) == text
        assert state_forms.read_state(case, written) == leaves
        for wrong in (leaf(1, 3), wire.Node("list", (leaf(1, 2),)), None):
            with pytest.raises(state_forms.UnexpectedStructure):
                state_forms.read_state(case, wrong)


def test_a_convolution_has_its_state_in_space() -> None:
    cell = Cell("ConvLSTM", 2, convolution=Convolution((4, 3), (2, 1), "valid"))
    case = make_case("layer/keras2", "eager", (cell,), state="mixed")
    text = state_forms.format_tree(state_forms.documented_tree(case, case_calls.leaves(case)))
    assert text == "[float32(1, 3, 3, 2), float32(1, 3, 3, 2)]"


def leaf(*shape: int) -> wire.Leaf:
    return wire.Leaf(floats.to_wire(np.zeros(shape), "float32"))


def test_a_list_of_one_reads_as_its_leaf() -> None:
    for tree in (G, wire.Node("list", (G,)), wire.Node("tuple", (wire.Node("list", (G,)),))):
        assert state_forms.read_state(case("RNN/keras3", GRU), tree) == ((G,),)


UNEXPECTED = {
    "a list of a v1 LSTM": ("cell/v1", (LSTM,), wire.Node("list", (C, H)), "LSTMStateTuple(c, h)"),
    "a v1 pair of a Keras LSTM": (
        "cell/keras3",
        (LSTM,),
        wire.Node("LSTMStateTuple", (C, H)),
        "[h, c]",
    ),
    "one tensor of an LSTM": ("RNN/keras3", (LSTM,), H, "[h, c]"),
    "three of an LSTM": ("RNN/keras3", (LSTM,), wire.Node("list", (H, C, C)), "[h, c]"),
    "nested pair": (
        "RNN/keras3",
        (LSTM,),
        wire.Node("list", (wire.Node("list", (H, C)),)),
        "[h, c]",
    ),
    "a pair of a GRU": ("RNN/keras3", (GRU,), wire.Node("list", (G, G)), "one tensor for GRU"),
    "no tensor": ("RNN/keras3", (GRU,), wire.Other("KerasTensor"), "one tensor for GRU"),
    "nothing": ("RNN/keras3", (GRU,), None, "one tensor for GRU"),
    "three of both directions": (
        "Bidirectional/keras3",
        (LSTM, LSTM),
        wire.Node("tuple", (H, C, H)),
        "a sequence of 4 tensors",
    ),
    "nested directions": (
        "Bidirectional/keras2",
        (GRU, GRU),
        wire.Node("list", (wire.Node("list", (H,)), H)),
        "a sequence of 2 tensors",
    ),
    "one direction": (
        "bidirectional_dynamic_rnn/v1",
        (GRU, GRU),
        H,
        "one state for each of 2 cells",
    ),
    "a flat stack": (
        "RNN/keras3",
        (LSTM, GRU),
        wire.Node("list", (H, C, G)),
        "one state for each of 2 cells",
    ),
    "a stack in another order": (
        "RNN/keras3",
        (LSTM, GRU),
        wire.Node("list", (G, wire.Node("list", (H, C)))),
        "[h, c]",
    ),
}


@pytest.mark.parametrize("name", UNEXPECTED)
def test_another_structure_is_not_read(name: str) -> None:
    path, cells, tree, expected = UNEXPECTED[name]
    with pytest.raises(state_forms.UnexpectedStructure) as error:
        state_forms.read_state(case(path, *cells), tree)
    assert str(error.value) == expected


def test_a_tree_as_a_person_reads_it() -> None:
    pair = wire.Node("LSTMStateTuple", (C, H))
    tree = wire.Node("tuple", (wire.Node("list", (H, C)), pair, wire.Nothing(), None))
    assert state_forms.format_tree(tree) == (
        "([float32(1, 1), float32(1, 2)], LSTMStateTuple(float32(1, 2), float32(1, 1)), None, None)"
    )
    assert state_forms.format_tree(wire.Node("dict", (H,), ("a",))) == "{float32(1, 1)}"


@pytest.mark.parametrize(
    ("path", "cells", "words"),
    [
        ("cell/v1", (LSTM,), ("LSTMStateTuple(c, h)",)),
        ("dynamic_rnn/keras3", (LSTM,), ("[h, c]",)),
        ("RNN/keras2", (GRU,), ("[h]",)),
        ("cell/v1", (GRU, LSTM, GRU), ("GRU: h in (...)", "LSTM: LSTMStateTuple(c, h) in (...)")),
    ],
)
def test_a_structure_is_named_without_sizes(
    path: str, cells: tuple[Cell, ...], words: tuple[str, ...]
) -> None:
    case = make_case(path, "eager", cells, batch=3)
    assert (
        state_forms.structure_words(
            case, state_forms.documented_tree(case, case_calls.leaves(case))
        )
        == words
    )


def test_a_tuple_of_one_differs_from_brackets() -> None:
    case = make_case("RNN/keras3", "eager", (GRU,))
    (leaves,) = case_calls.leaves(case)
    assert state_forms.structure_words(case, wire.Node("tuple", leaves)) == ("(h,)",)


def test_nested_stacks_and_states_in_one_tensor_have_no_structure_words() -> None:
    nested = make_case("cell/v1", "eager", (GRU, GRU), nesting=((0,), 1))
    assert (
        state_forms.structure_words(
            nested, state_forms.documented_tree(nested, case_calls.leaves(nested))
        )
        == ()
    )
    one = make_case("cell/v1", "eager", (LSTM,), state_is_tuple=False)
    assert (
        state_forms.structure_words(one, state_forms.documented_tree(one, case_calls.leaves(one)))
        == ()
    )
