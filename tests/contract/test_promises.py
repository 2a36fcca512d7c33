"""The promises of the documentation: each clause that must hold quotes one, and it stands there."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys

import pytest

from conformance.cases.case import make_case
from conformance.cases.program import DICT, NESTED, PLAIN, PLANES, Cell, Custom
from conformance.contract import sources
from conformance.contract.citation import Scope, Source
from conformance.contract.clause import Subject, clause
from conformance.results.severities import CLAIM, MUST, SAME, SEVERITIES, SHOULD
from conformance.upgrade.upgrade_clauses import STATEMENTS
from strategies import states
from tests import support

PACKAGES = ("tensorflow", "keras", "tf_keras")

# Prints the docstrings of the named objects. It runs in a process of its own, as the libraries are
# large and read the environment when they are imported.
READ_DOCSTRINGS = """
import importlib, inspect, json, sys

def find(name):
    parts = name.split(".")
    found = importlib.import_module(parts[0])
    for part in parts[1:]:
        found = getattr(found, part)
    return found

print(json.dumps({name: inspect.getdoc(find(name)) or "" for name in json.load(sys.stdin)}))
"""


def promises() -> list[Source]:
    """Return the sources of all clauses that quote a sentence."""
    return [source for one in support.clauses().values() for source in one.sources if source.quote]


def plain(text: str) -> str:
    """Return the text without the marks of code, and with single spaces."""
    return " ".join(text.replace("`", "").split())


# --- what is quoted -------------------------------------------------------------------------------


def test_each_clause_that_must_hold_quotes_a_promise() -> None:
    must = [one for one in support.clauses().values() if one.severity == MUST]
    assert must
    assert [one.identifier for one in must if not any(s.quote for s in one.sources)] == []


def test_a_clause_that_quotes_nothing_cannot_be_must() -> None:
    with pytest.raises(ValueError, match="XX-01 must hold, but no source quotes a promise"):
        clause("XX-01", source=sources.GUIDE, subjects=lambda offers: [], cases=states.case_groups)


def test_a_clause_that_should_hold_quotes_nothing() -> None:
    weaker = [one for one in support.clauses().values() if one.severity != MUST]
    assert [one.identifier for one in weaker if any(s.quote for s in one.sources)] == []


def test_each_promise_is_about_a_subject_of_its_clause() -> None:
    idle = [
        (one.identifier, source.quote)
        for one in support.clauses().values()
        for source in one.sources
        if source.quote and not any(covered(source.covers, s) for s in one.subjects(support.OFFERS))
    ]
    assert idle == []


def covered(scope: Scope, subject: Subject) -> bool:
    return scope.covers([path for path in (subject.path, subject.other) if path], subject.cell)


def test_a_quote_has_the_address_of_its_page() -> None:
    assert [source for source in promises() if not source.address.startswith("https://")] == []


@pytest.mark.skipif(
    not all(importlib.util.find_spec(package) for package in PACKAGES),
    reason="one of tensorflow, keras and tf_keras is not installed",
)
def test_the_quotes_stand_in_the_docstrings_of_the_installed_libraries() -> None:
    wanted = {(name, s.quote) for s in promises() for name in s.docstring_of if s.quote}
    done = subprocess.run(
        [sys.executable, "-c", READ_DOCSTRINGS],
        input=json.dumps(sorted({name for name, _ in wanted})),
        env={**os.environ, "TF_USE_LEGACY_KERAS": "1", "TF_CPP_MIN_LOG_LEVEL": "3"},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    docstrings = json.loads(done.stdout.splitlines()[-1])
    assert len(wanted) > 50
    missing = [
        (name, quote)
        for name, quote in sorted(wanted)
        if plain(quote) not in plain(docstrings[name])
    ]
    assert missing == []


# --- how severe a verdict is ----------------------------------------------------------------------


def test_the_families_of_claims_and_of_upgrades_have_a_severity_of_their_own() -> None:
    by_family = {one.family: set[str]() for one in support.clauses().values()}
    for one in support.clauses().values():
        by_family[one.family].add(one.severity)
    assert by_family.pop("DC") == {CLAIM}
    assert {severity for found in by_family.values() for severity in found} == {MUST, SHOULD}
    assert {statement.severity for statement in STATEMENTS.values()} == {SAME}
    assert {MUST, SHOULD, CLAIM, SAME} == set(SEVERITIES)


def test_dynamic_rnn_must_do_nothing_but_in_a_graph_with_v1_cells() -> None:
    wrong = [
        (one.identifier, subject, mode)
        for one in support.clauses().values()
        for subject in one.subjects(support.OFFERS)
        if "dynamic_rnn" in f"{subject.path} {subject.other}"
        for mode in ("eager", "function", "graph")
        if one.severity_of(subject, (mode,)) == MUST
        and (mode != "graph" or not subject.path.endswith("/v1"))
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("identifier", "path", "cell", "severity"),
    [
        ("RT-05", "layer/keras3", "LSTM", MUST),
        ("RT-05", "layer/keras2", "SimpleRNN", SHOULD),
        ("RT-05", "RNN/keras3", "LSTM", SHOULD),
        ("RT-09", "cell/v1", "LSTM", MUST),
        ("RT-09", "layer/keras3", "LSTM", SHOULD),
        ("SQ-02", "layer/keras2", "GRU", MUST),
        ("SQ-02", "layer/keras3", "GRU", SHOULD),
        ("WR-07", "RNN/keras3", "Nested", MUST),
        ("WR-08", "dynamic_rnn/keras3", "Nested", SHOULD),
    ],
)
def test_a_promise_is_about_some_paths_and_cells(
    identifier: str, path: str, cell: str, severity: str
) -> None:
    assert support.clauses()[identifier].severity_of(Subject(path, cell)) == severity


def test_a_verdict_of_several_modes_is_as_severe_as_the_mode_that_is_promised() -> None:
    one, subject = support.clauses()["SQ-01"], Subject("dynamic_rnn/v1", "GRU")
    assert one.severity_of(subject, ("eager", "function")) == SHOULD
    assert one.severity_of(subject, ("eager", "graph")) == MUST


@pytest.mark.parametrize("identifier", ["AG-02", "RT-11"])
def test_a_promise_about_two_paths_is_about_one_generation(identifier: str) -> None:
    one = support.clauses()[identifier]
    for other, severity in (("layer/keras3", MUST), ("layer/keras2", SHOULD)):
        assert one.severity_of(Subject("RNN/keras3", "LSTM", other=other)) == severity


def test_predict_is_not_promised_in_float64() -> None:
    one = support.clauses()["MD-11"]
    case = make_case("Model/keras3", "predict", (Cell("LSTM", 1),))
    assert one.severity_in(case) == MUST
    assert one.severity_in(case.replace(dtype="float64")) == SHOULD


@pytest.mark.parametrize(
    ("generation", "promised"), [("keras2", {PLAIN, PLANES}), ("keras3", {PLAIN})]
)
def test_the_state_of_a_users_own_cell_has_a_documented_size(
    generation: str, promised: set[str]
) -> None:
    found = {
        structure
        for structure in (PLAIN, NESTED, DICT, PLANES)
        for cell in (Cell("LSTM", 1, custom=Custom(structure)),)
        if support.clauses()["WR-13"].severity_in(make_case(f"RNN/{generation}", "eager", (cell,)))
        == MUST
    }
    assert found == promised


def test_a_source_is_told_with_its_quote_and_what_it_is_about() -> None:
    source = sources.RNN.promising("It holds.", covers=Scope(("RNN",), ("keras3",)))
    assert str(source) == (f'{sources.RNN.address} "It holds." [RNN/keras3]')
    assert str(sources.RNN) == sources.RNN.address
