"""``python -m reports compare``: what became of each verdict, and when nothing can be told."""

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
from conformance.results.verdict import KNOWN, NEW, UNAVAILABLE, Verdict
from reports.compare.align import Pair, aligned
from reports.compare.changes import Change, change
from reports.compare.comparison import Comparison, compared
from reports.export import markdown
from reports.run_files.run_file import Run, read
from tests.reports.test_show import HEADER, ROOT, a_verdict, reports, written


def held(path: str = "layer/keras3", **changes: Any) -> Verdict:
    return a_verdict("RJ-01", path, **changes)


def refused(grade: str, **changes: Any) -> Verdict:
    """A malformed state that is refused, by a clause that holds."""
    return held(grade=grade, malformation="batch_one", **changes)


def raised(
    name: str = "IndexError", text: str = "list index out of range", **changes: Any
) -> Verdict:
    """A deviation that is an error."""
    error = {"class": name, "message": f"{name} ({text})", "raised_in": "keras/rnn.py:call"}
    plain = {
        "verdict": NEW,
        "case": {"path": "layer/keras3", "mode": "eager"},
        "observation": {"error": error},
        "sentence": f"the call = {name} ({text}), but must be accepted",
        "replay": "pytest conformance --replay '{}'",
    }
    return held(**{**plain, **changes})


def wrong(sentence: str = "outputs[0] = 0.5, but must be 0.25", **changes: Any) -> Verdict:
    """A deviation that is a wrong result."""
    seen = {"error": None, "outputs": [0.5], "state": "[float32(1, 2)]"}
    return raised(**{"observation": seen, "sentence": sentence, **changes})


def known(*entries: str, **changes: Any) -> Verdict:
    return raised(verdict=KNOWN, ledger=entries, **changes)


ABSENT = a_verdict("RJ-01", "layer/keras3", UNAVAILABLE, reason="Keras 3 is not installed", cases=0)


def became(old: Verdict | None, new: Verdict | None) -> Change:
    return change(Pair(old, new, ()))


# What became of one verdict.


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        (held(), held(), UNCHANGED),
        (held(), raised(), BROKEN),
        (held(), known("a"), BROKEN),
        (refused("rejected"), refused("accepted", verdict=NEW), BROKEN),
        (raised(), held(), FIXED),
        (known("a"), held(), FIXED),
        (refused("explained"), refused("rejected"), WEAKER),
        (refused("rejected"), refused("explained"), CHANGED),
        (raised(grade="leaked"), wrong(grade="accepted"), WEAKER),
        (wrong(grade="accepted"), raised(grade="leaked"), CHANGED),
        (wrong(grade="accepted"), raised("crashed", grade="crashed"), WEAKER),
        (raised(grade="crashed"), raised(grade="hung"), WEAKER),
        (raised(), wrong(), WEAKER),
        (wrong(), raised(), CHANGED),
        (wrong(), raised("crashed"), WEAKER),
        (raised("hung"), raised(), CHANGED),
        (raised("TypeError"), raised("ValueError"), CHANGED),
        (raised(), raised(text="no such key"), CHANGED),
        (wrong(), wrong("outputs' dtype = float16, but must be float32"), CHANGED),
        (known("a"), known("a"), UNCHANGED),
        (known("a"), known("a", name="KeyError"), CHANGED),
        (held(width_ratio=0.1), held(width_ratio=0.2), DRIFTED),
        (held(width_ratio=0.1), held(width_ratio=0.1001), UNCHANGED),
        (held(width_ratio=0.0), held(width_ratio=0.5), DRIFTED),
        (wrong(width_ratio=3e5), wrong(width_ratio=float("inf")), DRIFTED),
        (held(width_ratio=0.1), held(), UNCHANGED),
        (None, held(), ADDED),
        (None, raised(), ADDED),
        (ABSENT, raised(), ADDED),
        (held(), None, REMOVED),
        (raised(), ABSENT, REMOVED),
        (ABSENT, ABSENT, UNCHANGED),
        (None, ABSENT, UNCHANGED),
        (ABSENT, None, UNCHANGED),
    ],
)
def test_what_became_of_a_verdict(old: Verdict | None, new: Verdict | None, kind: str) -> None:
    assert became(old, new).change_type == kind


