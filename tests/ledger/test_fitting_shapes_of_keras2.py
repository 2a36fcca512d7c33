"""The states that fit the formulas of Keras 2: worked out on shapes, as seen on its releases."""

from __future__ import annotations

from typing import Any

from conformance.cases.case import Case, make_case
from conformance.cases.data import Malformation
from conformance.cases.program import Cell
from conformance.ledger.shapes.fit import fitting_formulas

BY_GATES, AT_ONCE = Cell("LSTM", 2, implementation=1), Cell("LSTM", 2)


def malformed(
    name: str, *cells: Cell, path: str = "cell/keras2", leaf: int | None = None, **fields: Any
) -> Case:
    """Return a case of Keras 2, of a cell alone unless a path is named."""
    return make_case(path, "eager", cells, malformation=Malformation(name, leaf), **fields)


def fits(case: Case, formula: str = "keras2") -> bool:
    """Return whether the formula can take the case's state."""
    return formula in fitting_formulas(case)


def test_c_of_a_cell_is_broadcast_and_h_is_multiplied() -> None:
    for name in ("units_one", "scalar", "rank_one"):
        assert fits(malformed(name, AT_ONCE, leaf=1))
        assert not fits(malformed(name, AT_ONCE, leaf=0))


def test_a_further_axis_is_cut_into_gates_where_it_is_the_second() -> None:
    assert fits(malformed("rank_three", BY_GATES))
    assert not fits(malformed("rank_three", AT_ONCE))
    assert fits(malformed("rank_three", Cell("LSTM", 1), batch=4))  # four rows are four gates


def test_a_gru_cut_its_second_axis_before_keras_2_3() -> None:
    case = malformed("rank_three", Cell("GRU", 2))
    assert fits(case)
    assert not fits(case, "keras2 by columns")
    case = malformed("rank_three", Cell("GRU", 2, implementation=1))
    assert fits(case)
    assert fits(case, "keras2 by columns")


def test_a_loop_takes_what_keeps_its_shape() -> None:
    cell = Cell("SimpleRNN", 2)
    assert fits(malformed("rank_three", cell, path="RNN/keras2", batch=1))
    assert not fits(malformed("rank_three", cell, path="RNN/keras2", batch=2))
    assert not fits(malformed("rank_three", BY_GATES, path="RNN/keras2", leaf=1))
    assert not fits(malformed("batch_one", cell, path="RNN/keras2", batch=2))


def test_a_loop_wants_the_rows_of_the_inputs() -> None:
    assert fits(malformed("wrong_batch", Cell("SimpleRNN", 2)))
    assert not fits(malformed("wrong_batch", Cell("SimpleRNN", 2), path="RNN/keras2"))


def test_only_the_last_cell_of_a_stack_may_get_a_further_axis() -> None:
    cells = (Cell("GRU", 2), Cell("SimpleRNN", 2))
    assert fits(malformed("rank_three", *cells, path="RNN/keras2", leaf=1))
    assert not fits(malformed("rank_three", *cells, path="RNN/keras2", leaf=0))
