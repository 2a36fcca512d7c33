"""Measure the structure of a checkout: folders, imports, docstrings, lengths.

The numbers come from the text of the modules; nothing is imported or run.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_FOLDERS = ("conformance", "strategies", "reports", "benchmarks", "tests")
_NOT_COUNTED = ("__init__", "__main__")
_QUESTIONS = ("What", "Which", "Whether", "Of", "How")
_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef)


@dataclass(frozen=True)
class Module:
    """A module: its dotted name, its file, and what its text is parsed into."""

    name: str
    file: Path
    tree: ast.Module

    @property
    def folder(self) -> str:
        """The dotted name of the folder that it lies in."""
        return ".".join(self.file.parent.parts)

    @property
    def is_test(self) -> bool:
        """True where pytest collects it; a chapter of tests is no room of a house."""
        return self.file.name.startswith("test_")


@dataclass(frozen=True)
class Import:
    """An import between two siblings: modules or folders that lie side by side in one folder."""

    importer: str
    imported: str


def measure(root: Path) -> int:
    """Print a table of the structure of the checkout at `root`."""
    modules = [*_modules(root)]
    imports = [*_imports(modules)]
    folders = Counter(m.folder for m in modules if not m.is_test and _counts(m))
    fullest, most = folders.most_common(1)[0]
    longest = max((m for m in modules if not m.is_test), key=lambda module: _lines(module.tree))
    function, length = _longest_function(modules)
    docstrings = [*_docstrings(modules)]
    asking = sum(text.split()[0] in _QUESTIONS for text in docstrings)
    print("| measure | number |")
    print("| --- | ---: |")
    print(f"| folders with modules | {len(folders)} |")
    print(f"| most modules in a folder, tests apart | {most} ({fullest}) |")
    print(f"| imports between siblings | {len(imports)} |")
    print(f"| layers | {_layers(imports)} |")
    print(f"| imports against the direction of the others | {_against(imports)} |")
    print(f"| base names that two modules share | {len(_shared_names(modules))} |")
    print(f"| docstrings | {len(docstrings)} |")
    print(f"| docstrings that open with {'/'.join(_QUESTIONS)} | {asking} |")
    print(f"| longest module, tests apart | {_name_and_lines(longest)} |")
    print(f"| longest function | {length} lines ({function}) |")
    return 0


def _modules(root: Path) -> Iterator[Module]:
    for folder in _FOLDERS:
        for file in sorted((root / folder).rglob("*.py")):
            within = file.relative_to(root)
            name = ".".join(within.with_suffix("").parts).removesuffix(".__init__")
            yield Module(name, within, ast.parse(file.read_text(encoding="utf-8")))


def _counts(module: Module) -> bool:
    return module.file.stem not in _NOT_COUNTED


def _imports(modules: list[Module]) -> Iterator[Import]:
    """Yield each import between two modules of the suite, as one between siblings.

    Tests may import whatever they test, and a `__main__` only names a command.
    """
    by_name = {module.name: module for module in modules}
    for module in modules:
        if module.is_test or module.folder.startswith("tests") or module.file.stem == "__main__":
            continue
        for name in sorted(set(_imported(module, by_name))):
            if name != module.name and not module.name.startswith(f"{name}."):
                yield _between_siblings(module.name, name)


def _between_siblings(importer: str, imported: str) -> Import:
    one, other = importer.split("."), imported.split(".")
    depth = 0 if one[0] == other[0] else 1  # the top folders are one house
    while depth < min(len(one), len(other)) - 1 and one[depth] == other[depth]:
        depth += 1
    return Import(".".join(one[: depth + 1]), ".".join(other[: depth + 1]))


def _imported(module: Module, by_name: Mapping[str, Module]) -> Iterator[str]:
    package = module.name if module.file.stem == "__init__" else module.name.rpartition(".")[0]
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*parts, base] if base else parts)
            for alias in node.names:
                whole = f"{base}.{alias.name}"
                if whole in by_name or base in by_name:
                    yield whole if whole in by_name else base


def _layers(imports: list[Import]) -> int:
    """Return the length of the longest chain of siblings, each imported by the one before it."""
    below: dict[str, set[str]] = {}
    for one in imports:
        below.setdefault(one.importer, set()).add(one.imported)
    depth: dict[str, int] = {}

    def visit(folder: str, path: tuple[str, ...]) -> int:
        if folder in path:
            return 0
        if folder not in depth:
            others = below.get(folder, set())
            depth[folder] = 1 + max((visit(o, (*path, folder)) for o in others), default=0)
        return depth[folder]

    return max((visit(folder, ()) for folder in sorted(below)), default=0)


def _against(imports: list[Import]) -> int:
    """Return how many imports go against the majority of those between the same two siblings."""
    counted = Counter(imports)
    return sum(
        min(count, counted[Import(one.imported, one.importer)])
        for one, count in counted.items()
        if one.importer < one.imported
    )


def _shared_names(modules: list[Module]) -> list[str]:
    names = Counter(m.file.stem for m in modules if _counts(m) and not m.is_test)
    return [name for name, count in names.items() if count > 1 and name != "conftest"]


def _docstrings(modules: list[Module]) -> Iterator[str]:
    for module in modules:
        for node in ast.walk(module.tree):
            text = ast.get_docstring(node) if isinstance(node, _DOCUMENTED) else None
            if text:
                yield text


def _longest_function(modules: list[Module]) -> tuple[str, int]:
    found = [
        (f"{module.name}:{node.name}", _lines(node))
        for module in modules
        if not module.is_test
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef)
    ]
    return max(found, key=lambda one: one[1])


def _name_and_lines(module: Module) -> str:
    return f"{_lines(module.tree)} lines ({module.name})"


def _lines(node: ast.Module | ast.FunctionDef) -> int:
    if isinstance(node, ast.FunctionDef):
        return (node.end_lineno or node.lineno) - node.lineno + 1
    return max(
        (child.end_lineno or 0 for child in node.body if hasattr(child, "end_lineno")), default=0
    )
