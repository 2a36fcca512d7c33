"""The program of a case: what is built before anything is fed."""

from __future__ import annotations

import dataclasses
import math
import typing
from dataclasses import dataclass

from conformance.cases.cached_hash import cached_hash

CONVOLUTIONAL = "ConvLSTM"
LSTM_TYPES = ("LSTM", "BasicLSTM", CONVOLUTIONAL)
STACK = "Stack"
BIDIRECTIONAL = ("Bidirectional", "bidirectional_dynamic_rnn")  # APIs that run both directions
SIDE_BY_SIDE = ("concat", None)  # merge modes that keep the outputs of both directions
MERGE_MODES = (*SIDE_BY_SIDE, "sum", "mul", "ave")
EAGER = "eager"
MODEL_APIS = ("sequential", "functional")
MODEL_CALLS = ("call", "predict", "predict_on_batch")
POLICIES = {"mixed_float16": "float16", "mixed_bfloat16": "bfloat16"}  # and their compute dtypes
IN_PARTS = ("shared", "encoder")  # wirings that cut the sequence in two
WIRINGS = ("given", "none", "computed", "nested", *IN_PARTS)
VARIABLE_DTYPE = "float32"  # of every policy of mixed precision

ACTIVATIONS = (
    "tanh", "sigmoid", "softsign", "relu", "linear", "hard_sigmoid", "hard_sigmoid_0.2",
)  # fmt: skip

# Wrappers around a cell: dropout at keep probability 1, or at wire.KEEP_PROBABILITY of outputs or
# state
RESIDUAL, DEVICE, DROPOUT = "residual", "device", "dropout"
OUTPUT_DROPOUT, STATE_DROPOUT = "output_dropout", "state_dropout"
WRAPPERS = (RESIDUAL, DEVICE, DROPOUT, OUTPUT_DROPOUT, STATE_DROPOUT)

# The ways in which a user's own cell holds h and c: [h, c], [h, (c,)], [{c, h}], or in one tensor
PLAIN, NESTED, DICT, PLANES = "plain", "nested", "dict", "planes"
STRUCTURES = (PLAIN, NESTED, DICT, PLANES)


@dataclass(frozen=True)
class Convolution:
    """The convolution of a ConvLSTM: the extent of its inputs in space, and its kernel, by axis.

    `padding` is that of the inputs, "same" or "valid"; the state is always padded.
    """

    space: tuple[int, ...]
    kernel: tuple[int, ...]
    padding: str = "same"

    @property
    def positions(self) -> tuple[int, ...]:
        """The extent of the state, and of the outputs, in space."""
        if self.padding == "same":
            return self.space
        return tuple(size - taken + 1 for size, taken in zip(self.space, self.kernel, strict=True))


@dataclass(frozen=True)
class Custom:
    """The behaviour that a user's own cell adds to the LSTM cell in it.

    `structure` is one of STRUCTURES. With `doubled` its output is h twice, side by side. With
    `start` it has its own `get_initial_state`, which does not give zeros; without, it has none.
    """

    structure: str = PLAIN
    doubled: bool = False
    start: bool = False


JSON_NAME = "json_name"
"""The key of a field's metadata that holds its name in JSON, where the two names differ."""

# A tree of the places of a program's cells
Nesting = tuple[typing.Union[int, "Nesting"], ...]


@dataclass(frozen=True)
class Cell:
    """One recurrent cell: its type and the options that change its arithmetic.

    `dropout` and `recurrent_dropout` do nothing in inference. `wrappers` are around the cell, the
    innermost first.
    """

    # SimpleRNN, LSTM, BasicLSTM (the v1 class of that name), GRU or ConvLSTM
    cell_type: str = dataclasses.field(metadata={JSON_NAME: "kind"})
    units: int  # for a ConvLSTM, its filters
    use_bias: bool = True
    activation: str = "tanh"
    recurrent_activation: str = "sigmoid"
    forget_bias: float = 0.0
    reset_after: bool = False
    implementation: int = 2
    peepholes: bool = False
    projection: int | None = None
    cell_clip: float | None = None
    projection_clip: float | None = None
    ones_at_first: bool = False  # a user's own class: its `get_initial_state` gives ones
    dropout: float = 0.0
    recurrent_dropout: float = 0.0
    wrappers: tuple[str, ...] = ()
    custom: Custom | None = None
    convolution: Convolution | None = None

    @property
    def is_lstm(self) -> bool:
        """True where the state is a pair of hidden state `h` and cell state `c`."""
        return self.cell_type in LSTM_TYPES

    @property
    def output_units(self) -> int:
        """The width of `h`, and of the output of a cell that is not the user's own."""
        return self.projection or self.units

    @property
    def output_shape(self) -> tuple[int, ...]:
        """The shape of the output at one step of one row."""
        if self.custom and self.custom.doubled:
            return (2 * self.output_units,)
        return self._in_space(self.output_units)

    @property
    def output_width(self) -> int:
        """The number of values that the output has at one step of one row."""
        return math.prod(self.output_shape)

    @property
    def state_shapes(self) -> tuple[tuple[int, ...], ...]:
        """The shape of each leaf of one row's state: (h,), or (h, c) for an LSTM."""
        widths = (self.output_units, self.units) if self.is_lstm else (self.units,)
        return tuple(self._in_space(width) for width in widths)

    @property
    def state_widths(self) -> tuple[int, ...]:
        """The number of values in each leaf of one row's state."""
        return tuple(math.prod(shape) for shape in self.state_shapes)

    def _in_space(self, width: int) -> tuple[int, ...]:
        return (*(self.convolution.positions if self.convolution else ()), width)


