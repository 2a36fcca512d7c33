"""The folder of the targets that were made: one folder for each, and what is being made.

The life of a folder: `.NAME.partial` while it is made, or removed; then it is moved to `NAME`, with
the account of what was asked for, so that whatever was left half-way is never taken for a target.
All of it happens under the lock of the name, which the system lets go of when its holders end.
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
    """What a target was made from, what was found in it, and how much room it takes."""

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
        """The folder of the option, else of the environment variable, else the user's cache."""
        given = option or os.environ.get(VARIABLE)
        if given:
            return cls(Path(given))
        caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        return cls(caches / "rnn-state-conformance" / "targets")

    def interpreter(self, name: str) -> Path:
        """Where the Python of a target lies that is made."""
        return self.folder / name / "bin" / "python"

    def partial_folder(self, name: str) -> Path:
        """Where a target lies while it is made."""
        return self.folder / f".{name}.partial"

    def account(self, name: str) -> Account | None:
        """The account of a target that is made; nothing where there is none, or no use in it."""
        try:
            plain = json.loads((self.folder / name / _ACCOUNT).read_text(encoding="utf-8"))
            account = Account(**plain)
        except (OSError, ValueError, TypeError):
            return None
        return account if self.interpreter(name).exists() else None

    def time_made(self, name: str) -> int:
        """When a target was made that is made, in nanoseconds of the system's clock."""
        return (self.folder / name / _ACCOUNT).stat().st_mtime_ns

    def has(self, recipe: Recipe) -> bool:
        """Whether the target is made, and from what the recipe says today."""
        account = self.account(recipe.name)
        asked = (recipe.python, list(recipe.requirements))
        return account is not None and (account.python, account.requirements) == asked

    def names(self) -> list[str]:
        """The targets that are made, those without a recipe included, and what is half-way."""
        if not self.folder.is_dir():
            return []
        folders = [entry.name for entry in self.folder.iterdir() if entry.is_dir()]
        return sorted({name.removeprefix(".").removesuffix(".partial") for name in folders})

    @contextmanager
    def lock(self, name: str, waiting: Callable[[], Any] | None = None) -> Iterator[int]:
        """Hold the lock of a name; yields its file's number.

        A process that is given the number holds the lock too, until it ends: what survives a driver
        that is killed must not write into what the next one makes.

        Raises:
            TargetBusy: another holds it, and `waiting`, called before one waits, is not given.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        file = os.open(self.folder / f".{name}.lock", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                if waiting is None:
                    raise TargetBusy(
                        f"target {name}: is being made or removed just now; try again later"
                    ) from error
                waiting()
                fcntl.flock(file, fcntl.LOCK_EX)
            yield file
        finally:
            os.close(file)

    def clear(self, name: str) -> None:
        """Remove what is half-way; under the lock."""
        if self.partial_folder(name).exists():
            shutil.rmtree(self.partial_folder(name))

    def finish(self, recipe: Recipe, versions: dict[str, str]) -> Account:
        """What is half-way is complete now; under the lock."""
        partial = self.partial_folder(recipe.name)
        account = Account(recipe.python, list(recipe.requirements), versions, _size(partial))
        (partial / _ACCOUNT).write_text(json.dumps(asdict(account), indent=1), encoding="utf-8")
        partial.replace(self.folder / recipe.name)
        return account

    def discard(self, name: str) -> None:
        """Remove a target and what is half-way; under the lock."""
        self.clear(name)
        if (self.folder / name).exists():
            (self.folder / name).replace(self.partial_folder(name))
            self.clear(name)


def _size(folder: Path) -> int:
    files = (Path(where) / name for where, _, names in os.walk(folder) for name in names)
    return sum(file.lstat().st_size for file in files)
