"""The profiles: what of the contract each judges."""

from __future__ import annotations

from collections import Counter

from conformance.contract.clause import Subject
from conformance.engine.profiles import PROFILES
from conformance.ledger.load import read_entries
from tests import support


def chosen(profile: str) -> set[tuple[str, Subject]]:
    return {
        (clause.identifier, subject)
        for clause in support.clauses().values()
        for subject in PROFILES[profile].chosen(clause, clause.subjects(support.OFFERS))
    }


EVERYTHING = {(clause.identifier, subject) for clause, subject in support.every_subject()}


def test_thorough_judges_every_subject_and_default_all_that_is_not_dear() -> None:
    assert chosen("thorough") == EVERYTHING
    expensive = {
        clause.identifier for clause in support.clauses().values() if clause.cost.expensive
    }
    left_out = EVERYTHING - chosen("default")
    assert {clause for clause, _ in left_out} <= expensive


def test_default_judges_dear_clauses_on_each_path_for_as_many_cells_as_they_say() -> None:
    def cells(subjects: set[tuple[str, Subject]]) -> Counter[tuple[str, str, str | None]]:
        return Counter((clause, s.place, s.malformation) for clause, s in subjects)

    left, all_there_are = cells(chosen("default")), cells(EVERYTHING)
    for place, there in all_there_are.items():
        assert left[place] >= min(support.clauses()[place[0]].cost.cells, there), place


def test_quick_judges_a_part_of_the_ledger_and_default_the_whole() -> None:
    entries = read_entries()
    assert PROFILES["default"].replayed(entries) == list(entries)
    assert 0.15 < len(PROFILES["quick"].replayed(entries)) / len(entries) < 0.35


def test_quick_judges_each_clause_on_each_path_and_each_malformation_there() -> None:
    def without_cells(subjects: set[tuple[str, Subject]]) -> set[tuple[str, str, str | None]]:
        return {(clause, s.place, s.malformation) for clause, s in subjects}

    quick = chosen("quick")
    assert quick < EVERYTHING
    assert without_cells(quick) == without_cells(EVERYTHING)


def test_clauses_that_draw_the_same_are_judged_for_the_same() -> None:
    def subjects(clause: str) -> set[Subject]:
        return {subject for identifier, subject in chosen("quick") if identifier == clause}

    assert subjects("GR-01") == subjects("GR-02") == subjects("GR-03")


def test_quick_judges_malformed_states_of_every_cell() -> None:
    of_malformed = {s.cell for clause, s in chosen("quick") if clause == "RJ-01"}
    assert of_malformed == {s.cell for clause, s in EVERYTHING if clause == "RJ-01"}


def test_explore_judges_dear_clauses_for_other_cells_each_time() -> None:
    clause = support.clauses()["ST-01"]
    subjects = clause.subjects(support.OFFERS)
    runs = [PROFILES["explore"].chosen(clause, subjects, salt) for salt in ("1", "2", "3", "4")]
    assert all(len(run) < len(subjects) for run in runs)
    assert len(set(map(tuple, runs))) > 1


def test_no_cell_of_a_generation_is_left_out_of_gradients() -> None:
    judged = {subject for clause, subject in chosen("default") if clause == "GR-01"}
    for generation in ("keras2", "keras3"):
        cells = {s.cell for s in judged if s.path.endswith(generation)}
        assert cells == {s.cell for c, s in EVERYTHING if c == "GR-01"} - {"BasicLSTM"}
