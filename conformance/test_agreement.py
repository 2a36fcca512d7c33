"""AG: every path computes what the reference computes, and what every other path computes."""

from __future__ import annotations

from conformance import judging, properties, reference, requests, sources, subjects
from conformance.case import Case
from conformance.contract import Finding, Runs, clause
from strategies import states


@clause(
    "AG-01",
    source=sources.LSTM,
    subjects=subjects.each(),
    cases=states.together,
    effort=1.5,
    leading=True,
)
def test_path_agrees_with_the_reference(case: Case, run: Runs) -> Finding:
    """The outputs and the final state are those of the formula, as closely as the case's dtype
    allows.
    """
    return properties.agrees(case, run)


@clause("AG-02", source=sources.GUIDE, subjects=subjects.pairs, cases=states.together, effort=0.5)
def test_paths_agree_with_each_other(case: Case, run: Runs) -> Finding:
    """Two paths over the same weights, inputs and state give the same outputs and final state."""
    (here,) = run(case, requests.whole(case))
    elsewhere = requests.on_other_path(case)
    (there,) = run(elsewhere, requests.whole(elsewhere))
    one = judging.accepted(case, here, f"the call on {case.path}")
    other = judging.accepted(elsewhere, there, f"the call on {elsewhere.path}")
    return Finding(judging.agree(one, other, reference.of(case)))
