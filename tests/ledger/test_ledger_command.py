"""`python -m conformance.ledger` with real processes: one that dies, one that is interrupted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests import support
from tests.targets.test_install import write_program

# A target with Keras 2 and 3, of which each RNN/keras2 ends the process, and the layers of Keras 3
# leak an error; with WAITS they wait instead
STAND_IN = (
    support.PROTOCOL
    + """
PATHS = ("RNN/keras2", "layer/keras3", "RNN/keras3")


def answer(word, argument):
    if word == "describe":
        offers = tuple(wire.PathOffer(path, ("GRU",), ("eager",)) for path in PATHS)
        versions = {{"tensorflow": "2.9.3", "keras2": "2.9.0", "keras3": "3.6.0"}}
        return wire.Description(versions, offers)
    program, runs = argument
    if program.path == "RNN/keras2":
        os.kill(os.getpid(), signal.SIGKILL)
    while "WAITS" in os.environ:
        time.sleep(1)
    error = wire.Error("IndexError", "builtins", ("IndexError",), "list index", "x.py")
    return tuple(tuple(wire.Observation(error=error) for _ in run.calls) for run in runs)


while True:
    try:
        message = wire.loads(requests.recv_bytes())
    except EOFError:
        break
    answers.send_bytes(wire.dumps(("answer", answer(*message))))
"""
)

ENTRIES = """
[[cause]]
name = "for-the-test"
why = "for the test"

[[cause.seen]]
name = "dies"
clause = "RJ-01"
paths = ["RNN/keras2"]
versions = {{ keras2 = "{keras2}" }}
grade = "crashed"
error = "crashed"
case = '{{"path":"RNN/keras2","mode":"eager","cells":[{{"kind":"GRU","units":1}}],"malformation":{{"name":"too_many"}}}}'

[[cause.seen]]
name = "leaks"
clause = "RJ-01"
paths = ["layer/keras3"]
versions = {{ keras3 = ">=3.15,<3.16" }}  # a comment
grade = "leaked"
error = "IndexError"
case = '{{"path":"layer/keras3","mode":"eager","cells":[{{"kind":"GRU","units":1}}],"malformation":{{"name":"too_many"}}}}'
"""  # noqa: E501
RIGHT, WRONG = ">=2.9,<2.10", ">=2.4,<2.5"


class Place:
    """A folder with a target, a ledger, and what was seen."""

    def __init__(self, folder: Path) -> None:
        self.ledger = folder / "deviations.toml"
        self.ledger.write_text(ENTRIES.format(keras2=RIGHT))
        self.kept = folder / "kept.jsonl"
        self._target = write_program(folder / "python", STAND_IN.format(python=sys.executable))

    def command(self, word: str, *more: str) -> list[str]:
        given = ["--ledger", self.ledger, "--kept", self.kept, "--target", self._target]
        return [sys.executable, "-m", "conformance.ledger", word, *map(str, given), *more]

    def run(self, word: str, *more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(word, *more), cwd=support.ROOT, capture_output=True, text=True, timeout=300
        )

    def seen(self) -> int:
        """Return how many sightings are kept."""
        return self.kept.read_text().count('"seen"') if self.kept.exists() else 0


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_a_target_that_dies_is_seen_to_and_asked_again(place: Place) -> None:
    done = place.run("check")
    assert done.returncode == 1, done.stderr
    first, outside, seen_in, last = done.stdout.splitlines()
    assert first.startswith("leaks (RJ-01): keras3 ")
    assert outside.startswith("  deviates outside: ")
    assert seen_in == "  seen in: keras3 >=3.6,<3.16"
    assert last == "1 of 2 entries have a wrong range; 2 could be replayed on 1 targets"
    assert "2 cases to replay, 0 are known" in done.stderr


def test_update_writes_the_ranges_and_then_they_are_right(place: Place) -> None:
    place.ledger.write_text(ENTRIES.format(keras2=WRONG))
    assert place.run("update").returncode == 0
    text = ENTRIES.format(keras2=">=2.4,<2.10").replace(">=3.15,<3.16", ">=3.6,<3.16")
    assert place.ledger.read_text() == text
    again = place.run("check")
    assert again.returncode == 0
    assert "0 cases to replay, 2 are known" in again.stderr


def test_several_at_once_see_the_same(place: Place) -> None:
    assert place.run("check", "-n", "2").stdout == place.run("check", "--replay-all").stdout


def test_an_interrupt_loses_nothing_that_was_seen(place: Place) -> None:
    with subprocess.Popen(
        place.command("check"),
        cwd=support.ROOT,
        env={**os.environ, "WAITS": "yes"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        end = time.monotonic() + 240
        while not place.seen():
            assert time.monotonic() < end
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert said.splitlines()[-1] == f"interrupted; what was seen is kept in {place.kept}"
    assert "1 cases to replay, 1 are known" in place.run("check").stderr


def test_a_target_that_cannot_be_started(place: Place, tmp_path: Path) -> None:
    broken = write_program(tmp_path / "broken", "#!/bin/sh\nexit 3\n")
    done = place.run("check", "--target", str(broken))
    assert done.returncode == 2
    assert f"target {broken}: the process ended with exit code 3" in done.stderr
    assert "Traceback" not in done.stderr
    assert "1 of 2 entries have a wrong range" in done.stdout


def test_no_target_at_all(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "conformance.ledger", "check", "--target-cache", str(tmp_path)],
        cwd=support.ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert "no target is made in" in line
