"""Cases of what is saved and loaded again, made anew from its config, or given other weights."""

from __future__ import annotations

import dataclasses
from typing import Any

from hypothesis import strategies as st

from conformance import forms
from conformance.adapter import wire
from conformance.case import Case, Cell, Layer
from conformance.contract import Extent, Subject
from strategies import defaults, documented, sequences, states

_FEW_STEPS = 4  # what came back is wrong at once, or not at all
HARD_SIGMOID = "hard_sigmoid_0.2"


@st.composite
def together(draw: st.DrawFn, subject: Subject, extent: Extent, way: str) -> tuple[Case, ...]:
    """Several cases of one program, reloaded in a way."""
    cases = draw(states.together(subject, extent, most_steps=_FEW_STEPS))
    return tuple(dataclasses.replace(case, reloaded=way) for case in cases)


@st.composite
def by_config(draw: st.DrawFn, subject: Subject, extent: Extent) -> tuple[Case, ...]:
    """Several cases of one program made again from its config, some of them with every option."""
    cases = draw(together(subject, extent, wire.CONFIG))
    options = draw(sequences.one_of((wire.GIVEN, wire.EVERY)))
    layer = draw(_layers(subject, ("return_sequences", "go_backwards")))
    # a Keras 2 cell by itself keeps the shape of its first dropout mask, also in inference
    anew = options == wire.EVERY and subject.path == "cell/keras2"
    return tuple(
        dataclasses.replace(
            _serializable(case, options, layer), static_shapes=case.static_shapes or anew
        )
        for case in cases
    )


@st.composite
def made(
    draw: st.DrawFn, subject: Subject, extent: Extent, way: str | None = None
) -> tuple[Case, ...]:
    """What is made and not called: a case with every option, and one without the idle ones."""
    program = draw(states.programs(subject, extent.modes, common=extent.common))
    layer = draw(_layers(subject, _options(subject)))
    reloaded = dataclasses.replace(program, reloaded=way)
    return tuple(_serializable(reloaded, options, layer) for options in (wire.EVERY, wire.GIVEN))


@st.composite
def from_keras2(draw: st.DrawFn, subject: Subject, extent: Extent) -> tuple[Case, ...]:
    """Several cases of one Keras 2 program with the options drawn, or with the defaults."""
    cases = draw(together(subject, extent, wire.KERAS2_CONFIG))
    if draw(sequences.one_of((wire.GIVEN, wire.DEFAULTS))) == wire.GIVEN:
        return cases
    return tuple(map(_by_default, cases))


def _by_default(case: Case) -> Case:
    cells = tuple(documented.cell(cell.kind, cell.units, "keras2") for cell in case.cells)
    # the default initializer of the recurrent kernel knows no half precision
    dtype = case.dtype if case.dtype in defaults.DTYPES else defaults.DTYPES[0]
    return dataclasses.replace(case, cells=cells, dtype=dtype, options=wire.DEFAULTS)


@st.composite
def from_v1(draw: st.DrawFn, subject: Subject, extent: Extent) -> tuple[Case, ...]:
    """Several cases of one program with the weights of v1 cells, for LSTMs of both classes."""
    way = draw(sequences.one_of((wire.V1_WEIGHTS, wire.BASIC_V1_WEIGHTS)))
    return draw(together(subject, extent, way))


@st.composite
def with_hard_sigmoid(draw: st.DrawFn, subject: Subject, extent: Extent) -> tuple[Case, ...]:
    """Several cases of one Keras 2 program whose gates are its hard sigmoids."""
    cases = draw(together(subject, extent, wire.KERAS2_CONFIG))
    return tuple(
        dataclasses.replace(
            case,
            cells=tuple(
                dataclasses.replace(cell, recurrent_activation=HARD_SIGMOID) for cell in case.cells
            ),
        )
        for case in cases
    )


@st.composite
def _layers(draw: st.DrawFn, subject: Subject, options: tuple[str, ...]) -> Layer:
    """Options of the layer, each at its default or not; none where there is no layer."""
    if forms.Path.of(subject.path).api == "cell":
        return Layer()
    other = [name for name in options if draw(st.booleans())]
    changes: dict[str, Any] = {name: not getattr(Layer(), name) for name in other}
    return dataclasses.replace(Layer(), **changes)


def _options(subject: Subject) -> tuple[str, ...]:
    """The options that a layer of the subject documents."""
    path = forms.Path.of(subject.path)
    masks = ("zero_output_for_mask",) if path.api == "RNN" else ()
    keras2 = path.generation == "keras2" and subject.cell != "SimpleRNN"
    return ("return_sequences", "go_backwards", *masks, *(("time_major",) if keras2 else ()))


def _serializable(case: Case, options: str, layer: Layer) -> Case:
    """The case with what a config can tell: of v1 no function that Keras does not know."""
    generation = forms.Path.of(case.path).generation
    cells = tuple(_told(cell, generation) for cell in case.cells)
    return dataclasses.replace(case, cells=cells, options=options, layer=layer)


def _told(cell: Cell, generation: str) -> Cell:
    if generation == "v1" and cell.activation == "linear":
        return dataclasses.replace(cell, activation="relu")
    if generation == "keras3" and cell.implementation != 2:
        return dataclasses.replace(cell, implementation=2)  # an option that is not documented
    return cell
