"""The run file: what is written can be read, even if the run or the file was damaged."""

from __future__ import annotations

import dataclasses
import json
import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from conformance.results.verdict import (
    HOLDS,
    NEW,
    VERDICTS,
    Difference,
    Footer,
    Header,
    Verdict,
    cases_by_path,
    totals,
)
from reports.run_files.run_file import Run, UnreadableRun, Writer, locate, read

ROOT = Path(__file__).parents[2]

HEADER = Header(
    schema=1,
    suite="0.1.0",
    started="2026-01-05T12:00:00+00:00",
    target="here",
    versions={"tensorflow": "2.21.0"},
    platform={"system": "Linux"},
    options={"profile": "quick", "strict": False},
    paths=[{"name": "layer/keras3", "missing": ""}],
    defaults={
        "keras3/LSTM": {
            "units": None,
            "dropout": 0.0,
            "kernel_initializer": {"class_name": "GlorotUniform", "config": {"seed": None}},
        },
        "keras3/ConvLSTM1D": {"error": "AttributeError: no such class"},
    },
)


def a_verdict(**changes: Any) -> Verdict:
    plain = Verdict(
        clause="RJ-01",
        path="layer/keras3",
        mode=None,
        cell="LSTM",
        verdict=HOLDS,
        grade=None,
        malformation=None,
        cases=3,
        seconds=0.25,
        case=None,
        observation=None,
    )
    return dataclasses.replace(plain, **changes)


FULL = a_verdict(
    mode="graph",
    verdict=NEW,
    grade="accepted",
    malformation="batch_1",
    case={"units": [2, 3], "state": {"values": "ones"}},
    observation={"outputs": [[0.5, -0.25]], "error": None},
    family="RJ",
    severity="should",
    statement="A state of another batch size is refused.",
    sentence="accepted; h was broadcast \u2260 refused",
    replay="pytest conformance --replay 0a1b",
    ledger=("one", "two"),
    reason="because",
    width_ratio=1.5,
)
OTHER = dataclasses.replace(FULL, cell="GRU")
BETWEEN = dataclasses.replace(
    FULL,
    clause="UP-02",
    difference=Difference(
        "RJ-01", "weaker error", "ValueError", "accepted", {"error": None}, drift=0.5
    ).to_plain(),
)


def footer_of(*verdicts: Verdict, **changes: Any) -> Footer:
    by_path = cases_by_path(verdicts)
    footer = Footer(True, totals(verdicts), sum(by_path.values()), by_path, 1.5)
    return dataclasses.replace(footer, **changes)


def write_run(path: Path, *verdicts: Verdict) -> Path:
    with Writer(path) as writer:
        writer.header(HEADER)
        for verdict in verdicts:
            writer.verdict(verdict)
        writer.footer(footer_of(*verdicts))
    return path


@pytest.fixture
def run_file(tmp_path: Path) -> Path:
    return tmp_path / "runs" / "run.jsonl"


