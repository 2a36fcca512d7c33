"""Baselines: made one by one, kept compressed, gone on with; and the table of them."""

from __future__ import annotations

import gzip
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from conformance.commands.baselines_command import main
from conformance.ledger.entry import Entry, Ledger
from conformance.ledger.load import in_range, read_entries
from conformance.results.verdict import HOLDS, KNOWN, NEW, UNAVAILABLE
from reports.publish import baseline_folder, make_baselines, targets_page
from reports.publish.baseline_folder import Baselines, Maker
from reports.publish.make_baselines import How
from reports.publish.targets_table import table
from reports.run_files.run_file import Run, Writer, read
from tests.reports.test_run_file import FULL, HEADER, OTHER, a_verdict, footer_of, written

ONE, TWO = "tf2.15", "tf2.21"


class Suite:
    """Stands in for pytest: says what it is told, and leaves a copy of a run file, or none."""

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self.runs = {ONE: written(scratch / "1", FULL), TWO: written(scratch / "2", FULL, OTHER)}
        self.asked: list[str] = []

    def command(self, target: str, how: How, into: Path) -> list[str]:
        self.asked.append(target)
        code = "import shutil, sys; print('the last words'); shutil.copy(*sys.argv[1:])"
        given = self.runs.get(target, self._scratch / "none")
        return [sys.executable, "-c", code, str(given), str(into / "run.jsonl")]


@pytest.fixture
def suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Suite:
    suite = Suite(tmp_path)
    monkeypatch.setattr(make_baselines, "_command", suite.command)
    return suite


@pytest.fixture
def baselines(tmp_path: Path) -> Path:
    return tmp_path / "baselines"


def make(baselines: Path, *arguments: str) -> int:
    return main(["make", "--folder", str(baselines), *arguments])


def files(baselines: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(baselines.glob("*.gz"))}


def test_a_run_of_each_target_is_kept(suite: Suite, baselines: Path) -> None:
    assert make(baselines, ONE, TWO) == 0
    runs = dict(Baselines(baselines).runs())
    assert runs == {name: read(path) for name, path in suite.runs.items()}
    assert all(run.complete for run in runs.values())


def test_the_same_run_is_the_same_file(suite: Suite, tmp_path: Path) -> None:
    assert make(tmp_path / "a", ONE) == make(tmp_path / "b", ONE) == 0
    assert files(tmp_path / "a") == files(tmp_path / "b")


