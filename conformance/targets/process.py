"""The driver's side of the protocol: it starts, asks and stops a target.

The life of a target: a process is started from an interpreter, and asked at once to `describe`
itself, so that it imports TensorFlow while the driver goes on → it runs programs → it is closed.
A target that dies or hangs in a case is started again for the next case. So is a target that has
grown large, because TensorFlow never frees what XLA has compiled.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Protocol

from conformance.adapter import wire
from conformance.errors import AdapterFailure, TargetDied, TargetHung, TargetUnavailable

ADAPTER = Path(__file__).parents[1] / "adapter"
INLINE = "inline"
START_SECONDS = 180  # TensorFlow's import on a cold disk is slow
CASE_SECONDS = 120
LARGE = 1250 * 2**20  # bytes in memory; with its worker's 200 MB a target stays below 1.5 GB

Runs = tuple[wire.Run, ...]
Observations = tuple[tuple[wire.Observation, ...], ...]


class Target(Protocol):
    """An object that describes itself and runs programs."""

    name: str

    def describe(self) -> wire.Description:
        """Return the versions and paths."""

    def run(self, program: wire.Program, runs: Runs) -> Observations:
        """Return, for each run, one observation for each call."""

    def state_size(self, program: wire.Program) -> object:
        """Return the state_size of the program's cell, as a tree of wire.Other."""

    def look(self, program: wire.Program) -> wire.Made:
        """Return the config and the initial weights of the program's cell or layer."""

    def seconds(self) -> dict[str, float]:
        """Return the seconds spent so far on importing, building, running and serving."""

    def renew_if_large(self) -> None:
        """Start again, with nothing kept, if the target takes much memory."""

    def close(self) -> None:
        """Stop the target."""


