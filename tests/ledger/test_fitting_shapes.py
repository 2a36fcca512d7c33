"""The formulas that can take a state: worked out on shapes, and seen on the libraries."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.cases.case import Case, make_case
from conformance.cases.data import Malformation
from conformance.cases.program import Cell
from conformance.ledger.conditions import Condition
from conformance.ledger.shapes import keras3_cells
from conformance.ledger.shapes.fit import fitting_formulas

PLAIN = "keras3 adding by +"


def malformed(name: str, *cells: Cell, leaf: int | None = None, **fields: Any) -> Case:
    """Return a case of a Keras 3 layer, eager unless its mode is named."""
    fields = {"path": "RNN/keras3", "mode": "eager", **fields}
    return make_case(cells=cells, malformation=Malformation(name, leaf), **fields)


def fits(case: Case, formula: str = "keras3") -> bool:
    """Return whether the formula can take the case's state."""
    return formula in fitting_formulas(case)


def test_one_row_is_broadcast_to_the_inputs() -> None:
    assert fits(malformed("batch_one", Cell("GRU", 2), batch=3))


def test_inputs_of_one_row_are_broadcast_to_the_state() -> None:
    assert fits(malformed("wrong_batch", Cell("SimpleRNN", 2), batch=1))
    assert not fits(malformed("wrong_batch", Cell("SimpleRNN", 2), batch=2))


def test_a_trace_refuses_a_state_that_changes_its_shape() -> None:
    assert fits(malformed("batch_one", Cell("SimpleRNN", 2), batch=3))
    assert not fits(malformed("batch_one", Cell("SimpleRNN", 2), batch=3, mode="graph"))


def test_h_is_multiplied_and_c_is_broadcast() -> None:
    cell = Cell("LSTM", 1)
    assert not fits(malformed("wrong_units", cell, leaf=0))
    assert fits(malformed("wrong_units", cell, leaf=1))
    assert not fits(malformed("wrong_units", cell, leaf=1, steps=2))  # h is as wide as c then
    assert not fits(malformed("wrong_units", Cell("LSTM", 2), leaf=1))


def test_a_wider_output_does_not_fit_the_next_cell() -> None:
    narrow = Cell("LSTM", 1)
    assert fits(malformed("wrong_units", Cell("GRU", 1), narrow, leaf=2))
    assert not fits(malformed("wrong_units", narrow, Cell("GRU", 1), leaf=1))


def test_a_vector_fits_products_but_no_slice_of_one() -> None:
    case = malformed("rank_one", Cell("GRU", 2, implementation=1), path="layer/keras3")
    assert fits(case)
    assert not fits(case, "keras3 in one product")
    assert not fits(malformed("rank_one", Cell("GRU", 2)))


def test_an_lstm_of_rank_three_fits_one_row_where_it_is_taken_for_a_bias() -> None:
    case = malformed("rank_three", Cell("LSTM", 2))
    assert fits(case)
    assert not fits(case, PLAIN)


def test_no_rows_are_taken_for_a_bias_and_refused() -> None:
    with pytest.raises(keras3_cells.Misfit):
        keras3_cells.ops_add((0, 4), (0, 4))
    assert keras3_cells.ops_add((3, 4), (1, 4)) == (3, 4)


def test_dynamic_rnn_takes_a_stack_with_fewer_states_but_not_with_one() -> None:
    cells = [Cell("GRU", 1), Cell("GRU", 1), Cell("SimpleRNN", 1)]
    assert fits(malformed("too_few", *cells, path="dynamic_rnn/keras3"))
    assert not fits(malformed("too_few", *cells[1:], path="dynamic_rnn/keras3"))
    assert fits(malformed("no_leaves", *cells, path="dynamic_rnn/keras3"))


def test_a_v1_cell_joins_h_to_the_inputs_and_broadcasts_c() -> None:
    case = malformed("batch_one", Cell("LSTM", 2), batch=2, path="cell/v1")
    c_first = {leaf: fits(case.replace(malformation=Malformation("batch_one", leaf)), "v1")
               for leaf in (0, 1, None)}  # fmt: skip
    assert c_first == {0: True, 1: False, None: False}


def test_outputs_of_two_directions_must_have_as_many_rows() -> None:
    cells = (Cell("GRU", 1), Cell("GRU", 1))
    case = malformed("wrong_batch", *cells, path="Bidirectional/keras3")
    assert fits(case)
    assert not fits(case.replace(malformation=Malformation("wrong_batch", 0)))


def test_what_has_no_shape_fits_nothing() -> None:
    assert not fitting_formulas(malformed("none_leaf", Cell("LSTM", 1)))
    assert not fitting_formulas(malformed("ragged", Cell("LSTM", 2), batch=2))
    assert not fitting_formulas(malformed("dict", Cell("LSTM", 2), path="Model/keras3"))


def test_a_condition_names_a_formula() -> None:
    case = malformed("rank_three", Cell("LSTM", 2))
    assert Condition("fits", ("keras3",)).holds(case)
    assert not Condition("fits", (PLAIN,)).holds(case)


def test_a_condition_may_ask_whether_leaves_are_multiplied_only() -> None:
    only = Condition("only_in_products", (True,))
    stack = (Cell("SimpleRNN", 1), Cell("LSTM", 1))
    assert only.holds(malformed("dtype_int", *stack, leaf=1))
    assert not only.holds(malformed("dtype_int", *stack, leaf=2))
    assert not only.holds(malformed("dtype_int", *stack))


def test_a_condition_may_name_cells_alone_in_an_inner_stack() -> None:
    alone = Condition("alone_within", ("SimpleRNN", "GRU"))
    cells = (Cell("SimpleRNN", 1), Cell("LSTM", 1))
    stack = make_case("RNN/keras3", "function", cells)
    assert alone.holds(stack.replace(nesting=((0,), 1)))
    assert not alone.holds(stack.replace(nesting=(0, (1,))))
    assert not alone.holds(stack)


def test_a_condition_may_ask_whether_lengths_are_equal() -> None:
    equal = Condition("equal_lengths", (True,))
    case = malformed("lengths_one", Cell("GRU", 1), path="static_rnn/v1", batch=2, steps=2)
    assert equal.holds(case.replace(lengths="drawn"))
    wrong = case.replace(malformation=Malformation("lengths_wrong_batch"))
    assert equal.holds(wrong.replace(lengths="full"))
    drawn = [wrong.replace(lengths="drawn", data_seed=seed) for seed in range(9)]
    assert {equal.holds(each) for each in drawn} == {True, False}


def test_a_condition_may_name_an_implementation() -> None:
    case = make_case("RNN/keras3", "eager", (Cell("LSTM", 1),), batch=0)
    assert Condition("implementations", (2,)).holds(case)
    assert not Condition("implementations", (1,)).holds(case)


def test_a_condition_may_ask_for_a_bias() -> None:
    case = make_case("RNN/keras3", "eager", (Cell("SimpleRNN", 1, use_bias=False),))
    assert Condition("use_bias", (False,)).holds(case)
    assert not Condition("use_bias", (True,)).holds(case)


def test_a_condition_may_ask_whether_a_loop_builds_its_cell() -> None:
    builds = Condition("loop_builds", (True,))
    case = malformed("no_leaves", Cell("GRU", 1), path="dynamic_rnn/keras3", mode="graph")
    assert builds.holds(case.replace(fresh=True))
    assert not builds.holds(case)
    assert not builds.holds(case.replace(fresh=True, mode="eager"))
    assert not builds.holds(case.replace(fresh=True, path="RNN/keras3"))
