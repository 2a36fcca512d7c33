"""An entry of the ledger: for which versions it is in force, what it covers, what it describes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from conformance.cases.case import Case, make_case
from conformance.cases.data import Malformation
from conformance.cases.program import Cell, Custom, Layer
from conformance.checks.deviation import Deviation
from conformance.ledger.entry import Ledger
from conformance.ledger.load import load_ledger, read_entries
from tests import support
from tests.ledger.entries import CASE, ENTRY, an_entry, write_ledger

# --- versions -------------------------------------------------------------------------------------

RANGES = [
    ({"keras3": ">=3.0"}, {"keras3": "3.15.1"}, True),
    ({"keras3": ">=3.0,<3.15"}, {"keras3": "3.15.1"}, False),
    ({"keras3": ">=3.0,<3.16"}, {"keras3": "3.15.1", "tensorflow": "2.21.0"}, True),
    ({"keras3": ">=3.0"}, {"tensorflow": "2.21.0"}, False),
    ({"keras3": ">=3", "tensorflow": "<2.20"}, {"keras3": "3.1", "tensorflow": "2.21.0"}, False),
    ({"keras3": ">=3", "tensorflow": "<2.20"}, {"keras3": "3.1", "tensorflow": "2.16.2"}, True),
    ({"tensorflow": ">=2.22rc0"}, {"tensorflow": "2.22.0rc0"}, True),
    ({"tensorflow": ">=2.21"}, {"tensorflow": "2.22.0rc0"}, True),
    ({"keras2": "<2.3"}, {"keras2": "2.2.4-tf"}, True),
    ({"keras2": ">=2.3"}, {"keras2": "2.2.4-tf"}, False),
    ({}, {"tensorflow": "1.15.5"}, True),
]


@pytest.mark.parametrize(("wanted", "found", "in_force"), RANGES)
def test_an_entry_is_in_force_for_its_versions(
    tmp_path: Path, wanted: dict[str, str], found: dict[str, str], in_force: bool
) -> None:
    file = write_ledger(tmp_path, {**ENTRY, "versions": wanted})
    assert bool(load_ledger(found, file).entries) == in_force


# --- conditions -----------------------------------------------------------------------------------

CONDITIONS: list[tuple[dict[str, Any], bool]] = [
    ({}, True),
    ({"malformation": ["batch_one"]}, True),
    ({"malformation": ["scalar", "batch_one"]}, True),
    ({"malformation": ["scalar"]}, False),
    ({"malformation": []}, False),
    ({"role": ["LSTM.c"]}, True),
    ({"role": ["LSTM.h", "GRU.h"]}, False),
    ({"role": ["all"]}, False),
    ({"cell": ["Stack"]}, True),
    ({"cell": ["LSTM"]}, False),
    ({"kinds": ["LSTM"]}, True),
    ({"kinds": ["SimpleRNN"]}, False),
    ({"kinds": ["no SimpleRNN"]}, True),
    ({"kinds": ["no LSTM"]}, False),
    ({"first": ["LSTM"]}, True),
    ({"first": ["GRU"]}, False),
    ({"last": ["GRU"]}, True),
    ({"last": ["LSTM"]}, False),
    ({"narrowest": [2]}, True),
    ({"narrowest": [">2"]}, False),
    ({"widest": [">2"]}, True),
    ({"widest": ["<3"]}, False),
    ({"fresh": [False]}, True),
    ({"fresh": [True]}, False),
    ({"depth": [">=2"]}, True),
    ({"depth": [">2"]}, False),
    ({"depth": ["<3"]}, True),
    ({"depth": ["<=1"]}, False),
    ({"depth": ["==2"]}, True),
    ({"depth": ["!= 2"]}, False),
    ({"batch": ["< 1", ">= 2"]}, True),
    ({"batch": [2]}, True),
    ({"split": ["none"]}, True),
    ({"split": [">=1"]}, False),
    ({"other": ["none"]}, True),
    ({"state": ["none"]}, False),
    ({"state": ["mixed"]}, True),
    ({"mode": ["eager", "function"]}, True),
    ({"mode": ["graph"]}, False),
    ({"mode": ["eager"], "dtype": ["float64"]}, False),
    ({"mode": ["eager"], "dtype": ["float32"]}, True),
    ({"go_backwards": [False], "merge_mode": ["concat"]}, True),
    ({"return_sequences": [False]}, False),
    ({"mask_value": ["none"]}, True),
]


@pytest.mark.parametrize(("when", "covered"), CONDITIONS)
def test_an_entry_covers_the_cases_of_its_conditions(
    tmp_path: Path, when: dict[str, Any], covered: bool
) -> None:
    assert an_entry(tmp_path, when=when).covers("RJ-01", CASE) == covered


COUNTED: list[tuple[dict[str, Any], int, bool]] = [
    # fields of a case of three steps, the most that count in a row, whether one is held at its end
    ({}, 3, False),
    ({"mask": "full"}, 3, False),
    ({"mask": "nothing"}, 0, False),
    ({"lengths": "one"}, 1, True),
    ({"lengths": "zero"}, 0, False),
    ({"lengths": "one", "layer": Layer(go_backwards=True)}, 1, False),
    ({"lengths": "one", "steps": 1}, 1, False),
    ({"steps": 0, "lengths": "drawn"}, 0, False),
]


@pytest.mark.parametrize(("fields", "longest", "held"), COUNTED)
def test_which_steps_count_may_be_a_condition(
    tmp_path: Path, fields: dict[str, Any], longest: int, held: bool
) -> None:
    case = CASE.replace(**{"steps": 3, "malformation": None, **fields})
    for name, value in (("longest", longest), ("held_at_end", held)):
        assert an_entry(tmp_path, when={name: [value]}).covers("RJ-01", case)
        assert not an_entry(tmp_path, when={name: [not value]}).covers("RJ-01", case)


OF_RELATIVES: list[tuple[Case, dict[str, Any], bool]] = [
    (CASE.replace(nesting=((0,), 1)), {"smallest_stack": [1]}, True),
    (CASE.replace(nesting=((0, 1),)), {"smallest_stack": [1]}, True),
    (CASE.replace(nesting=(0, 1)), {"smallest_stack": [">1"]}, True),
    (CASE, {"smallest_stack": [1]}, False),
    (CASE, {"smallest_stack": ["none"]}, True),
    (CASE, {"structure": ["none"]}, True),
    (
        CASE.replace(cells=(Cell("LSTM", 2, custom=Custom("planes")),)),
        {"structure": ["dict", "planes"]},
        True,
    ),
]


@pytest.mark.parametrize(("case", "when", "covered"), OF_RELATIVES)
def test_an_entry_covers_relatives_of_cells(
    tmp_path: Path, case: Case, when: dict[str, Any], covered: bool
) -> None:
    assert an_entry(tmp_path, when=when).covers("RJ-01", case) == covered


@pytest.mark.parametrize(
    ("malformation", "path", "role"),
    [
        (Malformation("dict"), "RNN/keras3", "structure"),
        (Malformation("scalar"), "RNN/keras3", "all"),
        (Malformation("scalar", 0), "RNN/keras3", "LSTM.h"),
        (Malformation("scalar", 0), "cell/v1", "LSTM.c"),
        (Malformation("scalar", 2), "cell/v1", "GRU.h"),
        (None, "RNN/keras3", "none"),
    ],
)
def test_what_a_malformation_is_done_to(
    tmp_path: Path, malformation: Malformation | None, path: str, role: str
) -> None:
    case = CASE.replace(malformation=malformation, path=path)
    roles = ("structure", "all", "LSTM.h", "LSTM.c", "GRU.h", "none")
    covering = [
        name
        for name in roles
        if an_entry(tmp_path, when={"role": [name]}, paths=[path]).covers("RJ-01", case)
    ]
    assert covering == [role]


def test_an_entry_covers_its_clause_and_paths_only(tmp_path: Path) -> None:
    entry = an_entry(tmp_path, when={})
    plain = make_case("RNN/keras3", "eager", CASE.program.cells)
    assert entry.covers("RJ-01", plain)
    assert not entry.covers("RJ-02", plain)
    assert not entry.covers("RJ-01", make_case("RNN/keras2", "eager", CASE.program.cells))
    assert entry.covers(
        "RJ-01", make_case("RNN/keras3", "eager", CASE.program.cells, other="layer/keras3")
    )
    assert not entry.covers(
        "RJ-01", make_case("RNN/keras3", "eager", CASE.program.cells, other="RNN/keras2")
    )
    assert Ledger((entry,)).covering("RJ-01", plain) == [entry]


# --- what is seen ---------------------------------------------------------------------------------

LEAKED = Deviation(
    "initial_state = IndexError", support.an_error("IndexError", "list index"), "leaked"
)
ACCEPTED = Deviation("initial_state = accepted", grade="accepted")
SHAPE = Deviation("outputs' shape = (2,)")
NUMBERS = Deviation("outputs[0] = 2", numeric=True)
SEEN: list[tuple[dict[str, Any], Deviation, bool]] = [
    ({"grade": "accepted"}, ACCEPTED, True),
    ({"grade": "accepted"}, SHAPE, False),
    ({"grade": "leaked"}, LEAKED, False),  # the class of the error must be named
    ({"grade": "leaked", "error": "IndexError"}, LEAKED, True),
    ({"grade": "crashed", "error": "IndexError"}, LEAKED, False),
    ({"grade": "leaked", "error": "KeyError"}, LEAKED, False),
    ({"grade": "leaked", "error": ["KeyError", "IndexError"]}, LEAKED, True),
    ({"error": ["KeyError", "IndexError"]}, SHAPE, False),
    ({"error": "IndexError", "message": "^list in"}, LEAKED, False),
    ({"error": "IndexError", "message": "(?m)^list in"}, LEAKED, True),
    ({"error": "IndexError", "message": "tuple"}, LEAKED, False),
    ({"message": r"outputs. shape = "}, SHAPE, True),
    ({"message": "final h"}, SHAPE, False),
    # whatever an entry's words, it must say which wrong numbers they are
    ({"message": r"outputs\[\d\] = "}, NUMBERS, False),
]


@pytest.mark.parametrize(("fields", "deviation", "described"), SEEN)
def test_an_entry_describes_what_is_seen(
    tmp_path: Path, fields: dict[str, Any], deviation: Deviation, described: bool
) -> None:
    entry = {key: value for key, value in ENTRY.items() if key != "grade"}
    (entry_read,) = read_entries(write_ledger(tmp_path, {**entry, **fields}))
    assert entry_read.describes(deviation, entry_read.case) == described
