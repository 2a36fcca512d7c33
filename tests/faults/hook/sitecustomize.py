"""Plant one fault into one module while it is imported; the files on disk stay as they are.

Python imports this file at start when its folder is on PYTHONPATH. The environment says what to do:

PLANTED_FAULT          a JSON object with `module`, `old` and `new`; without it nothing happens.
PLANTED_FAULT_WITNESS  a file to which the module's name is added once the fault is in.

Standard library only, and Python 3.7: it runs inside whatever interpreter is under test.
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
    """Load a module from its source with the fault put in."""

    def __init__(self, fullname: str, path: str, fault: dict[str, str]) -> None:
        super().__init__(fullname, path)
        self._fault = fault

    def get_code(self, fullname: str) -> CodeType:
        """Compile the changed source.

        Overriding this method and no smaller one is what keeps cached bytecode out: the inherited
        one would read a stale cache and write a poisoned one.
        """
        code: CodeType = self.source_to_code(self.get_source(fullname), self.get_filename(fullname))
        _bear_witness(fullname)
        return code

    def get_source(self, fullname: str) -> str:
        """Return the module's source as it will run."""
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
    """Find the one module that gets the fault; leave every other module to the other finders."""

    def __init__(self, fault: dict[str, str]) -> None:
        self._fault = fault

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the module's usual spec, but with the loader that puts the fault in."""
        if fullname != self._fault["module"]:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.origin is not None:
            spec.loader = FaultyLoader(fullname, spec.origin, self._fault)
        return spec


def _bear_witness(module: str) -> None:
    witness = os.environ.get("PLANTED_FAULT_WITNESS")
    if witness:
        with open(witness, "a") as file:
            file.write(module + "\n")


if os.environ.get("PLANTED_FAULT"):
    sys.meta_path.insert(0, FaultFinder(json.loads(os.environ["PLANTED_FAULT"])))