@dataclass(frozen=True)
class Layer:
    """The options of the layer that runs a cell over the steps; every path offers the defaults.

    A `stateful` layer is built for the case's batch.

    `merge_mode` says how the outputs of the two directions of a bidirectional path are merged.
    Where they are not merged (None) they are observed side by side, as with `concat`. With a
    `mask_value` the inputs come through a Masking layer: it masks the steps in which every value is
    `mask_value`.

    `training` is the argument of that name in the call; None: the call has no such argument. With
    `time_distributed` the layer is in a TimeDistributed, so only its outputs can be observed. Two
    rows at a time are given as the two time slices of one row; for a stateful layer the slices are
    the two halves of the steps.

    dynamic_rnn takes two more. `called_as_written` calls it by the write-up's name,
    `tf.nn.dynamic_rnn`. `declared_dtype` is its argument `dtype`, where that is not the case's
    dtype.
    """

    return_sequences: bool = True
    return_state: bool = True
    go_backwards: bool = False
    time_major: bool = False
    zero_output_for_mask: bool = False
    stateful: bool = False
    merge_mode: str | None = "concat"
    mask_value: float | None = None
    training: bool | None = None
    time_distributed: bool = False
    called_as_written: bool = False
    declared_dtype: str | None = None


@dataclass(frozen=True)
class Model:
    """The model around a layer: the API that makes it (MODEL_APIS), and how it is called.

    `by` is one of MODEL_CALLS. With `given` the layer of a functional model gets the case's initial
    state when the model is made.
    """

    api: str
    by: str = "call"
    given: bool = False


@cached_hash
@dataclass(frozen=True)
class Program:
    """A path in a mode over cells: everything that must be known to build it.

    Inputs have `features` values at each step. In a `fresh` program nothing is built before the
    first call: the variables have their initial values, and the checks that a library makes only
    while it builds happen in that call. A trace does not know the batch and the steps, unless the
    program has `static_shapes`; in malformed and fresh cases it always knows them.

    A stateful layer with `unknown_rows` is traced for batches of any size. `policy` names a policy
    of mixed precision; `dtype` is then its compute dtype.

    On a bidirectional path `cells` are the forward and the backward cell. Each has its own weights
    and its own state.

    `options` says which options the cells and layers are given (`wire.OPTIONS`). A `reloaded`
    program was saved and loaded in one of the ways of `wire.RELOADED`, and runs only eagerly.

    `wiring` says how the initial state reaches the layer on the path `Model` (WIRINGS): it is
    `given` as an input, `computed` by a dense layer, given to a model `nested` in another; or there
    is `none`. With `encoder`, and with a layer that is `shared` by two sequences, the case's
    sequence is cut at its `split`: the final state of the first part is the initial state of the
    second.

    `nesting` is the tree of stacks within a stack, as ((0, 1), 2); without it all cells are in one
    stack. Where `state_is_tuple` is false, v1 cells and stacks hold their state in one tensor.
    """

    path: str
    mode: str
    cells: tuple[Cell, ...]
    features: int = 1
    dtype: str = "float32"
    fresh: bool = False
    static_shapes: bool = False
    layer: Layer = Layer()
    unknown_rows: bool = False
    policy: str | None = None
    model: Model | None = None
    options: str = "given"
    reloaded: str | None = None
    wiring: str = "given"
    nesting: Nesting = ()
    state_is_tuple: bool = True

    @property
    def bidirectional(self) -> bool:
        """True where the path runs one cell forwards and one backwards."""
        return self.path.split("/")[0] in BIDIRECTIONAL

    @property
    def stacked(self) -> bool:
        """True where the cells are wrapped into one: each gets the output of the cell before it."""
        return bool(self.nesting) or (len(self.cells) > 1 and not self.bidirectional)

    @property
    def cell_name(self) -> str:
        """The cell, as verdicts name it: its type, or `Stack`."""
        return STACK if self.stacked else self.cells[0].cell_type

    @property
    def output_units(self) -> int:
        """The width of the outputs: of the last cell, or of both directions side by side."""
        if self.bidirectional and self.layer.merge_mode in SIDE_BY_SIDE:
            return sum(cell.output_units for cell in self.cells)
        return self.cells[-1].output_units

    @property
    def output_shape(self) -> tuple[int, ...]:
        """The shape of the outputs at one step of one row."""
        last = self.cells[-1]
        return last.output_shape if last.custom or last.convolution else (self.output_units,)

    @property
    def input_shape(self) -> tuple[int, ...]:
        """The shape of the inputs at one step of one row."""
        return input_shape(self.cells, self.features)


def input_shape(cells: tuple[Cell, ...], features: int) -> tuple[int, ...]:
    """Return the shape of the inputs of cells at one step of one row."""
    convolution = cells[0].convolution
    return (*(convolution.space if convolution else ()), features)
