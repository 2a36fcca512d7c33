"""GR: gradients with respect to initial state, inputs and weights.

The loss is the sum of outputs and final state, each multiplied by its own factor. So every output
and every leaf of the final state counts.
"""

from __future__ import annotations

from functools import partial

from conformance.cases import case_calls, state_forms
from conformance.cases.case import Case
from conformance.checks import gradients
from conformance.contract import sources, subjects
from conformance.contract.clause import CheckResult, Cost, Runs, clause, one_by_one
from conformance.reference import backward
from conformance.results.severities import SHOULD
from strategies import differentiable as drawn
from strategies import states

# tracing this takes as long as all other calls of a program; cells do not differ in it
CARRYING = subjects.paths_and_cells(apis=subjects.SEQUENCE_APIS, cells=("LSTM",))


@clause(
    "GR-01",
    source=sources.GRADIENT_TAPE,
    severity=SHOULD,
    subjects=subjects.paths_and_cells(),
    cases=drawn.case_groups,
    cost=Cost(effort=0.5, expensive=True, cells=2),
)
def test_gradients_of_the_initial_state(case: Case, run: Runs) -> CheckResult:
    """The gradient with respect to each leaf of the initial state is that of the formula."""
    (seen,) = run(case, case_calls.with_gradients(case))
    return CheckResult(gradients.with_respect_to_state(case, seen, backward.loss_gradients(case)))


@clause(
    "GR-02",
    source=sources.GRADIENT_TAPE,
    severity=SHOULD,
    subjects=subjects.paths_and_cells(),
    cases=drawn.case_groups,
    cost=Cost(effort=0.5, shares_cases_with="GR-01", expensive=True, cells=2),
)
def test_gradients_of_the_inputs(case: Case, run: Runs) -> CheckResult:
    """The gradient with respect to the inputs is that of the formula, at every step."""
    (seen,) = run(case, case_calls.with_gradients(case))
    return CheckResult(gradients.with_respect_to_inputs(case, seen, backward.loss_gradients(case)))


@clause(
    "GR-03",
    source=sources.GRADIENT_TAPE,
    severity=SHOULD,
    subjects=subjects.paths_and_cells(),
    cases=drawn.case_groups,
    cost=Cost(effort=0.5, shares_cases_with="GR-01", expensive=True, cells=2),
)
def test_gradients_of_the_weights(case: Case, run: Runs) -> CheckResult:
    """The gradient with respect to each weight of each cell is that of the formula."""
    (seen,) = run(case, case_calls.with_gradients(case))
    return CheckResult(gradients.with_respect_to_weights(case, seen, backward.loss_gradients(case)))


@clause(
    "GR-04",
    source=sources.GRADIENT_TAPE,
    severity=SHOULD,
    subjects=CARRYING,
    cases=partial(drawn.case_groups, split=True, states=states.DISTINCT),
    cost=Cost(effort=0.5, expensive=True, cells=2),
)
def test_gradients_go_through_a_carried_state(case: Case, run: Runs) -> CheckResult:
    """If one computation runs k steps and then the rest from the carried state, all gradients
    equal those of running straight through.
    """
    (seen,) = run(case, case_calls.with_gradients(case, in_two=True))
    return CheckResult(gradients.with_respect_to_all(case, seen, backward.loss_gradients(case)))


@clause(
    "GR-05",
    source=sources.GRADIENT_TAPE,
    severity=SHOULD,
    subjects=subjects.paths_and_cells(),
    cases=one_by_one(partial(states.cases, form=state_forms.VARIABLE, states=states.DISTINCT)),
    # in function and graph mode the variables are part of the traced program
    cost=Cost(effort=0.34, isolated=True, expensive=True, cells=2),
)
def test_initial_state_can_be_learnt(case: Case, run: Runs) -> CheckResult:
    """An initial state that is held in variables has the same gradients as one of tensors."""
    (seen,) = run(case, case_calls.with_gradients(case))
    return CheckResult(gradients.with_respect_to_state(case, seen, backward.loss_gradients(case)))
