"""The arrays of a case: weights, inputs and initial state, from the case's seeds.

Values come from `numpy.random.RandomState`. NumPy promises that its streams never change
(https://numpy.org/doc/stable/reference/random/legacy.html), so a case means the same arrays
everywhere. The values are float64, and the case's dtype can represent each of them exactly: the
target and the reference compute with the same numbers.

Each cell and each kind of array has its own streams. A stream always gives the values of _ROWS rows
and _STEPS steps, even where the case needs fewer. So a further row or step leaves the other values
unchanged, and a shrunk case keeps the values that it had.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from conformance.adapter import wire
from conformance.cases import benign_arrays
from conformance.cases.cached_hash import cached_hash
from conformance.cases.case import Case
from conformance.cases.floats import round_to
from conformance.cases.program import LSTM_TYPES, Cell, input_shape

# The kinds of arrays, each with its own streams
_WEIGHTS, _INPUTS, _STATE, _COUNTED, _COTANGENTS = range(1, 6)

_GATES = {"SimpleRNN": 1, "GRU": 3, **dict.fromkeys(LSTM_TYPES, 4)}

# The size of the values of a state: they lie in 0.5 to 1.5 times that, with either sign.
_STATE_SIZES = {"small": 1e-3, "large": 10.0, "mixed": 1.0}
STATE_VALUES = ("zeros", "ones", *_STATE_SIZES)

_ROWS, _STEPS = 8, 16

# The steps of a row that count: with `lengths` the first ones, with a mask any of them
LENGTHS = ("full", "drawn", "one", "zero")
MASKS = ("full", "trailing", "leading", "interior", "scattered", "empty_row", "nothing")


# One clause asks for the same arrays several times, and so do the clauses after it. All arrays are
# read-only.
_remembered = functools.lru_cache(maxsize=1024)


@dataclass(frozen=True)
class Weights:
    """The weights of one cell, gates side by side in Keras' order: LSTM i, f, c, o; GRU z, r, h.

    kernel: (features in, gates * units). recurrent: (output units, gates * units). A ConvLSTM has
    that number of rows for each place in the kernel of its convolution, in the order of its axes.
    bias: (gates * units,); for a GRU with `reset_after` (2, 3 * units), the input's bias first;
    None without a bias. It does not contain the cell's `forget_bias`.
    peepholes: (3, units), for i, f and o; or None. projection: (units, projection) or None.
    """

    kernel: np.ndarray
    recurrent: np.ndarray
    bias: np.ndarray | None = None
    peepholes: np.ndarray | None = None
    projection: np.ndarray | None = None


@cached_hash
@dataclass(frozen=True)
class WeightSpec:
    """Everything that the weights of a case depend on; the cases of one program share it."""

    cells: tuple[Cell, ...]
    features: int
    dtype: str
    seed: int
    scale: float
    bidirectional: bool
    benign: bool


@cached_hash
@dataclass(frozen=True)
class ArraySpec:
    """Everything that the arrays of a case, and the result of its cells, depend on.

    Cases on several paths share it. So it is the key under which the reference keeps its results.
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
    """Return everything that the arrays of a case depend on."""
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
            data.benign,
        ),
        data.batch,
        data.steps,
        data.data_seed,
        data.state or (None if _starts_itself(case) else "zeros"),
        data.lengths,
        data.mask,
        layer.go_backwards,
        # the documentation says: used only where the outputs of all steps are returned
        layer.zero_output_for_mask and layer.return_sequences,
    )


def _starts_itself(case: Case) -> bool:
    return any(cell.custom is not None and cell.custom.start for cell in case.program.cells)


def weights(source: Source) -> tuple[Weights, ...]:
    """Return the weights of each cell.

    Matrices are uniform in ±weight_scale/sqrt(rows). So the sum that reaches a gate is of the
    order of weight_scale, for cells of every width. Biases and peepholes lie in ±weight_scale.
    Those of a benign case are made in another way (`benign_arrays.py`).
    """
    return weights_of_spec(array_spec(source).weights)


@_remembered
def weights_of_spec(spec: WeightSpec) -> tuple[Weights, ...]:
    """Return the weights of each cell, as `weights` does."""
    return tuple(
        _cell_weights(cell, features, spec, index)
        for index, (cell, features) in enumerate(zip(spec.cells, _input_widths(spec), strict=True))
    )


def _input_widths(spec: WeightSpec) -> tuple[int, ...]:
    """Return the number of features that reach each cell."""
    if spec.bidirectional:
        return (spec.features,) * len(spec.cells)
    return (spec.features, *(cell.output_width for cell in spec.cells[:-1]))


_BenignArray = Callable[[np.random.RandomState, int, int], np.ndarray]


