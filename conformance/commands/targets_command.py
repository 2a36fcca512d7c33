"""The named targets: ``python -m conformance.targets list``, ``make NAME...``, ``remove NAME...``.

Exit code: 0 when all was done, 1 when a target could not be made or removed, 2 for a wrong command
line, 130 after an interrupt.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence

from conformance.cli import add_target_cache, exit_code
from conformance.errors import ConformanceError
from conformance.targets import install, interpreters, registry
from conformance.targets.cache import VARIABLE, Cache
from conformance.targets.registry import Recipe, read
from reports.terminal.output import say


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    return exit_code("conformance.targets", lambda: _run(parser, options))


def _run(parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    cache = Cache.choose(options.target_cache)
    if options.command == "list":
        say("\n".join(_list_lines(cache)))
        return 0
    if bool(options.names) == options.all:
        parser.error("give names, or --all")
    return _make(options, cache) if options.command == "make" else _remove(options, cache)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m conformance.targets", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    descriptions = {
        "list": "show each target: its Python, its packages, and whether it is made",
        "make": "make targets that are not made yet, and print the interpreter of each",
        "remove": "remove targets, half-made ones too",
    }
    for command, text in descriptions.items():
        added = commands.add_parser(command, help=text, description=text)
        add_target_cache(added)
        if command != "list":
            added.add_argument("names", nargs="*", metavar="NAME", help="a name that list shows")
            added.add_argument("--all", action="store_true", help="all targets")
    return parser


def _list_lines(cache: Cache) -> Iterator[str]:
    recipes = read()
    here = interpreters.available(recipe.python for recipe in recipes.values())
    width = max(map(len, recipes))
    for recipe in recipes.values():
        state = _state(recipe, cache, here)
        yield f"{recipe.name:{width}}  Python {recipe.python:4}  {state}"
        yield f"{'':{width}}  {' '.join(recipe.requirements)}"
    for name in cache.names():
        if name not in recipes:
            yield f"{name:{width}}  no longer has a recipe; remove it"
    yield f"folder: {cache.folder} (choose another with --target-cache or {VARIABLE})"


def _state(recipe: Recipe, cache: Cache, here: frozenset[str]) -> str:
    account = cache.account(recipe.name)
    if account and cache.has(recipe):
        return f"made: {install.format_account(account)}"
    if recipe.python not in here:
        return f"not made; Python {recipe.python} is not installed"
    return "made from another recipe; will be rebuilt" if account else "not made"


def _make(options: argparse.Namespace, cache: Cache) -> int:
    recipes = read()
    unknown = [name for name in options.names if name not in recipes]
    if unknown:
        raise ConformanceError(f"no such target: {', '.join(unknown)} (`list` shows all)")

    def make(name: str) -> None:
        print(install.provide(recipes[name], cache), flush=True)

    return _act_on_each(options.names or _available_names(), make)


def _available_names() -> list[str]:
    """Return the targets that have a Python here; print which ones are left out."""
    names, left_out = registry.available()
    for line in left_out:
        print(f"left out: {line}", file=sys.stderr)
    return names


def _remove(options: argparse.Namespace, cache: Cache) -> int:
    made = cache.names()
    missing = [name for name in options.names if name not in made]
    if missing:
        raise ConformanceError(f"not made: {', '.join(missing)} (`list` shows what is made)")

    def remove(name: str) -> None:
        with cache.lock(name):
            cache.discard(name)
        print(f"removed {name}")

    return _act_on_each(options.names or made, remove)


def _act_on_each(names: Sequence[str], act: Callable[[str], None]) -> int:
    """Act on one name after the other, and go on after a failure; return the exit code."""
    failed = False
    for name in names:
        try:
            act(name)
        except (ConformanceError, OSError) as error:
            print(error, file=sys.stderr)
            failed = True
    return int(failed)
