"""Checks of configs, and the documented defaults."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from conformance.adapter import wire
from conformance.adapter.cells import neutral_options
from conformance.cases.case import Case, make_case
from conformance.cases.program import Cell, Layer
from conformance.checks import configs, documented_defaults
from conformance.checks.deviation import Deviation
from tests import support

CELL = {
    "units": 3,
    "activation": "relu",
    "recurrent_activation": "hard_sigmoid",
    "use_bias": False,
    "kernel_initializer": {"class_name": "Zeros", "config": {}},
    "recurrent_initializer": {"class_name": "ZerosInitializer", "config": {}},
    "reset_after": True,
    "dtype": {"class_name": "DTypePolicy", "config": {"name": "float64"}},
    "seed": None,
}
GRU = Cell(
    "GRU",
    3,
    activation="relu",
    recurrent_activation="hard_sigmoid_0.2",
    use_bias=False,
    reset_after=True,
)
LAYER = make_case(
    "layer/keras3", "eager", (GRU,), dtype="float64", layer=Layer(return_sequences=False)
)
OF_LAYER = {**CELL, "return_sequences": False, "return_state": True}


def complaint(case: Case, config: dict[str, Any]) -> str:
    """Return the sentence about a wrong config, or an empty one."""
    try:
        configs.tells_options(case, config)
    except Deviation as deviation:
        return deviation.sentence
    return ""


def test_a_config_that_tells_all() -> None:
    assert complaint(LAYER, OF_LAYER) == ""


@pytest.mark.parametrize("option", [name for name in OF_LAYER if name != "seed"])
def test_each_option_must_be_told(option: str) -> None:
    without = {name: value for name, value in OF_LAYER.items() if name != option}
    assert complaint(LAYER, without).startswith(f"GRU.{option} = absent, but must be ")
    assert f"GRU.{option} = " in complaint(LAYER, {**OF_LAYER, option: "something"})
    assert f"GRU.{option} = None, but must be " in complaint(LAYER, {**OF_LAYER, option: None})


def test_several_are_told_in_one_sentence() -> None:
    sentence = complaint(LAYER, {**OF_LAYER, "units": 4, "activation": "tanh"})
    assert sentence == ("GRU.units = 4, but must be 3; GRU.activation = 'tanh', but must be 'relu'")


@pytest.mark.parametrize(("generation", "cell_type"), [("keras2", "LSTM"), ("keras3", "SimpleRNN")])
def test_options_that_change_nothing_must_be_told_where_they_are_given(
    generation: str, cell_type: str
) -> None:
    case = make_case(f"layer/{generation}", "eager", (Cell(cell_type, 1),), options=wire.EVERY)
    given = {
        **neutral_options.cell_options(generation, cell_type),
        **neutral_options.loop_options(generation, cell_type),
    }
    assert len(given) > 12
    config = json.loads(json.dumps({**given, "units": 1}))
    for name in given:
        assert f"{cell_type}.{name} " not in complaint(case, config)
        other = {**config, name: None}
        assert f"{cell_type}.{name} = None, but must be " in complaint(case, other)


def test_cells_are_looked_for_where_their_layer_has_them() -> None:
    cells = [{"config": dict(CELL)}, {"config": dict(CELL)}]
    stack = make_case("cell/keras3", "eager", (GRU, GRU), dtype="float64")
    assert complaint(stack, {"cells": cells}) == ""
    assert complaint(stack, {"cells": cells[:1]}) == "stack.cells = 1, but must be 2"
    assert complaint(stack, {}) == "stack.cells = 0, but must be 2"
    layer = make_case("RNN/keras3", "eager", (GRU, GRU), dtype="float64")
    config = {"cell": {"config": {"cells": cells}}, "return_sequences": True, "return_state": True}
    assert complaint(layer, config) == ""
    wrong = copy.deepcopy(config)
    wrong["cell"]["config"]["cells"][1]["config"]["units"] = 2  # type: ignore[index]
    assert complaint(layer, wrong) == "cell 1.units = 2, but must be 3"


def test_v1_cells_have_their_own_names_for_options() -> None:
    cell = Cell("LSTM", 2, forget_bias=1.0, peepholes=True, projection=3)
    case = make_case("cell/v1", "eager", (cell,))
    config = {
        "num_units": 2, "activation": "tanh", "dtype": "float32", "forget_bias": 1.0,
        "use_peepholes": True, "cell_clip": None, "num_proj": 3, "proj_clip": None,
    }  # fmt: skip
    assert complaint(case, config) == ""
    assert complaint(case, {**config, "forget_bias": 0.0}) == (
        "cell 0.forget_bias = 0.0, but must be 1.0"
    )


@pytest.mark.parametrize(
    ("wanted", "seen", "alike"),
    [
        (True, True, True),
        (True, 1, False),
        (0.0, 0, False),
        (None, False, False),
        ([1, 1], (1, 1), True),
        ([1, 1], [1, 2], False),
        ("glorot_uniform", {"class_name": "GlorotUniform", "config": {"seed": None}}, True),
        ("glorot_uniform", {"class_name": "GlorotNormal", "config": {}}, False),
        ("orthogonal", {"class_name": "OrthogonalInitializer", "config": {}}, True),
        ("float16", {"class_name": "DTypePolicy", "config": {"name": "float16"}}, True),
        ("float16", {"class_name": "DTypePolicy", "config": {"name": "mixed_float16"}}, False),
        (None, {"class_name": "L2", "config": {"l2": 0.5}}, False),
        ({"class_name": "L2", "config": {"l2": 0.5}}, None, False),
        (
            {"class_name": "L2", "config": {"l2": 0.5}},
            {"class_name": "L2", "config": {"l2": 0.5, "more": 1}, "module": "keras"},
            True,
        ),
        (
            {"class_name": "L2", "config": {"l2": 0.5}},
            {"class_name": "L2", "config": {"l2": 0.25}},
            False,
        ),
        ({"a": 1}, {"a": 1}, True),
    ],
)
def test_when_values_are_alike(wanted: object, seen: object, alike: bool) -> None:
    assert configs.values_match(wanted, seen) is alike


def test_configs_must_be_the_same_both_ways() -> None:
    configs.are_equal(OF_LAYER, OF_LAYER)
    less = {name: value for name, value in OF_LAYER.items() if name != "units"}
    for before, after in ((OF_LAYER, less), (less, OF_LAYER), ({"a": 1}, {"a": 2})):
        with pytest.raises(Deviation, match=r"^config"):
            configs.are_equal(before, after)


def test_an_error_is_a_deviation_and_observed() -> None:
    error = support.an_error("TypeError", "not JSON serializable", stage="build").error
    with pytest.raises(Deviation, match="the config = TypeError while building") as caught:
        configs.read(wire.Made(error=error))
    assert caught.value.observation is not None
    assert configs.read(wire.Made(('{"a": 1}', "{}"))) == [{"a": 1}, {}]


def test_every_page_of_the_documentation_is_about_a_class_and_agrees_with_the_others() -> None:
    stated: dict[tuple[str, str], object] = {}
    for page in documented_defaults.ALL:
        assert page.source.startswith("https://")
        assert page.options
        for option, value in page.options.items():
            assert stated.setdefault((page.owner, option), value) == value
    assert stated["keras2/GRU", "reset_after"] is True
    assert stated["keras2/ConvLSTM2D", "recurrent_activation"] == "hard_sigmoid"
    assert stated["keras3/ConvLSTM2D", "recurrent_activation"] == "sigmoid"
    assert not documented_defaults.documented_pages("v1/GRUCell")