def _cell_weights(cell: Cell, features: int, spec: WeightSpec, index: int) -> Weights:
    stream = _stream(spec.seed, _WEIGHTS, index)

    def draw(*shape: int, fan_in: int = 1) -> np.ndarray:
        scale = spec.scale / np.sqrt(max(fan_in, 1))
        return _read_only(round_to(stream.uniform(-scale, scale, shape), spec.dtype))

    def draw_matrix(benign: _BenignArray, rows: int, columns: int) -> np.ndarray:
        if not spec.benign:
            return draw(rows, columns, fan_in=rows)
        return _read_only(round_to(benign(stream, rows, columns), spec.dtype))

    def draw_bias(*shape: int) -> np.ndarray:
        if not spec.benign:
            return draw(*shape)
        return _read_only(round_to(benign_arrays.bias(stream, *shape), spec.dtype))

    places = math.prod(cell.convolution.kernel) if cell.convolution else 1
    from_inputs, from_state = places * features, places * cell.output_units
    projection = cell.projection
    gates = _GATES[cell.cell_type] * cell.units
    pair = (2,) if cell.cell_type == "GRU" and cell.reset_after else ()
    return Weights(
        kernel=draw_matrix(benign_arrays.kernel, from_inputs, gates),
        recurrent=draw_matrix(benign_arrays.contracting, from_state, gates),
        bias=draw_bias(*pair, gates) if cell.use_bias else None,
        peepholes=draw_bias(3, cell.units) if cell.peepholes else None,
        projection=draw_matrix(benign_arrays.contracting, cell.units, projection)
        if projection
        else None,
    )


def inputs(source: Source) -> np.ndarray:
    """Return the inputs, (batch, steps, values), in ±2; about one value in 16 is zero.

    Those of a benign case are of one binade.
    """
    spec = array_spec(source)
    values = math.prod(input_shape(spec.weights.cells, spec.weights.features))
    shape = (spec.batch, spec.steps, values)
    return _inputs(spec.seed, shape, spec.weights.dtype, spec.weights.benign)


@_remembered
def _inputs(seed: int, shape: tuple[int, int, int], dtype: str, benign: bool) -> np.ndarray:
    values = _uniform(2.0, shape, seed, _INPUTS)
    if benign:
        values = benign_arrays.in_one_binade(values)
    else:
        values[np.abs(values) < 2.0 / 16] = 0.0
    return _read_only(round_to(values, dtype))


def _uniform(size: float, shape: tuple[int, int, int], seed: int, *key: int) -> np.ndarray:
    """Draw values in ±size, (rows, steps, units), with one stream for each block of them."""
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

    Where the case gives no state, this is the one that the cell makes itself.

    In `small`, `large` and `mixed` the values differ between the rows, units and leaves of a cell,
    as far as the dtype has enough values, and between cells. So a swap of any two is visible.
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
    """Return the state that a cell starts from where it is given none."""
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
        block = _distinct_values(stream, _ROWS * sum(widths), _STATE_SIZES[values], dtype)
        part[...] = block.reshape(_ROWS, -1)[: len(part)]
    return tuple(_read_only(leaf) for leaf in np.split(joined, np.cumsum(widths)[:-1], axis=1))


_REDRAWS = 8  # a limit, as a narrow dtype has too few different values for a wide batch


def _distinct_values(
    stream: np.random.RandomState, count: int, size: float, dtype: str
) -> np.ndarray:
    """Draw values of about this size and either sign, all different as far as possible."""

    def draw(count: int) -> np.ndarray:
        signed = stream.uniform(-1.0, 1.0, count)
        return round_to(size * (signed + np.copysign(0.5, signed)), dtype)

    values = draw(count)
    for _ in range(_REDRAWS):
        again = np.ones(count, bool)
        again[np.unique(values, return_index=True)[1]] = False
        if not again.any():
            break
        values[again] = draw(again.sum())
    return values


@dataclass(frozen=True)
class Cotangents:
    """The factors of outputs and final state in the loss, which is the sum of all products.

    outputs: (batch, steps, units). state: for each cell (h,) or (h, c), each (batch, width).
    """

    outputs: np.ndarray
    state: tuple[tuple[np.ndarray, ...], ...]


def cotangents(source: Source) -> Cotangents:
    """Return the factors of a case's loss; their magnitudes lie in 1/2 to 3/2."""
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


def counted_steps(source: Source) -> np.ndarray | None:
    """Return True for each step that counts, (batch, steps); None without lengths and mask."""
    return _counted_steps(array_spec(source))


@_remembered
def _counted_steps(spec: ArraySpec) -> np.ndarray | None:
    if spec.lengths is None and spec.mask is None:
        return None
    rows = [_counted_row(spec, row) for row in range(spec.batch)]
    return _stack_rows(rows, (spec.steps,)).astype(bool)


def lengths(source: Source) -> np.ndarray:
    """Return the number of steps that count in each row, (batch,) of int32."""
    steps = counted_steps(source)
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


# There is one generator, which gets a new seed for each stream: that takes a tenth of the time of a
# new generator. So all values of a stream must be drawn before the next stream is asked for.
_RANDOM = np.random.RandomState(0)


def _stream(seed: int, *key: int) -> np.random.RandomState:
    """Return the stream of this seed and key; a seed is any whole number below 2**64."""
    _RANDOM.seed([seed & 0xFFFFFFFF, seed >> 32, *key])
    return _RANDOM


def _stack_rows(rows: list[np.ndarray], shape: tuple[int, ...]) -> np.ndarray:
    return _read_only(np.stack(rows) if rows else np.zeros((0, *shape)))


def _read_only(values: np.ndarray) -> np.ndarray:
    values.flags.writeable = False
    return values
