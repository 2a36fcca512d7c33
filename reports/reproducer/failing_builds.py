"""The statements that fail if a case cannot be built, or saved and loaded."""

from __future__ import annotations

import re
from collections.abc import Iterator

from conformance.adapter import wire
from conformance.cases import case_calls
from conformance.cases.case import Case
from conformance.results.verdict import Verdict
from reports.reproducer.code import array_code, build_code
from reports.reproducer.code.source import Code, assignment, literal

_UNKNOWN_OPTION = re.compile(
    r"arguments passed to (\w+): \{'(\w+)': (True|False|None|'\w*')\}", re.ASCII
)
_UNKNOWN_INITIALIZER = re.compile(r"initializer identifier: (\w+)", re.ASCII)
_OF_A_FILE = {
    wire.KERAS_FILE: ("model.keras", "model.save(path)", "{keras}.models.load_model(path)"),
    wire.H5_FILE: ("model.h5", "model.save(path)", "{keras}.models.load_model(path)"),
    wire.WEIGHTS_FILE: (
        "model.weights.h5", "model.save_weights(path)", "model.load_weights(path)",
    ),
    wire.SAVED_MODEL: ("model", "model.export(path)", "tf.saved_model.load(path)"),
}  # fmt: skip
_OF_KERAS_2 = {
    wire.SAVED_MODEL: (
        "model", 'model.save(path, save_format="tf")', "tf.keras.models.load_model(path)",
    ),
}  # fmt: skip


def statements(verdict: Verdict, case: Case) -> list[Code]:
    """Return the statements to try; raise NotCovered if there are none."""
    sentence = verdict.sentence or ""
    option = _UNKNOWN_OPTION.search(sentence)
    if option:
        return [_with_option(option[1], f'"{option[2]}": {option[3]}')]
    initializer = _UNKNOWN_INITIALIZER.search(sentence)
    if initializer:
        return [f'layers.Dense(2, kernel_initializer="{initializer[1]}").build((None, 2))']
    if "not JSON serializable" in sentence and case.program.bidirectional:
        return _as_json(case)
    bare = build_code.layer_alone(case)
    built = build_code.path_code(bare)
    if case.program.path.startswith("Model/") or case.program.reloaded in _OF_A_FILE:
        return [*built.statements, *build_code.functional_model(bare), *_save_and_load(case)]
    if case.program.reloaded == wire.CONFIG:
        return [*built.statements, *_rebuild_from_config(built, case)]
    if case.program.model:
        return [*built.statements, *_in_a_model(case)]
    return list(built.statements)


def _rebuild_from_config(built: build_code.Built, case: Case) -> Iterator[Code]:
    """Yield the code that rebuilds a layer from its config, with the same weights."""
    name = built.function
    yield f"again = type({name}).from_config({name}.get_config())"
    yield build_code.build("again", case)
    yield f"again.set_weights({name}.get_weights())"


def _in_a_model(case: Case) -> Iterator[Code]:
    """Yield the code of a functional model of a layer; the model may give it its state."""
    yield f"x = {build_code.batch_input(case)}"
    if case.program.model and case.program.model.given:
        yield assignment("state", array_code.state(case_calls.given_state(case)))
        yield "layer(x, initial_state=state)"
    else:
        yield "layer(x)"


def _as_json(case: Case) -> list[Code]:
    """Return the code that writes the config of a layer with a backward layer of its own."""
    kind = case.program.cells[0].cell_type
    given = f"layers.{kind}(2), backward_layer=layers.{kind}(2, go_backwards=True)"
    return [
        "import json",
        f"layer = layers.Bidirectional({given})",
        "json.dumps(layer.get_config())",
    ]


def _with_option(name: str, option: str) -> str:
    """Return the code that makes a layer from a config with an option that it does not know."""
    kind = name if name in ("SimpleRNN", "GRU", "LSTM") else "LSTM"
    layer = f"layers.{kind}(2)" if kind == name else f"layers.{name}(layers.{kind}Cell(2))"
    return f"layers.{name}.from_config({{**{layer}.get_config(), {option}}})"


def _save_and_load(case: Case) -> Iterator[Code]:
    """Yield the code that saves a model in a file and loads it."""
    if case.program.reloaded in _OF_A_FILE:
        old = _OF_KERAS_2 if build_code.keras(case) == "tf.keras" else {}
        name, save, load = {**_OF_A_FILE, **old}[case.program.reloaded]
        yield "import tempfile"
        yield f"path = os.path.join(tempfile.mkdtemp(), {literal(name)})"
        yield save
        yield load.format(keras=build_code.keras(case))