def test_whether_the_ledger_knows_a_deviation_is_no_change_of_it() -> None:
    assert became(known("a"), raised()).change_type == UNCHANGED
    assert became(raised(), known("a")).change_type == UNCHANGED
    assert became(known("in-2.15"), known("in-2.21")).change_type == UNCHANGED


def test_what_the_ledger_knows_hides_no_further_deviation() -> None:
    assert became(known("a"), known("a", "b")).change_type == BROKEN
    assert became(known("a"), raised(ledger=("a",))).change_type == BROKEN
    assert became(known("a", "b"), raised(ledger=("a",))).change_type == UNCHANGED
    gone = became(known("a", "b"), known("a"))
    assert (gone.change_type, gone.why) == (CHANGED, "no longer seen: b")
    other = became(known("a", "b"), known("a", "c"))
    assert (other.change_type, other.why) == (CHANGED, "no longer seen: b; seen now: c")


def test_numbers_in_an_error_are_of_the_case_and_not_of_the_version() -> None:
    one, other = (
        raised(
            text=f"expected shape=(None, {units}), dtype={dtype}, got <object at {at}>", case=case
        )
        for units, dtype, at, case in (
            (5, "float32", "0x7f00", {"units": 5}),
            (6, "float64", "0x7fab", {"units": 6}),
        )
    )
    seen = became(one, other)
    assert (seen.change_type, seen.same_case) == (UNCHANGED, False)
    assert became(one, one).same_case is True
    assert became(held(), one).same_case is None


# Which verdicts stand against each other.


def names(old: Sequence[Verdict], new: Sequence[Verdict]) -> set[tuple[object, ...]]:
    """The pairs, each verdict by its sentence."""
    return {
        (pair.old and pair.old.sentence, pair.new and pair.new.sentence, pair.modes)
        for pair in aligned(old, new)
    }


def of_mode(mode: str | None, *modes: str, said: str = "") -> Verdict:
    return held(mode=mode, modes=modes, sentence=said or mode or "all")


def test_order_does_not_matter() -> None:
    some = [
        a_verdict(clause, path, cell=cell, malformation=malformation)
        for clause in ("RT-01", "RJ-01")
        for path in ("layer/keras3", "RNN/keras3")
        for cell in ("GRU", None)
        for malformation in ("dict", None)
    ]
    pairs = list(aligned(some, some[::-1]))
    assert len(pairs) == len(some)
    assert all(pair.old == pair.new for pair in pairs)


@pytest.mark.parametrize(
    "changes", [{"clause": "x"}, {"path": "x"}, {"cell": "x"}, {"malformation": "x"}]
)
def test_what_is_about_another_thing_is_another(changes: dict[str, str]) -> None:
    old, new = held(), dataclasses.replace(held(), **changes)  # type: ignore[arg-type]
    assert list(aligned([old], [new])) == [Pair(old, None, ()), Pair(None, new, ())]


def test_a_verdict_over_modes_meets_those_of_single_modes() -> None:
    old = [of_mode(None, "eager", "graph")]
    new = [of_mode("eager", "eager"), of_mode("graph", "graph")]
    assert names(old, new) == {("all", "eager", ("eager",)), ("all", "graph", ("graph",))}
    assert names(new, old) == {("eager", "all", ("eager",)), ("graph", "all", ("graph",))}


