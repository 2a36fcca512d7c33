"""The targets that have a name: `targets.toml` says how each is made."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from conformance.errors import MalformedTargets
from conformance.targets import interpreters
from conformance.toml import tomllib

TARGETS = Path(__file__).parents[1] / "targets.toml"

_NAME = re.compile(r"[a-z0-9][a-z0-9.-]*")  # it names a folder, and an environment of tox


@dataclass(frozen=True)
class Recipe:
    """How one named target is made."""

    name: str
    python: str
    packages: tuple[str, ...]
    alone: tuple[str, ...] = ()  # installed without what they ask for

    @property
    def requirements(self) -> tuple[str, ...]:
        """All that is asked for by name."""
        return self.packages + self.alone


@functools.cache
def read(path: Path = TARGETS) -> dict[str, Recipe]:
    """All recipes by name, in the order of the file; raises MalformedTargets."""
    try:
        plain = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise MalformedTargets(f"{path.name}: {error}; mend the file") from error
    recipes = [_recipe(item, path) for item in plain.get("target", ())]
    found = {recipe.name: recipe for recipe in recipes}
    if len(found) < len(recipes) or set(plain) != {"target"}:
        raise MalformedTargets(
            f"{path.name}: must hold [[target]] only, each with a name of its own; mend the file"
        )
    return found


def possible() -> tuple[list[str], list[str]]:
    """The names whose Python the machine has; and of the others, each with what it lacks."""
    recipes = read().values()
    here = interpreters.among(recipe.python for recipe in recipes)
    names = [recipe.name for recipe in recipes if recipe.python in here]
    lacking = [f"{r.name} (Python {r.python} is not here)" for r in recipes if r.python not in here]
    return names, lacking


def _recipe(item: dict[str, Any], path: Path) -> Recipe:
    lists = {key: tuple(value) for key, value in item.items() if isinstance(value, list)}
    try:
        recipe = Recipe(**{**item, **lists})
    except TypeError as error:
        raise _malformed(item, path) from error
    texts = (recipe.python, *recipe.requirements)
    if not _NAME.fullmatch(recipe.name) or not all(isinstance(text, str) for text in texts):
        raise _malformed(item, path)
    return recipe


def _malformed(item: dict[str, Any], path: Path) -> MalformedTargets:
    known = ", ".join(field.name for field in fields(Recipe))
    return MalformedTargets(
        f"{path.name}: target {item.get('name')!r} must have {known} (the last is optional), as"
        " texts and lists of texts; mend the file"
    )
