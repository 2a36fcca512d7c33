"""The data of a case: the values that are fed to the program."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.cases.cached_hash import cached_hash


@dataclass(frozen=True)
class Malformation:
    """A named way of making an argument wrong, and the leaf that it changes (None: every leaf)."""

    name: str
    leaf: int | None = None


@cached_hash
@dataclass(frozen=True)
class Data:
    """Inputs, weights and initial state by seed, and how they are given.

    Inputs have shape (batch, steps, features). `state` names the values of the initial state
    (`case_arrays.STATE_VALUES`), or is None where no state is given; `form` says how they are
    written. `split` is the number of steps before a state is carried over.

    `lengths` and `mask` name the steps of each row that count (`case_arrays.LENGTHS`, `MASKS`). The
    target gets them as a sequence_length or as a mask. None: nothing is given, and all steps count.

    `other_batch` is the size of a batch that a stateful layer was not built for.

    With `benign` the values are such that rounding errors stay small (`benign_arrays.py`), so that
    a small fault shows in half precision, too.
    """

    batch: int = 1
    steps: int = 1
    weight_seed: int = 0
    weight_scale: float = 1.0
    data_seed: int = 0
    state: str | None = "zeros"
    form: str = "documented"
    malformation: Malformation | None = None
    split: int | None = None
    lengths: str | None = None
    mask: str | None = None
    other_batch: int | None = None
    benign: bool = False
