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

import functools
import math
from dataclasses import dataclass

import numpy as np

from conformance.adapter import wire
from conformance.cases.cached_hash import cached_hash
from conformance.cases.case import Case
from conformance.cases.floats import round_to
from conformance.cases.program import LSTM_TYPES, Cell, input_shape

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


@cached_hash
@dataclass(frozen=True)
class WeightSpec:
    """All on which the weights of a case depend; the cases of one program share it."""

    cells: tuple[Cell, ...]
    features: int
    dtype: str
    seed: int
    scale: float
    bidirectional: bool


@cached_hash
@dataclass(frozen=True)
class ArraySpec:
    """All on which the arrays of a case depend, and what its cells do with them.

    Cases on several paths share it, so it is the key of what the reference has computed.
    """

    weights: WeightSpec
    batch: int
    steps: int
    seed: int
    state: str | None
    lengths: str | None
    mask: str | None
    go_backwards: bool
    zero_output_for_mask: bool


Source = Case | ArraySpec


def array_spec(source: Source) -> ArraySpec:
    """Return that on which the arrays of a case depend."""
    return source if isinstance(source, ArraySpec) else _array_spec(source)


@_remembered
def _array_spec(case: Case) -> ArraySpec:
    program, layer, data = case.program, case.program.layer, case.data
    return ArraySpec(
        WeightSpec(
            program.cells,
            program.features,
            program.dtype,
            data.weight_seed,
            data.weight_scale,
            program.bidirectional,
        ),
        data.batch,
        data.steps,
        data.data_seed,
        data.state or (None if _starts_itself(case) else "zeros"),
        data.lengths,
        data.mask,
        layer.go_backwards,
        # documented to be used only where the outputs of all steps are returned
        layer.zero_output_for_mask and layer.return_sequences,
    )


def _starts_itself(case: Case) -> bool:
    return any(cell.custom is not None and cell.custom.start for cell in case.program.cells)


def weights(source: Source) -> tuple[Weights, ...]:
    """Return the weights of each cell.

    Matrices are uniform in ±weight_scale/sqrt(rows), so that the sum that reaches a gate is of the
    order of weight_scale however wide the cell is; biases and peepholes in ±weight_scale.
    """
    return weights_of_spec(array_spec(source).weights)


@_remembered
def weights_of_spec(spec: WeightSpec) -> tuple[Weights, ...]:
    """Return the weights of each cell, as `weights` does."""
    return tuple(
        _cell_weights(cell, features, spec, index)
        for index, (cell, features) in enumerate(zip(spec.cells, _fed(spec), strict=True))
    )


def _fed(spec: WeightSpec) -> tuple[int, ...]:
    """Return how many features reach each cell."""
    if spec.bidirectional:
        return (spec.features,) * len(spec.cells)
    return (spec.features, *(cell.output_width for cell in spec.cells[:-1]))


def _cell_weights(cell: Cell, features: int, spec: WeightSpec, index: int) -> Weights:
    stream = _stream(spec.seed, _WEIGHTS, index)

    def drawn(*shape: int, fan_in: int = 1) -> np.ndarray:
        scale = spec.scale / np.sqrt(max(fan_in, 1))
        return _read_only(round_to(stream.uniform(-scale, scale, shape), spec.dtype))

    places = math.prod(cell.convolution.kernel) if cell.convolution else 1
    taken, carried = places * features, places * cell.output_units
    projected = cell.projection
    gates = _GATES[cell.cell_type] * cell.units
    pair = (2,) if cell.cell_type == "GRU" and cell.reset_after else ()
    return Weights(
        kernel=drawn(taken, gates, fan_in=taken),
        recurrent=drawn(carried, gates, fan_in=carried),
        bias=drawn(*pair, gates) if cell.use_bias else None,
        peepholes=drawn(3, cell.units) if cell.peepholes else None,
        projection=drawn(cell.units, projected, fan_in=cell.units) if projected else None,
    )


def inputs(source: Source) -> np.ndarray:
    """Return the inputs, (batch, steps, values), in ±2; about one in 16 is zero."""
    spec = array_spec(source)
    values = math.prod(input_shape(spec.weights.cells, spec.weights.features))
    return _inputs(spec.seed, (spec.batch, spec.steps, values), spec.weights.dtype)


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


def state(source: Source) -> tuple[tuple[np.ndarray, ...], ...]:
    """Return the initial state of each cell, (h,) or (h, c), each (batch, width).

    Where no state is given it is the cell's own.

    In `small`, `large` and `mixed` the values differ between the rows, units and leaves of a cell,
    as far as the dtype has enough of them, and between cells, so that a swap of any two shows.
    """
    spec = array_spec(source)
    dtype = spec.weights.dtype
    return tuple(
        _own_start(cell, spec.batch)
        if spec.state is None
        else _given_state(spec.state, spec.seed, index, spec.batch, cell.state_widths, dtype)
        for index, cell in enumerate(spec.weights.cells)
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


def cotangents(source: Source) -> Cotangents:
    """Return the factors of a case's loss, of magnitudes from 1/2 to 3/2."""
    spec = array_spec(source)
    dtype = spec.weights.dtype
    state = []
    for index, cell in enumerate(spec.weights.cells, start=1):
        shape = (spec.batch, 1, sum(cell.state_widths))
        joined = _cotangents(spec.seed, index, shape, dtype)
        state.append(tuple(np.split(joined[:, 0], np.cumsum(cell.state_widths)[:-1], axis=1)))
    shape = (spec.batch, spec.steps, _output_units(source))
    return Cotangents(_cotangents(spec.seed, 0, shape, dtype), tuple(state))


def _output_units(source: Source) -> int:
    if isinstance(source, Case):
        return source.program.output_units
    return source.weights.cells[-1].output_units


@_remembered
def _cotangents(seed: int, index: int, shape: tuple[int, int, int], dtype: str) -> np.ndarray:
    signed = _uniform(1.0, shape, seed, _COTANGENTS, index)
    return _read_only(round_to(signed + np.copysign(0.5, signed), dtype))


def counted(source: Source) -> np.ndarray | None:
    """Return which steps count, (batch, steps) of bool, by lengths or mask; or None."""
    return _counted(array_spec(source))


@_remembered
def _counted(spec: ArraySpec) -> np.ndarray | None:
    if spec.lengths is None and spec.mask is None:
        return None
    rows = [_counted_row(spec, row) for row in range(spec.batch)]
    return _stacked(rows, (spec.steps,)).astype(bool)


def lengths(source: Source) -> np.ndarray:
    """Return how many steps of each row count: (batch,) of int32, by the case's lengths."""
    steps = counted(source)
    assert steps is not None
    return steps.sum(axis=1, dtype=np.int32)


def _counted_row(spec: ArraySpec, row: int) -> np.ndarray:
    stream = _stream(spec.seed, _COUNTED, row)
    steps = np.arange(spec.steps)
    some = int(stream.randint(0, spec.steps + 1))
    if spec.lengths is not None:
        return steps < {"full": spec.steps, "drawn": some, "one": 1, "zero": 0}[spec.lengths]
    if spec.mask == "interior":
        first, last = sorted(stream.randint(1, max(spec.steps, 2), 2))
        return (steps < first) | (steps >= last)
    if spec.mask == "scattered":
        return stream.randint(0, 2, spec.steps) == 1
    return {
        "full": steps >= 0,
        "trailing": steps < some,
        "leading": steps >= some,
        "empty_row": np.full(spec.steps, row != spec.seed % spec.batch),
        "nothing": steps < 0,
    }[spec.mask or "full"]


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
