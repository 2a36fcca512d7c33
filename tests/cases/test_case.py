"""A case: its JSON, its identity, and the one-line error where its JSON cannot be read."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given

from conformance.cases.case import JSON_FIELDS, Case, make_case
from conformance.cases.case_json import from_json
from conformance.cases.data import Data, Malformation
from conformance.cases.program import Cell, Convolution, Custom, Layer, Model, Program
from conformance.errors import UnreadableCase
from tests import support

PLAIN: dict[str, Any] = {
    "path": "RNN/keras3",
    "mode": "eager",
    "cells": [{"kind": "LSTM", "units": 2}],
}
CASE = make_case(
    path="dynamic_rnn/v1",
    mode="graph",
    cells=(Cell("LSTM", 3, peepholes=True, projection=2), Cell("GRU", 4)),
    batch=2,
    steps=5,
    dtype="float64",
    state="mixed",
    malformation=Malformation("batch_one", 1),
)
OTHERS: dict[str, Any] = {
    "path": "dynamic_rnn/keras2",
    "mode": "eager",
    "cells": (Cell("LSTM", 3, peepholes=True, projection=2),),
    "batch": 3,
    "steps": 6,
    "features": 2,
    "dtype": "float32",
    "weight_seed": 1,
    "weight_scale": 0.5,
    "data_seed": 1,
    "state": None,
    "form": "numpy",
    "malformation": Malformation("batch_one", 0),
    "split": 2,
    "other": "RNN/keras2",
    "fresh": True,
    "static_shapes": True,
    "lengths": "drawn",
    "mask": "interior",
    "layer": Layer(go_backwards=True),
    "other_batch": 1,
    "unknown_rows": True,
    "policy": "mixed_float16",
    "model": Model("functional", by="predict"),
    "options": "every",
    "reloaded": "config",
    "wiring": "encoder",
    "nesting": ((0, 1),),
    "state_is_tuple": False,
    "benign": True,
}


@given(support.cases())
def test_json_there_and_back(case: Case) -> None:
    again = from_json(case.to_json())
    assert again == case
    assert again.identity == case.identity


def test_options_of_the_layer_go_through_json() -> None:
    case = CASE.replace(mask="leading", layer=Layer(return_sequences=False))
    assert '"layer":{"return_sequences":false}' in case.to_json()
    assert from_json(case.to_json()) == case


def test_a_model_goes_through_json() -> None:
    case = CASE.replace(model=Model("functional", given=True))
    assert '"model":{"api":"functional","given":true}' in case.to_json()
    assert from_json(case.to_json()) == case


def test_the_two_cells_of_both_directions_are_no_stack() -> None:
    both = make_case("Bidirectional/keras3", "eager", (Cell("GRU", 2), Cell("GRU", 3)))
    assert not both.program.stacked
    assert both.program.cell_name == "GRU"
    assert both.program.output_units == 5
    merged = both.replace(layer=Layer(merge_mode="sum"), cells=both.program.cells[:1] * 2)
    assert merged.program.output_units == 2
    assert from_json(both.to_json()) == both


def test_outputs_that_are_not_merged_differ_from_those_side_by_side() -> None:
    apart = make_case("Bidirectional/keras3", "eager", (Cell("GRU", 2),) * 2)
    apart = apart.replace(layer=Layer(merge_mode=None))
    assert '"layer":{"merge_mode":null}' in apart.to_json()
    assert from_json(apart.to_json()) == apart


def test_relatives_of_cells_go_through_json() -> None:
    cells = (
        Cell("LSTM", 2, wrappers=("device", "residual"), custom=Custom("planes", start=True)),
        Cell("ConvLSTM", 1, convolution=Convolution((3, 2), (2, 1), "valid")),
    )
    case = CASE.replace(cells=cells, malformation=None, nesting=((0,), 1))
    assert '"wrappers":["device","residual"]' in case.to_json()
    assert '"custom":{"structure":"planes","start":true}' in case.to_json()
    assert '"convolution":{"space":[3,2],"kernel":[2,1],"padding":"valid"}' in case.to_json()
    assert '"nesting":[[0],1]' in case.to_json()
    assert from_json(case.to_json()) == case


def test_json_is_one_short_line_that_leaves_defaults_out() -> None:
    case = make_case("RNN/keras3", "eager", (Cell("GRU", 1),))
    assert case.to_json() == (
        '{"path":"RNN/keras3","mode":"eager","cells":[{"kind":"GRU","units":1}]}'
    )


def test_every_field_counts_for_the_identity() -> None:
    others = [CASE.replace(**{name: OTHERS[name]}) for name in JSON_FIELDS]
    assert len({case.identity for case in [CASE, *others]}) == len(JSON_FIELDS) + 1


def test_every_field_of_program_and_data_stands_in_the_json() -> None:
    fields = [*dataclasses.fields(Program), *dataclasses.fields(Data)]
    assert sorted([field.name for field in fields] + ["other"]) == sorted(JSON_FIELDS)


def test_a_field_that_no_part_has_is_refused() -> None:
    with pytest.raises(TypeError, match="rows"):
        CASE.replace(rows=3)


@pytest.mark.parametrize("field", [field.name for field in dataclasses.fields(Cell)])
def test_every_option_of_a_cell_counts_for_the_identity(field: str) -> None:
    cell = CASE.program.cells[0]
    value = getattr(cell, field)
    other: Any = not value if isinstance(value, bool) else f"not {value}"
    changed = dataclasses.replace(cell, **{field: other})
    assert CASE.replace(cells=(changed, CASE.program.cells[1])).identity != CASE.identity


def test_the_identity_is_stable() -> None:
    # Reports contain it: if it changes, the cases of older run files are no longer recognized.
    assert CASE.identity == "7c69bb5d9a96"


def _with_cell(**fields: Any) -> str:
    return json.dumps({**PLAIN, "cells": [{"kind": "LSTM", "units": 2, **fields}]})


def _convolving(**convolution: Any) -> str:
    return _with_cell(kind="ConvLSTM", convolution=convolution)


UNREADABLE = {
    "not JSON": ("{", "must be one JSON object"),
    "no object": ("[1]", "must be a JSON object"),
    "unknown field": (json.dumps({**PLAIN, "colour": 1}), "colour"),
    "missing fields": ('{"cells":[{"kind":"GRU","units":1}]}', "lacks ['path', 'mode']"),
    "no cells": (json.dumps({**PLAIN, "cells": []}), "at least one cell"),
    "cells of another type": (json.dumps({**PLAIN, "cells": "LSTM"}), "at least one cell"),
    "a cell that is a number": (json.dumps({**PLAIN, "cells": [5]}), "Cell = 5"),
    "a cell without units": (json.dumps({**PLAIN, "cells": [{"kind": "GRU"}]}), "units"),
    "unknown option": (
        json.dumps({**PLAIN, "cells": [{"kind": "GRU", "units": 1, "size": 2}]}),
        "size",
    ),
    "unknown kind": (json.dumps({**PLAIN, "cells": [{"kind": "GRUU", "units": 1}]}), "GRUU"),
    "unknown activation": (
        json.dumps({**PLAIN, "cells": [{"kind": "GRU", "units": 1, "activation": "tan"}]}),
        "activation",
    ),
    "units as text": (json.dumps({**PLAIN, "cells": [{"kind": "GRU", "units": "1"}]}), "units"),
    "no units": (json.dumps({**PLAIN, "cells": [{"kind": "GRU", "units": 0}]}), "units"),
    "negative batch": (json.dumps({**PLAIN, "batch": -1}), "batch = -1"),
    "steps not whole": (json.dumps({**PLAIN, "steps": 1.5}), "steps = 1.5"),
    "batch a truth value": (json.dumps({**PLAIN, "batch": True}), "batch = True"),
    "unknown dtype": (json.dumps({**PLAIN, "dtype": "float33"}), "dtype"),
    "unknown state": (json.dumps({**PLAIN, "state": "odd"}), "state"),
    "unknown form": (json.dumps({**PLAIN, "form": "odd"}), "form"),
    "unknown mask": (json.dumps({**PLAIN, "mask": "odd"}), "mask"),
    "unknown lengths": (json.dumps({**PLAIN, "lengths": "odd"}), "lengths"),
    "unknown merge mode": (
        json.dumps({**PLAIN, "layer": {"merge_mode": "odd"}}),
        "merge_mode = 'odd'",
    ),
    "one direction": (
        json.dumps({**PLAIN, "path": "Bidirectional/keras3"}),
        "cells = 1, but must be the forward and the backward one",
    ),
    "unknown option of a layer": (json.dumps({**PLAIN, "layer": {"odd": True}}), "Layer has"),
    "unknown policy": (json.dumps({**PLAIN, "policy": "mixed"}), "policy"),
    "unknown kind of model": (json.dumps({**PLAIN, "model": {"api": "odd"}}), "api"),
    "unknown call of a model": (
        json.dumps({**PLAIN, "model": {"api": "functional", "by": "fit"}}),
        "by",
    ),
    "path not text": (json.dumps({**PLAIN, "path": 3}), "path"),
    "malformation not an object": (json.dumps({**PLAIN, "malformation": "dict"}), "Malformation"),
    "unknown malformation": (json.dumps({**PLAIN, "malformation": {"name": "odd"}}), "odd"),
    "a leaf that does not exist": (
        json.dumps({**PLAIN, "malformation": {"name": "scalar", "leaf": 2}}),
        "leaf = 2, but must be from 0 to 1",
    ),
    "a wrapper that does not exist": (_with_cell(wrappers=["odd"]), "wrappers = ['odd']"),
    "a structure that does not exist": (_with_cell(custom={"structure": "odd"}), "structure"),
    "a user's own GRU": (_with_cell(kind="GRU", custom={}), "kind = 'GRU'"),
    "a ConvLSTM without convolution": (_with_cell(kind="ConvLSTM"), "convolution of a ConvLSTM"),
    "space that is no list": (_convolving(space=3, kernel=[1]), "space = 3"),
    "a kernel of other axes": (_convolving(space=[3], kernel=[1, 1]), "kernel = (1, 1)"),
    "a kernel that is too large": (
        _convolving(space=[2], kernel=[3], padding="valid"),
        "must fit into (2,)",
    ),
    "no such padding": (_convolving(space=[2], kernel=[1], padding="odd"), "padding = 'odd'"),
    "a nesting without a cell": (json.dumps({**PLAIN, "nesting": [[1]]}), "nesting = ((1,),)"),
    "a nesting that is no list": (json.dumps({**PLAIN, "nesting": 0}), "nesting = 0"),
    "a truth value in words": (
        json.dumps({**PLAIN, "layer": {"stateful": "no"}}),
        "stateful = 'no', but must be true or false",
    ),
    "a number in words": (_with_cell(dropout="x"), "dropout = 'x', but must be a number"),
    "a projection of half a unit": (
        _with_cell(projection=1.5),
        "projection = 1.5, but must be a whole number or null",
    ),
    "no such policy": (json.dumps({**PLAIN, "policy": "float16"}), "policy = 'float16'"),
    "split beyond the end": (json.dumps({**PLAIN, "steps": 2, "split": 2}), "split"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_the_error_of_an_unreadable_case_is_one_line(name: str) -> None:
    text, message = UNREADABLE[name]
    with pytest.raises(UnreadableCase) as error:
        from_json(text)
    assert message in str(error.value)
    assert "\n" not in str(error.value)
