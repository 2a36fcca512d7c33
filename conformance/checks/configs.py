"""Checks of configs: each option of a cell or layer must stand in its config."""

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
    """Return the configs of what was made; raise a Deviation where there was an error."""
    must_be_made(made)
    return [json.loads(config) for config in made.configs]


def must_be_made(made: wire.Made) -> None:
    """Raise a Deviation where something could not be made, or its config could not be read."""
    if made.error is not None:
        seen = wire.Observation(error=made.error)
        raise Deviation(f"the config = {error_line(made.error)}, but must be told", seen)


def tells_options(case: Case, config: Mapping[str, Any]) -> None:
    """Judge that a config has every option that the case's cell or layer was given."""
    raise_differences(
        [
            difference
            for part in _parts(case, config)
            for difference in differences(part.name, part.wanted, part.found)
        ]
    )


def are_equal(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Judge that two configs are equal."""
    raise_differences(differences("config", before, after) + differences("config", after, before))


def raise_differences(found: list[str]) -> None:
    """Raise a Deviation where differences were found."""
    if found:
        raise Deviation("; ".join(found))


def differences(name: str, wanted: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each wanted option that has another value, or is missing."""
    return [
        f"{name}.{option} = {_format_option(found, option)}, but must be {_format_value(value)}"
        for option, value in wanted.items()
        if option not in found or not values_match(value, found[option])
    ]


def _format_option(found: Mapping[str, Any], option: str) -> str:
    return _format_value(found[option]) if option in found else _ABSENT


def _format_value(value: Any) -> str:
    return json.dumps(value) if isinstance(value, dict) else repr(value)


def values_match(wanted: Any, found: Any) -> bool:
    """Return True where the value in a config is the wanted one.

    A config writes an object as its class and its own config, which may hold more options than are
    wanted. A string such as `glorot_uniform` asks for the class alone. A dtype policy is compared
    by its name.
    """
    if isinstance(found, dict) and "class_name" in found:
        if isinstance(wanted, str):
            name = found["config"].get("name") if "Policy" in found["class_name"] else None
            return wanted == name or _plain_name(wanted) == _plain_name(found["class_name"])
        return isinstance(wanted, dict) and _same_object(wanted, found)
    if isinstance(wanted, (list, tuple)) and isinstance(found, (list, tuple)):
        pairs = zip(wanted, found, strict=False)
        return len(wanted) == len(found) and all(values_match(*pair) for pair in pairs)
    return type(wanted) is type(found) and bool(wanted == found)


def _same_object(wanted: dict[str, Any], found: dict[str, Any]) -> bool:
    if "class_name" not in wanted:
        return False
    if _plain_name(wanted["class_name"]) != _plain_name(found["class_name"]):
        return False
    return not differences("", wanted["config"], found["config"])


def _plain_name(name: str) -> str:
    """Make names comparable.

    `glorot_uniform` is GlorotUniform, and in older versions GlorotUniformInitializer.
    """
    return name.replace("_", "").lower().removesuffix("initializer")


# --- the options of a case's cell or layer --------------------------------------------------------


@dataclass(frozen=True)
class _Part:
    """One cell or layer in a config: its name, the options it was given, and those found there."""

    name: str
    wanted: Mapping[str, Any]
    found: Mapping[str, Any]


def _parts(case: Case, config: Mapping[str, Any]) -> Iterator[_Part]:
    path = state_forms.Path.parse(case.program.path)
    if path.api == "layer":
        (cell,) = case.program.cells
        yield _Part(cell.cell_type, _layer_options(case, cell), config)
        return
    if path.api == "Bidirectional":
        yield from _direction_parts(case, config)
        return
    if path.api == "RNN":
        yield _Part("RNN", _loop_options(case), config)
        config = config.get("cell", {}).get("config", {})
    cell_configs = [config]
    if case.program.stacked:
        cell_configs = [cell["config"] for cell in config.get("cells", ())]
        yield _Part("stack", {"cells": len(case.program.cells)}, {"cells": len(cell_configs)})
    for index, (cell, found) in enumerate(zip(case.program.cells, cell_configs, strict=False)):
        yield _Part(f"cell {index}", _cell_options(case, cell), found)


def _direction_parts(case: Case, config: Mapping[str, Any]) -> Iterator[_Part]:
    yield _Part("Bidirectional", {"merge_mode": case.program.layer.merge_mode}, config)
    forwards, backwards = case.program.cells
    for name, cell in (("layer", forwards), ("backward_layer", backwards)):
        if name == "layer" or forwards != backwards:  # one layer is enough where they are equal
            found = config.get(name, {}).get("config", {})
            yield _Part(name, _layer_options(case, cell), found)


def _layer_options(case: Case, cell: Cell) -> dict[str, Any]:
    return {**_cell_options(case, cell), **_loop_options(case, cell.cell_type)}


def _loop_options(case: Case, cell_type: str | None = None) -> dict[str, Any]:
    given = {"return_sequences": True, "return_state": True, **to_plain(case.program.layer)}
    given.pop("merge_mode", None)  # stands in the config of the Bidirectional layer
    if case.program.options == wire.EVERY:
        given.update(
            neutral_options.loop_options(
                state_forms.Path.parse(case.program.path).generation, cell_type
            )
        )
    return given


def _cell_options(case: Case, cell: Cell) -> dict[str, Any]:
    generation = state_forms.Path.parse(case.program.path).generation
    given = _v1_cell_options(cell) if generation == "v1" else _keras_cell_options(cell)
    if case.program.options == wire.EVERY:
        given.update(neutral_options.cell_options(generation, cell.cell_type))
    elif generation == "keras2" and cell.cell_type != "SimpleRNN":
        # Keras 3 does not document the option; Keras 2 documents its value with recurrent dropout
        given["implementation"] = cell.implementation
    return {**given, "dtype": case.program.dtype}


def _keras_cell_options(cell: Cell) -> dict[str, Any]:
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


def _v1_cell_options(cell: Cell) -> dict[str, Any]:
    given: dict[str, Any] = {"num_units": cell.units, "activation": cell.activation}
    if cell.is_lstm:
        given["forget_bias"] = cell.forget_bias
    if cell.cell_type == "LSTM":
        given["use_peepholes"] = cell.peepholes
        given["cell_clip"] = cell.cell_clip
        given["num_proj"] = cell.projection
        given["proj_clip"] = cell.projection_clip
    return given
