"""The arrays of a case: weights, inputs and initial state, from the case's seeds.

Values come from `numpy.random.RandomState`, whose streams NumPy promises never to change
(https://numpy.org/doc/stable/reference/random/legacy.html), so a case means the same arrays
everywhere. They are held as float64 and are exactly representable in the case's dtype: what a
target receives and what the reference computes with are the same numbers.

Each cell and each kind of array has streams of its own, of which the values of _ROWS rows and of
_STEPS steps are drawn, however few are asked for. Adding a row or a step leaves the others as they
were, so a case that is shrunk stays the case it was.
"""

from __future__ import annotations

import dataclasses
import functools
import math
from dataclasses import dataclass

import numpy as np

from conformance.adapter import wire
from conformance.cases.case import Case
from conformance.cases.floats import round_to
from conformance.cases.program import LSTM_TYPES, Cell, Layer

# Which kind of array a stream is for
_WEIGHTS, _INPUTS, _STATE, _COUNTED, _COTANGENTS = range(1, 6)

_GATES = {"SimpleRNN": 1, "GRU": 3, **dict.fromkeys(LSTM_TYPES, 4)}

# About how large a state is, and whether signs are mixed; the values lie in 0.5 to 1.5 times that.
_STATE_SIZES = {"small": 1e-3, "large": 10.0, "mixed": 1.0}
STATE_VALUES = ("zeros", "ones", *_STATE_SIZES)

_ROWS, _STEPS = 8, 16

# Which steps of a row count: `lengths` are those of a prefix, a mask may leave out any of them
LENGTHS = ("full", "drawn", "one", "zero")
MASKS = ("full", "trailing", "leading", "interior", "scattered", "empty_row", "nothing")


# Clauses ask for the same arrays several times, and others after them; all arrays are read-only
_remembered = functools.lru_cache(maxsize=1024)


@dataclass(frozen=True)
class Weights:
    """The weights of one cell, gates side by side in Keras' order: LSTM i, f, c, o; GRU z, r, h.

    kernel: (features in, gates * units). recurrent: (output units, gates * units); of a ConvLSTM
    as many rows for each place in the kernel of its convolution, in the order of its axes.
    bias: (gates * units,), for a GRU with `reset_after` (2, 3 * units), the input's bias first;
    None without a bias. It does not hold the cell's `forget_bias`.
    peepholes: (3, units), those of i, f and o; or None. projection: (units, projection) or None.
    """

    kernel: np.ndarray
    recurrent: np.ndarray
    bias: np.ndarray | None = None
    peepholes: np.ndarray | None = None
    projection: np.ndarray | None = None


def weights(case: Case) -> tuple[Weights, ...]:
    """The weights of each cell.

    Matrices are uniform in ±weight_scale/sqrt(rows), so that the sum that reaches a gate is of the
    order of weight_scale however wide the cell is; biases and peepholes in ±weight_scale.
    """
    return _weights(weighed(case))


def weighed(case: Case) -> Case:
    """A case of that on which the weights depend, and nothing else: many cases share it."""
    return Case(
        case.path if case.bidirectional else "",  # else no path matters
        "",
        case.cells,
        features=case.features,
        dtype=case.dtype,
        weight_seed=case.weight_seed,
        weight_scale=case.weight_scale,
    )


def drawn(case: Case) -> Case:
    """A case of that on which its arrays depend, and what cells do with them: paths share it."""
    return dataclasses.replace(
        weighed(case),
        batch=case.batch,
        steps=case.steps,
        data_seed=case.data_seed,
        state=case.state or (None if _starts_itself(case) else "zeros"),
        lengths=case.lengths,
        mask=case.mask,
        layer=Layer(
            go_backwards=case.layer.go_backwards,
            # documented to be used only where the outputs of all steps are returned
            zero_output_for_mask=case.layer.zero_output_for_mask and case.layer.return_sequences,
        ),
    )


def _starts_itself(case: Case) -> bool:
    return any(cell.custom is not None and cell.custom.start for cell in case.cells)


@_remembered
def _weights(case: Case) -> tuple[Weights, ...]:
    return tuple(
        _cell_weights(cell, features, case, index)
        for index, (cell, features) in enumerate(zip(case.cells, _fed(case), strict=True))
    )


