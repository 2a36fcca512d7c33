"""The ledger of known deviations: which cases of which clauses, in which versions, what is seen.

An entry of `deviations.toml`:

    [[deviation]]
    name = "keras3-broadcasts-a-batch-of-one"      # unique
    clause = "RJ-01"
    paths = ["RNN/keras3", "layer/keras3"]
    versions = { keras3 = ">=3.0" }                # PEP 440, for each named package
    when = { malformation = ["batch_one"], mode = ["eager"] }
    grade = "accepted"                             # or error = "IndexError", message = "regex";
                                                   # several errors of one cause in a list
    why = "..."
    thread = "https://..."                         # where there is one
    case = '{"path": ...}'                         # the minimal case

`when` names fields of the case, each with the list of values it may have; a number may be bounded
by a string like ">=2". Beside the fields of `Case` there are `cell`; `malformation`, by name, and
`role`, what it is done to (`LSTM.c`, or `all` leaves); `model`, by its API; of a stack `depth`, the
`kinds` in it ("LSTM" where it has one, "no LSTM" where it has none), its `first` and `last`, and
the `narrowest` and `widest` leaf; the fields of `Layer`; `longest`, the most steps that count in a
row, and `held_at_end`, whether in some row a step counts, but not the last that is run; of nested
stacks the `smallest_stack`, by its number of cells; of a user's own cell its `structure`.

Every case that an entry covers must deviate as it says. Where what is seen depends on more than a
condition can say, `sometimes = true` lets covered cases hold, and `why` says on what it depends.
"""

from __future__ import annotations

import dataclasses
import functools
import operator
import re
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from conformance._toml import tomllib
from conformance.cases import case_arrays
from conformance.cases.case import JSON_FIELDS, Case
from conformance.cases.case_json import from_json
from conformance.cases.malformations import state_malformations
from conformance.cases.program import Layer, Nesting
from conformance.checks.deviation import Deviation
from conformance.errors import MalformedLedger, UnreadableCase

DEVIATIONS = Path(__file__).parents[1] / "deviations.toml"

