"""Targets: real processes that are missing, unfit, die or hang, and work again afterwards."""

from __future__ import annotations

import os
import signal
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from conformance import targets
from conformance.adapter import wire
from conformance.cases import case_calls
from conformance.cases.case import make_case
from conformance.cases.program import Cell
from conformance.checks import numbers, outputs
from conformance.errors import AdapterFailure, TargetDied, TargetHung, TargetUnavailable
from conformance.targets import ProcessTarget, interpreters, open_target
from tests import support

RUNS = (wire.Run((), (wire.Call(wire.Array("float32", (0,), b"")),)),)

# Speaks the protocol and does what the program's path says
STAND_IN = (
    support.PROTOCOL
    + """

def answer(word, argument):
    if word == "describe":
        return ("answer", wire.Description({{"tensorflow": "0"}}, ()))
    program, runs = argument
    if program.path.startswith("SIG"):
        os.kill(os.getpid(), getattr(signal, program.path))
    if program.path == "exit":
        print("this is my last line", flush=True)
        os._exit(3)
    if program.path == "fail":
        return ("failure", "Traceback (most recent call last):\\nZeroDivisionError: by zero\\n")
    seen = wire.Observation(state=wire.Other(str(os.getpid())))
    return ("answer", tuple(tuple(seen for _ in run.calls) for run in runs))


while True:
    try:
        message = wire.loads(requests.recv_bytes())
    except EOFError:
        break
    answers.send_bytes(wire.dumps(answer(*message)))
"""
)


def program(does: str = "answer") -> wire.Program:
    return wire.Program(does, "eager", (), 1, "float32")


def write_script(folder: Path, text: str) -> Path:
    file = folder / "python"
    file.write_text(text)
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return file


@pytest.fixture
def stand_in(tmp_path: Path) -> Iterator[ProcessTarget]:
    file = write_script(tmp_path, STAND_IN.format(python=sys.executable))
    with closing(ProcessTarget("stand-in", file, case_seconds=20)) as target:
        yield target


def pid(target: ProcessTarget) -> int:
    ((observation,),) = target.run(program(), RUNS)
    assert isinstance(observation.state, wire.Other)
    return int(observation.state.name)


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


# --- interpreters that cannot be a target ---------------------------------------------------------


def one_line_error(act: Callable[[], Any]) -> str:
    with pytest.raises(TargetUnavailable) as error:
        act()
    assert "\n" not in str(error.value)
    return str(error.value)


def describe(name: str) -> wire.Description:
    with closing(open_target(name)) as target:
        return target.describe()


def test_an_interpreter_that_is_not_there(tmp_path: Path) -> None:
    message = one_line_error(lambda: open_target(str(tmp_path / "python")))
    assert "--target = " in message
    assert "numpy and tensorflow" in message


def test_a_file_that_cannot_be_run(tmp_path: Path) -> None:
    file = tmp_path / "python"
    file.write_text("")
    assert "--target = " in one_line_error(lambda: open_target(str(file)))


def test_a_file_that_is_no_program(tmp_path: Path) -> None:
    message = one_line_error(lambda: describe(str(write_script(tmp_path, "\x00\x01"))))
    assert "Exec format error" in message


def test_a_program_that_is_no_python(tmp_path: Path) -> None:
    message = one_line_error(
        lambda: describe(str(write_script(tmp_path, "#!/bin/sh\necho hello\n")))
    )
    assert "exit code 0: hello" in message


@pytest.mark.parametrize("version", ["3.7", "3.12"])
def test_a_python_without_tensorflow(version: str) -> None:
    python = interpreters.find(version)
    if python is None:
        pytest.skip(f"no Python {version} on this machine")
    message = one_line_error(lambda: describe(str(python)))
    assert "No module named" in message
    assert "pip install -e '.[tensorflow]'" in message


# --- life and death of a target -------------------------------------------------------------------


