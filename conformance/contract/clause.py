"""The definition of a clause: one normative statement and the property that judges it.

A test module of the contract writes a clause as a property with a docstring:

    @clause(
        "RT-02",
        source=guides.RESUME,
        subjects=subjects.paths_and_cells(),
        cases=states.case_groups,
    )
    def test_final_state_is_accepted_as_initial_state(case, run):
        '''A final state, just as it was returned, is accepted as the next initial state.'''
        (observation,) = run(case, case_calls.whole(case))
        ...

The statement is the docstring's first paragraph. The property takes a case and `run`, which asks
the target. It raises `Deviation` (checks/deviation.py) where the clause does not hold, and may
return a `CheckResult`. It keeps no data between calls: it may be called several times for one case,
until all its requests have their answers (engine/batching.py).

A source is a page, or a sentence of one (`promises`). A clause that must hold needs a sentence.
Where no sentence is about a path, a mode or a case, the clause should hold there.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from hypothesis.strategies import SearchStrategy

from conformance.adapter import wire
from conformance.cases.case import Case, place
from conformance.contract.citation import Source
from conformance.results.severities import MUST, SHOULD


@dataclass(frozen=True)
class Subject:
    """The subject of a verdict: path and cell, at times also a malformation or a second path."""

    path: str
    cell: str
    malformation: str | None = None
    other: str | None = None

    def __str__(self) -> str:
        parts = [self.place, self.cell, self.malformation]
        return "-".join(part for part in parts if part)

    @property
    def place(self) -> str:
        """The path, as verdicts name it; a pair is `A ~ B`."""
        return place(self.path, self.other)


class Runs(Protocol):
    """The questions that a property can ask the target."""

    def __call__(self, case: Case, *calls: wire.Call) -> tuple[wire.Observation, ...]:
        """Run calls of the case's program and return their observations."""

    def state_size(self, case: Case) -> object:
        """Return the state_size of the case's cell: a tree of wire.Other, named by the sizes."""

    def look(self, case: Case) -> wire.Made:
        """Return the config and the initial weights of the case's cell or layer."""

    def defaults(self) -> Mapping[str, wire.Defaults]:
        """Return the default options of each cell and layer class, by names as `keras3/LSTM`."""


@dataclass(frozen=True)
class ValueCounts:
    """Numbers of the compared values: those judged, and those that were not, by the reason.

    `chaos`: rounding errors leave nothing certain. `overflow`: a correct computation may overflow.
    `not_finite`: two values must be the same, and both are NaN or infinite.
    """

    judged: int = 0
    chaos: int = 0
    overflow: int = 0
    not_finite: int = 0

    def __add__(self, other: ValueCounts) -> ValueCounts:
        pairs = zip(vars(self).values(), vars(other).values(), strict=True)
        return ValueCounts(*(one + another for one, another in pairs))


@dataclass(frozen=True)
class CheckResult:
    """The result of a property for a case in which the clause holds.

    `width_ratio` is the distance from the reference, or from another path, divided by its error
    bound. `spread_ratio` is the distance of two runs of one path, divided by their pair bound; such
    runs often agree to the last bit. `ulps` is the distance from the reference in units in the last
    place. `structures` are those of the final state (`state_forms.structure_words`). `refusal` is
    the error with which the library refused something. `values` counts what was compared; the
    engine adds it.
    """

    width_ratio: float | None = None
    spread_ratio: float | None = None
    grade: str | None = None
    ulps: float | None = None
    structures: tuple[str, ...] = ()
    refusal: str | None = None
    values: ValueCounts = ValueCounts()


Property = Callable[[Case, Runs], CheckResult | None]
Subjects = Callable[[Sequence[wire.PathOffer]], list[Subject]]
BatchSize = Callable[[str], int]  # the number of cases that are drawn together, by their mode


@dataclass(frozen=True)
class DrawSpec:
    """The request for cases of a subject: in which modes, how many together, with which options.

    With `common` the cells have only options that all generations offer. So the programs that are
    drawn for one path are also those of the pairs of paths.
    """

    modes: Sequence[str]
    batch_size: BatchSize = lambda mode: 1
    common: bool = False


Cases = Callable[[Subject, DrawSpec], SearchStrategy[tuple[Case, ...]]]
SingleCases = Callable[[Subject, Sequence[str]], SearchStrategy[Case]]


