"""Run the suite against one planted fault, until its first red verdict."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tests.faults.fault import SUITE, Fault
from tests.faults.planting import faulty_environment
from tests.faults.run_outcome import RED, RunFolder, judge_run
from tests.faults.trial import Outcome, Trial

_ROOT = Path(__file__).resolve().parents[2]
_SECONDS_TO_END = 5.0
_SECONDS_BETWEEN_LOOKS = 0.3


@dataclass(frozen=True)
class TrialRunner:
    """The way in which the suite is called, the same for every fault.

    A trial's selections are run one after the other until one is red. With `whole` the suite is
    run at once instead.
    """

    profile: str = "default"
    workers: int = 2
    time_limit: float = 600.0
    whole: bool = False
    root: Path = _ROOT

    def run(self, trial: Trial) -> Outcome:
        """Run the suite with the fault in place, until the first red verdict."""
        start = time.monotonic()
        selections = [SUITE] if self.whole else trial.selections
        for tests in selections:
            outcome = self._run_selection(trial.fault, tests)
            if outcome.verdict not in ("survived", "unreached"):
                break
        return replace(
            outcome,
            seconds=round(time.monotonic() - start, 1),
            by_its_family=outcome.verdict == "caught" and tests == trial.fault.selections[0],
            asked=trial.asked,
        )

    def is_green(self) -> bool:
        """Run the suite without a fault and return whether it is green.

        If it is red without a fault, a red run with one proves nothing.
        """
        with tempfile.TemporaryDirectory(prefix="control-") as path:
            return self._call_pytest(None, RunFolder(Path(path)), SUITE) == 0

    def _run_selection(self, fault: Fault, tests: Sequence[str]) -> Outcome:
        with tempfile.TemporaryDirectory(prefix="fault-") as path:
            folder = RunFolder(Path(path))
            return judge_run(fault, self._call_pytest(fault, folder, tests), folder)

    def _call_pytest(
        self, fault: Fault | None, folder: RunFolder, tests: Sequence[str]
    ) -> int | None:
        # The output goes to a file. A process that outlives pytest would keep a pipe open, and
        # this process would wait for it.
        with folder.output.open("wb") as output:
            process = subprocess.Popen(
                self._command(folder.report, tests),
                cwd=self.root,
                env=faulty_environment(fault, folder.witness) if fault else None,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                return self._exit_code(process, folder)
            finally:
                _stop(process)

    def _exit_code(self, process: subprocess.Popen[bytes], folder: RunFolder) -> int | None:
        """Wait for the exit code; return None if there is none within the time limit.

        Return that of a red run at the first red verdict. The other workers could take long to
        finish their tests.
        """
        end = time.monotonic() + self.time_limit
        while time.monotonic() < end:
            try:
                return process.wait(_SECONDS_BETWEEN_LOOKS)
            except subprocess.TimeoutExpired:
                if folder.first_deviation():
                    return RED
        return None

    def _command(self, report: Path, tests: Sequence[str]) -> list[str]:
        return [
            *(sys.executable, "-m", "pytest", *tests, "-x", "-q"),
            *("--profile", self.profile),
            *("-n", str(self.workers)),
            *("--report", str(report)),
        ]


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End what is left of the run, with its workers and targets."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
            process.wait(_SECONDS_TO_END)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue
