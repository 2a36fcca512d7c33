"""What the workers' targets say of themselves, for the controller, which then needs no target.

TensorFlow's import takes seconds of a processor. Each worker pins up what its target has answered,
in a folder that the controller has made; the first answer will do, as their targets are alike.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

from conformance.adapter import wire
from conformance.errors import TargetUnavailable

_EVERY = 0.02  # seconds
_DESCRIPTION, _ERROR = ".description", ".error"


class Noticeboard:
    """A folder of notices."""

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder)

    def pin(self, worker: str, descriptions: list[wire.Description]) -> None:
        """Say what a worker's targets have answered."""
        self._pin(worker + _DESCRIPTION, wire.dumps(descriptions))

    def pin_error(self, worker: str, error: TargetUnavailable) -> None:
        """Say why a worker's target is of no use."""
        self._pin(worker + _ERROR, str(error).encode())

    def wait(self, seconds: float) -> list[wire.Description]:
        """The first answer; raises TargetUnavailable where it is an error, or none comes."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for notice in sorted(self._folder.iterdir()):
                if notice.suffix == _DESCRIPTION:
                    return wire.loads(notice.read_bytes())
                if notice.suffix == _ERROR:
                    raise TargetUnavailable(notice.read_text())
            time.sleep(_EVERY)
        raise TargetUnavailable(
            f"the workers' targets have not answered within {seconds:.0f} s; try without -n"
        )

    def _pin(self, name: str, notice: bytes) -> None:
        # moved into place, so that none is read half-written
        with tempfile.NamedTemporaryFile(dir=self._folder, delete=False) as file:
            file.write(notice)
        os.replace(file.name, self._folder / name)
