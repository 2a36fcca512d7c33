"""What a clause is: one normative statement, bound to the property that judges it.

A test module of the contract writes a clause as a property with a docstring:

    @clause("RT-02", source=sources.GUIDE, subjects=subjects.each(), cases=states.together)
    def test_final_state_is_accepted_as_initial_state(case, run):
        '''A final state, just as it was returned, is accepted as the next initial state.'''
        (seen,) = run(case, requests.whole(case))
        ...

The statement is the docstring's first paragraph. The property takes a case and `run`, which asks
the target; it raises `judging.Deviation` where the clause does not hold, and may return the largest
observed/width or the rejection grade. It has no memory: it may be begun several times, until all
that it asks has been answered (asking.py).
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from hypothesis.strategies import SearchStrategy

from conformance.adapter import wire
from conformance.cases.case import Case, place

MUST, SHOULD = "must", "should"


@dataclass(frozen=True)
class Subject:
    """What a verdict is about: a path and a cell, at times a malformation or a second path."""

    path: str
    cell: str
    malformation: str | None = None
    other: str | None = None

    def __str__(self) -> str:
        parts = [self.place, self.cell, self.malformation]
        return "-".join(part for part in parts if part)

    @property
    def place(self) -> str:
        """The path as verdicts name it; a pair is `A ~ B`."""
        return place(self.path, self.other)


class Runs(Protocol):
    """Asks the target."""

    def __call__(self, case: Case, *calls: wire.Call) -> tuple[wire.Observation, ...]:
        """Run calls of the case's program."""

    def state_size(self, case: Case) -> object:
        """The state_size of the case's cell, as a tree of wire.Other with the sizes as names."""

    def look(self, case: Case) -> wire.Made:
        """The config and the initial weights of the case's cell or layer."""

    def defaults(self) -> Mapping[str, wire.Defaults]:
        """The default options of each class of cells and layers, by names as `keras3/LSTM`."""


@dataclass(frozen=True)
class CheckResult:
    """What a property tells about a case for which the clause holds.

    `width_ratio` is how far what was observed is from the reference, or from another path, by what
    it may be; `spread_ratio` the same of two runs of one path, which often agree to the last bit.
    `ulps` is the distance from the reference in units in the last place; `structures` are those of
    the final state (`forms.structures`); `refusal` is the error with which something was refused.
    """

    width_ratio: float | None = None
    spread_ratio: float | None = None
    grade: str | None = None
    ulps: float | None = None
    structures: tuple[str, ...] = ()
    refusal: str | None = None


Property = Callable[[Case, Runs], CheckResult | None]
Subjects = Callable[[Sequence[wire.PathOffer]], list[Subject]]
BatchSize = Callable[[str], int]  # how many cases are drawn together, by their mode


@dataclass(frozen=True)
class DrawSpec:
    """What is drawn for a subject: the modes, how many cases together, and which options.

    With `common` only options of cells that all generations offer, so that what is drawn for one
    path and for pairs of paths are the same programs.
    """

    modes: Sequence[str]
    batch_size: BatchSize = lambda mode: 1
    common: bool = False


Cases = Callable[[Subject, DrawSpec], SearchStrategy[tuple[Case, ...]]]
SingleCases = Callable[[Subject, Sequence[str]], SearchStrategy[Case]]


@dataclass(frozen=True)
class Cost:
    """How much it takes to judge a clause, and with what it is judged together.

    `effort` multiplies how much is drawn. An `isolated` clause uses nothing that was built for
    another case. `shares_cases_with` names the clause whose cases it draws and whose answers it
    shares. The programs of an `expensive` clause are no other's and take long to build: default
    judges it for as many cells of a path as `cells` says, and quick judges it eagerly only. Other
    clauses rest on an `essential` one: quick judges it too for all cells of a path, and it begins
    with the simplest program, not with a drawn one.
    """

    effort: float = 1.0
    isolated: bool = False
    shares_cases_with: str | None = None
    expensive: bool = False
    cells: int = 1
    essential: bool = False


@dataclass(frozen=True)
class Clause:
    """One normative statement with its property.

    `subjects` lists what it is judged for, given the paths that were looked for; `cases` makes the
    strategy of a subject, which draws several data cases of one program; `cost` says how it is
    scheduled. `modes` are those in which the statement makes sense; None: in all that a path
    offers.
    """

    identifier: str
    statement: str
    severity: str
    source: str
    subjects: Subjects
    cases: Cases
    judge: Property
    cost: Cost = Cost()
    modes: Sequence[str] | None = None

    def judged_in(self, offered: Sequence[str], further: Sequence[str] = ()) -> list[str]:
        """Which of the modes that a path offers the clause is judged in, further ones by name."""
        if self.modes is None:
            return list(offered)
        return [mode for mode in (*offered, *further) if mode in self.modes]

    @property
    def draws(self) -> str:
        """The identifier of the clause whose cases it draws, mostly its own."""
        return self.cost.shares_cases_with or self.identifier

    @property
    def family(self) -> str:
        """The letters of the identifier, as RT; `reports/families.py` has their names."""
        return self.identifier.split("-")[0]


CLAUSES: dict[str, Clause] = {}


def clause(
    identifier: str,
    *,
    source: str,
    subjects: Subjects,
    cases: Cases,
    severity: str = MUST,
    cost: Cost = Cost(),
    modes: Sequence[str] | None = None,
) -> Callable[[Property], Callable[..., None]]:
    """Make a property the test of a clause; its docstring's first paragraph is the statement."""

    def bind(judge: Property) -> Callable[..., None]:
        statement = " ".join((inspect.getdoc(judge) or "").split("\n\n")[0].split())
        if not statement or identifier in CLAUSES:
            raise ValueError(f"clause {identifier} lacks a statement or stands twice")
        CLAUSES[identifier] = Clause(
            identifier=identifier,
            statement=statement,
            severity=severity,
            source=source,
            subjects=subjects,
            cases=cases,
            judge=judge,
            cost=cost,
            modes=modes,
        )

        def test(subject: Subject, bench: object, request: object) -> None:
            bench.judge(CLAUSES[identifier], subject, request.node)  # type: ignore[attr-defined]

        test.__name__ = judge.__name__
        test.__doc__ = statement
        test.clause = CLAUSES[identifier]  # type: ignore[attr-defined]
        return test

    return bind


def all_clauses() -> dict[str, Clause]:
    """The whole contract, by identifier: its modules are imported, if they are not yet."""
    for module in sorted(Path(__file__).parents[1].glob("test_*.py")):
        importlib.import_module(f"conformance.{module.stem}")
    return CLAUSES


def one_by_one(cases: SingleCases) -> Cases:
    """Cases one by one, where there is nothing to share."""

    def drawn(subject: Subject, extent: DrawSpec) -> SearchStrategy[tuple[Case, ...]]:
        return cases(subject, extent.modes).map(lambda case: (case,))

    return drawn
