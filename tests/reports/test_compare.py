"""``python -m reports compare``: the change of each verdict, and runs that cannot be compared."""

from __future__ import annotations

import dataclasses
import html
import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from conformance.results.change_kinds import (
    ADDED,
    BROKEN,
    CHANGED,
    DRIFTED,
    FIXED,
    REMOVED,
    UNCHANGED,
    WEAKER,
)
from conformance.results.default_changes import Default, DefaultChange
from conformance.results.severities import MUST, SHOULD
from conformance.results.verdict import KNOWN, NEW, UNAVAILABLE, Verdict
from reports.compare.align import Pair, pair_verdicts
from reports.compare.changes import Change, change
from reports.compare.comparison import Comparison, compare_runs
from reports.export import markdown
from reports.run_files.run_file import Run, read
from tests.reports.test_show import HEADER, ROOT, a_verdict, reports, write_run


def holding(path: str = "layer/keras3", **changes: Any) -> Verdict:
    return a_verdict("RJ-01", path, **changes)


def refusal(grade: str, **changes: Any) -> Verdict:
    """Return a verdict that holds: a malformed state is refused."""
    return holding(grade=grade, malformation="batch_one", **changes)


def error_deviation(
    name: str = "IndexError", text: str = "list index out of range", **changes: Any
) -> Verdict:
    """Return a deviation that is an error."""
    error = {"class": name, "message": f"{name} ({text})", "raised_in": "keras/rnn.py:call"}
    plain = {
        "verdict": NEW,
        "case": {"path": "layer/keras3", "mode": "eager"},
        "observation": {"error": error},
        "sentence": f"the call = {name} ({text}), but must be accepted",
        "replay": "pytest conformance --replay '{}'",
    }
    return holding(**{**plain, **changes})


def wrong_result(sentence: str = "outputs[0] = 0.5, but must be 0.25", **changes: Any) -> Verdict:
    """Return a deviation that is a wrong result."""
    seen = {"error": None, "outputs": [0.5], "state": "[float32(1, 2)]"}
    return error_deviation(**{"observation": seen, "sentence": sentence, **changes})


def known_deviation(*entries: str, **changes: Any) -> Verdict:
    return error_deviation(verdict=KNOWN, ledger=entries, **changes)


ABSENT = a_verdict("RJ-01", "layer/keras3", UNAVAILABLE, reason="Keras 3 is not installed", cases=0)


def change_between(old: Verdict | None, new: Verdict | None) -> Change:
    return change(Pair(old, new, ()))


# The change of one verdict.


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        (holding(), holding(), UNCHANGED),
        (holding(), error_deviation(), BROKEN),
        (holding(), known_deviation("a"), BROKEN),
        (refusal("rejected"), refusal("accepted", verdict=NEW), BROKEN),
        (error_deviation(), holding(), FIXED),
        (known_deviation("a"), holding(), FIXED),
        (refusal("explained"), refusal("rejected"), WEAKER),
        (refusal("rejected"), refusal("explained"), CHANGED),
        (error_deviation(grade="leaked"), wrong_result(grade="accepted"), WEAKER),
        (wrong_result(grade="accepted"), error_deviation(grade="leaked"), CHANGED),
        (wrong_result(grade="accepted"), error_deviation("crashed", grade="crashed"), WEAKER),
        (error_deviation(grade="crashed"), error_deviation(grade="hung"), WEAKER),
        (error_deviation(), wrong_result(), WEAKER),
        (wrong_result(), error_deviation(), CHANGED),
        (wrong_result(), error_deviation("crashed"), WEAKER),
        (error_deviation("hung"), error_deviation(), CHANGED),
        (error_deviation("TypeError"), error_deviation("ValueError"), CHANGED),
        (error_deviation(), error_deviation(text="no such key"), CHANGED),
        (wrong_result(), wrong_result("outputs' dtype = float16, but must be float32"), CHANGED),
        (known_deviation("a"), known_deviation("a"), UNCHANGED),
        (known_deviation("a"), known_deviation("a", name="KeyError"), CHANGED),
        (holding(width_ratio=0.1), holding(width_ratio=0.2), DRIFTED),
        (holding(width_ratio=0.1), holding(width_ratio=0.1001), UNCHANGED),
        (holding(width_ratio=0.0), holding(width_ratio=0.5), DRIFTED),
        (wrong_result(width_ratio=3e5), wrong_result(width_ratio=float("inf")), DRIFTED),
        (holding(width_ratio=0.1), holding(), UNCHANGED),
        (None, holding(), ADDED),
        (None, error_deviation(), ADDED),
        (ABSENT, error_deviation(), ADDED),
        (holding(), None, REMOVED),
        (error_deviation(), ABSENT, REMOVED),
        (ABSENT, ABSENT, UNCHANGED),
        (None, ABSENT, UNCHANGED),
        (ABSENT, None, UNCHANGED),
    ],
)
def test_what_became_of_a_verdict(old: Verdict | None, new: Verdict | None, kind: str) -> None:
    assert change_between(old, new).change_type == kind


