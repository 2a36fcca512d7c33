"""The command that runs the scripts of all baselines, with a stand-in for the targets."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from conformance.results.verdict import HOLDS, NEW
from conformance.targets.cache import Cache
from reports.publish.baseline_folder import Baselines, Maker
from tests import all_reproducers
from tests.reports.test_repro import MALFORMED, a_deviation
from tests.reports.test_show import HEADER, a_verdict, write_run
from tests.reproducers import Ended, Script

OLDEST, OLD, NEWER = "tf2.14", "tf2.15", "tf2.21"
DEVIATES = a_deviation(MALFORMED, malformation="too_few")
HELD = dataclasses.replace(DEVIATES, verdict=HOLDS, observation=None)
WITHOUT = a_verdict("AG-01", "RNN/keras3", NEW, case={"path": "RNN/keras3", "mode": "eager"})


class Targets:
    """A stand-in that runs scripts: each target has an exit code, and calls are remembered."""

    def __init__(self) -> None:
        self.codes = {OLD: 0, NEWER: 1}
        self.asked: list[str] = []

    def run(self, scripts: Sequence[Script], python: str) -> Iterator[Ended]:
        self.asked.append(python)
        for script in scripts:
            yield Ended(script, self.codes[python], "")


@pytest.fixture
def targets(monkeypatch: pytest.MonkeyPatch) -> Targets:
    targets = Targets()
    monkeypatch.setattr(all_reproducers, "run_together", targets.run)
    monkeypatch.setattr(Cache, "account", lambda cache, name: name)
    monkeypatch.setattr(Cache, "interpreter", lambda cache, name: name)
    return targets


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    baselines = Baselines(tmp_path / "baselines")
    maker = Maker("default", "suite")
    baselines.keep(OLD, write_run(tmp_path / "old.jsonl", (HELD,)), maker)
    baselines.keep(NEWER, write_run(tmp_path / "new.jsonl", (DEVIATES, WITHOUT)), maker)
    return tmp_path


def run(folder: Path, *others: str) -> int:
    kept = str(folder / "kept.jsonl")
    given = ["--folder", str(folder / "baselines"), "--kept", kept, *others]
    return all_reproducers.main(given)


def test_each_is_run_where_it_deviates_and_where_its_clause_holds(
    targets: Targets, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(folder, NEWER) == 0
    assert targets.asked == [NEWER, OLD]
    assert f"{NEWER}: 2 deviations: 1 exit 1, 1 exit 0 elsewhere, 0 otherwise" in (
        capsys.readouterr().err
    )


def test_what_exits_otherwise_is_told(
    targets: Targets, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    targets.codes = {OLD: 2, NEWER: 0}
    assert run(folder, NEWER) == 1
    printed = capsys.readouterr().err
    assert f"on {NEWER} exit 0, but must be 1: RJ-01 RNN/keras3 LSTM too_few" in printed
    assert f"on {OLD} exit 2, but must be 0: RJ-01" in printed


def test_what_cannot_be_told_on_one_target_is_run_on_the_next(
    targets: Targets, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    baselines = Baselines(folder / "baselines")
    baselines.keep(OLDEST, write_run(folder / "oldest.jsonl", (HELD,)), Maker("default", "suite"))
    targets.codes = {OLDEST: 0, OLD: 2, NEWER: 1}
    assert run(folder, NEWER) == 0
    assert targets.asked == [NEWER, OLD, OLDEST]
    assert "1 exit 1, 1 exit 0 elsewhere, 0 otherwise" in capsys.readouterr().err


@pytest.mark.parametrize(("mode", "asked"), [(None, [NEWER]), ("eager", [NEWER, OLD])])
def test_a_clause_must_hold_in_the_modes_in_which_it_deviates(
    targets: Targets, folder: Path, mode: str | None, asked: list[str]
) -> None:
    eager, graph = (dataclasses.replace(HELD, mode=each) for each in ("eager", "graph"))
    there = (eager, dataclasses.replace(graph, verdict=NEW))
    deviates = dataclasses.replace(DEVIATES, mode=mode)
    baselines, maker = Baselines(folder / "baselines"), Maker("default", "suite")
    baselines.keep(OLD, write_run(folder / "old.jsonl", there), maker)
    baselines.keep(NEWER, write_run(folder / "new.jsonl", (deviates,)), maker)
    run(folder, NEWER)
    assert targets.asked == asked


def test_where_an_entry_for_it_is_in_force_no_clause_is_taken_to_hold(
    targets: Targets, folder: Path
) -> None:
    known = dataclasses.replace(DEVIATES, ledger=("an-entry",))
    header = dataclasses.replace(HEADER, ledger={"an-entry": {"why": "so", "case": "{}"}})
    baselines, maker = Baselines(folder / "baselines"), Maker("default", "suite")
    baselines.keep(OLD, write_run(folder / "old.jsonl", (HELD,), header), maker)
    baselines.keep(NEWER, write_run(folder / "new.jsonl", (known,)), maker)
    run(folder, NEWER)
    assert targets.asked == [NEWER]


def test_what_was_run_is_not_run_again(targets: Targets, folder: Path) -> None:
    run(folder)
    asked = len(targets.asked)
    assert run(folder) == 0
    assert len(targets.asked) == asked
    with (folder / "kept.jsonl").open("a") as kept:
        kept.write("{")
    assert run(folder) == 2


def test_the_page_has_the_counts(
    targets: Targets, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(all_reproducers, "PAGE", folder / "page.md")
    assert run(folder, "--page") == 0
    page = (folder / "page.md").read_text()
    assert f"| {NEWER} | 2 | 1 | 0 | 1 | 1 | 0 |\n| together | 2 | 1 | 0 | 1 | 1 | 0 |\n" in page


def test_an_unknown_baseline_is_told_in_one_line(
    targets: Targets, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(folder, "tf9") == 2
    assert "no baseline of tf9 in " in capsys.readouterr().err
