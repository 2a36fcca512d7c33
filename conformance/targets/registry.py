"""The list of named targets: `targets.toml` says how each is made."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance._toml import tomllib
from conformance.errors import MalformedTargets
from conformance.targets import interpreters

TARGETS = Path(__file__).parents[1] / "targets.toml"

_NAME = re.compile(r"[a-z0-9][a-z0-9.-]*")  # it names a folder, and an environment of tox
_KEYS = {"name": str, "python": str, "packages": list, "alone": list}


@dataclass(frozen=True)
class Recipe:
    """The recipe for making one named target."""

    name: str
    python: str
    packages: tuple[str, ...]
    alone: tuple[str, ...] = ()  # installed without their dependencies

    @property
    def requirements(self) -> tuple[str, ...]:
        """All packages that are named."""
        return self.packages + self.alone


@functools.cache
def read(path: Path = TARGETS) -> dict[str, Recipe]:
    """Return all recipes by name, in the order of the file; raise MalformedTargets."""
    try:
        plain = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise MalformedTargets(f"{path.name}: {error}; correct the file") from error
    items = plain.pop("target", [])
    recipes = [_recipe(item, path) for item in items] if isinstance(items, list) else []
    by_name = {recipe.name: recipe for recipe in recipes}
    if plain or not by_name or len(by_name) < len(items):
        raise MalformedTargets(
            f"{path.name}: must hold only [[target]], each with its own name; correct the file"
        )
    return by_name


def available() -> tuple[list[str], list[str]]:
    """Return the names that have a Python here, and one line of names for each missing Python."""
    recipes = read().values()
    by_python: dict[str, list[str]] = {}
    for recipe in recipes:
        by_python.setdefault(recipe.python, []).append(recipe.name)
    here = interpreters.available(by_python)
    missing = [
        f"{', '.join(names)} (Python {python} is not installed)"
        for python, names in by_python.items()
        if python not in here
    ]
    return [recipe.name for recipe in recipes if recipe.python in here], missing


def _recipe(item: Any, path: Path) -> Recipe:
    if not _is_well_formed(item):
        raise MalformedTargets(
            f"{path.name}: [[target]] = {item}, but must have the strings `name` and `python`, the"
            " list of strings `packages`, and perhaps the list of strings `alone`; correct the file"
        )
    lists = {key: tuple(item[key]) for key, kind in _KEYS.items() if kind is list and key in item}
    return Recipe(**{**item, **lists})


def _is_well_formed(item: Any) -> bool:
    return (
        isinstance(item, dict)
        and set(_KEYS) - {"alone"} <= set(item) <= set(_KEYS)
        and all(isinstance(value, _KEYS[key]) for key, value in item.items())
        and all(isinstance(text, str) for text in item["packages"] + item.get("alone", []))
        and _NAME.fullmatch(item["name"]) is not None
    )