def test_whether_the_ledger_knows_a_deviation_is_no_change_of_it() -> None:
    assert change_between(known_deviation("a"), error_deviation()).change_type == UNCHANGED
    assert change_between(error_deviation(), known_deviation("a")).change_type == UNCHANGED
    assert (
        change_between(known_deviation("in-2.15"), known_deviation("in-2.21")).change_type
        == UNCHANGED
    )


def test_another_severity_or_statement_is_no_change_of_what_was_seen() -> None:
    before = error_deviation(severity=MUST, statement="It must be.")
    after = error_deviation(severity=SHOULD, statement="It should be.")
    assert change_between(before, after).change_type == UNCHANGED
    assert before.key == after.key


def test_what_the_ledger_knows_hides_no_further_deviation() -> None:
    assert change_between(known_deviation("a"), known_deviation("a", "b")).change_type == BROKEN
    assert (
        change_between(known_deviation("a"), error_deviation(ledger=("a",))).change_type == BROKEN
    )
    assert (
        change_between(known_deviation("a", "b"), error_deviation(ledger=("a",))).change_type
        == UNCHANGED
    )
    gone = change_between(known_deviation("a", "b"), known_deviation("a"))
    assert (gone.change_type, gone.why) == (CHANGED, "no longer seen: b")
    other = change_between(known_deviation("a", "b"), known_deviation("a", "c"))
    assert (other.change_type, other.why) == (CHANGED, "no longer seen: b; seen now: c")


def test_numbers_in_an_error_are_of_the_case_and_not_of_the_version() -> None:
    one, other = (
        error_deviation(
            text=f"expected shape=(None, {units}), dtype={dtype}, got <object at {at}>", case=case
        )
        for units, dtype, at, case in (
            (5, "float32", "0x7f00", {"units": 5}),
            (6, "float64", "0x7fab", {"units": 6}),
        )
    )
    seen = change_between(one, other)
    assert (seen.change_type, seen.same_case) == (UNCHANGED, False)
    assert change_between(one, one).same_case is True
    assert change_between(holding(), one).same_case is None


# The pairs of verdicts.


def names(old: Sequence[Verdict], new: Sequence[Verdict]) -> set[tuple[object, ...]]:
    """Return the pairs, with the sentence of each verdict."""
    return {
        (pair.old and pair.old.sentence, pair.new and pair.new.sentence, pair.modes)
        for pair in pair_verdicts(old, new)
    }


def of_mode(mode: str | None, *modes: str, sentence: str = "") -> Verdict:
    return holding(mode=mode, modes=modes, sentence=sentence or mode or "all")


def test_order_does_not_matter() -> None:
    some = [
        a_verdict(clause, path, cell=cell, malformation=malformation)
        for clause in ("RT-01", "RJ-01")
        for path in ("layer/keras3", "RNN/keras3")
        for cell in ("GRU", None)
        for malformation in ("dict", None)
    ]
    pairs = list(pair_verdicts(some, some[::-1]))
    assert len(pairs) == len(some)
    assert all(pair.old == pair.new for pair in pairs)


@pytest.mark.parametrize(
    "changes", [{"clause": "x"}, {"path": "x"}, {"cell": "x"}, {"malformation": "x"}]
)
def test_what_is_about_another_thing_is_another(changes: dict[str, str]) -> None:
    old, new = holding(), dataclasses.replace(holding(), **changes)  # type: ignore[arg-type]
    assert list(pair_verdicts([old], [new])) == [Pair(old, None, ()), Pair(None, new, ())]