class ProcessTarget:
    """A target in a process of its own, which inherits the environment variables."""

    def __init__(
        self,
        name: str,
        interpreter: Path,
        case_seconds: float = CASE_SECONDS,
        large: float = LARGE,
    ) -> None:
        self.name = name
        self._interpreter = interpreter
        self._case_seconds = case_seconds
        self._large = large
        self._log = tempfile.TemporaryFile()  # noqa: SIM115  both standard streams: TensorFlow prints a lot
        self._process: subprocess.Popen[bytes] | None = None
        self._description: wire.Description | None = None
        self._start()

    def describe(self) -> wire.Description:
        """Return the versions and paths; raise TargetUnavailable if TensorFlow fails to import."""
        try:
            return self._await_description()
        except AdapterFailure as failure:
            last = str(failure).strip().splitlines()[-1]
            raise TargetUnavailable(
                f"target {self.name}: {self._interpreter} cannot be used: {last}"
                " (it needs numpy and tensorflow: pip install -e '.[tensorflow]')"
            ) from failure
        except (TargetDied, TargetHung) as failure:
            raise TargetUnavailable(f"target {self.name}: {failure}") from failure

    def run(self, program: wire.Program, runs: Runs) -> Observations:
        """Return, for each run, one observation for each call.

        Raises:
            TargetDied, TargetHung: the process ended or did not answer; it is started again.
            AdapterFailure: the suite's own code failed in the target.
        """
        return self._ask("run", (program, runs), self._case_seconds)

    def state_size(self, program: wire.Program) -> object:
        """Return the state_size of the program's cell; raise as `run` does."""
        return self._ask("state_size", program, self._case_seconds)

    def look(self, program: wire.Program) -> wire.Made:
        """Return config and initial weights of the program's cell or layer; raise as `run` does."""
        return self._ask("look", program, self._case_seconds)

    def seconds(self) -> dict[str, float]:
        """Return the seconds spent so far, by activity; raise as `run` does."""
        return self._ask("seconds", None, self._case_seconds)

    def renew_if_large(self) -> None:
        """Start again, with nothing kept, if the target takes much memory."""
        if self._process is not None and _resident_bytes(self._process.pid) > self._large:
            self.close()
            self._start()

    def close(self) -> None:
        """End the process at once: it holds nothing, and TensorFlow takes long to exit."""
        if self._process is None:
            return
        self._requests.close()
        self._answers.close()
        self._process.kill()
        self._process.wait()

    def _start(self) -> None:
        read_request, write_request = os.pipe()
        read_answer, write_answer = os.pipe()
        command = [str(self._interpreter), str(ADAPTER), str(read_request), str(write_answer)]
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=self._log,
                stderr=subprocess.STDOUT,
                pass_fds=(read_request, write_answer),
                start_new_session=True,  # the driver handles an interrupt at the terminal
            )
        except OSError as error:
            raise TargetUnavailable(f"target {self.name}: {self._interpreter}: {error}") from error
        finally:
            os.close(read_request)
            os.close(write_answer)
        self._requests = Connection(write_request, readable=False)
        self._answers = Connection(read_answer, writable=False)
        self._description = None
        with contextlib.suppress(BrokenPipeError):  # waiting for the answer raises the error
            self._requests.send_bytes(wire.dumps(("describe", None)))

    def _await_description(self) -> wire.Description:
        """Return the answer to the very first request; wait for it once."""
        if self._description is None:
            self._description = self._answer(START_SECONDS)
        return self._description

    def _ask(self, word: str, argument: Any, seconds: float) -> Any:
        self._await_description()
        with contextlib.suppress(BrokenPipeError):
            self._requests.send_bytes(wire.dumps((word, argument)))
        return self._answer(seconds)

    def _answer(self, seconds: float) -> Any:
        try:
            if not self._answers.poll(seconds):
                self._restart()
                raise TargetHung(f"no answer within {seconds:g} s")
            kind, value = wire.loads(self._answers.recv_bytes())
        except (EOFError, ConnectionResetError) as error:
            raise TargetDied(self._restart()) from error
        if kind == "failure":
            raise AdapterFailure(value)
        return value

    def _restart(self) -> str:
        """Start again; return how the process ended and what it printed last."""
        self._kill()
        code = self._process.returncode if self._process else None
        ended = f"signal {signal.Signals(-code).name}" if code and code < 0 else f"exit code {code}"
        last_line = self._last_line()
        self._start()
        return f"the process ended with {ended}{': ' + last_line if last_line else ''}"

    def _kill(self) -> None:
        if self._process is not None:
            if self._process.poll() is None and not self._ends_by_itself():
                self._process.kill()
            self._process.wait()

    def _ends_by_itself(self) -> bool:
        assert self._process is not None
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=1)
            return True
        return False

    def _last_line(self) -> str:
        self._log.seek(0, os.SEEK_END)
        self._log.seek(max(0, self._log.tell() - 2000))
        lines = self._log.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else ""


class InlineTarget:
    """The adapter in the driver's own process, for a debugger."""

    name = INLINE

    def describe(self) -> wire.Description:
        """Return the versions and paths of this very process."""
        return self._answer("describe", None)

    def run(self, program: wire.Program, runs: Runs) -> Observations:
        """Return, for each run, one observation for each call."""
        return self._answer("run", (program, runs))

    def state_size(self, program: wire.Program) -> object:
        """Return the state_size of the program's cell."""
        return self._answer("state_size", program)

    def look(self, program: wire.Program) -> wire.Made:
        """Return the config and the initial weights of the program's cell or layer."""
        return self._answer("look", program)

    def seconds(self) -> dict[str, float]:
        """Return the seconds spent so far, by activity."""
        return self._answer("seconds", None)

    def renew_if_large(self) -> None:
        """Do nothing, as this process cannot be started again."""

    def close(self) -> None:
        """Do nothing, as nothing is held."""

    def _answer(self, word: str, argument: Any) -> Any:
        from conformance.adapter import serve  # the first request imports TensorFlow

        kind, value = serve.reply(word, argument)
        if kind == "failure":
            raise AdapterFailure(value)
        return value


def _resident_bytes(process: int) -> int:
    """Return the bytes of a process that are in memory; 0 where the system does not show them."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
