"""The malformations of a sequence_length and of a mask: their values, shapes and dtypes."""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np

from conformance.adapter import wire
from conformance.cases.case import Case
from conformance.cases.malformations.malformation import (
    LENGTHS,
    MASK,
    Applies,
    MalformationType,
    Words,
    always,
    fixed_words,
)

MALFORMATIONS: dict[str, MalformationType] = {}

_Change = Callable[[np.ndarray, Case], np.ndarray]


def _register(
    argument: str,
    name: str,
    about: str,
    change: _Change,
    expected: Words,
    received: Words,
    applies: Applies = always,
) -> None:
    def change_array(array: object, case: Case) -> object:
        assert isinstance(array, wire.Array)
        values = np.frombuffer(array.data, array.dtype).reshape(array.shape)
        return _to_wire(change(values, case))

    MALFORMATIONS[name] = MalformationType(
        name, about, applies, change_array, False, expected, received, argument
    )


def _to_wire(values: np.ndarray) -> object:
    if values.dtype.kind == "U":
        return wire.Text(values.shape)
    return wire.Array(values.dtype.name, values.shape, values.tobytes())


def _set_first(value: Callable[[Case], int]) -> _Change:
    def change(values: np.ndarray, case: Case) -> np.ndarray:
        changed = values.copy()
        changed[0] = value(case)
        return changed

    return change


def _repeat_first(axis: int) -> _Change:
    return lambda values, case: np.concatenate([values, values.take([0], axis)], axis)


def _batch_words(case: Case) -> tuple[str, ...]:
    return (str(case.data.batch), "batch")


def _steps_words(case: Case) -> tuple[str, ...]:
    return (str(case.data.steps), "step", "length")


_rank_words = fixed_words("rank", "ndim", "shape", "vector", "dim")


def _several_rows(case: Case) -> bool:
    return case.data.batch > 1


_lengths = functools.partial(_register, LENGTHS)
_mask = functools.partial(_register, MASK)

_lengths(
    "lengths_too_long", "one row longer than the inputs",
    _set_first(lambda case: case.data.steps + 1), _steps_words,
    lambda case: (str(case.data.steps + 1),),
)  # fmt: skip
_lengths(
    "lengths_negative", "a negative length",
    _set_first(lambda case: -1), fixed_words("negative", "0", ">="), fixed_words("-1"),
)  # fmt: skip
_lengths(
    "lengths_wrong_batch", "a length more than the inputs have rows",
    _repeat_first(0), _batch_words, lambda case: (str(case.data.batch + 1),),
)  # fmt: skip
_lengths(
    "lengths_one", "one length for several rows",
    lambda values, case: values[:1], _batch_words, fixed_words("1"), _several_rows,
)  # fmt: skip
_lengths(
    "lengths_scalar", "a scalar",
    lambda values, case: values[0], _rank_words, fixed_words("()", "[]", "rank 0", "scalar"),
)  # fmt: skip
_lengths(
    "lengths_rank_two", "a matrix of one column",
    lambda values, case: values[:, None], _rank_words, fixed_words("rank 2", ", 1)", ",1]", ", 1]"),
)  # fmt: skip
_lengths(
    "lengths_float", "floats",
    lambda values, case: values.astype(np.float32), fixed_words("int"), fixed_words("float"),
)  # fmt: skip
_lengths(
    "lengths_bool", "booleans",
    lambda values, case: values.astype(bool), fixed_words("int"), fixed_words("bool"),
)  # fmt: skip
_lengths(
    "lengths_string", "strings",
    lambda values, case: values.astype(str), fixed_words("int"), fixed_words("string"),
)  # fmt: skip
_mask(
    "mask_wrong_batch", "a row more than the inputs have",
    _repeat_first(0), _batch_words, lambda case: (str(case.data.batch + 1),),
)  # fmt: skip
_mask(
    "mask_one_row", "one row, which could be broadcast to the inputs' batch",
    lambda values, case: values[:1], _batch_words, fixed_words("1"), _several_rows,
)  # fmt: skip
_mask(
    "mask_more_steps", "a step more than the inputs have",
    _repeat_first(1), _steps_words, lambda case: (str(case.data.steps + 1),),
)  # fmt: skip
_mask(
    "mask_fewer_steps", "a step less than the inputs have",
    lambda values, case: values[:, :-1], _steps_words, lambda case: (str(case.data.steps - 1),),
    lambda case: case.data.steps > 1,
)  # fmt: skip
_mask(
    "mask_one_step", "one step, which could be broadcast to all",
    lambda values, case: values[:, :1], _steps_words, fixed_words("1"),
    lambda case: case.data.steps > 2,
)  # fmt: skip
_mask(
    "mask_rank_one", "a vector: the axis of the rows is missing",
    lambda values, case: values[0], _rank_words, fixed_words("rank 1", "ndim=1", "1D"),
)  # fmt: skip
_mask(
    "mask_rank_three", "two values for each step",
    lambda values, case: np.repeat(values[..., None], 2, axis=2), _rank_words,
    fixed_words("rank 3", "ndim=3", "3D"),
)  # fmt: skip
_mask(
    "mask_string", "strings",
    lambda values, case: values.astype(str), fixed_words("bool"), fixed_words("string"),
)  # fmt: skip
