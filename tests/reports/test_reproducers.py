"""The command that runs all scripts of a run, on stand-ins for a Python with a TensorFlow."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.results.verdict import NEW
from tests import reproducers
from tests.reports.test_repro import MALFORMED, a_deviation
from tests.reports.test_show import a_verdict, write_run


@pytest.fixture
def run_file(tmp_path: Path) -> Path:
    without = a_verdict("AG-01", "RNN/keras3", NEW, case={"path": "RNN/keras3", "mode": "eager"})
    return write_run(tmp_path / "run.jsonl", (a_deviation(MALFORMED), without))


def a_python(folder: Path, code: int) -> Path:
    """Return a stand-in for Python that accepts a script and exits with this code."""
    stand_in = folder / "python"
    stand_in.write_text(f"#!/bin/sh\necho seen: $1\nexit {code}\n")
    stand_in.chmod(0o755)
    return stand_in


@pytest.mark.parametrize(("code", "expected", "result"), [(1, 1, 0), (0, 1, 1), (0, 0, 0)])
def test_each_script_must_exit_as_expected(
    code: int,
    expected: int,
    result: int,
    run_file: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    python = a_python(tmp_path, code)
    asked = [str(run_file), "--apart", "--python", str(python), "--expect", str(expected)]
    assert reproducers.main(asked) == result
    printed = capsys.readouterr().out
    assert f"1 scripts, {1 - result} exit {expected}; 1 deviations have none" in printed
    assert ("exit 0, but must be 1: RJ-01 RNN/keras3" in printed) == bool(result)


@pytest.mark.parametrize(
    ("before", "words", "what"),
    [
        ("TypeError", "seen: TypeError: no", None),
        ("TypeError", "seen: InvalidArgumentError: no", None),
        (
            "TypeError",
            "seen: NameError: no",
            "exit 1 with NameError, but the run has seen TypeErro",
        ),
        (
            "IndexError",
            "seen: ValueError: no",
            "exit 1 with ValueError, but the run has seen Index",
        ),
        ("TypeError", "seen: accepted; shapes []", "exit 1 with no error, but the run has seen Ty"),
        (None, "seen: NameError: no", "exit 1 with NameError, but the run has seen no error"),
        (None, "seen: apart by 2.0", None),
    ],
)
def test_a_script_must_see_the_error_of_its_run(
    before: str | None, words: str, what: str | None, tmp_path: Path
) -> None:
    error = {"class": before, "message": f"{before} (no)", "stage": "call"} if before else None
    verdict = a_deviation(MALFORMED, observation={"error": error})
    ended = reproducers.Ended(reproducers.Script(tmp_path, verdict, ""), 1, f"expected\n{words}\n")
    printed = ended.otherwise(reproducers.PRESENT)
    assert printed == what if what is None else (printed or "").startswith(what)


def test_a_python_that_cannot_run_them_is_told(run_file: Path, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="cannot run scripts"):
        reproducers.main([str(run_file), "--python", str(a_python(tmp_path, 7))])
