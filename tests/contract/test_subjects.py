"""The subjects of clauses: the common paths, unless a clause names others."""

from __future__ import annotations

from conformance.cases.malformations import malformation
from conformance.cases.program import BIDIRECTIONAL
from conformance.cases.state_forms import Path
from conformance.contract import subjects
from tests import support

OTHERS = {*BIDIRECTIONAL, "static_rnn", "raw_rnn"}


def test_paths_of_their_own_clauses_are_left_to_these() -> None:
    for listed in (
        subjects.paths_and_cells(),
        subjects.with_sequences,
        subjects.pairs,
        subjects.ordered_pairs,
        subjects.malformations,
    ):
        found = listed(support.OFFERS)
        places = [subject.path for subject in found] + [s.other for s in found if s.other]
        apis = {Path.parse(name).api for name in places}
        assert apis <= set(subjects.COMMON_APIS)
        assert not apis & OTHERS


def test_a_clause_may_name_them() -> None:
    found = subjects.paths_and_cells(apis=("Bidirectional",), cells=("LSTM",))(support.OFFERS)
    assert [str(subject) for subject in found] == [
        "Bidirectional/keras2-LSTM",
        "Bidirectional/keras3-LSTM",
    ]


def test_each_malformation_of_an_argument_is_a_subject() -> None:
    listed = subjects.argument_malformations(
        malformation.MASK, subjects.paths_and_cells(apis=("layer",), cells=("GRU",))
    )
    found = listed(support.OFFERS)
    assert {subject.path for subject in found} == {"layer/keras2", "layer/keras3"}
    names = {subject.malformation for subject in found}
    assert all(name and name.startswith("mask_") for name in names)
    assert len(found) == 2 * len(names)
