"""Plant faults into modules while they are imported. The files on disk do not change.

Python imports this file at its start if the folder is on PYTHONPATH. Two variables control it:

PLANTED_FAULTS         a JSON list of objects with `module`, `old` and `new`. Without it nothing
                       happens.
PLANTED_FAULT_WITNESS  a file. The module's name is added to it once the fault is planted.

The file uses the standard library only, and is for Python 3.7 and later, because it runs inside the
interpreter of any target.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import decode_source
from types import CodeType, ModuleType


class FaultyLoader(SourceFileLoader):
    """Load a module from its source with its faults in it."""

    def __init__(self, fullname: str, path: str, faults: list[dict[str, str]]) -> None:
        super().__init__(fullname, path)
        self._faults = faults

    def get_code(self, fullname: str) -> CodeType:
        """Compile the changed source.

        This method is overridden as a whole, to keep out cached bytecode. The inherited method
        would read a cache without the fault, and write one with the fault.
        """
        code: CodeType = self.source_to_code(self.get_source(fullname), self.get_filename(fullname))
        _write_witness(fullname)
        return code

    def get_source(self, fullname: str) -> str:
        """Return the module's source with its faults in it."""
        path = self.get_filename(fullname)
        source = decode_source(self.get_data(path))
        for fault in self._faults:
            count = source.count(fault["old"])
            if count != 1:
                raise ImportError(
                    "cannot plant the fault: its `old` text occurs"
                    f" {count} times, not once, in {path}",
                    name=fullname,
                    path=path,
                )
            source = source.replace(fault["old"], fault["new"])
        return source


class FaultFinder:
    """Find the modules that get a fault, and leave every other module to the other finders."""

    def __init__(self, faults: list[dict[str, str]]) -> None:
        self._faults = faults

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the module's usual spec, but with the loader that plants its faults."""
        faults = [fault for fault in self._faults if fault["module"] == fullname]
        if not faults:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.origin is not None:
            spec.loader = FaultyLoader(fullname, spec.origin, faults)
        return spec


def _write_witness(module: str) -> None:
    witness = os.environ.get("PLANTED_FAULT_WITNESS")
    if witness:
        with open(witness, "a") as file:
            file.write(module + "\n")


if os.environ.get("PLANTED_FAULTS"):
    sys.meta_path.insert(0, FaultFinder(json.loads(os.environ["PLANTED_FAULTS"])))