@dataclass(frozen=True)
class Cost:
    """The time that a clause takes, and the clause that it shares cases with.

    `effort` multiplies the number of cases. An `isolated` clause uses nothing that was built for
    another case. `shares_cases_with` names another clause: this one draws the same cases and shares
    the answers. An `expensive` clause has programs that no other clause has and that take long to
    build: the profile default judges it for the number of cells of a path that `cells` says, and
    quick judges it only eagerly. Other clauses rely on an `essential` clause: quick, too, judges it
    for all cells of a path, and its first program is the simplest one, not a drawn one.
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

    `subjects` returns what the clause is judged for, from the paths of the target. `cases` returns
    the strategy of a subject, which draws several cases of one program. `cost` says how the clause
    is scheduled. `modes` are those in which the statement makes sense; None: all that a path
    offers. `severity` is the strongest; `severity_of` is that of a verdict.
    """

    identifier: str
    statement: str
    severity: str
    sources: tuple[Source, ...]
    subjects: Subjects
    cases: Cases
    judge: Property
    cost: Cost = Cost()
    modes: Sequence[str] | None = None

    def judged_in(self, offered: Sequence[str], further: Sequence[str] = ()) -> list[str]:
        """Return the modes in which the clause is judged; `further` ones only if it names them."""
        if self.modes is None:
            return list(offered)
        return [mode for mode in (*offered, *further) if mode in self.modes]

    def severity_of(
        self, subject: Subject, modes: Iterable[str] = (), case: Case | None = None
    ) -> str:
        """Return the severity on a path in these modes: must only where a promise is about them.

        `case` is one that deviates: a promise may not be about its dtype, or about its own cell.
        """
        if self.severity != MUST:
            return self.severity
        paths = [path for path in (subject.path, subject.other) if path]
        promises = [
            source.covers
            for source in self.sources
            if source.quote and (case is None or source.covers.covers_case(case))
        ]
        promised = any(
            scope.covers(paths, subject.cell, mode)
            for scope in promises
            for mode in (tuple(modes) or (None,))
        )
        return MUST if promised else SHOULD

    def severity_in(self, case: Case) -> str:
        """Return the severity where a case deviates."""
        subject = Subject(case.program.path, case.program.cell_name, other=case.other)
        return self.severity_of(subject, (case.program.mode,), case)

    @property
    def source(self) -> str:
        """The addresses of all sources, or other words for them."""
        return "; ".join(dict.fromkeys(source.address for source in self.sources))

    @property
    def draws(self) -> str:
        """The identifier of the clause that the cases are drawn for, mostly its own."""
        return self.cost.shares_cases_with or self.identifier

    @property
    def family(self) -> str:
        """The letters of the identifier, as RT; `reports/run_files/families.py` has their names."""
        return self.identifier.split("-")[0]


CLAUSES: dict[str, Clause] = {}


def clause(
    identifier: str,
    *,
    source: Source | tuple[Source, ...],
    subjects: Subjects,
    cases: Cases,
    severity: str = MUST,
    cost: Cost = Cost(),
    modes: Sequence[str] | None = None,
) -> Callable[[Property], Callable[..., None]]:
    """Make a property the test of a clause; its docstring's first paragraph is the statement.

    Raises:
        ValueError: the docstring has no statement, the identifier is in use, or the clause must
            hold and no source has the sentence that promises it.
    """
    found = (source,) if isinstance(source, Source) else source
    if severity == MUST and not any(one.quote for one in found):
        raise ValueError(f"clause {identifier} must hold, but no source quotes a promise")

    def bind(judge: Property) -> Callable[..., None]:
        statement = " ".join((inspect.getdoc(judge) or "").split("\n\n")[0].split())
        if not statement or identifier in CLAUSES:
            raise ValueError(f"clause {identifier} lacks a statement or stands twice")
        CLAUSES[identifier] = Clause(
            identifier=identifier,
            statement=statement,
            severity=severity,
            sources=found,
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
    """Return the whole contract, by identifier; import its modules, if they are not yet."""
    for module in sorted(Path(__file__).parents[1].glob("test_*.py")):
        importlib.import_module(f"conformance.{module.stem}")
    return CLAUSES


def one_by_one(cases: SingleCases) -> Cases:
    """Return groups of one case each, for cases that have nothing to share."""

    def case_groups(subject: Subject, spec: DrawSpec) -> SearchStrategy[tuple[Case, ...]]:
        return cases(subject, spec.modes).map(lambda case: (case,))

    return case_groups