def test_a_verdict_over_modes_meets_those_of_single_modes() -> None:
    old = [of_mode(None, "eager", "graph")]
    new = [of_mode("eager", "eager"), of_mode("graph", "graph")]
    assert names(old, new) == {("all", "eager", ("eager",)), ("all", "graph", ("graph",))}
    assert names(new, old) == {("eager", "all", ("eager",)), ("graph", "all", ("graph",))}


def test_modes_that_one_run_did_not_judge_are_told_apart() -> None:
    old, new = (
        [of_mode(None, "eager", "graph")],
        [of_mode(None, "eager", "function", sentence="new")],
    )
    assert names(old, new) == {
        ("all", "new", ("eager",)),
        ("all", None, ("graph",)),
        (None, "new", ("function",)),
    }
    assert names([of_mode("eager", "eager")], [of_mode("graph", "graph")]) == {
        ("eager", None, ("eager",)),
        (None, "graph", ("graph",)),
    }


def test_runs_that_do_not_tell_their_modes_meet_all_of_the_other() -> None:
    silent = [of_mode(None)]
    assert names(silent, [of_mode(None, sentence="new")]) == {("all", "new", ())}
    assert names(silent, [of_mode("eager"), of_mode("graph")]) == {
        ("all", "eager", ("eager",)),
        ("all", "graph", ("graph",)),
    }
    assert names(silent, [of_mode(None, "eager", "graph", sentence="new")]) == {
        ("all", "new", ("eager", "graph"))
    }


def test_no_verdict_is_lost_even_where_a_run_contradicts_itself() -> None:
    both = [of_mode(None), of_mode("eager")]
    assert names(both, [of_mode("eager", sentence="new")]) == {
        ("eager", "new", ("eager",)),
        ("all", None, ()),
    }


# Whole runs.


def run_of(*verdicts: Verdict, **header: Any) -> Run:
    return Run(dataclasses.replace(HEADER, **header), verdicts, None, ())


def test_nothing_is_netted() -> None:
    old = run_of(holding(cell="GRU"), error_deviation(cell="LSTM"))
    new = run_of(error_deviation(cell="GRU"), holding(cell="LSTM"))
    comparison = compare_runs(old, new)
    assert [(one.change_type, one.verdict.cell) for one in comparison.changes] == [
        (BROKEN, "GRU"),
        (FIXED, "LSTM"),
    ]
    assert comparison.exit_code == 1


def test_a_run_is_no_worse_than_itself() -> None:
    run = run_of(
        holding(cell="x"), error_deviation(cell="GRU"), known_deviation("a", cell="Stack"), ABSENT
    )
    comparison = compare_runs(run, run)
    assert {one.change_type for one in comparison.changes} == {UNCHANGED}
    assert comparison.exit_code == 0


def test_what_got_worse_comes_first_and_added_deviations_before_what_holds() -> None:
    old = run_of(holding(cell="a"), refusal("explained"), holding(cell="z"))
    new = run_of(
        holding(cell="b"), error_deviation(cell="c"), error_deviation(cell="z"), refusal("rejected")
    )
    found = [(one.change_type, one.verdict.cell) for one in compare_runs(old, new).changes]
    assert found == [(BROKEN, "z"), (WEAKER, "LSTM"), (ADDED, "c"), (ADDED, "b"), (REMOVED, "a")]


def test_what_is_missing_from_the_new_run_is_not_taken_for_well() -> None:
    comparison = compare_runs(run_of(holding(), holding(cell="GRU")), run_of(holding()))
    assert comparison.exit_code == 2
    assert comparison.gaps == ("1 verdict of OLD is missing from NEW: not judged",)
    paths = compare_runs(
        run_of(holding(), holding(cell="GRU")), run_of(holding(cell="GRU"), ABSENT)
    )
    assert paths.gaps == ("1 verdict of OLD is missing from NEW: Keras 3 is not installed",)


def test_paths_that_are_missing_for_one_reason_are_one_gap() -> None:
    paths = [{"name": name, "missing": "no Keras 3"} for name in ("RNN/keras3", "layer/keras3")]
    judged = ("RNN/keras3", "layer/keras3", "cell/v1 ~ RNN/keras3", "RNN/keras3 ~ layer/keras3")
    old = run_of(holding(path="cell/v1"), *(holding(path=path) for path in judged))
    new = run_of(holding(path="cell/v1"), paths=paths)
    assert compare_runs(old, new).gaps == ("4 verdicts of OLD are missing from NEW: no Keras 3",)


