"""`pytest conformance` as a user types it: each mistake gives one line."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from conformance.engine import replay
from conformance.errors import UnreadableCase
from conformance.ledger.entry import Ledger
from conformance.results.change_kinds import UNCHANGED
from conformance.results.verdict import Verdict
from conformance.targets import ProcessTarget, interpreters
from conformance.upgrade.upgrade_clauses import STATEMENTS
from reports.run_files.run_file import read
from tests import support
from tests.faults.bank import BANK
from tests.faults.library_modules import KERAS2_RNN, V1_CELLS
from tests.faults.planting import Change, faulty_interpreter

CASE = '"path":"RNN/keras3","mode":"eager","cells":[{"kind":"GRU","units":1}]'
needs_tensorflow = pytest.mark.skipif(
    find_spec("tensorflow") is None, reason="TensorFlow is not installed here"
)


def conformance(
    *arguments: str, root: Path = support.ROOT, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run pytest as in a new terminal: it inherits nothing from this run of pytest."""
    inherited = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "--color=no", *arguments],
        cwd=root,
        env={**inherited, "COLUMNS": "120", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def complaint(done: subprocess.CompletedProcess[str]) -> str:
    """Return the one line that says what is wrong."""
    assert done.returncode not in (0, 1), done.stdout
    lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    assert "Traceback" not in "".join(lines)
    # if pytest itself finds the mistake, it adds its usage, its configuration file and its root
    assert len(lines) <= 4, "\n".join(lines)
    return "\n".join(lines)


def test_an_unknown_option() -> None:
    assert "unrecognized arguments: --no-such" in complaint(conformance("conformance", "--no-such"))


def test_an_unknown_profile() -> None:
    line = complaint(conformance("conformance", "--profile", "fast"))
    assert "invalid choice: 'fast'" in line
    for name in ("quick", "default", "thorough", "explore"):
        assert name in line


def test_an_unknown_target() -> None:
    line = complaint(conformance("conformance", "--target", "no/such/python"))
    assert "--target = 'no/such/python'" in line
    assert "the path of a Python interpreter that has numpy and tensorflow" in line


def test_a_target_without_tensorflow() -> None:
    python = interpreters.find("3.12") or interpreters.find("3.10")
    if python is None:
        pytest.skip("no Python without TensorFlow on this machine")
    line = complaint(conformance("conformance", "--target", str(python)))
    assert "No module named" in line
    assert "pip install -e '.[tensorflow]'" in line


def test_three_targets() -> None:
    line = complaint(conformance("conformance", *(["--target", "here"] * 3)))
    assert "must be given once, or twice: an old target and a new one" in line


def test_the_upgrade_of_one_target() -> None:
    line = complaint(conformance("conformance/test_upgrade.py"))
    assert "needs two targets: --target OLD --target NEW" in line


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Make a copy of the repository that a test may break."""
    for name in ("conformance", "strategies", "reports"):
        shutil.copytree(
            support.ROOT / name,
            tmp_path / name,
            ignore=shutil.ignore_patterns("out", "__pycache__", "*.pyc"),
        )
    for name in ("conftest.py", "pyproject.toml"):
        shutil.copy(support.ROOT / name, tmp_path / name)
    return tmp_path


@pytest.mark.parametrize(
    ("text", "message"),
    [("[[cause]\n", "line 1: no TOML"), ("[[cause]]\nname = 'x'\n", "line 1: this cause has no")],
)
def test_a_broken_ledger(copy: Path, text: str, message: str) -> None:
    (copy / "conformance" / "ledger" / "deviations" / "keras3_states.toml").write_text(text)
    line = complaint(conformance("conformance", root=copy))
    assert "ledger keras3_states.toml" in line
    assert message in line


UNREADABLE = {
    "not JSON": ("{", "must be the JSON that a failure prints"),
    "no object": ("[]", "clause = None"),
    "no clause": (f"{{{CASE}}}", "one of those that --clauses lists"),
    "unknown clause": (f'{{"clause":"ZZ-01",{CASE}}}', "one of those that --clauses lists"),
    "unknown field": (f'{{"clause":"RT-01",{CASE},"colour":1}}', "colour"),
    "unknown dtype": (f'{{"clause":"RT-01",{CASE},"dtype":"float33"}}', "float33"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_an_unreadable_case(name: str) -> None:
    support.clauses()
    text, message = UNREADABLE[name]
    with pytest.raises(UnreadableCase) as error:
        replay.read_replay(text)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_an_unreadable_case_at_the_terminal() -> None:
    text, message = UNREADABLE["unknown field"]
    assert message in complaint(conformance("conformance", "--replay", text))


@needs_tensorflow
def test_a_case_that_the_target_cannot_run(target: ProcessTarget) -> None:
    text = f'{{"clause":"RT-01",{CASE}}}'.replace("RNN/keras3", "RNN/keras9")
    support.clauses()
    with pytest.raises(UnreadableCase, match="path = 'RNN/keras9', but must be one of"):
        replay.replay(text, target, Ledger())


def test_the_clauses_are_listed() -> None:
    done = conformance("conformance", "--clauses")
    assert done.returncode == 0
    for clause in support.clauses().values():
        assert clause.identifier in done.stdout
        assert clause.statement in done.stdout
        assert all(str(source) in done.stdout for source in clause.sources)


SUBSET = ("conformance", "-k", "RJ-01 and batch_one and layer", "--profile", "quick")


def verdicts(folder: Path, *options: str) -> list[dict[str, Any]]:
    """Return the verdicts of a run of the subset, sorted and without seconds."""
    done = conformance(*SUBSET, "--strict", "--report", str(folder), *options)
    assert done.returncode == 1, done.stdout + done.stderr  # Keras 3 broadcasts a batch of one
    assert "--replay" in done.stdout
    (file,) = folder.glob("*.jsonl")
    records = [json.loads(line) for line in file.read_text().splitlines()]
    found = [{**record, "seconds": None} for record in records if "verdict" in record]
    return sorted(found, key=str)


@needs_tensorflow
def test_verdicts_do_not_depend_on_the_workers_or_the_run(tmp_path: Path) -> None:
    one = verdicts(tmp_path / "one")
    assert {record["clause"] for record in one} == {"RJ-01"}  # a clause is chosen by its identifier
    assert {record["verdict"] for record in one} == {"holds", "new"}
    assert {record["path"] for record in one} == {"layer/keras2", "layer/keras3"}
    assert verdicts(tmp_path / "again", "-n", "2") == one


@needs_tensorflow
def test_a_case_is_replayed(target: ProcessTarget) -> None:
    support.clauses()
    outcome, clause = replay.replay(f'{{"clause":"RT-01",{CASE}}}', target, Ledger())
    printed = replay.format_replay(outcome, clause)
    assert "RT-01 (must)" in printed
    assert "verdict: holds" in printed


@needs_tensorflow
def test_a_case_that_deviates_is_replayed_at_the_terminal() -> None:
    wrong = (
        '{"clause":"RJ-01","path":"RNN/keras3","mode":"eager","cells":[{"kind":"GRU","units":2}],'
        '"batch":2,"malformation":{"name":"batch_one"}}'
    )
    done = conformance("conformance", "--strict", "--replay", wrong)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "verdict: new" in done.stdout
    assert "grade: accepted" in done.stdout


# --- two targets ----------------------------------------------------------------------------------

BOTH = ("--profile", "quick", "--target", "here", "--target")


@dataclass(frozen=True)
class Upgraded:
    """A fault in the new target alone, and the tests that must find it."""

    change: Change
    module: str
    only: str


def bank_change(name: str) -> Change:
    """Return a change from the bank of planted faults."""
    (fault,) = (fault for fault in BANK if fault.name == name)
    return Change(fault.module, fault.old, fault.new)


REFUSAL = 'raise ValueError(\n                f"Layer has {len(self.states)} "'
FEWER = "TypeError if len(initial_state) < len(self.states) else ValueError"
OTHER_REFUSAL = Change(  # another class of error for too few states, another message for too many
    KERAS2_RNN,
    REFUSAL,
    REFUSAL.replace("ValueError", f"({FEWER})").replace("Layer has", "There are"),
)
PLANTED = {  # by the clause that must find it
    "UP-01": Upgraded(
        bank_change("keras3-rnn-states-in-one-list"),
        "test_round_trip.py",
        "RNN/keras3-LSTM",
    ),
    "UP-02": Upgraded(
        bank_change("keras3-rnn-dict-as-state"), "test_rejection.py", "RNN/keras3 and dict"
    ),
    "UP-03": Upgraded(OTHER_REFUSAL, "test_rejection.py", "RNN/keras2 and too_few and not dynamic"),
    "UP-04": Upgraded(
        OTHER_REFUSAL, "test_rejection.py", "RNN/keras2 and too_many and not dynamic"
    ),
    "UP-05": Upgraded(
        bank_change("keras3-lstm-pair-swapped"), "test_agreement.py", "layer/keras3-LSTM"
    ),
    "UP-06": Upgraded(
        bank_change("keras3-lstm-layer-default-hard-sigmoid"),
        "test_upgrade.py",
        "defaults",
    ),
    "UP-07": Upgraded(
        bank_change("keras3-gru-config-without-reset-after"),
        "test_persistence.py",
        "PS-01 and GRU",
    ),
    "UP-08": Upgraded(
        Change(
            V1_CELLS,
            "`tf.nn.rnn_cell.BasicRNNCell` is deprecated and will be ",
            'gone" + self.gone + "',
        ),
        "test_upgrade.py",
        "paths",
    ),
}


UPGRADES = {  # faults that one new target has together, and the exit code of the upgrade check
    "what breaks": (("UP-01", "UP-02", "UP-05", "UP-07", "UP-08"), 1),
    "another class of error, another message and other defaults": (("UP-03", "UP-04", "UP-06"), 0),
}


def run_upgrade(folder: Path, only: str, new: str, *modules: str) -> tuple[str, list[Verdict], int]:
    """Run an upgrade check, and return its output, its verdicts and its exit code."""
    files = [f"conformance/{module}" for module in modules]
    done = conformance(*files, "-k", only, *BOTH, new, "--report", str(folder))
    (file,) = folder.glob("*.jsonl")
    return done.stdout + done.stderr, list(read(file).verdicts), done.returncode


@needs_tensorflow
def test_an_upgrade_to_the_same_is_silent(tmp_path: Path) -> None:
    only = "RT-01 and layer"
    output, found, code = run_upgrade(tmp_path, only, "here", "test_round_trip.py")
    assert code == 0, output
    assert found
    assert {verdict.target_difference.change for verdict in found if verdict.target_difference} == {
        UNCHANGED
    }
    last = "0 breaking, 0 weaker errors, 0 changed messages, 0 other changes, 0 fixed; numbers are"
    assert last in " ".join(output.split())


@needs_tensorflow
@pytest.mark.parametrize("name", UPGRADES)
def test_an_upgrade_to_faults_is_seen(tmp_path: Path, name: str) -> None:
    clauses, code = UPGRADES[name]
    planted = [PLANTED[clause] for clause in clauses]
    new = faulty_interpreter(tmp_path, *dict.fromkeys(one.change for one in planted))
    only = " or ".join(f"({one.module.removesuffix('.py')} and {one.only})" for one in planted)
    modules = dict.fromkeys(one.module for one in planted)
    output, found, seen_code = run_upgrade(tmp_path / "out", only, str(new), *modules)
    assert seen_code == code, output
    changed = [
        one for one in found if one.target_difference and one.target_difference.change != UNCHANGED
    ]
    assert {one.clause for one in changed} == set(clauses), output
    assert ("0 breaking, 0 weaker errors" in " ".join(output.split())) == (code == 0)
    for one in changed:
        if one.case:
            assert f"--target here --target {new} --replay" in str(one.replay)


def test_each_clause_of_the_upgrade_has_a_fault() -> None:
    assert list(PLANTED) == list(STATEMENTS)
    assert sorted(clause for clauses, _ in UPGRADES.values() for clause in clauses) == list(PLANTED)
