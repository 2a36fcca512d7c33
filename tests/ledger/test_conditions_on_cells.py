"""Conditions on the options of a case's cells, and on how their state_size is nested."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import pytest

from conformance.cases.case import Case, make_case
from conformance.cases.program import Cell, Custom
from conformance.ledger.conditions import Condition

LSTM, GRU = Cell("LSTM", 2), Cell("GRU", 2, reset_after=True)


def case(*cells: Cell, **fields: Any) -> Case:
    """Return a case with these cells."""
    return make_case("RNN/keras2", "eager", cells, **fields)


def custom(structure: str) -> Cell:
    """Return a user's own cell that holds its state so."""
    return dataclasses.replace(LSTM, custom=Custom(structure))


def with_(cell: Cell, **options: Any) -> Cell:
    """Return the cell with other options."""
    return dataclasses.replace(cell, **options)


@pytest.mark.parametrize(
    ("judged", "when"),
    [
        (case(LSTM, LSTM), {"alike": [True]}),
        (case(LSTM, with_(LSTM, use_bias=False)), {"alike": [False]}),
        (case(LSTM), {"as_cudnn": [True]}),
        (case(GRU), {"as_cudnn": [True]}),
        (case(with_(GRU, reset_after=False)), {"as_cudnn": [False]}),
        (case(with_(LSTM, activation="relu")), {"as_cudnn": [False]}),
        (case(with_(LSTM, use_bias=False)), {"as_cudnn": [False]}),
        (case(Cell("SimpleRNN", 2)), {"as_cudnn": [False]}),
        (case(LSTM), {"clips": [False]}),
        (case(GRU, with_(LSTM, cell_clip=0.5)), {"clips": [True]}),
        (case(with_(GRU, recurrent_activation="hard_sigmoid_0.2")), {"clips": [True]}),
        (case(with_(LSTM, wrappers=("dropout", "residual"))), {"wrapped": ["dropout around LSTM"]}),
        (case(with_(LSTM, wrappers=("residual",))), {"wrapped": ["no dropout around LSTM"]}),
    ],
    ids=str,
)
def test_options_of_cells(judged: Case, when: Mapping[str, list[object]]) -> None:
    ((field, allowed),) = when.items()
    assert Condition(field, tuple(allowed)).holds(judged)


@pytest.mark.parametrize(
    ("judged", "sizes"),
    [
        (case(LSTM), "shapes"),
        (case(LSTM, GRU), "shapes"),
        (case(GRU, GRU, nesting=((0, 1),)), "shapes"),  # numbers in a row look like a shape
        (case(GRU, LSTM, nesting=((0, 1),)), "nested"),
        (case(LSTM, nesting=((0,),)), "nested"),
        (case(custom("nested")), "shapes"),
        (case(custom("nested"), GRU), "nested"),
        (case(custom("dict")), "nested"),
        (case(custom("planes")), "shapes"),
        (case(custom("planes"), GRU), "nested"),
    ],
    ids=str,
)
def test_a_state_size_is_nested_where_a_member_is_no_shape(judged: Case, sizes: str) -> None:
    assert Condition("sizes", (sizes,)).holds(judged)


def test_the_outermost_stack_is_counted() -> None:
    one = Condition("outermost_stack", ("==1",))
    assert one.holds(case(GRU, GRU, nesting=((0, 1),)))
    assert not one.holds(case(GRU, GRU, nesting=((0,), 1)))
    assert not one.holds(case(GRU))