def lines_of(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


# Writing and reading.


def test_what_is_written_comes_back(run_file: Path) -> None:
    run = read(write_run(run_file, FULL, a_verdict()))
    assert run == Run(HEADER, (FULL, a_verdict()), footer_of(FULL, a_verdict()), ())
    assert run.complete


@pytest.mark.parametrize(
    "record", [HEADER, FULL, BETWEEN, a_verdict(), footer_of(FULL, reason="x")]
)
def test_a_record_round_trips_through_json(record: Header | Verdict | Footer) -> None:
    assert type(record).from_plain(json.loads(json.dumps(record.to_plain()))) == record


def test_a_line_has_the_fields_at_its_top_level(run_file: Path) -> None:
    lines = [json.loads(line) for line in lines_of(write_run(run_file, FULL))]
    assert [line["record"] for line in lines] == ["header", "verdict", "footer"]
    fixed = "clause path mode cell verdict grade malformation cases seconds case observation"
    assert set(fixed.split()) <= set(lines[1])


def test_each_line_is_on_disk_at_once(run_file: Path) -> None:
    writer = Writer(run_file)
    writer.header(HEADER)
    assert len(lines_of(run_file)) == 1
    writer.verdict(FULL)
    assert len(lines_of(run_file)) == 2
    writer.close()


def test_the_key_is_what_a_verdict_is_about() -> None:
    assert FULL.key == ("RJ-01", "layer/keras3", "graph", "LSTM", "batch_1")


def test_differences_of_two_targets_are_told_apart_by_whose_case_it_is_and_by_both_sides() -> None:
    about = ("UP-02", "layer/keras3", "graph", "LSTM", "batch_1")
    assert BETWEEN.key == (*about, "RJ-01", "weaker error", "ValueError", "accepted")
    assert BETWEEN.target_difference is not None
    assert BETWEEN.target_difference.before == {"error": None}


def test_what_broke_and_what_was_fixed_in_one_clause_are_two(run_file: Path) -> None:
    difference = {"origin": "PS-01", "was": "", "now": ""}
    broken = a_verdict(clause="UP-07", verdict=NEW, difference={**difference, "change": "broken"})
    fixed = a_verdict(clause="UP-07", difference={**difference, "change": "fixed"})
    assert read(write_run(run_file, broken, fixed)).verdicts == (broken, fixed)


@pytest.mark.parametrize("difference", [{}, {"origin": "RJ-01"}, {"origin": 1, "change": "broken"}])
def test_a_difference_that_cannot_be_read(difference: dict[str, Any]) -> None:
    with pytest.raises(UnreadableRun, match="a difference has"):
        dataclasses.replace(FULL, difference=difference)


def test_numbers_that_are_not_finite_survive_as_standard_json(run_file: Path) -> None:
    seen = {"h": [math.nan, (math.inf,), {"c": -math.inf}], "x": 1.0}
    write_run(run_file, a_verdict(observation=seen, width_ratio=math.inf))

    def refuse(token: str) -> None:
        raise AssertionError(f"{token} is no JSON")

    for line in lines_of(run_file):
        json.loads(line, parse_constant=refuse)
    (verdict,) = read(run_file).verdicts
    assert verdict.observation == {"h": ["nan", ["inf"], {"c": "-inf"}], "x": 1.0}
    assert verdict.width_ratio == math.inf


def test_the_bare_nan_of_another_writer_is_read(run_file: Path) -> None:
    write_run(run_file, a_verdict(observation={"h": "HERE"}))
    run_file.write_bytes(run_file.read_bytes().replace(b'"HERE"', b"NaN"))
    assert read(run_file).verdicts[0].observation == {"h": "nan"}


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert('x')</script> & [bold]",
        "line\nbreak\u2028\x1b[31m",
        "\ud800 half",
        "\u00e9\U0001f600",
    ],
)
def test_text_is_kept_as_it_is(run_file: Path, text: str) -> None:
    verdict = a_verdict(sentence=text, observation={text: text})
    assert read(write_run(run_file, verdict)).verdicts == (verdict,)


def test_a_run_of_before_the_record_of_defaults_is_read(run_file: Path) -> None:
    header, *others = lines_of(write_run(run_file, FULL))
    plain = json.loads(header)
    del plain["defaults"]
    run_file.write_bytes(b"".join([json.dumps(plain).encode() + b"\n", *others]))
    run = read(run_file)
    assert run.header == dataclasses.replace(HEADER, defaults=None)
    assert run.complete


def test_unknown_fields_are_passed_over() -> None:
    assert Verdict.from_plain({**FULL.to_plain(), "from the future": 1}) == FULL


@pytest.mark.parametrize(
    ("changes", "output"),
    [
        ({"clause": None}, "'clause', which should be str"),
        ({"cases": "3"}, "'cases', which should be int"),
        ({"cases": True}, "'cases', which should be int"),
        ({"seconds": "soon"}, "'seconds', which should be float"),
        ({"case": [1]}, "'case', which should be dict"),
        ({"ledger": [1]}, "'ledger', which should be tuple"),
        ({"mode": 1}, "'mode', which should be str | None"),
        ({"verdict": "pass"}, "should be one of holds, known, new, unavailable"),
        ({"grade": "fine"}, "grade is 'fine', but should be one of explained, rejected,"),
        ({"severity": "may"}, "severity is 'may', but should be one of must, should, claim, same"),
        ({"observation": {"error": "no"}}, "an observation's error should have texts"),
        ({"observation": {"error": {}}}, "an observation's error should have a class and"),
    ],
)
def test_a_wrong_field_is_named(changes: dict[str, object], output: str) -> None:
    with pytest.raises(UnreadableRun) as caught:
        Verdict.from_plain({**FULL.to_plain(), **changes})
    assert output in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("field", ["clause", "path", "mode", "verdict", "observation"])
