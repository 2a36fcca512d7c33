"""Plant one fault into one module while it is imported. The files on disk do not change.

Python imports this file at its start if the folder is on PYTHONPATH. Two variables control it:

PLANTED_FAULT          a JSON object with `module`, `old` and `new`. Without it nothing happens.
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
    """Load a module from its source with the fault in it."""

    def __init__(self, fullname: str, path: str, fault: dict[str, str]) -> None:
        super().__init__(fullname, path)
        self._fault = fault

    def get_code(self, fullname: str) -> CodeType:
        """Compile the changed source.

        This method is overridden as a whole, to keep out cached bytecode. The inherited method
        would read a cache without the fault, and write one with the fault.
        """
        code: CodeType = self.source_to_code(self.get_source(fullname), self.get_filename(fullname))
        _write_witness(fullname)
        return code

    def get_source(self, fullname: str) -> str:
        """Return the module's source with the fault in it."""
        path = self.get_filename(fullname)
        source = decode_source(self.get_data(path))
        count = source.count(self._fault["old"])
        if count != 1:
            message = (
                f"cannot plant the fault: its `old` text occurs {count} times, not once, in {path}"
            )
            raise ImportError(message, name=fullname, path=path)
        return source.replace(self._fault["old"], self._fault["new"])


class FaultFinder:
    """Find the module that gets the fault, and leave every other module to the other finders."""

    def __init__(self, fault: dict[str, str]) -> None:
        self._fault = fault

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the module's usual spec, but with the loader that plants the fault."""
        if fullname != self._fault["module"]:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.origin is not None:
            spec.loader = FaultyLoader(fullname, spec.origin, self._fault)
        return spec


def _write_witness(module: str) -> None:
    witness = os.environ.get("PLANTED_FAULT_WITNESS")
    if witness:
        with open(witness, "a") as file:
            file.write(module + "\n")


if os.environ.get("PLANTED_FAULT"):
    sys.meta_path.insert(0, FaultFinder(json.loads(os.environ["PLANTED_FAULT"])))
