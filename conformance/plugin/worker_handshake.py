"""The handshake of workers and controller: a worker describes its target to the controller.

TensorFlow's import takes seconds of processor time, so the controller starts no target of its own.
Each worker publishes the description of its target in a folder that the controller made. The
first description is enough, as the targets of all workers are equal.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest

from conformance.adapter import wire
from conformance.errors import TargetUnavailable

_POLL_SECONDS = 0.02
_DESCRIPTION, _ERROR = ".description", ".error"


def worker_input(config: pytest.Config) -> dict[str, Any]:
    """Return the settings that the controller sent to this worker; {} where this is no worker."""
    return getattr(config, "workerinput", {})


class WorkerHandshake:
    """A folder in which workers publish the descriptions of their targets."""

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder)

    def publish(self, worker: str, descriptions: list[wire.Description]) -> None:
        """Publish the descriptions of a worker's targets."""
        self._write(worker + _DESCRIPTION, wire.dumps(descriptions))

    def publish_error(self, worker: str, error: TargetUnavailable) -> None:
        """Publish why a worker's target cannot be used."""
        self._write(worker + _ERROR, str(error).encode())

    def wait(self, seconds: float) -> list[wire.Description]:
        """Return the first descriptions; raise TargetUnavailable for an error, or if none comes."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for notice in sorted(self._folder.iterdir()):
                if notice.suffix == _DESCRIPTION:
                    return wire.loads(notice.read_bytes())
                if notice.suffix == _ERROR:
                    raise TargetUnavailable(notice.read_text())
            time.sleep(_POLL_SECONDS)
        raise TargetUnavailable(
            f"the workers' targets have not answered within {seconds:.0f} s; try without -n"
        )

    def _write(self, name: str, notice: bytes) -> None:
        # written under another name first, so that nobody reads half a notice
        with tempfile.NamedTemporaryFile(dir=self._folder, delete=False) as file:
            file.write(notice)
        os.replace(file.name, self._folder / name)
