"""Cases that are saved and loaded, rebuilt from their config, or given other weights."""

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

_FEW_STEPS = 4  # a reloaded program is wrong at once, or not at all
# These formats find weights by their order, so weights of equal shapes can be swapped unseen
_BY_ORDER = (wire.H5_FILE, wire.WEIGHTS_FILE)
HARD_SIGMOID = "hard_sigmoid_0.2"


@st.composite
def case_groups(
    draw: st.DrawFn,
    subject: Subject,
    spec: DrawSpec,
    way: str,
    layers: Sequence[Layer] = (Layer(),),
) -> tuple[Case, ...]:
    """Draw several cases of one program, reloaded in this way."""
    cases = draw(states.case_groups(subject, spec, layers, most_steps=_FEW_STEPS))
    if subject.cell == STACK and (way in _BY_ORDER or draw(st.booleans())):
        cases = tuple(map(_with_equal_cells, cases))
    return tuple(case.replace(reloaded=way) for case in cases)


def _with_equal_cells(case: Case) -> Case:
    """Return the case with equal cells, so that each could have the weights of any other."""
    return case.replace(
        cells=case.program.cells[:1] * len(case.program.cells),
        features=case.program.cells[0].output_units,
    )


@st.composite
def by_config(draw: st.DrawFn, subject: Subject, spec: DrawSpec) -> tuple[Case, ...]:
    """Draw several cases of one program that is rebuilt from its config, some with every option."""
    layers = tuple(layer for layer in _layers(subject) if not layer.stateful)
    cases = draw(case_groups(subject, spec, wire.CONFIG, layers))
    options = draw(lengths_and_masks.one_of((wire.GIVEN, wire.EVERY)))
    # a Keras 2 cell alone keeps the shape of its first dropout mask, also in inference
    isolated = options == wire.EVERY and subject.path == "cell/keras2"
    return tuple(
        _with_config_options(case, options).replace(
            static_shapes=case.program.static_shapes or isolated
        )
        for case in cases
    )


@st.composite
def reloaded_cases(
    draw: st.DrawFn, subject: Subject, spec: DrawSpec, way: str | None = None
) -> tuple[Case, ...]:
    """Draw cases that are made but not called: with every option, and without idle options."""
    layers = _layers(subject)
    program = draw(states.programs(subject, spec.modes, common=spec.common, layers=layers))
    reloaded = program.replace(reloaded=way)
    every, given = (_with_config_options(reloaded, options) for options in (wire.EVERY, wire.GIVEN))
    if set(states.generations(subject)) == {"v1"}:
        every = every.replace(cells=tuple(map(_with_all_of_v1, every.program.cells)))
    return (every, given)


def _with_all_of_v1(cell: Cell) -> Cell:
    """Return the cell with every option of a v1 LSTM, and with two different clips."""
    if cell.cell_type != "LSTM":
        return cell
    clip, other = drawn_cells.CLIPS
    if cell.cell_clip == other:
        clip, other = other, clip
    projection = cell.projection or cell.units
    return dataclasses.replace(cell, projection=projection, cell_clip=clip, projection_clip=other)


@st.composite
def from_keras2(draw: st.DrawFn, subject: Subject, spec: DrawSpec) -> tuple[Case, ...]:
    """Draw several cases of one Keras 2 program, with the drawn or with the default options."""
    cases = draw(case_groups(subject, spec, wire.KERAS2_CONFIG))
    if draw(lengths_and_masks.one_of((wire.GIVEN, wire.DEFAULTS))) == wire.GIVEN:
        return cases
    return tuple(map(_with_defaults, cases))


def _with_defaults(case: Case) -> Case:
    cells = tuple(
        documented_examples.cell(cell.cell_type, cell.units, "keras2")
        for cell in case.program.cells
    )
    # the default initializer of the recurrent kernel cannot make half precision
    dtype = (
        case.program.dtype
        if case.program.dtype in default_options.DTYPES
        else default_options.DTYPES[0]
    )
    return case.replace(cells=cells, dtype=dtype, options=wire.DEFAULTS)


@st.composite
def from_v1(draw: st.DrawFn, subject: Subject, spec: DrawSpec) -> tuple[Case, ...]:
    """Draw several cases of one program with the weights of v1 cells, of either LSTM class."""
    way = draw(lengths_and_masks.one_of((wire.V1_WEIGHTS, wire.BASIC_V1_WEIGHTS)))
    return draw(case_groups(subject, spec, way))


@st.composite
def with_hard_sigmoid(draw: st.DrawFn, subject: Subject, spec: DrawSpec) -> tuple[Case, ...]:
    """Draw several cases of one Keras 2 program with its hard sigmoid in the gates."""
    cases = draw(case_groups(subject, spec, wire.KERAS2_CONFIG))
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
    """Return a layer for each choice of the options that the subject's layers document."""
    options = _options(state_forms.Path.parse(subject.path), subject.cell)
    chosen = itertools.product(*options.values())
    layers = [Layer(**dict(zip(options, values, strict=True))) for values in chosen]
    # a stateful layer gets the size of its batches as that of the first axis
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
    """Return the case with options that a config can hold, and only with functions of Keras."""
    generation = state_forms.Path.parse(case.program.path).generation
    cells = tuple(_config_cell(cell, generation) for cell in case.program.cells)
    return case.replace(cells=cells, options=options)


def _config_cell(cell: Cell, generation: str) -> Cell:
    if generation == "v1" and cell.activation == "linear":
        return _config_cell(dataclasses.replace(cell, activation="relu"), generation)
    if generation == "keras3" and cell.implementation != 2:
        return dataclasses.replace(cell, implementation=2)  # an option that is not documented
    return cell