def test_a_missing_field_is_named(field: str) -> None:
    plain = FULL.to_plain()
    del plain[field]
    with pytest.raises(UnreadableRun, match=f"has no field '{field}'"):
        Verdict.from_plain(plain)


def test_what_could_not_be_read_back_is_not_written(run_file: Path) -> None:
    with Writer(run_file) as writer, pytest.raises(UnreadableRun, match="'versions'"):
        writer.header(dataclasses.replace(HEADER, versions={"tf-keras": None}))  # type: ignore[dict-item]
    assert run_file.read_bytes() == b""


# Damaged files.


def test_without_a_footer_the_run_was_cut_short(run_file: Path) -> None:
    run_file.parent.mkdir()
    run_file.write_bytes(b"".join(lines_of(write_run(run_file, FULL, a_verdict()))[:-1]))
    run = read(run_file)
    assert run.verdicts == (FULL, a_verdict())
    assert run.footer is None
    assert not run.complete
    assert run.warnings == ("the run was cut short: there is no footer",)


def test_cut_off_anywhere_it_reads_as_far_as_it_goes(run_file: Path) -> None:
    whole = write_run(run_file, FULL, a_verdict()).read_bytes()
    first, second, third, _ = lines_of(run_file)
    ends = [len(first), len(first + second), len(first + second + third)]
    for size in range(ends[0], len(whole) - 1):
        run_file.write_bytes(whole[:size])
        run = read(run_file)
        # a line is complete even without its end of line
        assert len(run.verdicts) == sum(size >= end - 1 for end in ends[1:])
        assert not run.complete
        assert "cut short" in run.warnings[-1]


def test_a_half_last_line_is_named(run_file: Path) -> None:
    whole = write_run(run_file, FULL).read_bytes()
    run_file.write_bytes(whole[:-10])
    assert read(run_file).warnings[0] == "line 3 is cut off in the middle; left out"


@pytest.mark.parametrize(
    "corrupt", [b"\x00\xff\xfe{\n", b'{"record": "verd\n', b"[1]\n", b"[" * 100_000 + b"\n"]
)
def test_a_corrupt_line_in_the_middle_is_left_out(run_file: Path, corrupt: bytes) -> None:
    lines = lines_of(write_run(run_file, FULL, a_verdict(), OTHER))
    lines[2] = corrupt
    run_file.write_bytes(b"".join(lines))
    run = read(run_file)
    assert run.verdicts == (FULL, OTHER)
    assert run.warnings == (
        "line 3 is not JSON; left out",
        "the footer counts 3 verdicts, but 2 could be read",
    )
    assert not run.complete


@pytest.mark.parametrize(
    ("line", "output"),
    [
        (b'{"record": "verdict", "clause": "RJ-01"}\n', "line 3: a verdict has no field 'path'"),
        (b'{"record": "poem"}\n', "line 3: a record of kind 'poem'"),
    ],
)
def test_a_line_that_is_no_record_is_left_out(run_file: Path, line: bytes, output: str) -> None:
    lines = lines_of(write_run(run_file, FULL))
    run_file.write_bytes(b"".join([*lines[:2], line, *lines[2:]]))
    run = read(run_file)
    assert run.verdicts == (FULL,)
    assert len(run.warnings) == 1
    assert run.warnings[0].startswith(output)


def test_what_is_there_twice_is_read_once(run_file: Path) -> None:
    lines = lines_of(write_run(run_file, FULL, OTHER))
    run_file.write_bytes(b"".join([*lines[:3], lines[1], lines[3]]))
    run = read(run_file)
    assert run.verdicts == (FULL, OTHER)
    assert run.warnings == ("line 4: the same was judged on line 2; left out",)
    assert not run.complete


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_that_contradict_each_other_the_worse_is_kept(run_file: Path, order: int) -> None:
    held = dataclasses.replace(FULL, verdict=HOLDS)
    run = read(write_run(run_file, *[FULL, held][::order]))
    assert run.verdicts == (FULL,)
    assert run.warnings == (
        "line 3: this contradicts line 2, and the worse of both is kept",
        "the footer counts 2 verdicts, but 1 could be read",
    )