def test_what_got_worse_counts_even_where_not_all_was_compared() -> None:
    comparison = compare_runs(run_of(holding(), holding(cell="GRU")), run_of(error_deviation()))
    assert comparison.gaps
    assert comparison.exit_code == 1


def test_what_only_the_new_run_has_makes_nothing_worse() -> None:
    assert (
        compare_runs(run_of(holding()), run_of(holding(), error_deviation(cell="GRU"))).exit_code
        == 0
    )


@pytest.mark.parametrize("options", [{"profile": "quick"}, {"profile": "default", "seed": "1"}])
def test_runs_that_drew_other_cases_cannot_be_compared(options: dict[str, str]) -> None:
    comparison = compare_runs(run_of(holding()), run_of(error_deviation(), options=options))
    assert comparison.exit_code == 2
    assert "other cases were drawn" in comparison.refusals[0]


IN_KERAS_2 = {"versions": {"tensorflow": "2.15.1", "keras2": "2.15.0"}}
IN_KERAS_3 = {"versions": {"tensorflow": "2.21.0", "keras3": "3.15.1"}}
IN_BOTH = {"versions": {**IN_KERAS_2["versions"], **IN_KERAS_3["versions"]}}


def test_what_tf_keras_is_in_each_is_compared() -> None:
    old = run_of(holding("layer/keras2"), holding("RNN/keras2 ~ dynamic_rnn/keras2"), **IN_KERAS_2)
    new = run_of(error_deviation(), holding("RNN/keras3 ~ dynamic_rnn/keras3"), **IN_KERAS_3)
    comparison = compare_runs(old, new)
    assert [change.change_type for change in comparison.changes] == [BROKEN, UNCHANGED]
    assert comparison.exit_code == 1
    assert any("Keras 2 in OLD and Keras 3 in NEW" in note for note in comparison.notes)


def test_what_the_other_keras_lacks_is_not_laid_to_the_missing_one() -> None:
    paths = [{"name": "layer/keras2", "missing": "no tf-keras."}, {"name": "layer/keras3"}]
    old = run_of(holding("layer/keras2"), holding("layer/keras2", cell="GRU"), **IN_KERAS_2)
    (gap,) = compare_runs(old, run_of(holding(), paths=paths, **IN_KERAS_3)).gaps
    assert gap == "1 verdict of OLD is missing from NEW: not judged"


def test_cases_are_the_same_whatever_their_paths() -> None:
    case = {"path": "layer/keras2", "mode": "eager"}
    old = run_of(error_deviation(path="layer/keras2", case=case), **IN_KERAS_2)
    (change,) = compare_runs(old, run_of(error_deviation(), **IN_KERAS_3)).changes
    assert (change.change_type, change.same_case) == (UNCHANGED, True)


def test_where_keras_2_is_in_both_it_is_compared_with_itself() -> None:
    old, new = run_of(holding("layer/keras2"), **IN_KERAS_2), run_of(holding(), **IN_BOTH)
    assert [change.change_type for change in compare_runs(old, new).changes] == [ADDED, REMOVED]


def test_classes_are_crossed_as_paths_are() -> None:
    was, now = ({"LSTM": {"use_cudnn": value}} for value in (False, "auto"))
    old = run_of(holding("layer/keras2"), defaults={"keras2/LSTM": was["LSTM"]}, **IN_KERAS_2)
    new = run_of(holding(), defaults={"keras3/LSTM": now["LSTM"]}, **IN_KERAS_3)
    (changed,) = compare_runs(old, new).defaults
    assert "use_cudnn" in str(changed)


def test_a_run_of_two_targets_is_a_comparison_already() -> None:
    between = run_of(holding(), old={"target": "tf2.15", "versions": {"tensorflow": "2.15.1"}})
    comparison = compare_runs(run_of(holding()), between)
    assert comparison.exit_code == 2
    assert "NEW compares two targets itself" in comparison.refusals[0]


def test_runs_that_have_nothing_in_common_cannot_be_compared() -> None:
    for old, new in [((holding(),), (holding(cell="GRU"),)), ((), ()), ((ABSENT,), (holding(),))]:
        comparison = compare_runs(run_of(*old), run_of(*new))
        assert comparison.exit_code == 2
        assert comparison.refusals == ("nothing was judged in both",)