def test_modes_that_one_run_did_not_judge_are_told_apart() -> None:
    old, new = [of_mode(None, "eager", "graph")], [of_mode(None, "eager", "function", said="new")]
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
    assert names(silent, [of_mode(None, said="new")]) == {("all", "new", ())}
    assert names(silent, [of_mode("eager"), of_mode("graph")]) == {
        ("all", "eager", ("eager",)),
        ("all", "graph", ("graph",)),
    }
    assert names(silent, [of_mode(None, "eager", "graph", said="new")]) == {
        ("all", "new", ("eager", "graph"))
    }


def test_no_verdict_is_lost_even_where_a_run_contradicts_itself() -> None:
    both = [of_mode(None), of_mode("eager")]
    assert names(both, [of_mode("eager", said="new")]) == {
        ("eager", "new", ("eager",)),
        ("all", None, ()),
    }


# Whole runs.


def run_of(*verdicts: Verdict, **header: Any) -> Run:
    return Run(dataclasses.replace(HEADER, **header), verdicts, None, ())


def test_nothing_is_netted() -> None:
    old = run_of(held(cell="GRU"), raised(cell="LSTM"))
    new = run_of(raised(cell="GRU"), held(cell="LSTM"))
    comparison = compared(old, new)
    assert [(one.change_type, one.verdict.cell) for one in comparison.changes] == [
        (BROKEN, "GRU"),
        (FIXED, "LSTM"),
    ]
    assert comparison.exit_code == 1


def test_a_run_is_no_worse_than_itself() -> None:
    run = run_of(held(cell="x"), raised(cell="GRU"), known("a", cell="Stack"), ABSENT)
    comparison = compared(run, run)
    assert {one.change_type for one in comparison.changes} == {UNCHANGED}
    assert comparison.exit_code == 0


def test_what_got_worse_comes_first_and_added_deviations_before_what_holds() -> None:
    old = run_of(held(cell="a"), refused("explained"), held(cell="z"))
    new = run_of(held(cell="b"), raised(cell="c"), raised(cell="z"), refused("rejected"))
    told = [(one.change_type, one.verdict.cell) for one in compared(old, new).changes]
    assert told == [(BROKEN, "z"), (WEAKER, "LSTM"), (ADDED, "c"), (ADDED, "b"), (REMOVED, "a")]


def test_what_is_missing_from_the_new_run_is_not_taken_for_well() -> None:
    comparison = compared(run_of(held(), held(cell="GRU")), run_of(held()))
    assert comparison.exit_code == 2
    assert comparison.gaps == ("1 that OLD judged is missing from NEW: not judged",)
    paths = compared(run_of(held(), held(cell="GRU")), run_of(held(cell="GRU"), ABSENT))
    assert paths.gaps == ("1 that OLD judged is missing from NEW: Keras 3 is not installed",)


def test_paths_that_are_missing_for_one_reason_are_one_gap() -> None:
    paths = [{"name": name, "missing": "no Keras 3"} for name in ("RNN/keras3", "layer/keras3")]
    judged = ("RNN/keras3", "layer/keras3", "cell/v1 ~ RNN/keras3", "RNN/keras3 ~ layer/keras3")
    old = run_of(held(path="cell/v1"), *(held(path=path) for path in judged))
    new = run_of(held(path="cell/v1"), paths=paths)
    assert compared(old, new).gaps == ("4 that OLD judged are missing from NEW: no Keras 3",)


def test_what_got_worse_counts_even_where_not_all_was_compared() -> None:
    comparison = compared(run_of(held(), held(cell="GRU")), run_of(raised()))
    assert comparison.gaps
    assert comparison.exit_code == 1


def test_what_only_the_new_run_has_makes_nothing_worse() -> None:
    assert compared(run_of(held()), run_of(held(), raised(cell="GRU"))).exit_code == 0


@pytest.mark.parametrize("options", [{"profile": "quick"}, {"profile": "default", "seed": "1"}])
def test_runs_that_drew_other_cases_cannot_be_compared(options: dict[str, str]) -> None:
    comparison = compared(run_of(held()), run_of(raised(), options=options))
    assert comparison.exit_code == 2
    assert "other cases were drawn" in comparison.refusals[0]