def test_it_answers_and_ends(stand_in: ProcessTarget) -> None:
    process = pid(stand_in)
    assert is_alive(process)
    assert len(stand_in.run(program(), RUNS * 3)) == 3
    assert stand_in.describe().versions == {"tensorflow": "0"}
    stand_in.close()
    assert not is_alive(process)


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the system does not show it")
def test_one_that_has_grown_large_is_started_again(tmp_path: Path) -> None:
    def is_another(large: float) -> bool:
        with closing(ProcessTarget("stand-in", file, large=large)) as target:
            before = pid(target)
            target.renew_if_large()
            return pid(target) != before

    file = write_script(tmp_path, STAND_IN.format(python=sys.executable))
    assert is_another(large=2**20)
    assert not is_another(large=2**40)


@pytest.mark.parametrize("name", ["SIGKILL", "SIGABRT", "SIGSEGV"])
def test_one_that_dies_is_started_again(stand_in: ProcessTarget, name: str) -> None:
    before = pid(stand_in)
    with pytest.raises(TargetDied, match=f"the process ended with signal {name}"):
        stand_in.run(program(name), RUNS)
    after = pid(stand_in)
    assert after != before
    assert not is_alive(before)


def test_the_last_line_of_one_that_ends(stand_in: ProcessTarget) -> None:
    with pytest.raises(TargetDied, match="ended with exit code 3: this is my last line"):
        stand_in.run(program("exit"), RUNS)
    assert pid(stand_in)


def test_one_that_hangs_is_ended_and_started_again(tmp_path: Path) -> None:
    file = write_script(tmp_path, STAND_IN.format(python=sys.executable))
    with closing(ProcessTarget("stand-in", file, case_seconds=1)) as target:
        before = pid(target)
        with pytest.raises(TargetHung, match="no answer within 1 s"):
            target.run(program("SIGSTOP"), RUNS)
        assert pid(target) != before
        assert not is_alive(before)


def test_a_failure_of_the_suite_is_no_observation(stand_in: ProcessTarget) -> None:
    process = pid(stand_in)
    with pytest.raises(AdapterFailure, match="ZeroDivisionError"):
        stand_in.run(program("fail"), RUNS)
    assert pid(stand_in) == process


def test_an_interrupt_at_the_terminal_is_not_for_the_target(stand_in: ProcessTarget) -> None:
    assert os.getpgid(pid(stand_in)) != os.getpgid(0)


# --- the real one ---------------------------------------------------------------------------------

CASE = make_case("RNN/keras3", "eager", (Cell("LSTM", 3),), batch=2, steps=2, state="mixed")


@pytest.mark.skipif(find_spec("tensorflow") is None, reason="TensorFlow is not installed here")
def test_the_real_tensorflow(target: ProcessTarget) -> None:
    described = target.describe()
    assert described.versions["tensorflow"]
    offers = [(offer.name, offer.cells) for offer in described.paths]
    assert offers == [(offer.name, offer.cells) for offer in support.OFFERS]
    found = [offer for offer in described.paths if not offer.missing]
    assert all(offer == support.OFFERED[offer.name] for offer in found)
    assert CASE.program.path in {offer.name for offer in found}

    def judge() -> float:
        run = case_calls.run(CASE, [case_calls.whole(CASE)])
        ((seen,),) = target.run(case_calls.program(CASE), (run,))
        return numbers.agrees_with_reference(CASE, outputs.accepted_run(CASE, seen))

    assert judge() <= 1
    assert isinstance(target, ProcessTarget)
    assert target._process is not None
    os.kill(target._process.pid, signal.SIGKILL)
    with pytest.raises(TargetDied, match="signal SIGKILL"):
        judge()
    assert judge() <= 1


def test_a_name_is_looked_up_on_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    write_script(tmp_path, STAND_IN.format(python=sys.executable))
    monkeypatch.setenv("PATH", str(tmp_path))
    with closing(open_target("python")) as target:
        assert target.describe().versions == {"tensorflow": "0"}
    assert isinstance(open_target(targets.INLINE), targets.InlineTarget)
