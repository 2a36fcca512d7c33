"""Plant a change into a library module: by environment variables that `hook` reads."""

import dataclasses
import json
import os
import shlex
import stat
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.faults.fault import Fault

_HOOK = Path(__file__).resolve().parent / "hook"


@dataclass(frozen=True)
class Change:
    """A change to a module of a library: the text `old` is replaced by the text `new`."""

    module: str
    old: str
    new: str


def planting_variables(changes: Sequence[Change]) -> dict[str, str]:
    """Return the environment variables that make Python plant the changes."""
    inherited = os.environ.get("PYTHONPATH")
    return {
        "PYTHONPATH": os.pathsep.join([str(_HOOK), inherited] if inherited else [str(_HOOK)]),
        "PLANTED_FAULTS": json.dumps([dataclasses.asdict(change) for change in changes]),
    }


def faulty_interpreter(folder: Path, *changes: Change) -> Path:
    """Write a program that starts this Python with the changes in place, and return its path.

    A target with that interpreter is faulty while other targets are not.
    """
    variables = planting_variables(changes)
    assignments = (f"{name}={shlex.quote(value)}" for name, value in variables.items())
    file = folder / "faulty-python"
    file.write_text(f'#!/bin/sh\nexec env {" ".join(assignments)} {sys.executable} "$@"\n')
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return file


def faulty_environment(fault: Fault, witness: Path) -> dict[str, str]:
    """Return this process's environment with variables that plant a fault.

    The file `witness` exists once the fault is planted.
    """
    change = Change(fault.module, fault.old, fault.new)
    return {**os.environ, **planting_variables([change]), "PLANTED_FAULT_WITNESS": str(witness)}
