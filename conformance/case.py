"""A case: all that is needed to reproduce one example."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
import operator
import typing
from dataclasses import dataclass

LSTM_KINDS = ("LSTM", "BasicLSTM")
STACK = "Stack"
BIDIRECTIONAL = ("Bidirectional", "bidirectional_dynamic_rnn")  # APIs that run both directions
SIDE_BY_SIDE = ("concat", None)  # merge modes that keep the outputs of both directions
MERGE_MODES = (*SIDE_BY_SIDE, "sum", "mul", "ave")
EAGER = "eager"
MODEL_APIS = ("sequential", "functional")
MODEL_CALLS = ("call", "predict", "predict_on_batch")
POLICIES = {"mixed_float16": "float16", "mixed_bfloat16": "bfloat16"}  # and their compute dtypes
IN_PARTS = ("shared", "encoder")  # wirings that cut the sequence
WIRINGS = ("given", "none", "computed", "nested", *IN_PARTS)


@dataclass(frozen=True)
class Cell:
    """One recurrent cell, by its mathematical kind and the options that change its arithmetic."""

    kind: str  # SimpleRNN, LSTM, BasicLSTM (the v1 class of that name) or GRU
    units: int
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
    ones_at_first: bool = False  # of a user's own class, whose `get_initial_state` gives ones

    @property
    def is_lstm(self) -> bool:
        """Whether the state is a pair of hidden state `h` and cell state `c`."""
        return self.kind in LSTM_KINDS

    @property
    def output_units(self) -> int:
        """Width of the output and of `h`."""
        return self.projection or self.units

    @property
    def state_widths(self) -> tuple[int, ...]:
        """Width of each leaf of the state: (h,), or (h, c) for an LSTM."""
        return (self.output_units, self.units) if self.is_lstm else (self.units,)


@dataclass(frozen=True)
class Layer:
    """How a cell is run over the steps; the defaults are what every path offers.

    A `stateful` layer is built for the case's batch.

    `merge_mode` says what becomes of the outputs of the two directions of a bidirectional path;
    where they are not merged (None) they are observed side by side, as `concat` has them. With a
    `mask_value` the inputs come through a Masking layer, which masks steps of nothing but that.
    """

    return_sequences: bool = True
    return_state: bool = True
    go_backwards: bool = False
    time_major: bool = False
    zero_output_for_mask: bool = False
    stateful: bool = False
    merge_mode: str | None = "concat"
    mask_value: float | None = None


@dataclass(frozen=True)
class Model:
    """What a layer is put into, by the API that makes it (MODEL_APIS), and how it is called.

    `by` is one of MODEL_CALLS. `given` says that the layer was given the case's initial state when
    a functional model was made.
    """

    api: str
    by: str = "call"
    given: bool = False


@dataclass(frozen=True)
class Malformation:
    """One named way of making a state wrong, and the leaf it is done to (None: to every leaf)."""

    name: str
    leaf: int | None = None


@dataclass(frozen=True)
class Case:
    """A path in a mode over cells, its data by seed, and the state that it starts from.

    Inputs have shape (batch, steps, features). `state` names the values of the initial state
    (`values.STATE_VALUES`), or is None where no state is given; `form` says how they are written.
    `split` is the number of steps before a state is carried over; `other` is a second path, for
    clauses that hold two paths against each other. In a `fresh` case nothing is built before the
    first call: variables have their initial values, and what is checked only while building is.
    Batch and steps are unknown to what is traced, unless the case has `static_shapes`, as malformed
    and fresh cases have anyway.

    `lengths` and `mask` name which steps of each row count (`data.LENGTHS`, `data.MASKS`), given to
    the target as a sequence_length or as a mask; None: nothing is given, and all of them count.

    Of a stateful layer, `other_batch` is the size of a batch that it was not built for, and with
    `unknown_rows` it is traced for batches of any size. `policy` names a policy of mixed precision;
    `dtype` is then its compute dtype.

    On a bidirectional path `cells` are the forward and the backward one, each with weights and a
    state of its own.

    `options` says which options the cells and layers are given (`wire.OPTIONS`). A `reloaded` case
    runs what came back of a way of saving and loading (`wire.RELOADED`), and only eagerly.

    `wiring` says how the initial state reaches the layer on the path `Model` (WIRINGS): it is
    `given` as an input, `computed` by a dense layer, given to a model `nested` in another; or there
    is none. In an `encoder`, and a layer that is `shared` by two sequences, the case's sequence is
    cut at `split`, and the final state of the first part is the initial one of the rest.
    """

    path: str
    mode: str
    cells: tuple[Cell, ...]
    batch: int = 1
    steps: int = 1
    features: int = 1
    dtype: str = "float32"
    weight_seed: int = 0
    weight_scale: float = 1.0
    data_seed: int = 0
    state: str | None = "zeros"
    form: str = "documented"
    malformation: Malformation | None = None
    split: int | None = None
    other: str | None = None
    fresh: bool = False
    static_shapes: bool = False
    lengths: str | None = None
    mask: str | None = None
    layer: Layer = Layer()
    other_batch: int | None = None
    unknown_rows: bool = False
    policy: str | None = None
    model: Model | None = None
    options: str = "given"
    reloaded: str | None = None
    wiring: str = "given"

    def __hash__(self) -> int:
        return self._hash

    @functools.cached_property
    def _hash(self) -> int:
        """Worked out once: a case is the key of all that is remembered of it."""
        return hash(_values(self))

    @property
    def bidirectional(self) -> bool:
        """Whether the path runs one cell forwards and one backwards."""
        return self.path.split("/")[0] in BIDIRECTIONAL

    @property
    def stacked(self) -> bool:
        """Whether several cells are wrapped into one, the output of each feeding the next."""
        return len(self.cells) > 1 and not self.bidirectional

    @property
    def cell_name(self) -> str:
        """The cell as verdicts name it: its kind, or `Stack`."""
        return STACK if self.stacked else self.cells[0].kind

    @property
    def place(self) -> str:
        """The path as verdicts and the ledger name it; a pair is `A ~ B`."""
        return place(self.path, self.other)

    @property
    def output_units(self) -> int:
        """Width of the outputs: that of the last cell, or of both directions side by side."""
        if self.bidirectional and self.layer.merge_mode in SIDE_BY_SIDE:
            return sum(cell.output_units for cell in self.cells)
        return self.cells[-1].output_units

    @property
    def identity(self) -> str:
        """Twelve hexadecimal digits: a hash of the case's JSON."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()[:12]

    def to_json(self) -> str:
        """One line of JSON; fields at their default are left out, so that a person can read it."""
        return json.dumps(to_plain(self), separators=(",", ":"))


def place(path: str, other: str | None) -> str:
    """A path, or two that are held against each other, as verdicts and the ledger name them."""
    return f"{path} ~ {other}" if other else path


_values = operator.attrgetter(*(field.name for field in dataclasses.fields(Case)))


def to_plain(record: Case | Cell | Layer | Model | Malformation) -> dict[str, typing.Any]:
    """The fields that differ from their defaults, as JSON types."""
    plain = {}
    for field in dataclasses.fields(record):
        value = getattr(record, field.name)
        if field.default is not dataclasses.MISSING and value == field.default:
            continue
        plain[field.name] = _plain_value(value)
    return plain


def _plain_value(value: typing.Any) -> typing.Any:
    if isinstance(value, (Cell, Layer, Model, Malformation)):
        return to_plain(value)
    if isinstance(value, tuple):
        return [_plain_value(item) for item in value]
    return value