IN_KERAS_2 = {"versions": {"tensorflow": "2.15.1", "keras2": "2.15.0"}}
IN_KERAS_3 = {"versions": {"tensorflow": "2.21.0", "keras3": "3.15.1"}}
IN_BOTH = {"versions": {**IN_KERAS_2["versions"], **IN_KERAS_3["versions"]}}


def test_what_tf_keras_is_in_each_is_compared() -> None:
    old = run_of(held("layer/keras2"), held("RNN/keras2 ~ dynamic_rnn/keras2"), **IN_KERAS_2)
    new = run_of(raised(), held("RNN/keras3 ~ dynamic_rnn/keras3"), **IN_KERAS_3)
    comparison = compared(old, new)
    assert [change.change_type for change in comparison.changes] == [BROKEN, UNCHANGED]
    assert comparison.exit_code == 1
    assert any("Keras 2 in OLD and Keras 3 in NEW" in note for note in comparison.notes)


def test_what_the_other_keras_lacks_is_not_laid_to_the_missing_one() -> None:
    paths = [{"name": "layer/keras2", "missing": "no tf-keras."}, {"name": "layer/keras3"}]
    old = run_of(held("layer/keras2"), held("layer/keras2", cell="GRU"), **IN_KERAS_2)
    (gap,) = compared(old, run_of(held(), paths=paths, **IN_KERAS_3)).gaps
    assert gap == "1 that OLD judged is missing from NEW: not judged"


def test_cases_are_the_same_whatever_their_paths() -> None:
    case = {"path": "layer/keras2", "mode": "eager"}
    old = run_of(raised(path="layer/keras2", case=case), **IN_KERAS_2)
    (change,) = compared(old, run_of(raised(), **IN_KERAS_3)).changes
    assert (change.change_type, change.same_case) == (UNCHANGED, True)


def test_where_keras_2_is_in_both_it_is_compared_with_itself() -> None:
    old, new = run_of(held("layer/keras2"), **IN_KERAS_2), run_of(held(), **IN_BOTH)
    assert [change.change_type for change in compared(old, new).changes] == [ADDED, REMOVED]


def test_classes_are_crossed_as_paths_are() -> None:
    was, now = ({"LSTM": {"use_cudnn": value}} for value in (False, "auto"))
    old = run_of(held("layer/keras2"), defaults={"keras2/LSTM": was["LSTM"]}, **IN_KERAS_2)
    new = run_of(held(), defaults={"keras3/LSTM": now["LSTM"]}, **IN_KERAS_3)
    (changed,) = compared(old, new).defaults
    assert "use_cudnn" in str(changed)


def test_a_run_of_two_targets_is_a_comparison_already() -> None:
    between = run_of(held(), old={"target": "tf2.15", "versions": {"tensorflow": "2.15.1"}})
    comparison = compared(run_of(held()), between)
    assert comparison.exit_code == 2
    assert "NEW holds two targets against each other itself" in comparison.refusals[0]


def test_runs_that_have_nothing_in_common_cannot_be_compared() -> None:
    for old, new in [((held(),), (held(cell="GRU"),)), ((), ()), ((ABSENT,), (held(),))]:
        comparison = compared(run_of(*old), run_of(*new))
        assert comparison.exit_code == 2
        assert comparison.refusals == ("nothing was judged in both",)


def test_a_run_that_was_cut_short_is_a_gap() -> None:
    cut = dataclasses.replace(run_of(held()), warnings=("line 7 is not JSON; left out",))
    assert compared(run_of(held()), cut).gaps == ("NEW: line 7 is not JSON; left out",)
    assert compared(cut, run_of(held())).exit_code == 2


def defaults_of(old: Any, new: Any) -> Comparison:
    return compared(run_of(held(), defaults=old), run_of(held(), defaults=new))


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
    assert "OLD does not tell the defaults" in comparison.notes