def test_a_run_that_was_cut_short_is_a_gap() -> None:
    cut = dataclasses.replace(run_of(holding()), warnings=("line 7 is not JSON; left out",))
    assert compare_runs(run_of(holding()), cut).gaps == ("NEW: line 7 is not JSON; left out",)
    assert compare_runs(cut, run_of(holding())).exit_code == 2


def defaults_of(old: Any, new: Any) -> Comparison:
    return compare_runs(run_of(holding(), defaults=old), run_of(holding(), defaults=new))


def test_defaults_that_changed_are_listed() -> None:
    old = {"keras2/LSTM": {"activation": "tanh", "implementation": 1, "unroll": False, "x": None}}
    new = {"keras2/LSTM": {"activation": "tanh", "implementation": 2, "unroll": 0, "y": None}}
    comparison = defaults_of(old, new)
    assert comparison.defaults == (
        DefaultChange("keras2/LSTM", "implementation", Default(1), Default(2)),
        DefaultChange("keras2/LSTM", "unroll", Default(False), Default(0)),
        DefaultChange("keras2/LSTM", "x", Default(None), None),
        DefaultChange("keras2/LSTM", "y", None, Default(None)),
    )
    assert comparison.exit_code == 0


def test_a_class_that_could_not_be_made_has_come_or_gone_as_a_whole() -> None:
    there, gone = {"keras3/GRU": {"units": 1, "use_bias": True}}, {"keras3/GRU": {"error": "no"}}
    come = DefaultChange("keras3/GRU", None, None, Default("available"))
    assert defaults_of(gone, there).defaults == (come,)
    assert defaults_of({}, there).defaults == (come,)
    went = DefaultChange("keras3/GRU", None, Default("available"), None)
    assert defaults_of(there, {}).defaults == (went,)
    assert defaults_of(gone, {}).defaults == ()


def test_runs_of_before_the_record_of_defaults_have_no_changes_of_them() -> None:
    comparison = defaults_of(None, {"keras3/GRU": {"units": 1}})
    assert comparison.defaults == ()
    assert "OLD did not record the defaults" in comparison.notes


# On the command line.

OLD = (
    holding(),
    error_deviation("TypeError", "old words", cell="GRU"),
    known_deviation("a", cell="Stack"),
    wrong_result(cell="d"),
)
WORSE = (
    error_deviation(),
    error_deviation("ValueError", "new words", cell="GRU"),
    holding(cell="Stack"),
    wrong_result(cell="d"),
)


@pytest.fixture
def old_file(tmp_path: Path) -> Path:
    return write_run(tmp_path / "old.jsonl", OLD)


@pytest.fixture
def new_file(tmp_path: Path) -> Path:
    return write_run(tmp_path / "new.jsonl", WORSE)


def test_both_observations_are_shown_side_by_side(old_file: Path, new_file: Path) -> None:
    done = reports("compare", old_file, new_file, columns=110)
    assert (done.returncode, done.stderr) == (1, "")
    assert "Broken (1): held in OLD" in done.stdout
    (line,) = [line for line in done.stdout.splitlines() if "old words" in line]
    assert line.index("TypeError (old words)") < line.index("ValueError (new words)")
    assert "raised in keras/rnn.py:call" in done.stdout
    assert done.stdout.endswith("\n1 got worse: 1 broken, 0 with a weaker error.\n")
    assert "unchanged      1\n" in done.stdout


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_it_fits_the_terminal_but_for_what_is_there_to_be_copied(
    old_file: Path, new_file: Path, columns: int
) -> None:
    output = reports("compare", old_file, new_file, "--all", columns=columns).stdout
    lines = [
        line
        for line in output.splitlines()
        if not line.startswith(("    replay: ", "OLD: ", "NEW: "))
    ]
    assert max(map(len, lines)) <= columns


def test_what_is_unchanged_is_listed_where_it_is_asked_for(old_file: Path, new_file: Path) -> None:
    assert "RJ-01  layer/keras3  d" not in reports("compare", old_file, new_file).stdout
    assert "RJ-01  layer/keras3  d" in reports("compare", old_file, new_file, "--all").stdout


