"""Cases with a well-formed initial state."""

from __future__ import annotations

import dataclasses
import functools
import itertools
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from conformance.cases import state_forms
from conformance.cases.case import Case, make_case
from conformance.cases.floats import HALVES
from conformance.cases.program import BIDIRECTIONAL, SIDE_BY_SIDE, STACK, Layer
from conformance.contract.clause import DrawSpec, Subject
from strategies import cells, lengths_and_masks

GIVEN = ("zeros", "ones", "mixed", "small", "large")
NOT_ZERO = ("ones", "mixed", "small", "large")
DISTINCT = ("mixed", "large")  # every leaf, row and unit has a different value


def generations(subject: Subject) -> tuple[str, ...]:
    """Return the generations of the cells on a subject's paths."""
    names = [subject.path, subject.other] if subject.other else [subject.path]
    return tuple(dict.fromkeys(state_forms.Path.parse(name).generation for name in names))


def runs_one_step(subject: Subject) -> bool:
    """Return True where a path of the subject is a cell that is called directly."""
    return any(
        state_forms.Path.parse(name).api == "cell" for name in (subject.path, subject.other) if name
    )


@st.composite
def programs(
    draw: st.DrawFn,
    subject: Subject,
    modes: Sequence[str],
    smallest_units: int = 1,
    unequal: bool = False,
    common: bool = False,
    layers: Sequence[Layer] = (Layer(),),
) -> Case:
    """Draw cases of a subject without data: only the program and its weights.

    Programs are drawn before all else, and in the same way for all clauses. So clauses with the
    same seed ask for the same programs, and the target keeps them. One of the `layers` is drawn
    last, so that the cells do not depend on the choice of layers.
    """
    offering = cells.GENERATIONS if common else generations(subject)
    of_program = cells.cells(subject.cell, tuple(offering), smallest_units, unequal)
    if state_forms.Path.parse(subject.path).api in BIDIRECTIONAL:
        of_program = cells.both_directions(subject.cell, tuple(offering), smallest_units)
    program = make_case(
        path=subject.path,
        mode=draw(lengths_and_masks.one_of(tuple(modes))),
        cells=draw(of_program),
        features=draw(lengths_and_masks.features()),
        dtype=draw(_dtypes(subject, common)),
        weight_seed=draw(lengths_and_masks.seeds()),
        weight_scale=draw(lengths_and_masks.one_of(lengths_and_masks.WEIGHT_SCALES)),
        other=subject.other,
    )
    return with_layer(program, _one_of(draw, layers))


# The dtypes of the programs that all clauses share, by cell: in a search of one program it would be
# left to chance which ones there are. Two APIs, whose programs are built fast, have their own.
_SHARED_DTYPES = {
    "SimpleRNN": {"": "float64", "layer": "float16", "cell": "bfloat16"},
    "GRU": {"": "float32", "layer": "bfloat16", "cell": "float16"},
    "LSTM": {"": "float64", "layer": "float16", "cell": "bfloat16"},
    "BasicLSTM": {"": "float32", "cell": "float16"},
    STACK: {"": "float64", "layer": "bfloat16", "cell": "float16"},
}


_APIS = ("dynamic_rnn", "RNN", "layer", "cell")


def _dtypes(subject: Subject, common: bool) -> st.SearchStrategy[str]:
    """Return a strategy of dtypes; all clauses get the same for a path, cell and seed."""
    if not common or subject.cell not in _SHARED_DTYPES:
        # clauses draw from one seed for all paths, which would give all of them one dtype
        api = state_forms.Path.parse(subject.path).api
        return lengths_and_masks.dtypes(_APIS.index(api) if api in _APIS else 0)
    by_api = _SHARED_DTYPES[subject.cell]
    names = [name for name in (subject.path, subject.other) if name]
    apis = sorted(state_forms.Path.parse(name).api for name in names)
    return lengths_and_masks.mostly(by_api[apis[0] if set(apis) <= set(by_api) else ""])


def _one_of(draw: st.DrawFn, options: Sequence[Any]) -> Any:
    """Draw one of the options; do not draw where there is only one."""
    return draw(lengths_and_masks.one_of(tuple(options))) if len(options) > 1 else options[0]


def with_layer(program: Case, layer: Layer) -> Case:
    """Return the program with this layer; outputs that it adds or multiplies get equal units."""
    program = program.replace(layer=layer)
    if program.program.bidirectional and layer.merge_mode not in SIDE_BY_SIDE:
        forward, backward = program.program.cells
        as_wide = dataclasses.replace(backward, units=forward.units)
        program = program.replace(cells=(forward, as_wide))
    return program