def test_two_files_in_one_are_read_with_few_words(run_file: Path) -> None:
    verdicts = [dataclasses.replace(FULL, cell=f"cell {number}") for number in range(100)]
    run_file.write_bytes(write_run(run_file, *verdicts).read_bytes() * 2)
    run = read(run_file)
    assert run.verdicts == tuple(verdicts)
    assert len(run.warnings) == 6
    assert run.warnings[0].startswith("line 103: a record of kind 'header'")
    assert run.warnings[-1] == "96 more lines could not be read as they are"


@pytest.mark.parametrize(
    ("content", "output"),
    [
        (b"", "the file is empty"),
        (bytes(range(256)) * 40, "line 1 is not JSON"),
        (b"<html><script>alert(1)</script></html>\n", "line 1 is not JSON"),
        (b'{"record": "verdict"}\n', "line 1 is not the header of a run file"),
        (b"{}\n", "line 1 is not the header of a run file"),
        (b'{"record": "header", "schema": 2}\n', "schema 2 of run files, and this suite reads"),
        (b'{"record": "header"}\n', "schema None"),
        (b'{"record": "header", "schema": 1}\n', "line 1: a header has no field 'suite'"),
        (
            json.dumps({"record": "header", **HEADER.to_plain(), "paths": [{}]}).encode(),
            "line 1: a header's paths should have a name",
        ),
    ],
)
def test_what_is_no_run_file_is_refused(run_file: Path, content: bytes, output: str) -> None:
    run_file.parent.mkdir()
    run_file.write_bytes(content)
    with pytest.raises(UnreadableRun) as caught:
        read(run_file)
    assert str(caught.value).startswith(f"{run_file}: ")
    assert output in str(caught.value)
    assert "record it again" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_or_not_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableRun, match="no such file"):
        read(tmp_path / "run.jsonl")
    with pytest.raises(UnreadableRun, match="not a file"):
        read(tmp_path)


def test_of_a_folder_the_newest_run_file_is_meant(tmp_path: Path) -> None:
    for age, name in enumerate(["b.jsonl.gz", "a.jsonl", "c.jsonl"]):
        write_run(tmp_path / name, FULL)
        os.utime(tmp_path / name, (1000 - age, 1000 - age))
    (tmp_path / "notes.txt").write_text("newer")
    assert locate(tmp_path) == tmp_path / "b.jsonl.gz"
    assert locate(tmp_path / "a.jsonl") == tmp_path / "a.jsonl"


def test_a_folder_without_run_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableRun, match=r"no run file \(\*\.jsonl, .*\) in this folder"):
        locate(tmp_path)


# Runs that end early: the recorder in a real pytest.

CONFTEST = """
from pathlib import Path
from conformance.plugin.recorder import Recorder
from conformance.results.verdict import Header

def pytest_configure(config):
    if not hasattr(config, "workerinput"):
        header = Header(1, "0.1.0", "now", "here", {}, {}, {}, [
            {"name": "layer/keras3", "missing": ""},
            {"name": "layer/keras2", "missing": "tf-keras is not installed"},
        ])
        config.pluginmanager.register(Recorder(Path("out/run.jsonl"), header))
"""

TESTS = """
import math, os, pytest, time

def verdict(clause, kind="holds", cell="LSTM", **more):
    return dict(clause=clause, path="layer/keras3", mode=None, cell=cell, verdict=kind, grade=None,
                malformation=None, cases=2, seconds=0.5, case=None,
                observation={"h": math.nan}, **more)

@pytest.fixture
def record(request):
    def add(*args, **more):
        plain = verdict(*args, **more)
        request.node.user_properties.append(("conformance_verdict", plain))
    yield add
"""

SOME = """
def test_two_at_once(record):
    record("RT-01", cell="LSTM")
    record("RT-01", cell="GRU", kind="known", ledger=["gru"])

@pytest.mark.parametrize("number", range(12))
def test_many(record, number):
    record(f"AG-{number:02}")

def test_skipped(record):
    record("DC-01", kind="unavailable", reason="no tf-keras")
    pytest.skip("no tf-keras")

def test_another_property(record_property):
    record_property("colour", "red")
"""

