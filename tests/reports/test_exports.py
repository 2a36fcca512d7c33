"""The exports of a run: JSON, JUnit XML and CTRF."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from conformance.results.verdict import NEW, UNAVAILABLE, Footer, Verdict
from reports.export import machine_formats
from reports.run_files.run_file import Run, read
from tests.reports.test_show import (
    BROADCAST,
    HEADER,
    LEAKED,
    PAIR,
    SOME,
    a_verdict,
    reports,
    write_run,
)

ABSENT = a_verdict("RT-02", "layer/keras2", UNAVAILABLE, reason="tf-keras is not installed")
ALL = (*SOME, ABSENT)
HOSTILE = "]]><script>&amp;\x00\x1b[2J \ud800 \uffff\n\u2028\"'"


@pytest.fixture
def run_file(tmp_path: Path) -> Path:
    return write_run(tmp_path / "run.jsonl", ALL)


@pytest.fixture
def run(run_file: Path) -> Run:
    return read(run_file)


def test_the_json_has_the_whole_run_and_its_new_deviations_first(run: Run) -> None:
    found = json.loads(machine_formats.run_json(run, "run.jsonl"))
    verdicts = [Verdict.from_plain(plain) for plain in found["verdicts"]]
    assert verdicts == [LEAKED, BROADCAST, SOME[0], PAIR, ABSENT]
    assert found["totals"] == {"holds": 2, "known": 1, "new": 1, "unavailable": 1}
    assert found["header"] == HEADER.to_plain()
    assert found["complete"]
    assert Footer.from_plain(found["footer"]) == run.footer


def junit(run: Run) -> ElementTree.Element:
    return ElementTree.fromstring(machine_formats.junit(run, "run.jsonl"))


def test_in_junit_a_new_deviation_fails_and_nothing_else(run: Run) -> None:
    root = junit(run)
    cases = {(case.get("classname"), case.get("name")): case for case in root.iter("testcase")}
    assert len(cases) == 5
    assert [
        case.get("name") for case in root.iter("testcase") if case.find("failure") is not None
    ] == ["RJ-02 GRU all modes bare_tensor"]
    failure = root.find(".//failure")
    assert failure is not None
    assert failure.get("message") == LEAKED.sentence
    assert failure.get("type") == "leaked"
    assert "replay: pytest conformance --replay 0a1b2c" in (failure.text or "")
    found = {skipped.get("message") for skipped in root.iter("skipped")}
    assert found == {
        f"known: {BROADCAST.sentence} (ledger: keras3-batch-1)",
        "unavailable: tf-keras is not installed",
    }


def test_the_numbers_of_junit_are_right(run: Run) -> None:
    root = junit(run)
    for element in [root, *root.iter("testsuite")]:
        counted = {
            "tests": len(list(element.iter("testcase"))),
            "failures": len(list(element.iter("failure"))),
            "errors": len(list(element.iter("error"))),
            "skipped": len(list(element.iter("skipped"))),
        }
        assert {name: int(element.get(name, "")) for name in counted} == counted
    assert [suite.get("name") for suite in root.iter("testsuite")] == [
        "RT round trip",
        "RJ rejection",
        "AG agreement",
    ]


def ctrf(run: Run) -> dict[str, object]:
    results = json.loads(machine_formats.ctrf(run, "run.jsonl"))["results"]
    assert isinstance(results, dict)
    return results


def test_ctrf_says_which_failed_and_which_are_known(run: Run) -> None:
    results = ctrf(run)
    tests = results["tests"]
    assert isinstance(tests, list)
    assert [(test["status"], test["rawStatus"]) for test in tests] == [
        ("failed", "new"),
        ("other", "known"),
        ("passed", "holds"),
        ("passed", "holds"),
        ("skipped", "unavailable"),
    ]
    assert results["summary"] == {
        **{"tests": 5, "passed": 2, "failed": 1, "other": 1, "skipped": 1, "pending": 0},
        **{"start": 1767614400000, "stop": 1767614412000},
    }
    assert tests[0]["message"] == LEAKED.sentence


CUT = [
    {"warnings": ("there is no footer",), "footer": None},
    {"footer": Footer(True, {}, 0, {}, 1.0, other_failures=2)},
]


@pytest.mark.parametrize("changes", CUT)
def test_a_run_that_is_not_whole_fails(run: Run, changes: dict[str, object]) -> None:
    cut = dataclasses.replace(run, verdicts=(PAIR,), **changes)  # type: ignore[arg-type]
    root = junit(cut)
    assert (root.get("tests"), root.get("errors")) == ("2", "1")
    assert root.find(".//error") is not None
    tests = ctrf(cut)["tests"]
    assert isinstance(tests, list)
    assert [test["status"] for test in tests] == ["failed", "passed"]


def test_foreign_text_makes_no_export_unreadable(run: Run) -> None:
    verdict = a_verdict(HOSTILE, HOSTILE, NEW, cell=HOSTILE, sentence=HOSTILE, statement=HOSTILE)
    verdict = dataclasses.replace(verdict, ledger=(HOSTILE,), replay=HOSTILE, family=HOSTILE)
    header = dataclasses.replace(HEADER, versions={HOSTILE: HOSTILE}, started=HOSTILE)
    hostile = dataclasses.replace(run, header=header, verdicts=(verdict,))
    assert len(list(junit(hostile).iter("failure"))) == 1
    assert ctrf(hostile)["summary"]
    assert (
        json.loads(machine_formats.run_json(hostile, HOSTILE))["verdicts"][0]["sentence"] == HOSTILE
    )


@pytest.mark.parametrize("option", ["--json", "--junit", "--ctrf"])
def test_an_export_is_all_that_stands_on_standard_output(run_file: Path, option: str) -> None:
    done = reports("show", run_file, option)
    assert (done.returncode, done.stderr) == (0, "")
    ElementTree.fromstring(done.stdout) if option == "--junit" else json.loads(done.stdout)


def test_exports_to_files_leave_the_table(run_file: Path) -> None:
    files = {name: run_file.with_name(f"run.{name}") for name in ("json", "junit", "ctrf")}
    options = [part for name, path in files.items() for part in (f"--{name}", path)]
    done = reports("show", run_file, *options)
    assert "New deviations (1)" in done.stdout
    assert all(path.stat().st_size for path in files.values())


def test_only_one_export_goes_to_standard_output(run_file: Path) -> None:
    done = reports("show", run_file, "--json", "--ctrf")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "python -m reports: only one export can go to standard output\n"
