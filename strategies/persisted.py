"""Cases of what is saved and loaded again, made anew from its config, or given other weights."""

from __future__ import annotations

import dataclasses
import functools
import itertools
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from conformance.adapter import wire
from conformance.cases import state_forms
from conformance.cases.case import Case
from conformance.cases.program import MERGE_MODES, STACK, Cell, Layer
from conformance.contract.clause import DrawSpec, Subject
from strategies import cells as drawn_cells
from strategies import default_options, documented_examples, lengths_and_masks, states

_FEW_STEPS = 4  # what came back is wrong at once, or not at all
_BY_ORDER = (wire.H5_FILE, wire.WEIGHTS_FILE)  # weights of one shape could be mistaken unseen
HARD_SIGMOID = "hard_sigmoid_0.2"


@st.composite
def together(
    draw: st.DrawFn,
    subject: Subject,
    extent: DrawSpec,
    way: str,
    layers: Sequence[Layer] = (Layer(),),
) -> tuple[Case, ...]:
    """Several cases of one program, reloaded in a way."""
    cases = draw(states.together(subject, extent, layers, most_steps=_FEW_STEPS))
    if subject.cell == STACK and (way in _BY_ORDER or draw(st.booleans())):
        cases = tuple(map(_of_one_shape, cases))
    return tuple(case.replace(reloaded=way) for case in cases)


def _of_one_shape(case: Case) -> Case:
    """The case with cells of which each could have the weights of any other."""
    return case.replace(
        cells=case.program.cells[:1] * len(case.program.cells),
        features=case.program.cells[0].output_units,
    )


@st.composite
def by_config(draw: st.DrawFn, subject: Subject, extent: DrawSpec) -> tuple[Case, ...]:
    """Several cases of one program made again from its config, some of them with every option."""
    layers = tuple(layer for layer in _layers(subject) if not layer.stateful)
    cases = draw(together(subject, extent, wire.CONFIG, layers))
    options = draw(lengths_and_masks.one_of((wire.GIVEN, wire.EVERY)))
    # a Keras 2 cell by itself keeps the shape of its first dropout mask, also in inference
    isolated = options == wire.EVERY and subject.path == "cell/keras2"
    return tuple(
        _with_config_options(case, options).replace(
            static_shapes=case.program.static_shapes or isolated
        )
        for case in cases
    )


@st.composite
def reloaded_cases(
    draw: st.DrawFn, subject: Subject, extent: DrawSpec, way: str | None = None
) -> tuple[Case, ...]:
    """What is made and not called: a case with every option, and one without the idle ones."""
    layers = _layers(subject)
    program = draw(states.programs(subject, extent.modes, common=extent.common, layers=layers))
    reloaded = program.replace(reloaded=way)
    every, given = (_with_config_options(reloaded, options) for options in (wire.EVERY, wire.GIVEN))
    if set(states.generations(subject)) == {"v1"}:
        every = every.replace(cells=tuple(map(_with_all_of_v1, every.program.cells)))
    return (every, given)


def _with_all_of_v1(cell: Cell) -> Cell:
    """The cell with every option that an LSTM of v1 has, and no two clips the same."""
    if cell.cell_type != "LSTM":
        return cell
    clip, other = drawn_cells.CLIPS
    if cell.cell_clip == other:
        clip, other = other, clip
    projection = cell.projection or cell.units
    return dataclasses.replace(cell, projection=projection, cell_clip=clip, projection_clip=other)


@st.composite
def from_keras2(draw: st.DrawFn, subject: Subject, extent: DrawSpec) -> tuple[Case, ...]:
    """Several cases of one Keras 2 program with the options drawn, or with the defaults."""
    cases = draw(together(subject, extent, wire.KERAS2_CONFIG))
    if draw(lengths_and_masks.one_of((wire.GIVEN, wire.DEFAULTS))) == wire.GIVEN:
        return cases
    return tuple(map(_by_default, cases))


def _by_default(case: Case) -> Case:
    cells = tuple(
        documented_examples.cell(cell.cell_type, cell.units, "keras2")
        for cell in case.program.cells
    )
    # the default initializer of the recurrent kernel knows no half precision
    dtype = (
        case.program.dtype
        if case.program.dtype in default_options.DTYPES
        else default_options.DTYPES[0]
    )
    return case.replace(cells=cells, dtype=dtype, options=wire.DEFAULTS)


@st.composite
def from_v1(draw: st.DrawFn, subject: Subject, extent: DrawSpec) -> tuple[Case, ...]:
    """Several cases of one program with the weights of v1 cells, for LSTMs of both classes."""
    way = draw(lengths_and_masks.one_of((wire.V1_WEIGHTS, wire.BASIC_V1_WEIGHTS)))
    return draw(together(subject, extent, way))


@st.composite
def with_hard_sigmoid(draw: st.DrawFn, subject: Subject, extent: DrawSpec) -> tuple[Case, ...]:
    """Several cases of one Keras 2 program whose gates are its hard sigmoids."""
    cases = draw(together(subject, extent, wire.KERAS2_CONFIG))
    return tuple(
        case.replace(
            cells=tuple(
                dataclasses.replace(cell, recurrent_activation=HARD_SIGMOID)
                for cell in case.program.cells
            ),
        )
        for case in cases
    )


@functools.cache
def _layers(subject: Subject) -> tuple[Layer, ...]:
    """A layer with each choice of the options that those of the subject document."""
    options = _options(state_forms.Path.of(subject.path), subject.cell)
    chosen = itertools.product(*options.values())
    layers = [Layer(**dict(zip(options, values, strict=True))) for values in chosen]
    # the size of a stateful layer's batches is given as that of the first axis
    return tuple(layer for layer in layers if not (layer.stateful and layer.time_major))


_FLAGS = (False, True)


def _options(path: state_forms.Path, cell: str) -> dict[str, tuple[Any, ...]]:
    if path.api == "cell":
        return {}
    options: dict[str, tuple[Any, ...]] = {"return_sequences": _FLAGS[::-1]}
    if path.api == "Bidirectional":
        return {**options, "merge_mode": MERGE_MODES}
    options |= {"go_backwards": _FLAGS, "stateful": _FLAGS}
    if path.api == "RNN":
        options["zero_output_for_mask"] = _FLAGS
    if path.generation == "keras2" and cell != "SimpleRNN":
        options["time_major"] = _FLAGS
    return options


def _with_config_options(case: Case, options: str) -> Case:
    """The case with options that a config can tell: of v1 no function that Keras does not know."""
    generation = state_forms.Path.of(case.program.path).generation
    cells = tuple(_told_cell(cell, generation) for cell in case.program.cells)
    return case.replace(cells=cells, options=options)


def _told_cell(cell: Cell, generation: str) -> Cell:
    if generation == "v1" and cell.activation == "linear":
        return _told_cell(dataclasses.replace(cell, activation="relu"), generation)
    if generation == "keras3" and cell.implementation != 2:
        return dataclasses.replace(cell, implementation=2)  # an option that is not documented
    return cell