@dataclasses.dataclass(frozen=True)
class DataSpec:
    """The choices of data for a program. With `split` the number of steps before a cut is drawn.

    `lengths` and `masks` are patterns of the steps that count. All cases have the same `batch`;
    None: each case draws its own.
    """

    states: tuple[str | None, ...] = GIVEN
    form: str = state_forms.DOCUMENTED
    smallest_batch: int = 1
    most_rows: int = lengths_and_masks.MAX_BATCH
    split: bool = False
    fewest_steps: int = 1
    most_steps: int = lengths_and_masks.MAX_STEPS
    lengths: tuple[str | None, ...] = (None,)
    masks: tuple[str | None, ...] = (None,)
    batch: int | None = None


_FEW_STEPS = 2  # more than the fewest, in a benign case


def with_data(
    draw: st.DrawFn,
    program: Case,
    data_seed: int,
    one_step: bool,
    data_spec: DataSpec,
    benign: bool = False,
) -> Case:
    """Draw the data of a case of the program; only half precision may be `benign`."""
    benign = benign and program.program.dtype in HALVES
    smallest = 2 if data_spec.split else data_spec.fewest_steps
    most = min(data_spec.most_steps, smallest + _FEW_STEPS) if benign else data_spec.most_steps
    steps = 1 if one_step else draw(lengths_and_masks.steps(smallest, most))
    batch, state, lengths, mask = draw(_starts(data_spec))
    return program.replace(
        benign=benign,
        batch=data_spec.batch or batch,
        steps=steps,
        data_seed=data_seed,
        state=state,
        form=data_spec.form,
        split=draw(lengths_and_masks.whole_numbers(steps - 1, 1)) if data_spec.split else None,
        lengths=lengths,
        mask=mask,
    )


@functools.cache
def _starts(
    data_spec: DataSpec,
) -> st.SearchStrategy[tuple[int, str | None, str | None, str | None]]:
    """Draw the rows of a batch, the values of the state, and the steps that count.

    They are drawn at once, as each draw takes time.
    """
    batches = lengths_and_masks.rows(data_spec.smallest_batch, data_spec.most_rows)
    choices = itertools.product(batches, data_spec.states, data_spec.lengths, data_spec.masks)
    return lengths_and_masks.one_of(tuple(choices))


@st.composite
def cases(
    draw: st.DrawFn,
    subject: Subject,
    modes: Sequence[str],
    smallest_units: int = 1,
    unequal: bool = False,
    layers: Sequence[Layer] = (Layer(),),
    **data: Any,
) -> Case:
    """Draw cases of a subject, each with its own program; options of `programs` and `DataSpec`."""
    program = draw(programs(subject, modes, smallest_units, unequal, layers=layers))
    seed = draw(lengths_and_masks.seeds())
    one_step = runs_one_step(subject)
    return with_data(draw, program, seed, one_step, DataSpec(**data), benign=seed % 2 == 1)


_RARELY = 64


@st.composite
def case_groups(
    draw: st.DrawFn,
    subject: Subject,
    spec: DrawSpec,
    layers: Sequence[Layer] = (Layer(),),
    unequal: bool = False,
    **data: Any,
) -> tuple[Case, ...]:
    """Draw several cases of one program; options of `programs` and `DataSpec`."""
    program = draw(
        programs(subject, spec.modes, unequal=unequal, common=spec.common, layers=layers)
    )
    return draw(cases_of_program(program, runs_one_step(subject), spec, DataSpec(**data)))


@st.composite
def cases_of_program(
    draw: st.DrawFn, program: Case, one_step: bool, spec: DrawSpec, data_spec: DataSpec
) -> tuple[Case, ...]:
    """Draw as many cases of a program as the spec says.

    For a stack that number is divided by its number of cells, as each cell adds to the time of a
    case. Rarely, one case is built for its own shapes: that takes as long as many calls.
    """
    most = max(1, spec.batch_size(program.program.mode) // len(program.program.cells))
    count = most if draw(lengths_and_masks.whole_numbers(_RARELY)) else 1
    first = draw(lengths_and_masks.seeds())
    drawn = [
        with_data(draw, program, first + index, one_step, data_spec, benign)
        for index, benign in enumerate(halves_of(count, first))
    ]
    if draw(lengths_and_masks.whole_numbers(_RARELY)) == _RARELY:
        drawn[0] = drawn[0].replace(static_shapes=True)
    return tuple(drawn)


def halves_of(count: int, seed: int) -> list[bool]:
    """Return True for the benign ones of some cases: one half, side by side.

    A program gets other weights in each half. A single case is in either half by its seed.
    """
    return [(2 * index // count + seed) % 2 == 1 for index in range(count)]
