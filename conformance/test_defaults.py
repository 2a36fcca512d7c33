"""DF: a cell or layer that is given its units alone is as the documentation says."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from conformance.adapter import wire
from conformance.cases import state_forms
from conformance.cases.case import Case
from conformance.cases.program import EAGER, STACK
from conformance.checks import configs, documented_defaults, initial_weights, shared
from conformance.contract import subjects
from conformance.contract.clause import CheckResult, Cost, Runs, Subject, clause
from conformance.contract.promises import cell_classes, v1
from strategies import default_options

KERAS = ("keras2", "keras3")
_V1_CLASSES = {"SimpleRNN": "BasicRNNCell", "BasicLSTM": "BasicLSTMCell", STACK: "MultiRNNCell"}

# The mode of a call does not change the cell or layer that is made
_DEFAULTS = (cell_classes.DEFAULTS_OF_KERAS2, cell_classes.DEFAULTS_OF_KERAS3, v1.DEFAULTS)
default_clause = partial(clause, source=_DEFAULTS, modes=(EAGER,))


def documented_subjects(offers: Sequence[wire.PathOffer]) -> list[Subject]:
    """Return each path of one class of cells or layers that has documented defaults."""
    found = subjects.paths_and_cells(apis=("cell", "layer"))(offers)
    return [
        here
        for here in found
        if documented_defaults.documented_pages(class_name(here.path, here.cell))
    ]


def class_name(path_name: str, cell_type: str) -> str:
    """Return the name of the class that a path makes, such as `keras3/LSTM`."""
    path = state_forms.Path.parse(path_name)
    if path.is_v1:
        return f"v1/{_V1_CLASSES.get(cell_type, cell_type + 'Cell')}"
    return f"{path.generation}/{cell_type if path.api == 'layer' else cell_type + 'Cell'}"


def must_be_documented(run: Runs, *classes: str) -> None:
    """Judge the defaults of classes, option by option."""
    found = run.defaults()
    pages = [page for name in classes for page in documented_defaults.documented_pages(name)]
    configs.raise_differences(
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
    subjects=documented_subjects,
    cases=default_options.simplest_cases,
    cost=Cost(essential=True),
)
def test_defaults_are_the_documented_ones(case: Case, run: Runs) -> None:
    """Each option of a cell or layer that is not given has its documented default."""
    must_be_documented(run, class_name(case.program.path, case.program.cell_name))


@default_clause(
    "DF-02",
    source=cell_classes.DEFAULTS_OF_RNN,
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
    source=(cell_classes.DEFAULTS_OF_KERAS2, cell_classes.DEFAULTS_OF_KERAS3),
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
    initial_weights.must_be_as_documented(case.program.cells[0], weights)
