"""DF: what is made with its units alone is what the documentation says."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from conformance.adapter import wire
from conformance.cases import state_forms
from conformance.cases.case import Case
from conformance.cases.program import EAGER, STACK
from conformance.checks import configs, documented_defaults, initial_weights, shared
from conformance.contract import sources, subjects
from conformance.contract.clause import CheckResult, Cost, Runs, Subject, clause
from strategies import default_options

KERAS = ("keras2", "keras3")
_V1_CLASSES = {"SimpleRNN": "BasicRNNCell", "BasicLSTM": "BasicLSTMCell", STACK: "MultiRNNCell"}

# What is made does not depend on the mode in which it is called
default_clause = partial(clause, source=sources.DEFAULTS, modes=(EAGER,))


def documented(offers: Sequence[wire.PathOffer]) -> list[Subject]:
    """Each path of one class of cells or layers of whose defaults something is documented."""
    found = subjects.paths_and_cells(apis=("cell", "layer"))(offers)
    return [
        here for here in found if documented_defaults.documented_of(class_of(here.path, here.cell))
    ]


def class_of(path_name: str, kind: str) -> str:
    """The class that a path makes, as `keras3/LSTM`."""
    path = state_forms.Path.parse(path_name)
    if path.is_v1:
        return f"v1/{_V1_CLASSES.get(kind, kind + 'Cell')}"
    return f"{path.generation}/{kind if path.api == 'layer' else kind + 'Cell'}"


def must_be_documented(run: Runs, *classes: str) -> None:
    """Judge the defaults of classes, each option by itself."""
    found = run.defaults()
    pages = [page for name in classes for page in documented_defaults.documented_of(name)]
    configs.must_be(
        [
            f"{difference} ({page.source})"
            for page in pages
            for difference in configs.differences(
                page.owner, page.options, found[page.owner].options
            )
        ]
    )


@default_clause(
    "DF-01",
    subjects=documented,
    cases=default_options.simplest_cases,
    cost=Cost(essential=True),
)
def test_defaults_are_the_documented_ones(case: Case, run: Runs) -> None:
    """Each option of a cell or layer that is not given has its documented default."""
    must_be_documented(run, class_of(case.program.path, case.program.cell_name))


@default_clause(
    "DF-02",
    subjects=subjects.paths_and_cells(apis=("RNN",), generations=KERAS, cells=("LSTM",)),
    cases=default_options.simplest_cases,
)
def test_defaults_of_layers_around_cells_are_the_documented_ones(case: Case, run: Runs) -> None:
    """Each option of RNN, Bidirectional and ConvLSTM that is not given has its documented
    default.
    """
    names = ("RNN", "Bidirectional", *documented_defaults.CONV_LSTMS)
    generation = state_forms.Path.parse(case.program.path).generation
    must_be_documented(run, *(f"{generation}/{name}" for name in names))


@default_clause(
    "DF-03",
    subjects=subjects.paths_and_cells(apis=("cell", "layer")),
    cases=default_options.case_groups,
    cost=Cost(effort=0.5),
)
def test_what_has_defaults_computes_what_is_documented(case: Case, run: Runs) -> CheckResult:
    """A cell or layer made with its units alone computes what the documented defaults say."""
    return shared.agrees(case, run)


@default_clause(
    "DF-04",
    subjects=subjects.paths_and_cells(
        apis=("cell", "layer"), generations=KERAS, cells=("SimpleRNN", "GRU", "LSTM")
    ),
    cases=default_options.default_cases,
)
def test_initial_weights_are_the_documented_ones(case: Case, run: Runs) -> None:
    """A cell or layer made with its units alone has the initial weights that are documented."""
    made = run.look(case)
    configs.must_be_made(made)
    (weights,) = made.weights
    initial_weights.as_documented(case.program.cells[0], weights)
