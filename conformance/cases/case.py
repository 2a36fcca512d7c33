"""A case: all that is needed to reproduce one example."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
import operator
import typing
from dataclasses import dataclass

from conformance.cases.data import Malformation
from conformance.cases.program import (
    BIDIRECTIONAL,
    SIDE_BY_SIDE,
    STACK,
    Cell,
    Convolution,
    Custom,
    Layer,
    Model,
    Nesting,
)


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

    `nesting` is the tree of stacks within a stack, as ((0, 1), 2); without it all cells stand in
    one stack. Where `state_is_tuple` is false, v1 cells and stacks hold their state in one tensor.
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
    nesting: Nesting = ()
    state_is_tuple: bool = True

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
        return bool(self.nesting) or (len(self.cells) > 1 and not self.bidirectional)

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
    def output_shape(self) -> tuple[int, ...]:
        """Shape of the outputs at one step of one row."""
        last = self.cells[-1]
        return last.output_shape if last.custom or last.convolution else (self.output_units,)

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of the inputs at one step of one row."""
        convolution = self.cells[0].convolution
        return (*(convolution.space if convolution else ()), self.features)

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


Record = typing.Union["Case", Cell, Layer, Model, Malformation, Custom, Convolution]


def to_plain(record: Record) -> dict[str, typing.Any]:
    """The fields that differ from their defaults, as JSON types."""
    plain = {}
    for field in dataclasses.fields(record):
        value = getattr(record, field.name)
        if field.default is not dataclasses.MISSING and value == field.default:
            continue
        plain[field.name] = _plain_value(value)
    return plain


def _plain_value(value: typing.Any) -> typing.Any:
    if dataclasses.is_dataclass(value):
        return to_plain(typing.cast(Record, value))
    if isinstance(value, tuple):
        return [_plain_value(item) for item in value]
    return value