NEW_DEVIATION = """
def test_new(record):
    record("RJ-01", kind="new", sentence="accepted, though it was " + "very " * 40 + "wrong")
    pytest.fail("in full, with its case")
"""


def run_pytest(folder: Path, body: str, *options: str) -> subprocess.CompletedProcess[str]:
    lay_out(folder, body)
    return subprocess.run(
        command(*options),
        cwd=folder,
        env=environment(),
        text=True,
        capture_output=True,
        timeout=120,
    )


def lay_out(folder: Path, body: str) -> None:
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "test_it.py").write_text(TESTS + body)
    (folder / "pytest.ini").write_text("[pytest]\n")


def command(*options: str) -> list[str]:
    plugins = ["-p", "xdist.plugin", "-p", "no:cacheprovider"]
    return [sys.executable, "-m", "pytest", *plugins, "--color=no", *options]


def environment() -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    # no plugin but those that a test names: importing all that are installed takes half a second
    return {
        **ours,
        "PYTHONPATH": str(ROOT),
        "COLUMNS": "80",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }


def run_in(folder: Path) -> Run:
    return read(folder / "out" / "run.jsonl")


def test_workers_give_the_verdicts_of_one_process(tmp_path: Path) -> None:
    runs = []
    for name, options in {"one": (), "two": ("-n", "2")}.items():
        (tmp_path / name).mkdir()
        done = run_pytest(tmp_path / name, SOME, *options)
        assert done.returncode == 0, done.stdout + done.stderr
        runs.append(run_in(tmp_path / name))
    one, two = runs
    assert len(one.verdicts) == 15
    assert sorted(map(repr, one.verdicts)) == sorted(map(repr, two.verdicts))
    for run in runs:
        assert run.complete
        assert run.warnings == ()
        assert run.footer is not None
        assert run.footer.totals == dict(zip(VERDICTS, (13, 1, 0, 1), strict=True))
        assert run.footer.cases == 30
        assert run.footer.cases_by_path == {"layer/keras3": 30}


def test_the_end_of_a_run_that_is_well(tmp_path: Path) -> None:
    output = run_pytest(tmp_path, SOME).stdout
    assert "RT round trip" in output
    assert "Not available: layer/keras2 (tf-keras is not installed)." in output
    assert f"Run file: {Path('out/run.jsonl')}" in output
    assert "\nNothing deviates but what is listed as known.\n" in output
    ours = output[output.index("= conformance =") :]  # pytest's own header has a path in it
    assert max(map(len, ours.splitlines())) <= 80


@pytest.mark.parametrize("options", [(), ("-n", "2")])
def test_the_end_of_a_run_with_a_new_deviation(tmp_path: Path, options: tuple[str, ...]) -> None:
    done = run_pytest(tmp_path, SOME + NEW_DEVIATION, *options)
    assert done.returncode == 1
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("RJ-01")]
    assert line.startswith("RJ-01  layer/keras3  LSTM  all modes: accepted, though")
    assert line.endswith("...")
    assert len(line) <= 80
    assert "\n1 new deviation: RJ-01.\n" in done.stdout
    run = run_in(tmp_path)
    assert run.complete
    assert run.footer is not None
    assert run.footer.other_failures == 0


def test_a_failure_that_is_no_deviation_is_not_passed_over(tmp_path: Path) -> None:
    done = run_pytest(tmp_path, SOME + "\ndef test_broken():\n    assert False\n")
    assert (
        "Nothing deviates but what is listed as known; but 1 test failed for another\n"
        "  reason than a new deviation.\n" in done.stdout
    )
    run = run_in(tmp_path)
    assert run.footer is not None
    assert run.footer.other_failures == 1


def test_where_nothing_was_judged_nothing_is_said_or_written(tmp_path: Path) -> None:
    done = run_pytest(tmp_path, "\ndef test_of_our_own():\n    pass\n")
    assert done.returncode == 0
    assert "conformance" not in done.stdout
    assert not (tmp_path / "out").exists()