def test_what_one_run_lacks_is_told_with_what_the_other_says(tmp_path: Path) -> None:
    old = write_run(tmp_path / "old.jsonl", (holding(), refusal("rejected", cell="a")))
    new = write_run(tmp_path / "new.jsonl", (holding(), holding(cell="b"), wrong_result(cell="c")))
    done = reports("compare", old, new, columns=120)
    assert done.returncode == 2
    found = "RJ-01  layer/keras3  a  all modes  batch_one: holds [rejected]; NEW: not judged\n"
    assert found in done.stdout
    assert "RJ-01  layer/keras3  b  all modes: holds; OLD: not judged\n" in done.stdout
    assert "RJ-01  layer/keras3  c  all modes: OLD: not judged\n    OLD  " in done.stdout


def test_nothing_got_worse(old_file: Path) -> None:
    done = reports("compare", old_file, old_file)
    assert done.returncode == 0
    assert done.stdout.endswith("\nNothing got worse.\n")


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize(
    "content", [b"", b"\x00\xff" * 999, b"<html>\n", b'{"record": "header", "schema": 9}\n']
)
def test_what_cannot_be_read_gives_one_line_and_exit_code_2(
    old_file: Path, tmp_path: Path, side: int, content: bytes
) -> None:
    (tmp_path / "bad.jsonl").write_bytes(content)
    files = [old_file, tmp_path / "bad.jsonl"]
    done = reports("compare", files[side], files[1 - side])
    assert (done.returncode, done.stdout) == (2, "")
    assert "bad.jsonl: " in done.stderr
    assert done.stderr.count("\n") == 1


def test_why_runs_cannot_be_compared_is_said(old_file: Path, tmp_path: Path) -> None:
    done = reports("compare", old_file, write_run(tmp_path / "other.jsonl", ()))
    assert done.returncode == 2
    assert "The runs cannot be compared: nothing was judged in both.\n" in done.stdout


def test_a_run_that_was_cut_off_is_compared_as_far_as_it_goes(old_file: Path) -> None:
    cut = old_file.with_name("cut.jsonl")
    cut.write_bytes(old_file.read_bytes()[:-300])
    done = reports("compare", old_file, cut)
    assert done.returncode == 2
    assert "is cut off in the middle; left out" in done.stdout


def test_the_json_has_both_verdicts_of_each_change(old_file: Path, new_file: Path) -> None:
    done = reports("compare", old_file, new_file, "--json")
    assert done.returncode == 1
    found = json.loads(done.stdout)
    assert found["exit_code"] == 1
    assert found["counts"] == {
        **dict.fromkeys(found["counts"], 0),
        **{BROKEN: 1, CHANGED: 1, FIXED: 1, UNCHANGED: 1},
    }
    assert [one["kind"] for one in found["changes"]] == [BROKEN, CHANGED, FIXED, UNCHANGED]
    old, new = (read(path).verdicts for path in (old_file, new_file))
    for one in found["changes"]:
        assert Verdict.from_plain(one["old"]) in old
        assert Verdict.from_plain(one["new"]) in new


def test_the_markdown_is_written_to_a_file_beside_the_text(old_file: Path, new_file: Path) -> None:
    page = old_file.with_name("page.md")
    done = reports("compare", old_file, new_file, "--markdown", page)
    assert done.returncode == 1
    assert "Broken (1)" in done.stdout
    text = page.read_text(encoding="utf-8")
    assert text.startswith("## 1 got worse: 1 broken, 0 with a weaker error.\n")
    for row in [line for line in text.splitlines() if line.startswith("| <code>RJ-01")]:
        assert row.count(" | ") == 2
    assert "TypeError (old words)" in text
    assert "ValueError (new words)" in text


def test_a_run_file_is_not_written_over(old_file: Path, new_file: Path) -> None:
    before = old_file.read_bytes()
    done = reports("compare", old_file, new_file, "--json", old_file)
    assert (done.returncode, done.stdout) == (2, "")
    assert "is the run file to read" in done.stderr
    assert old_file.read_bytes() == before


