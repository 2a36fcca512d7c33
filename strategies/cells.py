"""Cells and stacks of cells, with the options that each generation offers."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from conformance.cases.program import STACK, Cell

MAX_UNITS = 16
MAX_DEPTH = 4
ACTIVATIONS = ("tanh", "relu", "sigmoid", "linear")
# The generations have different functions of the name hard_sigmoid; a case names the function
RECURRENT_ACTIVATIONS = {
    "v1": ("sigmoid",),
    "keras2": ("sigmoid", "hard_sigmoid_0.2"),
    "keras3": ("sigmoid", "hard_sigmoid"),
}
GENERATIONS = tuple(RECURRENT_ACTIVATIONS)
CLIPS = (0.5, 3.0)
CELL_TYPES = ("SimpleRNN", "GRU", "LSTM")


@functools.cache
def units(smallest: int = 1) -> st.SearchStrategy[int]:
    """Draw numbers of units, small ones more often: with one or two, broadcasting hides faults."""
    largest = (smallest + 1, max(smallest, 4), MAX_UNITS)
    return st.one_of([st.integers(smallest, most) for most in largest])


@functools.cache
def cells(
    name: str, generations: tuple[str, ...], smallest: int = 1, unequal: bool = False
) -> st.SearchStrategy[tuple[Cell, ...]]:
    """Draw the cells of a case: one of the named type, or a stack of 2 to 4 of several types.

    The options are those that all these generations offer. `smallest` is the lower limit of units
    and projections; `unequal` makes the units of a stack differ from cell to cell.
    """
    if name != STACK:
        return _cell(name, generations, smallest).map(lambda cell: (cell,))
    cell_types = CELL_TYPES + (("BasicLSTM",) if set(generations) == {"v1"} else ())
    return st.lists(
        st.sampled_from(cell_types).flatmap(lambda each: _cell(each, generations, smallest)),
        min_size=2,
        max_size=MAX_DEPTH,
        unique_by=(lambda cell: cell.output_units) if unequal else None,
    ).map(tuple)


@functools.cache
def both_directions(
    name: str, generations: tuple[str, ...], smallest: int = 1
) -> st.SearchStrategy[tuple[Cell, Cell]]:
    """Draw a forward and a backward cell of the named type: equal, or each with its own options."""
    one = _cell(name, generations, smallest)
    return one.map(lambda cell: (cell, cell)) | st.tuples(one, one)


@functools.cache
def _cell(cell_type: str, generations: tuple[str, ...], smallest: int) -> st.SearchStrategy[Cell]:
    v1 = "v1" in generations
    only_v1 = set(generations) == {"v1"}
    options: dict[str, st.SearchStrategy] = {
        "units": units(smallest),
        "activation": _mostly_first(ACTIVATIONS),
        "use_bias": st.just(True) if v1 else _mostly_first((True, False)),
    }
    if cell_type != "SimpleRNN":
        options["recurrent_activation"] = _mostly_first(_recurrent_activations(generations))
    if cell_type in ("LSTM", "GRU") and not only_v1:
        options["implementation"] = st.sampled_from((2, 1))
    if cell_type in ("LSTM", "BasicLSTM"):
        options["forget_bias"] = st.sampled_from((0.0, 1.0))
    if cell_type == "GRU" and not v1:
        options["reset_after"] = st.booleans()
    if cell_type == "LSTM" and only_v1:
        options |= _v1_lstm_options(smallest)
    return st.builds(Cell, cell_type=st.just(cell_type), **options).map(_without_idle_options)


def _mostly_first(options: Sequence[Any]) -> st.SearchStrategy:
    """Draw one of the options: in about half of the draws the first, the default.

    A Keras 2 layer with all its defaults computes in another way, so that must be frequent.
    """
    return st.sampled_from([options[0]] * (len(options) - 1) + list(options))


def with_usual_options(cell: Cell) -> Cell:
    """Return the cell with the default activations and bias, which most people keep."""
    return dataclasses.replace(
        cell, activation="tanh", recurrent_activation="sigmoid", use_bias=True
    )


def _recurrent_activations(generations: tuple[str, ...]) -> list[str]:
    common = set.intersection(*(set(RECURRENT_ACTIVATIONS[each]) for each in generations))
    return sorted(common, key=lambda name: (name != "sigmoid", name))


def _v1_lstm_options(smallest: int) -> dict[str, st.SearchStrategy]:
    clip = st.sampled_from((None, *CLIPS))
    return {
        "peepholes": st.booleans(),
        "projection": st.none() | units(smallest),
        "cell_clip": clip,
        "projection_clip": clip,
    }


def _without_idle_options(cell: Cell) -> Cell:
    """Return the cell without options that have no effect."""
    # Without a projection its clip does nothing, and must not be given.
    if cell.projection is None and cell.projection_clip is not None:
        return Cell(**{**vars(cell), "projection_clip": None})
    # Keras keeps the forget bias in the bias vector.
    if not cell.use_bias and cell.forget_bias:
        return Cell(**{**vars(cell), "forget_bias": 0.0})
    return cell
