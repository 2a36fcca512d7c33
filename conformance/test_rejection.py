"""RJ: a malformed initial state is refused, and nothing is lost."""

from __future__ import annotations

from functools import partial

from conformance.cases import case_calls
from conformance.cases.case import Case
from conformance.checks import numbers, outputs, shared
from conformance.contract import sources, subjects
from conformance.contract.clause import CheckResult, Cost, Runs, clause, one_by_one
from conformance.results.severities import SHOULD
from strategies import malformed


@clause(
    "RJ-01",
    source=sources.DYNAMIC_RNN,
    severity=SHOULD,
    subjects=subjects.malformations,
    cases=malformed.case_groups,
    cost=Cost(effort=0.5, isolated=True, expensive=True, cells=2),
)
def test_malformed_state_is_refused(case: Case, run: Runs) -> CheckResult:
    """A malformed initial state is refused with ValueError, TypeError or InvalidArgumentError.

    The documentation says what a state must be. It does not promise to refuse anything else.
    """
    (observation,) = run(case, case_calls.whole(case))
    return shared.refuses(case, observation)


@clause(
    "RJ-02",
    source=sources.NONE,
    severity=SHOULD,
    subjects=subjects.paths_and_cells(),
    cases=one_by_one(partial(malformed.any_cases, fresh=False)),
    cost=Cost(isolated=True),
)
def test_nothing_is_lost_by_a_refusal(case: Case, run: Runs) -> CheckResult:
    """A malformed state leaves the weights as they were, and the next well-formed call works."""
    malformed_call, next_call = run(
        case, case_calls.whole(case), case_calls.whole(case_calls.well_formed(case))
    )
    outputs.must_keep_weights(malformed_call)
    seen = outputs.accepted_run(case, next_call, "the next well-formed call")
    return CheckResult(numbers.agrees_with_reference(case, seen))


@clause(
    "RJ-03",
    source=sources.NONE,
    severity=SHOULD,
    subjects=subjects.paths_and_cells(apis=("RNN", "layer")),
    cases=one_by_one(partial(malformed.any_cases, fresh=True)),
    cost=Cost(effort=0.33, isolated=True),
)
def test_refused_first_call_leaves_a_fresh_layer(case: Case, run: Runs) -> None:
    """A layer whose first call had a malformed state still takes calls with and without a state."""
    _, without, given = run(
        case,
        case_calls.whole(case),
        case_calls.without_state(case),
        case_calls.whole(case_calls.well_formed(case)),
    )
    outputs.accepted_run(case, without, "the next call, without a state")
    outputs.accepted_run(case, given, "the call after it, with a well-formed state")
