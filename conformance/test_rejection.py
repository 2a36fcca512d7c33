"""RJ: a malformed initial state is refused, and nothing is lost."""

from __future__ import annotations

from functools import partial

from conformance import judging, properties, requests, sources, subjects
from conformance.case import Case
from conformance.contract import SHOULD, Finding, Runs, clause, single
from strategies import malformed


@clause(
    "RJ-01",
    source=sources.DYNAMIC_RNN,
    severity=SHOULD,
    subjects=subjects.malformations,
    cases=malformed.together,
    effort=0.5,
    anew=True,
    dear=True,
    cells=2,
)
def test_malformed_state_is_refused(case: Case, run: Runs) -> Finding:
    """A malformed initial state is refused with ValueError, TypeError or InvalidArgumentError.

    The documentation says what a state must be; that anything else is refused is promised nowhere.
    """
    (observation,) = run(case, requests.whole(case))
    return properties.refused(case, observation)


@clause(
    "RJ-02",
    source=sources.NONE,
    severity=SHOULD,
    subjects=subjects.each(),
    cases=single(partial(malformed.any_cases, fresh=False)),
    anew=True,
)
def test_nothing_is_lost_by_a_refusal(case: Case, run: Runs) -> Finding:
    """A malformed state leaves the weights as they were, and the next well-formed call works."""
    malformed_call, next_call = run(
        case, requests.whole(case), requests.whole(requests.well_formed(case))
    )
    judging.weights_intact(malformed_call)
    seen = judging.accepted(case, next_call, "the next well-formed call")
    return Finding(judging.agrees_with_reference(case, seen))


@clause(
    "RJ-03",
    source=sources.NONE,
    severity=SHOULD,
    subjects=subjects.each(apis=("RNN", "layer")),
    cases=single(partial(malformed.any_cases, fresh=True)),
    effort=0.33,
    anew=True,
)
def test_refused_first_call_leaves_a_fresh_layer(case: Case, run: Runs) -> None:
    """A layer whose first call had a malformed state still takes calls with and without a state."""
    _, without, given = run(
        case,
        requests.whole(case),
        requests.without_state(case),
        requests.whole(requests.well_formed(case)),
    )
    judging.accepted(case, without, "the next call, without a state")
    judging.accepted(case, given, "the call after it, with a well-formed state")
