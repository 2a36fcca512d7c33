"""The folder of the targets: one folder for each target that is made or being made.

A target's folder is called `.NAME.partial` while it is made or removed. Then it is moved to `NAME`,
with an account of what was asked for. So a half-made folder is never taken for a target. All of
this happens under the lock of the name. The system frees the lock when the processes that hold it
end.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from conformance.errors import TargetBusy
from conformance.targets.registry import Recipe

VARIABLE = "CONFORMANCE_TARGET_CACHE"

_ACCOUNT = "conformance-target.json"


@dataclass(frozen=True)
class Account:
    """A record of a target: what it was made from, the versions in it, and its size in bytes."""

    python: str
    requirements: list[str]
    versions: dict[str, str]
    size: int


class Cache:
    """A folder of named targets."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.expanduser().absolute()

    @classmethod
    def choose(cls, option: str | None = None) -> Cache:
        """Choose the option's folder, else the environment variable's, else one in the cache."""
        given = option or os.environ.get(VARIABLE)
        if given:
            return cls(Path(given))
        caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        return cls(caches / "rnn-state-conformance" / "targets")

    def interpreter(self, name: str) -> Path:
        """Return the path of the Python of a target that is made."""
        return self.folder / name / "bin" / "python"

    def partial_folder(self, name: str) -> Path:
        """Return the folder of a target while it is made."""
        return self.folder / f".{name}.partial"

    def account(self, name: str) -> Account | None:
        """Return the account of a target that is made; None where it is missing or unusable."""
        try:
            plain = json.loads((self.folder / name / _ACCOUNT).read_text(encoding="utf-8"))
            account = Account(**plain)
        except (OSError, ValueError, TypeError):
            return None
        return account if self.interpreter(name).exists() else None

    def time_made(self, name: str) -> int:
        """Return the time when a target was made, in nanoseconds of the system's clock."""
        return (self.folder / name / _ACCOUNT).stat().st_mtime_ns

    def has(self, recipe: Recipe) -> bool:
        """Return True where the target is made, and was made from today's recipe."""
        account = self.account(recipe.name)
        asked = (recipe.python, list(recipe.requirements))
        return account is not None and (account.python, account.requirements) == asked

    def names(self) -> list[str]:
        """Return the names of all made and half-made targets, also of those without a recipe."""
        if not self.folder.is_dir():
            return []
        folders = [entry.name for entry in self.folder.iterdir() if entry.is_dir()]
        return sorted({name.removeprefix(".").removesuffix(".partial") for name in folders})

    @contextmanager
    def lock(self, name: str, waiting: Callable[[], Any] | None = None) -> Iterator[int]:
        """Hold the lock of a name and yield the lock file's descriptor.

        A process that is given the descriptor holds the lock too, until it ends. So a process that
        survives a killed driver cannot write into the target that the next driver makes.
        `waiting` is called before a wait for another holder.

        Raises:
            TargetBusy: another process holds the lock, and `waiting` is not given.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        file = os.open(self.folder / f".{name}.lock", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                if waiting is None:
                    raise TargetBusy(
                        f"target {name}: another process makes or removes it; try again later"
                    ) from error
                waiting()
                fcntl.flock(file, fcntl.LOCK_EX)
            yield file
        finally:
            os.close(file)

    def clear(self, name: str) -> None:
        """Remove a half-made target, under the lock."""
        if self.partial_folder(name).exists():
            shutil.rmtree(self.partial_folder(name))

    def finish(self, recipe: Recipe, versions: dict[str, str]) -> Account:
        """Complete a half-made target and return its account, under the lock."""
        partial = self.partial_folder(recipe.name)
        account = Account(recipe.python, list(recipe.requirements), versions, _size(partial))
        (partial / _ACCOUNT).write_text(json.dumps(asdict(account), indent=1), encoding="utf-8")
        partial.replace(self.folder / recipe.name)
        return account

    def discard(self, name: str) -> None:
        """Remove a target, made or half-made, under the lock."""
        self.clear(name)
        if (self.folder / name).exists():
            (self.folder / name).replace(self.partial_folder(name))
            self.clear(name)


def _size(folder: Path) -> int:
    files = (Path(where) / name for where, _, names in os.walk(folder) for name in names)
    return sum(file.lstat().st_size for file in files)
