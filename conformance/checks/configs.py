"""What a config says of the options that a cell or layer was made with."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.adapter import wire
from conformance.adapter.cells import neutral_options
from conformance.cases import state_forms
from conformance.cases.case import Case, to_plain
from conformance.cases.program import Cell
from conformance.checks.deviation import Deviation, error_line

_ABSENT = "absent"


def read(made: wire.Made) -> list[dict[str, Any]]:
    """The configs of what was made; a Deviation where there was an error."""
    must_be_made(made)
    return [json.loads(config) for config in made.configs]


def must_be_made(made: wire.Made) -> None:
    """A Deviation where there was an error in making something, or in telling its config."""
    if made.error is not None:
        seen = wire.Observation(error=made.error)
        raise Deviation(f"the config = {error_line(made.error)}, but must be told", seen)


def tells(case: Case, config: Mapping[str, Any]) -> None:
    """Judge whether a config tells every option that the case's cell or layer was given."""
    must_be(
        [
            difference
            for part in _parts(case, config)
            for difference in differences(part.name, part.wanted, part.told)
        ]
    )


def same(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Judge whether two configs are equal."""
    must_be(differences("config", before, after) + differences("config", after, before))


def must_be(found: list[str]) -> None:
    """A Deviation where differences were found."""
    if found:
        raise Deviation("; ".join(found))


def differences(name: str, wanted: Mapping[str, Any], told: Mapping[str, Any]) -> list[str]:
    """A sentence for each wanted option that is told otherwise, or not at all."""
    return [
        f"{name}.{option} = {_format_option(told, option)}, but must be {_value(value)}"
        for option, value in wanted.items()
        if option not in told or not alike(value, told[option])
    ]


def _format_option(told: Mapping[str, Any], option: str) -> str:
    return _value(told[option]) if option in told else _ABSENT


def _value(value: Any) -> str:
    return json.dumps(value) if isinstance(value, dict) else repr(value)


def alike(wanted: Any, told: Any) -> bool:
    """Whether a value is told as it is wanted.

    An object is told by its class and its config, which may say more than is wanted; by its class
    alone it is wanted as `glorot_uniform`. A policy of dtypes is told by its name.
    """
    if isinstance(told, dict) and "class_name" in told:
        if isinstance(wanted, str):
            name = told["config"].get("name") if "Policy" in told["class_name"] else None
            return wanted == name or _plain_name(wanted) == _plain_name(told["class_name"])
        return isinstance(wanted, dict) and _same_object(wanted, told)
    if isinstance(wanted, (list, tuple)) and isinstance(told, (list, tuple)):
        pairs = zip(wanted, told, strict=False)
        return len(wanted) == len(told) and all(alike(*pair) for pair in pairs)
    return type(wanted) is type(told) and bool(wanted == told)


def _same_object(wanted: dict[str, Any], told: dict[str, Any]) -> bool:
    if "class_name" not in wanted:
        return False
    return _plain_name(wanted["class_name"]) == _plain_name(told["class_name"]) and not differences(
        "", wanted["config"], told["config"]
    )


def _plain_name(name: str) -> str:
    """`glorot_uniform` is GlorotUniform, and in older versions GlorotUniformInitializer."""
    return name.replace("_", "").lower().removesuffix("initializer")


# --- what a case's cell or layer was given --------------------------------------------------------


@dataclass(frozen=True)
class _Part:
    """One cell or layer in a config: its name, what it was given, what is told of it."""

    name: str
    wanted: Mapping[str, Any]
    told: Mapping[str, Any]


def _parts(case: Case, config: Mapping[str, Any]) -> Iterator[_Part]:
    path = state_forms.Path.of(case.program.path)
    if path.api == "layer":
        (cell,) = case.program.cells
        yield _Part(
            cell.cell_type, {**_of_cell(case, cell), **_of_loop(case, cell.cell_type)}, config
        )
        return
    if path.api == "Bidirectional":
        yield from _of_directions(case, config)
        return
    if path.api == "RNN":
        yield _Part("RNN", _of_loop(case), config)
        config = config.get("cell", {}).get("config", {})
    told = [config]
    if case.program.stacked:
        told = [cell["config"] for cell in config.get("cells", ())]
        yield _Part("stack", {"cells": len(case.program.cells)}, {"cells": len(told)})
    for index, (cell, of_cell) in enumerate(zip(case.program.cells, told, strict=False)):
        yield _Part(f"cell {index}", _of_cell(case, cell), of_cell)


def _of_directions(case: Case, config: Mapping[str, Any]) -> Iterator[_Part]:
    yield _Part("Bidirectional", {"merge_mode": case.program.layer.merge_mode}, config)
    for name, cell in zip(("layer", "backward_layer"), case.program.cells, strict=True):
        if (
            name == "layer" or case.program.cells[0] != case.program.cells[1]
        ):  # where they are alike one suffices
            told = config.get(name, {}).get("config", {})
            yield _Part(name, {**_of_cell(case, cell), **_of_loop(case, cell.cell_type)}, told)


def _of_loop(case: Case, kind: str | None = None) -> dict[str, Any]:
    given = {"return_sequences": True, "return_state": True, **to_plain(case.program.layer)}
    given.pop("merge_mode", None)  # told of what is around both directions
    if case.program.options == wire.EVERY:
        given.update(
            neutral_options.loop_options(state_forms.Path.of(case.program.path).generation, kind)
        )
    return given


def _of_cell(case: Case, cell: Cell) -> dict[str, Any]:
    generation = state_forms.Path.of(case.program.path).generation
    given = _of_v1_cell(cell) if generation == "v1" else _of_keras_cell(cell)
    if case.program.options == wire.EVERY:
        given.update(neutral_options.cell_options(generation, cell.cell_type))
    elif generation == "keras2" and cell.cell_type != "SimpleRNN":
        # Keras 3 does not document it; with a recurrent dropout Keras 2 documents which one it is
        given["implementation"] = cell.implementation
    return {**given, "dtype": case.program.dtype}


def _of_keras_cell(cell: Cell) -> dict[str, Any]:
    given: dict[str, Any] = {
        "units": cell.units,
        "activation": cell.activation,
        "use_bias": cell.use_bias,
        "kernel_initializer": "zeros",
        "recurrent_initializer": "zeros",
    }
    if cell.cell_type != "SimpleRNN":
        given["recurrent_activation"] = cell.recurrent_activation.removesuffix("_0.2")
    if cell.cell_type == "LSTM":
        given["unit_forget_bias"] = False
    if cell.cell_type == "GRU":
        given["reset_after"] = cell.reset_after
    return given


def _of_v1_cell(cell: Cell) -> dict[str, Any]:
    given: dict[str, Any] = {"num_units": cell.units, "activation": cell.activation}
    if cell.is_lstm:
        given["forget_bias"] = cell.forget_bias
    if cell.cell_type == "LSTM":
        given["use_peepholes"] = cell.peepholes
        given["cell_clip"] = cell.cell_clip
        given["num_proj"] = cell.projection
        given["proj_clip"] = cell.projection_clip
    return given