# On the command line.

OLD = (
    held(),
    raised("TypeError", "old words", cell="GRU"),
    known("a", cell="Stack"),
    wrong(cell="d"),
)
WORSE = (
    raised(),
    raised("ValueError", "new words", cell="GRU"),
    held(cell="Stack"),
    wrong(cell="d"),
)


@pytest.fixture
def old_file(tmp_path: Path) -> Path:
    return written(tmp_path / "old.jsonl", OLD)


@pytest.fixture
def new_file(tmp_path: Path) -> Path:
    return written(tmp_path / "new.jsonl", WORSE)


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
    said = reports("compare", old_file, new_file, "--all", columns=columns).stdout
    lines = [
        line
        for line in said.splitlines()
        if not line.startswith(("    replay: ", "OLD: ", "NEW: "))
    ]
    assert max(map(len, lines)) <= columns


def test_what_is_unchanged_is_listed_where_it_is_asked_for(old_file: Path, new_file: Path) -> None:
    assert "RJ-01  layer/keras3  d" not in reports("compare", old_file, new_file).stdout
    assert "RJ-01  layer/keras3  d" in reports("compare", old_file, new_file, "--all").stdout


def test_what_one_run_lacks_is_told_with_what_the_other_says(tmp_path: Path) -> None:
    old = written(tmp_path / "old.jsonl", (held(), refused("rejected", cell="a")))
    new = written(tmp_path / "new.jsonl", (held(), held(cell="b"), wrong(cell="c")))
    done = reports("compare", old, new, columns=120)
    assert done.returncode == 2
    told = "RJ-01  layer/keras3  a  all modes  batch_one: holds [rejected]; NEW: not judged\n"
    assert told in done.stdout
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
    done = reports("compare", old_file, written(tmp_path / "other.jsonl", ()))
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
    told = json.loads(done.stdout)
    assert told["exit_code"] == 1
    assert told["counts"] == {
        **dict.fromkeys(told["counts"], 0),
        **{BROKEN: 1, CHANGED: 1, FIXED: 1, UNCHANGED: 1},
    }
    assert [one["kind"] for one in told["changes"]] == [BROKEN, CHANGED, FIXED, UNCHANGED]
    old, new = (read(path).verdicts for path in (old_file, new_file))
    for one in told["changes"]:
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
    assert "is the run file that was to be read" in done.stderr
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
    verdict = raised("X", HOSTILE, ledger=(HOSTILE,), cell=HOSTILE)
    comparison = compared(
        run_of(held(cell=HOSTILE)), run_of(verdict, defaults={HOSTILE: {HOSTILE: 1}})
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
    verdict = raised("X", HOSTILE, cell=HOSTILE)
    comparison = compared(run_of(held(cell=HOSTILE), held()), run_of(verdict, raised()))
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
    run = run_of(held())
    cut = dataclasses.replace(run, warnings=("@all #12",))
    page = markdown.markdown(compared(run, cut), "old", "new")
    assert "@all" not in page
    assert "#12" not in page


def test_a_long_comparison_fits_a_comment_and_tells_the_worst() -> None:
    cells = [f"cell {number}" for number in range(900)]
    old = run_of(*(held(cell=cell) for cell in cells), *(raised(cell=f"x{cell}") for cell in cells))
    new = run_of(
        *(raised(text="y" * 500, cell=cell) for cell in cells),
        *(held(cell=f"x{cell}") for cell in cells),
    )
    page = markdown.markdown(compared(old, new), "old", "new")
    assert markdown.LONGEST * 0.9 < len(page) <= markdown.LONGEST < 65_536
    assert "cell 0 " in page
    assert "900 more: see" in page
    shown = page.count("<code>RJ-01")
    assert f"{900 - shown} more: see" in page


# Without what is judged.


# they make the data of a case, for which they need NumPy
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