def _fed(case: Case) -> tuple[int, ...]:
    """How many features reach each cell."""
    if case.bidirectional:
        return (case.features,) * len(case.cells)
    return (case.features, *(cell.output_width for cell in case.cells[:-1]))


def _cell_weights(cell: Cell, features: int, case: Case, index: int) -> Weights:
    stream = _stream(case.weight_seed, _WEIGHTS, index)

    def drawn(*shape: int, fan_in: int = 1) -> np.ndarray:
        scale = case.weight_scale / np.sqrt(max(fan_in, 1))
        return _read_only(round_to(stream.uniform(-scale, scale, shape), case.dtype))

    places = math.prod(cell.convolution.kernel) if cell.convolution else 1
    taken, carried = places * features, places * cell.output_units
    projected = cell.projection
    gates = _GATES[cell.kind] * cell.units
    pair = (2,) if cell.kind == "GRU" and cell.reset_after else ()
    return Weights(
        kernel=drawn(taken, gates, fan_in=taken),
        recurrent=drawn(carried, gates, fan_in=carried),
        bias=drawn(*pair, gates) if cell.use_bias else None,
        peepholes=drawn(3, cell.units) if cell.peepholes else None,
        projection=drawn(cell.units, projected, fan_in=cell.units) if projected else None,
    )


def inputs(case: Case) -> np.ndarray:
    """The inputs, (batch, steps, values), in ±2; about one in 16 is zero."""
    shape = (case.batch, case.steps, math.prod(case.input_shape))
    return _inputs(case.data_seed, shape, case.dtype)


@_remembered
def _inputs(seed: int, shape: tuple[int, int, int], dtype: str) -> np.ndarray:
    values = _uniform(2.0, shape, seed, _INPUTS)
    values[np.abs(values) < 2.0 / 16] = 0.0
    return _read_only(round_to(values, dtype))


def _uniform(size: float, shape: tuple[int, int, int], seed: int, *key: int) -> np.ndarray:
    """Values in ±size of so many rows, steps and units, by a stream for each block of them."""
    values = np.zeros(shape)
    for row in range(0, shape[0], _ROWS):
        for step in range(0, shape[1], _STEPS):
            part = values[row : row + _ROWS, step : step + _STEPS]
            stream = _stream(seed, *key, row, step)
            block = stream.uniform(-size, size, (_ROWS, _STEPS, shape[2]))
            part[...] = block[: part.shape[0], : part.shape[1]]
    return values


def state(case: Case) -> tuple[tuple[np.ndarray, ...], ...]:
    """The initial state of each cell, (h,) or (h, c), each (batch, width); without one, its own.

    In `small`, `large` and `mixed` the values differ between the rows, units and leaves of a cell,
    as far as the dtype has enough of them, and between cells, so that a swap of any two shows.
    """
    return tuple(
        _own_start(cell, case.batch)
        if case.state is None
        else _given_state(
            case.state, case.data_seed, index, case.batch, cell.state_widths, case.dtype
        )
        for index, cell in enumerate(case.cells)
    )


def _own_start(cell: Cell, batch: int) -> tuple[np.ndarray, ...]:
    """What a cell starts from that is given no state."""
    values = wire.CUSTOM_START if cell.custom and cell.custom.start else (0.0, 0.0)
    return tuple(
        _read_only(np.full((batch, width), value))
        for value, width in zip(values, cell.state_widths, strict=False)
    )


@_remembered
def _given_state(
    values: str, seed: int, index: int, batch: int, widths: tuple[int, ...], dtype: str
) -> tuple[np.ndarray, ...]:
    if values in ("zeros", "ones"):
        fill = np.ones if values == "ones" else np.zeros
        return tuple(_read_only(fill((batch, width))) for width in widths)
    if values not in _STATE_SIZES:
        raise ValueError(f"state = {values!r}, but must be None or one of {STATE_VALUES}")
    joined = np.zeros((batch, sum(widths)))
    for row in range(0, batch, _ROWS):
        part = joined[row : row + _ROWS]
        stream = _stream(seed, _STATE, index, row)
        block = _different(stream, _ROWS * sum(widths), _STATE_SIZES[values], dtype)
        part[...] = block.reshape(_ROWS, -1)[: len(part)]
    return tuple(_read_only(leaf) for leaf in np.split(joined, np.cumsum(widths)[:-1], axis=1))