@pytest.mark.parametrize("arguments", [("--json", "--markdown"), ("--json", "no/such/folder/x")])
def test_what_cannot_be_written_gives_one_line(
    old_file: Path, new_file: Path, arguments: tuple[str, ...]
) -> None:
    done = reports("compare", old_file, new_file, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1


# Markdown.

HOSTILE = "<script>alert(1)</script> | `x` **b** [l](http://e) @all #12 $x$\n\n# h & \x1b[2J \ud800"


def test_nothing_in_a_run_file_is_markup() -> None:
    verdict = error_deviation("X", HOSTILE, ledger=(HOSTILE,), cell=HOSTILE)
    comparison = compare_runs(
        run_of(holding(cell=HOSTILE)), run_of(verdict, defaults={HOSTILE: {HOSTILE: 1}})
    )
    page = markdown.markdown(comparison, HOSTILE, "new.jsonl")
    page.encode()
    ours = {"<code>", "</code>", "<br>", "<b>", "</b>", "<summary>", "</summary>", "</details>"}
    ours |= {"<details>", "<details open>"}
    left = page
    for tag in ours:
        left = left.replace(tag, "")
    assert "<" not in left
    for markup in ("`", "**", "[l]", "$x", "\x1b"):
        assert markup not in left
    rows = [line for line in page.splitlines() if "&lt;script" in line and line.startswith("|")]
    assert rows
    assert {row.count(" | ") for row in rows} <= {2}


def test_rendered_it_is_tables_of_three_columns_and_nothing_foreign() -> None:
    markdown_it = pytest.importorskip("markdown_it")
    verdict = error_deviation("X", HOSTILE, cell=HOSTILE)
    comparison = compare_runs(
        run_of(holding(cell=HOSTILE), holding()), run_of(verdict, error_deviation())
    )
    page = markdown.markdown(comparison, HOSTILE, "new.jsonl")
    renderer = markdown_it.MarkdownIt("commonmark", {"html": True}).enable("table")
    rendered = renderer.render(page)
    tags = set(re.findall(r"<(\w+)", rendered))
    assert tags == {
        *("h2", "table", "thead", "tbody", "tr", "th", "td"),
        *("code", "br", "details", "summary", "b", "ul", "li"),
    }
    of_changes = rendered[rendered.index("<details") :]
    rows = re.findall(r"<tr>(.*?)</tr>", of_changes, re.DOTALL)
    assert [row.count("<td") for row in rows] == [0, 3, 3]
    assert "**b** [l](http://e) @all #12 $x$" in html.unescape(rendered)


def test_a_mention_outside_of_code_is_none() -> None:
    run = run_of(holding())
    cut = dataclasses.replace(run, warnings=("@all #12",))
    page = markdown.markdown(compare_runs(run, cut), "old", "new")
    assert "@all" not in page
    assert "#12" not in page


def test_a_long_comparison_fits_a_comment_and_tells_the_worst() -> None:
    cells = [f"cell {number}" for number in range(900)]
    old = run_of(
        *(holding(cell=cell) for cell in cells),
        *(error_deviation(cell=f"x{cell}") for cell in cells),
    )
    new = run_of(
        *(error_deviation(text="y" * 500, cell=cell) for cell in cells),
        *(holding(cell=f"x{cell}") for cell in cells),
    )
    page = markdown.markdown(compare_runs(old, new), "old", "new")
    assert markdown.LONGEST * 0.9 < len(page) <= markdown.LONGEST < 65_536
    assert "cell 0 " in page
    assert "900 more: see" in page
    listed = page.count("<code>RJ-01")
    assert f"{900 - listed} more: see" in page


# Imports of the reports.


# these make the data of a case, so they need NumPy
WITH_NUMPY = (
    "reports.reproducer", "reports.publish",
    "reports.html.glossary", "reports.html.matrix_page", "reports.html.compare_page",
)  # fmt: skip


@pytest.mark.parametrize(
    ("left_out", "unwanted"),
    [
        ((), {"tensorflow", "keras"}),
        (WITH_NUMPY, {"numpy", "hypothesis"}),
    ],
)
def test_nothing_of_reports_needs_what_it_is_to_do_without(
    left_out: tuple[str, ...], unwanted: set[str]
) -> None:
    code = (
        "import sys, pkgutil, importlib, reports;"
        "names = {m.name for m in pkgutil.walk_packages(reports.__path__, 'reports.')};"
        "names.discard('reports.__main__');"
        f"[importlib.import_module(n) for n in names if not n.startswith({left_out or ' '!r})];"
        f"print(*{unwanted} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, text=True, capture_output=True, timeout=60
    )
    assert (done.stdout, done.stderr) == ("\n", "")
