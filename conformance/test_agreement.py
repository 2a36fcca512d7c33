"""AG: every path computes what the reference computes, and what every other path computes."""

from __future__ import annotations

from conformance.cases import case_calls
from conformance.cases.case import Case
from conformance.checks import numbers, outputs, shared
from conformance.contract import subjects
from conformance.contract.clause import CheckResult, Cost, Runs, clause
from conformance.contract.promises import cell_classes, guides, layers, v1
from conformance.reference import forward
from strategies import states


@clause(
    "AG-01",
    source=(
        cell_classes.LSTM,
        cell_classes.GRU,
        cell_classes.SIMPLE_RNN,
        cell_classes.CELLS_OF_KERAS,
        layers.ONE_CELL_OF_MANY,
        v1.LSTM_BY_GERS,
        v1.GRU,
        v1.STATE_IS_THE_OUTPUT,
        v1.UNROLLS,
    ),
    subjects=subjects.paths_and_cells(),
    cases=states.case_groups,
    cost=Cost(effort=1.5, essential=True),
)
def test_path_agrees_with_the_reference(case: Case, run: Runs) -> CheckResult:
    """The outputs and the final state are those of the formula, as closely as the case's dtype
    allows.
    """
    return shared.agrees(case, run)


@clause(
    "AG-02",
    source=(guides.SAME_AS_THE_CELL, guides.INSIDE_OF_THE_LOOP),
    subjects=subjects.pairs,
    cases=states.case_groups,
    cost=Cost(effort=0.5),
)
def test_paths_agree_with_each_other(case: Case, run: Runs) -> CheckResult:
    """Two paths over the same weights, inputs and state give the same outputs and final state."""
    (here,) = run(case, case_calls.whole(case))
    elsewhere = case_calls.on_other_path(case)
    (there,) = run(elsewhere, case_calls.whole(elsewhere))
    one = outputs.accepted_run(case, here, f"the call on {case.program.path}")
    other = outputs.accepted_run(elsewhere, there, f"the call on {elsewhere.program.path}")
    return CheckResult(numbers.runs_agree(one, other, forward.trajectory(case)))
