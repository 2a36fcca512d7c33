"""``python -m reports show``: the text of a run."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from conformance.results.verdict import (
    HOLDS,
    KNOWN,
    NEW,
    UNAVAILABLE,
    Footer,
    Header,
    Verdict,
    cases_by_path,
    totals,
)
from reports.run_files.families import FAMILIES
from reports.run_files.run_file import Writer
from reports.terminal import tables

ROOT = Path(__file__).parents[2]

PATHS = [
    *("dynamic_rnn/v1", "dynamic_rnn/keras2", "dynamic_rnn/keras3", "RNN/keras2", "RNN/keras3"),
    *("layer/keras2", "layer/keras3", "cell/v1", "cell/keras2", "cell/keras3"),
]

HEADER = Header(
    schema=1,
    suite="0.1.0",
    started="2026-01-05T12:00:00+00:00",
    target="here",
    versions={"tensorflow": "2.21.0", "keras": "3.15.0"},
    platform={"system": "Linux"},
    options={"profile": "default"},
    paths=[{"name": name, "missing": ""} for name in PATHS],
)


def a_verdict(clause: str, path: str, verdict: str = HOLDS, **changes: Any) -> Verdict:
    plain = Verdict(clause, path, None, "LSTM", verdict, None, None, 7, 0.25, None, None)
    return dataclasses.replace(plain, **changes)


PAIR = a_verdict("AG-02", "RNN/keras3 ~ layer/keras3")
BROADCAST = a_verdict(
    "RJ-01",
    "layer/keras3",
    KNOWN,
    mode="eager",
    malformation="batch_1",
    grade="accepted",
    sentence="a state of batch 1 was accepted and broadcast",
    ledger=("keras3-batch-1",),
)
LEAKED = a_verdict(
    "RJ-02",
    "RNN/keras3",
    NEW,
    cell="GRU",
    malformation="bare_tensor",
    grade="leaked",
    sentence="IndexError, which says neither what was expected nor what came",
    replay="pytest conformance --replay 0a1b2c",
)
SOME = (a_verdict("RT-01", "layer/keras3"), BROADCAST, LEAKED, PAIR)


def write_run(
    path: Path, verdicts: tuple[Verdict, ...], header: Header = HEADER, **ending: Any
) -> Path:
    by_path = cases_by_path(verdicts)
    footer = Footer(True, totals(verdicts), sum(by_path.values()), by_path, 12.0)
    with Writer(path) as writer:
        writer.header(header)
        for verdict in verdicts:
            writer.verdict(verdict)
        writer.footer(dataclasses.replace(footer, **ending))
    return path


def reports(*arguments: object, columns: int = 80, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "reports", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": str(columns), **env},
        text=True,
        capture_output=True,
        timeout=60,
    )


def show(path: Path, columns: int = 80) -> str:
    done = reports("show", path, columns=columns)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.fixture
def run_file(tmp_path: Path) -> Path:
    return tmp_path / "run.jsonl"


# A run that can be read.


def test_it_shows_the_whole_run(run_file: Path) -> None:
    output = show(write_run(run_file, SOME))
    assert "Versions: tensorflow 2.21.0, keras 3.15.0\n" in output
    assert "RT round trip" in output
    assert "Totals: 2 holds, 1 known, 1 new, 0 unavailable; 28 cases in 12 s.\n" in output
    assert output.endswith("1 new deviation: RJ-02.\n")
    assert "Warning" not in output


def test_new_deviations_stand_before_known_ones(run_file: Path) -> None:
    output = show(write_run(run_file, SOME))
    assert output.index("New deviations (1)") < output.index("Known deviations (1)")
    assert (
        "RJ-02  RNN/keras3  GRU  all modes  bare_tensor  [leaked]\n"
        "    IndexError, which says neither what was expected nor what came\n"
        "    replay: pytest conformance --replay 0a1b2c\n"
    ) in output
    assert (
        "RJ-01  layer/keras3  LSTM  eager  batch_1  [accepted]  (ledger: keras3-batch-1)\n"
        "    a state of batch 1 was accepted and broadcast\n"
    ) in output


def test_a_run_without_deviations_says_so_in_one_sentence(run_file: Path) -> None:
    output = show(write_run(run_file, (PAIR,)))
    assert "deviations (" not in output
    assert output.endswith("Nothing deviates but what is listed as known.\n")


def test_where_nothing_was_available_nothing_is_called_well(run_file: Path) -> None:
    output = show(write_run(run_file, (a_verdict("RT-01", "cell/v1", UNAVAILABLE, cases=0),)))
    assert output.endswith("Nothing could be judged.\n")


def test_a_run_that_was_cut_short_is_not_called_well(run_file: Path) -> None:
    output = show(write_run(run_file, (PAIR,), complete=False, reason="interrupted by hand"))
    assert "Warning: the run was cut short: interrupted by hand.\n" in output
    assert output.endswith("is listed as known, as far as the run went:\n  interrupted by hand.\n")


def test_a_killed_run_is_shown_as_far_as_it_went(run_file: Path) -> None:
    whole = write_run(run_file, SOME).read_bytes()
    run_file.write_bytes(whole[: whole.rindex(b'{"record": "footer"') - 20])
    output = show(run_file)
    assert "Warning: line 5 is cut off in the middle; left out.\n" in output
    assert "Warning: the run was cut short: there is no footer.\n" in output
    assert output.endswith("as far as the run went: it was cut short.\n")


def test_a_run_without_verdicts_is_shown(run_file: Path) -> None:
    assert "Nothing could be judged.\n" in show(write_run(run_file, ()))


def test_of_a_folder_the_newest_run_is_shown(tmp_path: Path) -> None:
    for age, name in enumerate(["b.jsonl", "a.jsonl"]):
        os.utime(write_run(tmp_path / name, SOME), (1000 - age, 1000 - age))
    assert f"Run file: {tmp_path / 'b.jsonl'}\n" in show(tmp_path)


@pytest.mark.parametrize(
    "text", ["<script>alert('x')</script>", "[bold red]not markup[/bold red]", "[/]", "{0} %s"]
)
def test_foreign_text_is_shown_as_it_is(run_file: Path, text: str) -> None:
    assert f"    {text}\n" in show(
        write_run(run_file, (a_verdict("RT-01", "x", NEW, sentence=text),))
    )


def test_foreign_text_does_not_steer_the_terminal(run_file: Path) -> None:
    text = "one\ntwo\x1b[2J\x07\u202ethree \ud800"
    output = show(write_run(run_file, (a_verdict("RT-01", f"p{text}", NEW, sentence=text),)))
    assert "    one two?[2J??three ?\n" in output


def test_a_terminal_without_unicode_shows_the_rest(run_file: Path) -> None:
    write_run(run_file, (a_verdict("RT-01", "x", NEW, sentence="h \u2260 c"),))
    done = reports("show", run_file, PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert r"h \u2260 c" in done.stdout


@pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")
def test_a_reader_that_leaves_early_is_no_error(run_file: Path) -> None:
    write_run(run_file, tuple(a_verdict(f"RT-{n}", "x", NEW) for n in range(2000)))
    done = subprocess.run(
        f"'{sys.executable}' -m reports show '{run_file}' | head -n 1",
        shell=True,
        cwd=ROOT,
        text=True,
        capture_output=True,
        timeout=60,
    )
    assert done.stdout.startswith("Run file: ")
    assert done.stderr == ""


# The table.


def row(table: str, name: str) -> str:
    """Return the numbers in a row, from all parts of a table that was broken into parts."""
    rest = [line[len(name) :] for line in table.splitlines() if line.startswith(f"{name} ")]
    return " ".join("".join(rest).replace("|", " ").split())


def test_counts_and_cases_by_path() -> None:
    table = tables.verdict_table(SOME, HEADER, 200)
    # RT, RJ, AG, all families: hold known new n/a; and the cases.
    assert row(table, "layer/keras3") == "1 - - - - 1 - - - - - - 1 1 - - 14"
    assert row(table, "RNN/keras3") == "- - - - - - 1 - - - - - - - 1 - 7"
    assert row(table, "pairs") == "- - - - - - - - 1 - - - 1 - - - 7"
    assert row(table, "all paths") == "1 - - - - 1 1 - 1 - - - 2 1 1 - 28"


@pytest.mark.parametrize("columns", [40, 60, 80, 100, 200])
def test_a_table_fits_the_terminal_and_loses_no_number(columns: int) -> None:
    verdicts = tuple(
        a_verdict(f"{family}-01", path, cases=123_456)
        for family in FAMILIES
        for path in [*PATHS, PAIR.path]
        for _ in range(12)
    )
    wide, narrow = (tables.verdict_table(verdicts, HEADER, width) for width in (1000, columns))
    assert max(map(len, narrow.splitlines())) <= max(columns, 50)
    for name in [*PATHS, "pairs", "all paths"]:
        assert row(narrow, name) == row(wide, name)


def test_three_families_fit_beside_each_other_in_80_columns() -> None:
    verdicts = [a_verdict(f"{f}-01", p) for f in ("RT", "RJ", "AG") for p in PATHS] * 100
    first = tables.verdict_table(verdicts, HEADER, 80).splitlines()[0]
    assert "RT round trip" in first
    assert "AG agreement" in first


def test_rows_are_in_the_headers_order_and_pairs_are_last() -> None:
    verdicts = [PAIR, *(a_verdict("RT-01", path) for path in reversed(PATHS))]
    names = [
        line.split()[0] for line in tables.verdict_table(verdicts, HEADER, 200).splitlines()[3:14]
    ]
    assert names == [*PATHS, "pairs"]


def test_long_names_that_begin_alike_keep_their_rows() -> None:
    verdicts = [a_verdict("RT-01", "x" * 60 + end) for end in "ab"]
    table = tables.verdict_table(verdicts, HEADER, 80)
    assert len([line for line in table.splitlines() if line.startswith("xxx")]) == 2


def test_missing_paths_are_named_with_their_reason() -> None:
    paths = [{"name": n, "missing": "tf-keras is not installed" * ("2" in n)} for n in PATHS]
    output = tables.missing_paths(dataclasses.replace(HEADER, paths=paths), 200)
    assert output == [
        "Not available: dynamic_rnn/keras2, RNN/keras2, layer/keras2, cell/keras2 "
        "(tf-keras is not installed)."
    ]


# Runs that cannot be shown.


@pytest.mark.parametrize(
    ("arguments", "output"),
    [
        ((), "COMMAND"),
        (("shwo", "x"), "shwo"),
        (("show",), "RUN"),
        (("show", "a", "b"), "b"),
        (("show", "--colour", "a"), "--colour"),
        (("show", "no-such.jsonl"), "no-such.jsonl: no such file"),
    ],
)
def test_a_wrong_call_gives_one_line_and_exit_code_2(arguments: tuple[str], output: str) -> None:
    done = reports(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert output in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "content", [b"", b"\x00\xff" * 999, b'{"record": "header", "schema": 9}\n']
)
def test_an_unreadable_run_gives_one_line_and_exit_code_2(run_file: Path, content: bytes) -> None:
    run_file.write_bytes(content)
    done = reports("show", run_file)
    assert (done.returncode, done.stdout) == (2, "")
    assert str(run_file) in done.stderr
    assert done.stderr.count("\n") == 1
