"""The compatibility table as data."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from conformance.results.severities import MUST, SHOULD
from conformance.results.verdict import HOLDS, KNOWN, NEW, UNAVAILABLE, Verdict
from reports.html import matrix
from reports.run_files.run_file import Run
from tests.reports.test_show import HEADER, a_verdict, reports, write_run


def a_run(*verdicts: Verdict) -> Run:
    return Run(HEADER, verdicts, None, ())


def refusal(grade: str, verdict: str = HOLDS, **fields: Any) -> Verdict:
    given = {"malformation": "too_few", "grade": grade, **fields}
    return a_verdict("RJ-01", "RNN/keras3", verdict, **given)


def line_of(*runs: Run) -> matrix.Line:
    (line,) = matrix.matrix(runs).lines
    return line


def seen_in(line: matrix.Line) -> list[str | None]:
    return [entry.result if entry else None for entry in line.entries]


def test_a_malformation_is_graded_in_each_run() -> None:
    line = line_of(a_run(refusal("explained")), a_run(refusal("accepted", KNOWN)))
    assert line.row == matrix.Row("malformation", "RJ-01", "RNN/keras3", "LSTM", "too_few")
    assert seen_in(line) == ["explained", "accepted"]


def test_a_form_is_accepted_or_not() -> None:
    taken = a_verdict("RT-12", "RNN/keras3")
    not_taken = a_verdict("RT-12", "RNN/keras3", KNOWN)
    line = line_of(a_run(taken), a_run(not_taken))
    assert (line.row.kind, line.row.about) == ("form", "NumPy arrays")
    assert seen_in(line) == ["holds", "deviates"]


def test_a_good_grade_does_not_hide_a_deviation() -> None:
    unnamed = a_verdict("DC-22", "RNN/keras3", KNOWN, grade="rejected")
    assert seen_in(line_of(a_run(unnamed))) == ["deviates"]


def test_known_or_new_is_the_same_to_a_reader() -> None:
    known, new = (a_verdict("AG-01", "RNN/keras3", verdict) for verdict in (KNOWN, NEW))
    assert seen_in(line_of(a_run(known), a_run(new))) == ["deviates", "deviates"]


def test_of_several_modes_the_worst_is_seen_and_all_are_kept() -> None:
    eager = refusal("rejected", mode="eager")
    graph = refusal("leaked", KNOWN, mode="graph")
    line = line_of(a_run(eager, graph))
    assert seen_in(line) == ["leaked"]
    assert line.entries[0] == matrix.Entry((graph, eager))


def test_what_a_run_did_not_judge_is_left_open() -> None:
    line = line_of(a_run(refusal("rejected")), a_run())
    assert seen_in(line) == ["rejected", None]


def test_a_path_that_is_missing_is_told_apart_from_what_was_not_judged() -> None:
    line = line_of(a_run(a_verdict("AG-01", "RNN/keras3", UNAVAILABLE)))
    assert seen_in(line) == ["unavailable"]


def test_a_clause_is_as_severe_as_on_the_path_where_it_is_most() -> None:
    paths = {"dynamic_rnn/keras3": SHOULD, "layer/keras3": MUST}
    run = a_run(*(a_verdict("SQ-01", path, severity=word) for path, word in paths.items()))
    assert matrix.severities(matrix.matrix([run]).lines) == {"SQ-01": MUST}


def test_forms_and_malformations_come_before_clauses() -> None:
    verdicts = (
        a_verdict("RT-01", "RNN/keras3"),
        refusal("rejected"),
        a_verdict("RT-12", "RNN/keras3"),
    )
    lines = matrix.matrix([a_run(*verdicts)]).lines
    assert [line.row.kind for line in lines] == ["form", "structure", "malformation", "clause"]


def test_the_structure_of_a_final_state_has_a_row_of_its_own() -> None:
    verdict = a_verdict("RT-01", "RNN/keras3", structures=("[h, c]",), mode="eager")
    other = a_verdict("RT-01", "RNN/keras3", structures=("(h, c)",), mode="graph")
    lines = matrix.matrix([a_run(verdict, other)]).lines
    (entry,) = lines[0].entries
    assert entry is not None
    assert (lines[0].row.kind, entry.structures) == ("structure", ("(h, c)", "[h, c]"))


def test_releases_stand_in_order_whatever_the_order_of_the_runs() -> None:
    runs = [
        dataclasses.replace(a_run(), header=dataclasses.replace(HEADER, versions=versions))
        for versions in ({"tensorflow": "2.10.0"}, {"tensorflow": "2.9.1"}, {"tensorflow": "odd"})
    ]
    ordered = [run.header.versions["tensorflow"] for run in matrix.matrix(runs).columns]
    assert ordered == ["odd", "2.9.1", "2.10.0"]


def test_a_run_of_two_targets_is_no_column(tmp_path: Path) -> None:
    header = dataclasses.replace(HEADER, old={"target": "tf2.15"})
    between = write_run(tmp_path / "between.jsonl", (a_verdict("UP-01", "RNN/keras3"),), header)
    done = reports("matrix", between, "--html", tmp_path / "matrix.html")
    assert (done.returncode, done.stdout) == (2, "")
    (output,) = done.stderr.splitlines()
    assert "compares two targets, but a column is about one" in output
    assert not (tmp_path / "matrix.html").exists()