_BOUND = re.compile(r"(>=|<=|>|<|==|!=)\s*(-?\d+)$")
_COMPARISONS = {
    ">=": operator.ge, "<=": operator.le, ">": operator.gt,
    "<": operator.lt, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip


def _longest(case: Case) -> int:
    counted = case_arrays.counted_steps(case)
    return case.data.steps if counted is None else int(counted.sum(axis=1).max(initial=0))


def _held_at_end(case: Case) -> bool:
    counted = case_arrays.counted_steps(case)
    if counted is None or not case.data.steps:
        return False
    last = counted[:, 0 if case.program.layer.go_backwards else -1]
    return bool((counted.any(axis=1) & ~last).any())


def _smallest_stack(nesting: int | Nesting) -> int | None:
    """The fewest cells in one of the stacks of a tree."""
    if isinstance(nesting, int) or not nesting:
        return None
    within = [size for size in map(_smallest_stack, nesting) if size is not None]
    return min([len(nesting), *within])


_DERIVED: dict[str, Callable[[Case], object]] = {
    **{
        field.name: operator.attrgetter(f"program.layer.{field.name}")
        for field in dataclasses.fields(Layer)
    },
    "longest": _longest,
    "held_at_end": _held_at_end,
    "cell": lambda case: case.program.cell_name,
    "depth": lambda case: len(case.program.cells),
    "malformation": lambda case: case.data.malformation and case.data.malformation.name,
    "role": state_malformations.role,
    "model": lambda case: case.program.model and case.program.model.api,
    "kinds": lambda case: sorted({cell.cell_type for cell in case.program.cells}),
    "first": lambda case: case.program.cells[0].cell_type,
    "last": lambda case: case.program.cells[-1].cell_type,
    "narrowest": lambda case: min(
        width for cell in case.program.cells for width in cell.state_widths
    ),
    "widest": lambda case: max(width for cell in case.program.cells for width in cell.state_widths),
    "smallest_stack": lambda case: _smallest_stack(case.program.nesting),
    "structure": lambda case: (
        case.program.cells[0].custom and case.program.cells[0].custom.structure
    ),
}
_CONDITIONS = set(JSON_FIELDS) - {"cells", "path"} | set(_DERIVED)


@dataclass(frozen=True)
class Condition:
    """One field of the case, and the values that it may have."""

    field: str
    allowed: tuple[object, ...]

    def holds(self, case: Case) -> bool:
        """Whether the case's field has an allowed value."""
        value = _DERIVED[self.field](case) if self.field in _DERIVED else case.field(self.field)
        return any(_allows(allowed, value) for allowed in self.allowed)


def _allows(allowed: object, value: object) -> bool:
    if allowed == "none":
        return value is None
    if isinstance(value, list):
        excluded = isinstance(allowed, str) and allowed.removeprefix("no ")
        return excluded not in value if excluded != allowed else allowed in value
    bound = _BOUND.match(allowed) if isinstance(allowed, str) else None
    if bound and isinstance(value, int):
        return bool(_COMPARISONS[bound[1]](value, int(bound[2])))
    return allowed == value


@dataclass(frozen=True)
class Entry:
    """One known deviation."""

    name: str
    clause: str
    paths: tuple[str, ...]
    versions: tuple[tuple[str, SpecifierSet], ...]
    when: tuple[Condition, ...]
    why: str
    case: Case
    grade: str | None = None
    error: str | tuple[str, ...] | None = None
    message: str | None = None
    thread: str | None = None
    sometimes: bool = False

    def covers(self, clause: str, case: Case) -> bool:
        """Whether the entry is about this clause and case."""
        return (
            clause == self.clause
            and case.place in self.paths
            and all(condition.holds(case) for condition in self.when)
        )

    @property
    def _errors(self) -> tuple[str | None, ...]:
        return self.error if isinstance(self.error, tuple) else (self.error,)

    def describes(self, deviation: Deviation) -> bool:
        """Whether what was seen is what the entry says is seen."""
        error = deviation.observation.error if deviation.observation else None
        return (
            self.grade in (None, deviation.grade)
            and (error.name if error else None) in self._errors
            and re.search(
                self.message or "", f"{deviation.sentence}\n{error.message if error else ''}"
            )
            is not None
        )


@dataclass(frozen=True)
class Ledger:
    """The entries that are in force for a target's versions."""

    entries: tuple[Entry, ...] = ()

    def covering(self, clause: str, case: Case) -> list[Entry]:
        """The entries that cover a case of a clause."""
        about = self._about.get((clause, case.place), ())
        return [entry for entry in about if entry.covers(clause, case)]

    @functools.cached_property
    def _about(self) -> dict[tuple[str, str], list[Entry]]:
        """The entries by clause and path: every case that is judged asks for them."""
        found: dict[tuple[str, str], list[Entry]] = {}
        for entry in self.entries:
            for path in entry.paths:
                found.setdefault((entry.clause, path), []).append(entry)
        return found


def load(versions: Mapping[str, str], path: Path = DEVIATIONS) -> Ledger:
    """The ledger for the given versions of tensorflow, keras2 and keras3.

    Raises:
        MalformedLedger: the file cannot be read, or an entry is not one.
    """
    return Ledger(tuple(entry for entry in read(path) if in_range(entry.versions, versions)))


def in_range(wanted: Iterable[tuple[str, SpecifierSet]], versions: Mapping[str, str]) -> bool:
    """Whether versions have each package that a range names, in a release of the range."""
    return all(
        package in versions and specifiers.contains(version(versions[package]), prereleases=True)
        for package, specifiers in wanted
    )


def version(text: str) -> Version:
    """A version as a target says it."""
    try:
        return Version(text)
    except InvalidVersion:
        return Version(re.split(r"[-+]", text)[0])  # Keras of TensorFlow 1.15 says 2.2.4-tf


def read(path: Path = DEVIATIONS) -> list[Entry]:
    """All entries of a ledger; raises MalformedLedger."""
    try:
        plain = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise MalformedLedger(f"ledger {path.name}: {error}; mend the file") from error
    entries = [_entry(path, index, item) for index, item in enumerate(_items(path, plain), 1)]
    names = [entry.name for entry in entries]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise MalformedLedger(f"ledger {path.name}: {twice} stand twice; give each its own name")
    return entries


def _items(path: Path, plain: dict[str, typing.Any]) -> Sequence[typing.Any]:
    items = plain.pop("deviation", [])
    if plain or not isinstance(items, list):
        raise MalformedLedger(
            f"ledger {path.name}: top level = {sorted(plain)}, but must hold [[deviation]] only"
        )
    return items


def _entry(path: Path, index: int, item: typing.Any) -> Entry:
    if not isinstance(item, dict):
        raise MalformedLedger(f"ledger {path.name}: deviation {index} = {item!r} is no table")
    where = f"ledger {path.name}: deviation {index} ({item.get('name', 'without name')})"
    known = {field.name: field for field in dataclasses.fields(Entry)}
    unknown = sorted(set(item) - set(known))
    missing = [
        name for name, f in known.items() if f.default is dataclasses.MISSING and name not in item
    ]
    if unknown or missing:
        raise MalformedLedger(f"{where}: unknown keys {unknown}, missing keys {missing}")
    wrong = [n for n in ("name", "clause", "why", "case") if not isinstance(item[n], str)]
    if wrong or not isinstance(item["paths"], list):
        raise MalformedLedger(f"{where}: {wrong or ['paths']} must be text (paths: a list of it)")
    try:
        return Entry(
            **{
                **item,
                "paths": tuple(item["paths"]),
                "versions": tuple((p, SpecifierSet(s)) for p, s in item["versions"].items()),
                "when": tuple(_condition(where, n, v) for n, v in item["when"].items()),
                "error": _errors(where, item.get("error")),
                "message": re.compile(item["message"]).pattern if "message" in item else None,
                "case": from_json(item["case"]),
            }
        )
    except (InvalidSpecifier, UnreadableCase, re.error, AttributeError, TypeError) as error:
        raise MalformedLedger(f"{where}: {error}") from error


def _errors(where: str, given: object) -> str | tuple[str, ...] | None:
    if isinstance(given, list) and given and all(isinstance(name, str) for name in given):
        return tuple(given)
    if given is None or isinstance(given, str):
        return given
    raise MalformedLedger(f"{where}: error = {given!r}, but must be a name or a list of names")


def _condition(where: str, name: str, allowed: object) -> Condition:
    if name not in _CONDITIONS:
        raise MalformedLedger(f"{where}: when = {name!r}, but must be one of {sorted(_CONDITIONS)}")
    if not isinstance(allowed, list):
        raise MalformedLedger(f"{where}: when.{name} = {allowed!r}, but must be a list")
    return Condition(name, tuple(allowed))


def to_record(ledger: Ledger) -> dict[str, dict[str, str]]:
    """Return what the header of a run file holds of each entry, by its name."""
    return {
        entry.name: {
            "why": entry.why,
            "case": entry.case.to_json(),
            **({"thread": entry.thread} if entry.thread else {}),
        }
        for entry in ledger.entries
    }
