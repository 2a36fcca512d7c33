"""GR: gradients with respect to initial state, inputs and weights.

Of the sum of outputs and final state, each times a factor of its own: so every output and every
leaf of the final state counts.
"""

from __future__ import annotations

from functools import partial

from conformance import forms, gradients, judging_gradients, requests, sources, subjects
from conformance.case import Case
from conformance.contract import SHOULD, Finding, Runs, clause, single
from strategies import gradients as drawn
from strategies import states

# to trace it takes as long as all else that is asked of a program; cells do not differ in it
CARRYING = subjects.each(apis=subjects.SEQUENCE_APIS, cells=("LSTM",))


@clause(
    "GR-01",
    source=sources.GRADIENT_TAPE,
    subjects=subjects.each(),
    cases=drawn.together,
    effort=0.5,
    dear=True,
    cells=2,
)
def test_gradients_of_the_initial_state(case: Case, run: Runs) -> Finding:
    """The gradient with respect to each leaf of the initial state is that of the formula."""
    (seen,) = run(case, requests.differentiated(case))
    return Finding(judging_gradients.with_respect_to_state(case, seen, gradients.of(case)))


@clause(
    "GR-02",
    source=sources.GRADIENT_TAPE,
    subjects=subjects.each(),
    cases=drawn.together,
    effort=0.5,
    like="GR-01",
    dear=True,
    cells=2,
)
def test_gradients_of_the_inputs(case: Case, run: Runs) -> Finding:
    """The gradient with respect to the inputs is that of the formula, at every step."""
    (seen,) = run(case, requests.differentiated(case))
    return Finding(judging_gradients.with_respect_to_inputs(case, seen, gradients.of(case)))


@clause(
    "GR-03",
    source=sources.GRADIENT_TAPE,
    subjects=subjects.each(),
    cases=drawn.together,
    effort=0.5,
    like="GR-01",
    dear=True,
    cells=2,
)
def test_gradients_of_the_weights(case: Case, run: Runs) -> Finding:
    """The gradient with respect to each weight of each cell is that of the formula."""
    (seen,) = run(case, requests.differentiated(case))
    return Finding(judging_gradients.with_respect_to_weights(case, seen, gradients.of(case)))


@clause(
    "GR-04",
    source=sources.GRADIENT_TAPE,
    subjects=CARRYING,
    cases=partial(drawn.together, split=True, states=states.DISTINCT),
    effort=0.5,
    dear=True,
    cells=2,
)
def test_gradients_go_through_a_carried_state(case: Case, run: Runs) -> Finding:
    """If one computation runs k steps and then the rest from the carried state, all gradients
    equal those of running straight through.
    """
    (seen,) = run(case, requests.differentiated(case, in_two=True))
    return Finding(judging_gradients.with_respect_to_all(case, seen, gradients.of(case)))


@clause(
    "GR-05",
    source=sources.GRADIENT_TAPE,
    severity=SHOULD,
    subjects=subjects.each(),
    cases=single(partial(states.cases, form=forms.VARIABLE, states=states.DISTINCT)),
    effort=0.34,
    anew=True,  # in function and graph mode they are part of what is traced
    dear=True,
    cells=2,
)
def test_initial_state_can_be_learnt(case: Case, run: Runs) -> Finding:
    """An initial state that is held in variables has the same gradients as one of tensors."""
    (seen,) = run(case, requests.differentiated(case))
    return Finding(judging_gradients.with_respect_to_state(case, seen, gradients.of(case)))
