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
# each generation has its own function of the name hard_sigmoid; the case names the function
RECURRENT_ACTIVATIONS = {
    "v1": ("sigmoid",),
    "keras2": ("sigmoid", "hard_sigmoid_0.2"),
    "keras3": ("sigmoid", "hard_sigmoid"),
}
GENERATIONS = tuple(RECURRENT_ACTIVATIONS)
CLIPS = (0.5, 3.0)
KINDS = ("SimpleRNN", "GRU", "LSTM")


@functools.cache
def units(smallest: int = 1) -> st.SearchStrategy[int]:
    """Small ones more often: one unit, and two, are where broadcasting hides faults."""
    largest = (smallest + 1, max(smallest, 4), MAX_UNITS)
    return st.one_of([st.integers(smallest, most) for most in largest])


@functools.cache
def cells(
    name: str, generations: tuple[str, ...], smallest: int = 1, unequal: bool = False
) -> st.SearchStrategy[tuple[Cell, ...]]:
    """The cells of a case: one of the named kind, or a stack of 2 to 4 of several kinds.

    Options are those that all the generations offer. `smallest` bounds units and projections;
    `unequal` makes the units of a stack differ from cell to cell.
    """
    if name != STACK:
        return _cell(name, generations, smallest).map(lambda cell: (cell,))
    kinds = KINDS + (("BasicLSTM",) if set(generations) == {"v1"} else ())
    return st.lists(
        st.sampled_from(kinds).flatmap(lambda kind: _cell(kind, generations, smallest)),
        min_size=2,
        max_size=MAX_DEPTH,
        unique_by=(lambda cell: cell.output_units) if unequal else None,
    ).map(tuple)


@functools.cache
def both_directions(
    name: str, generations: tuple[str, ...], smallest: int = 1
) -> st.SearchStrategy[tuple[Cell, Cell]]:
    """A forward and a backward cell of the named kind: alike, or each with options of its own."""
    one = _cell(name, generations, smallest)
    return one.map(lambda cell: (cell, cell)) | st.tuples(one, one)


@functools.cache
def _cell(kind: str, generations: tuple[str, ...], smallest: int) -> st.SearchStrategy[Cell]:
    v1 = "v1" in generations
    only_v1 = set(generations) == {"v1"}
    options: dict[str, st.SearchStrategy] = {
        "units": units(smallest),
        "activation": _mostly_first(ACTIVATIONS),
        "use_bias": st.just(True) if v1 else _mostly_first((True, False)),
    }
    if kind != "SimpleRNN":
        options["recurrent_activation"] = _mostly_first(_recurrent_activations(generations))
    if kind in ("LSTM", "GRU") and not only_v1:
        options["implementation"] = st.sampled_from((2, 1))
    if kind in ("LSTM", "BasicLSTM"):
        options["forget_bias"] = st.sampled_from((0.0, 1.0))
    if kind == "GRU" and not v1:
        options["reset_after"] = st.booleans()
    if kind == "LSTM" and only_v1:
        options |= _v1_lstm_options(smallest)
    return st.builds(Cell, cell_type=st.just(kind), **options).map(_without_idle_options)


def _mostly_first(options: Sequence[Any]) -> st.SearchStrategy:
    """One of the options; as often the default as any other: with all its defaults, a layer of
    Keras 2 computes in another way.
    """
    return st.sampled_from([options[0]] * (len(options) - 1) + list(options))


def usual(cell: Cell) -> Cell:
    """The cell with the activations and the bias that most people leave it with."""
    return dataclasses.replace(
        cell, activation="tanh", recurrent_activation="sigmoid", use_bias=True
    )


def _recurrent_activations(generations: tuple[str, ...]) -> list[str]:
    common = set.intersection(*(set(RECURRENT_ACTIVATIONS[g]) for g in generations))
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
    """The clip of a projection does nothing, and may not be given, where there is none."""
    if cell.projection is None and cell.projection_clip is not None:
        return Cell(**{**vars(cell), "projection_clip": None})
    if not cell.use_bias and cell.forget_bias:
        # Keras keeps the forget bias in the bias vector
        return Cell(**{**vars(cell), "forget_bias": 0.0})
    return cell