_REDRAWS = 8  # a wide batch of a narrow dtype runs out of different values


def _different(stream: np.random.RandomState, count: int, size: float, dtype: str) -> np.ndarray:
    """So many values of about this size and either sign, which all differ as far as may be."""

    def drawn(count: int) -> np.ndarray:
        signed = stream.uniform(-1.0, 1.0, count)
        return round_to(size * (signed + np.copysign(0.5, signed)), dtype)

    values = drawn(count)
    for _ in range(_REDRAWS):
        again = np.ones(count, bool)
        again[np.unique(values, return_index=True)[1]] = False
        if not again.any():
            break
        values[again] = drawn(again.sum())
    return values


@dataclass(frozen=True)
class Cotangents:
    """By what outputs and final state are multiplied in the loss, the sum of all that.

    outputs: (batch, steps, units). state: of each cell (h,) or (h, c), each (batch, width).
    """

    outputs: np.ndarray
    state: tuple[tuple[np.ndarray, ...], ...]


def cotangents(case: Case) -> Cotangents:
    """The factors of a case's loss, of magnitudes from 1/2 to 3/2."""
    state = []
    for index, cell in enumerate(case.cells, start=1):
        joined = _cotangents(
            case.data_seed, index, (case.batch, 1, sum(cell.state_widths)), case.dtype
        )
        state.append(tuple(np.split(joined[:, 0], np.cumsum(cell.state_widths)[:-1], axis=1)))
    shape = (case.batch, case.steps, case.output_units)
    return Cotangents(_cotangents(case.data_seed, 0, shape, case.dtype), tuple(state))


@_remembered
def _cotangents(seed: int, index: int, shape: tuple[int, int, int], dtype: str) -> np.ndarray:
    signed = _uniform(1.0, shape, seed, _COTANGENTS, index)
    return _read_only(round_to(signed + np.copysign(0.5, signed), dtype))


@_remembered
def counted(case: Case) -> np.ndarray | None:
    """Which steps count, (batch, steps) of bool, by the case's lengths or mask; or None."""
    if case.lengths is None and case.mask is None:
        return None
    rows = [_counted_row(case, row) for row in range(case.batch)]
    return _stacked(rows, (case.steps,)).astype(bool)


def lengths(case: Case) -> np.ndarray:
    """How many steps of each row count: (batch,) of int32, by the case's lengths."""
    steps = counted(case)
    assert steps is not None
    return steps.sum(axis=1, dtype=np.int32)


def _counted_row(case: Case, row: int) -> np.ndarray:
    stream = _stream(case.data_seed, _COUNTED, row)
    steps = np.arange(case.steps)
    some = int(stream.randint(0, case.steps + 1))
    if case.lengths is not None:
        return steps < {"full": case.steps, "drawn": some, "one": 1, "zero": 0}[case.lengths]
    if case.mask == "interior":
        first, last = sorted(stream.randint(1, max(case.steps, 2), 2))
        return (steps < first) | (steps >= last)
    if case.mask == "scattered":
        return stream.randint(0, 2, case.steps) == 1
    return {
        "full": steps >= 0,
        "trailing": steps < some,
        "leading": steps >= some,
        "empty_row": np.full(case.steps, row != case.data_seed % case.batch),
        "nothing": steps < 0,
    }[case.mask or "full"]


# Made once and seeded anew for each stream, which costs a tenth of making one. So a stream is to be
# used up before the next is asked for.
_RANDOM = np.random.RandomState(0)


def _stream(seed: int, *key: int) -> np.random.RandomState:
    """The stream of this seed and key; a seed may be any whole number below 2**64."""
    _RANDOM.seed([seed & 0xFFFFFFFF, seed >> 32, *key])
    return _RANDOM


def _stacked(rows: list[np.ndarray], shape: tuple[int, ...]) -> np.ndarray:
    return _read_only(np.stack(rows) if rows else np.zeros((0, *shape)))


def _read_only(values: np.ndarray) -> np.ndarray:
    values.flags.writeable = False
    return values