def test_what_was_made_is_left_as_it_is(
    suite: Suite, baselines: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make(baselines, ONE)
    assert make(baselines, ONE, TWO) == 0
    assert suite.asked == [ONE, TWO]
    assert "1 of 2 baselines to make in the profile default" in capsys.readouterr().err


def test_what_another_suite_or_profile_has_made_is_made_again(
    suite: Suite, baselines: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(baselines, ONE)
    make(baselines, ONE, "--profile", "quick")
    monkeypatch.setattr(Maker, "today", lambda profile: Maker(profile, "another"))
    make(baselines, ONE, "--profile", "quick")
    assert suite.asked == [ONE] * 3


def test_a_suite_is_told_from_another_by_its_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(baseline_folder, "ROOT", tmp_path)
    (tmp_path / "conformance").mkdir()
    before = Maker.today("default")
    (tmp_path / "conformance" / "judging.py").write_text("")
    empty = Maker.today("default")
    (tmp_path / "conformance" / "judging.py").write_text("import numpy")
    (tmp_path / "conformance" / "deviations.toml").write_text("[[cause]]")
    another = Maker.today("default")
    (tmp_path / "conformance" / "deviations.toml").write_text("")
    assert Maker.today("default") == another != empty == before


def with_ledger(monkeypatch: pytest.MonkeyPatch, *entries: Entry) -> None:
    def in_force(versions: Mapping[str, str]) -> Ledger:
        found = [entry for entry in entries if in_range(entry.versions, versions)]
        return Ledger(tuple(found))

    monkeypatch.setattr(baseline_folder, "load_ledger", in_force)


def test_what_the_ledger_learns_makes_those_again_for_which_it_is_in_force(
    suite: Suite, baselines: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = next(iter(read_entries()))
    here = replace(
        entry, versions=(("tensorflow", SpecifierSet("==" + HEADER.versions["tensorflow"])),)
    )
    elsewhere = replace(entry, versions=(("tensorflow", SpecifierSet("<1")),))
    with_ledger(monkeypatch)
    make(baselines, ONE)
    with_ledger(monkeypatch, elsewhere)
    make(baselines, ONE)
    assert suite.asked == [ONE]
    with_ledger(monkeypatch, elsewhere, here)
    make(baselines, ONE)
    assert suite.asked == [ONE] * 2
    wider = replace(here, versions=(("tensorflow", SpecifierSet(">=1")),))
    with_ledger(monkeypatch, elsewhere, wider)
    make(baselines, ONE)
    assert suite.asked == [ONE] * 2
    with_ledger(monkeypatch, replace(here, message="other words"))
    make(baselines, ONE)
    assert suite.asked == [ONE] * 3


def test_what_is_interrupted_is_gone_on_with(
    suite: Suite, baselines: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = suite.command

    def interrupted(target: str, how: How, into: Path) -> Sequence[str]:
        if target == TWO:
            raise KeyboardInterrupt
        return command(target, how, into)

    monkeypatch.setattr(make_baselines, "_command", interrupted)
    assert make(baselines, ONE, TWO) == 130
    assert list(files(baselines)) == [f"{ONE}.jsonl.gz"]
    monkeypatch.setattr(make_baselines, "_command", command)
    assert make(baselines, ONE, TWO) == 0
    assert suite.asked == [ONE, TWO]


def test_a_run_that_was_cut_short_is_not_kept(
    suite: Suite, baselines: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Writer(tmp_path / "cut") as writer:
        writer.header(HEADER)
        writer.verdict(FULL)
        writer.footer(footer_of(FULL, complete=False, reason="a worker died"))
    suite.runs[ONE] = tmp_path / "cut"
    assert make(baselines, ONE, TWO) == 1
    assert list(files(baselines)) == [f"{TWO}.jsonl.gz"]
    assert f"{ONE}: the run was cut short: a worker died\n" in capsys.readouterr().err


def test_where_there_is_no_run_the_last_words_are_told(
    suite: Suite, baselines: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert make(baselines, "tf2.4") == 1
    assert "tf2.4: no run: FileNotFoundError" in capsys.readouterr().err
    assert files(baselines) == {}


def test_a_target_that_there_is_not(
    suite: Suite, baselines: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert make(baselines, "tf9.9") == 2
    assert "no such target: tf9.9 (" in capsys.readouterr().err


def test_the_example_is_of_all_baselines(suite: Suite, baselines: Path, tmp_path: Path) -> None:
    make(baselines, ONE, TWO)
    asked = ["example", "--folder", str(baselines), "--into", str(tmp_path / "example")]
    assert main(asked) == 0
    pages = {path.name: path.read_text() for path in (tmp_path / "example").iterdir()}
    assert set(pages) == {"matrix.html", "compare.html"}
    assert all(f"{name}.jsonl.gz" in pages["compare.html"] for name in (ONE, TWO))


def test_an_example_without_its_baselines_is_told_in_one_line(
    baselines: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["example", "--folder", str(baselines)]) == 2
    assert "no baseline of tf2.15, tf2.21: python -m conformance" in capsys.readouterr().err


# --- compressed run files -------------------------------------------------------------------------


def test_a_compressed_file_that_is_damaged_is_told_in_one_line(tmp_path: Path) -> None:
    whole = gzip.compress(written(tmp_path / "run.jsonl", FULL, OTHER).read_bytes())
    for damaged in (whole[:40], whole[:40] + b"\0" * 40, whole[:2]):
        (tmp_path / "run.jsonl.gz").write_bytes(damaged)
        with pytest.raises(Exception, match=r"run\.jsonl\.gz: cannot be (read|unpacked)") as error:
            read(tmp_path / "run.jsonl.gz")
        assert "\n" not in str(error.value)


# --- the table ------------------------------------------------------------------------------------


def run_of(*verdicts: str, clauses: str = "abcdefgh") -> Run:
    """A run with these verdicts, each of a clause of its own unless said otherwise."""
    found = [
        a_verdict(clause=clause, verdict=verdict)
        for clause, verdict in zip(clauses, verdicts, strict=False)
    ]
    return Run(HEADER, tuple(found), None, ())


def test_a_line_counts_clauses_by_their_worst_verdict() -> None:
    runs = {
        ONE: run_of(HOLDS, HOLDS, KNOWN, NEW, UNAVAILABLE),
        TWO: run_of(HOLDS, KNOWN, NEW, KNOWN, UNAVAILABLE, HOLDS, clauses="aabbcc"),
    }
    *_, one, two = table(runs).splitlines()
    assert one == f"| {ONE} | - | 2.21.0 | - | - | 2 | 1 | 1 | 1 | 15 |"
    assert two == f"| {TWO} | - | 2.21.0 | - | - | 1 | 1 | 1 | 0 | 18 |"


def test_the_table_is_written_in_its_place(
    suite: Suite, baselines: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make(baselines, TWO)
    target_page = tmp_path / "targets.md"
    target_page.write_text(targets_page.PAGE.read_text())
    arguments = ["table", "--folder", str(baselines), "--page", str(target_page)]
    assert main(arguments) == main(arguments) == 0
    text = target_page.read_text()
    assert text.count("| target | Python |") == 1
    assert text.startswith("# Targets\n")
    assert f"| {TWO} | " in text
    target_page.write_text("# Targets\n")
    assert main(arguments) == 2
    assert "targets.md: must have the lines" in capsys.readouterr().err


def test_the_page_of_this_repository_has_the_table_of_its_baselines() -> None:
    text = targets_page.PAGE.read_text(encoding="utf-8")
    runs = dict(Baselines().runs())
    assert targets_page.with_table(text, runs) == text, "python -m conformance.baselines table"