def test_a_subtest_does_not_repeat_its_tests_verdicts(tmp_path: Path) -> None:
    body = """
def test_it(record, subtests):
    record("RT-01")
    for number in range(3):
        with subtests.test(number=number):
            pass
    record("RT-02")
"""
    assert run_pytest(tmp_path, body).returncode == 0
    assert [verdict.clause for verdict in run_in(tmp_path).verdicts] == ["RT-01", "RT-02"]


SLOW = """
@pytest.mark.parametrize("number", range(40))
def test_slow(record, number):
    record(f"ZZ-{number:02}")
    time.sleep(0.05)
"""


@pytest.mark.parametrize("options", [("-x",), ("-x", "-n", "2")])
def test_stopped_at_the_first_failure(tmp_path: Path, options: tuple[str, ...]) -> None:
    done = run_pytest(tmp_path, NEW_DEVIATION + SLOW, *options)
    run = run_in(tmp_path)
    assert not run.complete
    assert 1 <= len(run.verdicts) < 41
    assert run.footer is not None
    assert run.footer.reason == "pytest was stopped: stopping after 1 failures"
    assert "1 new deviation: RJ-01, as far as the run went" in done.stdout


def raising(error: str) -> str:
    return SOME + f"\ndef test_stop(record):\n    raise {error}\n" + SLOW


@pytest.mark.parametrize(
    ("error", "options", "reason"),
    [
        ("KeyboardInterrupt", (), "interrupted by hand"),
        ("pytest.exit.Exception('enough')", (), "pytest was stopped: enough"),
        ("KeyboardInterrupt", ("-n", "2"), "keyboard-interrupt"),
    ],
)
def test_interrupted(tmp_path: Path, error: str, options: tuple[str, ...], reason: str) -> None:
    run_pytest(tmp_path, raising(error), *options)
    run = run_in(tmp_path)
    assert not run.complete
    assert run.footer is not None
    assert reason in (run.footer.reason or "")
    assert run.warnings == (f"the run was cut short: {run.footer.reason}",)


def test_a_worker_that_dies_takes_verdicts_with_it(tmp_path: Path) -> None:
    body = SOME + "\ndef test_abort(record):\n    record('ST-01')\n    os._exit(9)\n"
    run_pytest(tmp_path, body, "-n", "2")
    run = run_in(tmp_path)
    assert not run.complete
    assert len(run.verdicts) == 15
    assert run.footer is not None
    assert run.footer.reason == "no verdict came from test_it.py::test_abort"


def test_an_internal_error_cuts_a_run_short(tmp_path: Path) -> None:
    body = """
def test_wrong(record, request):
    record("RT-02")
    request.node.user_properties.append(("conformance_verdict", {"clause": "RT-03"}))
"""
    done = run_pytest(tmp_path, SOME + body)
    assert done.returncode == 3
    assert "a verdict has no field 'path'" in done.stdout + done.stderr
    run = run_in(tmp_path)
    assert len(run.verdicts) == 16
    assert run.footer is not None
    assert run.footer.reason == "pytest, or a plugin of it, had an internal error"


def test_a_folder_that_cannot_be_made_gives_one_line(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file where the folder should be")
    done = run_pytest(tmp_path, SOME)
    assert done.returncode == 4
    assert "cannot write the run file out" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL here")
def test_a_killed_run_leaves_what_it_had_found(tmp_path: Path) -> None:
    body = SOME + "\ndef test_waits(record):\n    time.sleep(60)\n"
    lay_out(tmp_path, body)
    going = subprocess.Popen(command(), cwd=tmp_path, env=environment(), stdout=subprocess.DEVNULL)
    try:
        wait_for(lambda: has_verdicts(tmp_path, 15))
    finally:
        going.kill()
        going.wait()
    run = run_in(tmp_path)
    assert len(run.verdicts) == 15
    assert run.warnings == ("the run was cut short: there is no footer",)


def has_verdicts(folder: Path, count: int) -> bool:
    path = folder / "out" / "run.jsonl"
    return path.exists() and path.read_bytes().count(b"\n") == count + 1


def wait_for(done: object, seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not done():  # type: ignore[operator]
        assert time.monotonic() < until, "it took too long"
        time.sleep(0.05)
