"""The judge: it turns an answer of the target to a case of a clause into an outcome."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Sequence

from conformance.cases.case import Case
from conformance.checks import counting
from conformance.checks.deviation import Deviation
from conformance.checks.outputs import Run
from conformance.contract.clause import CheckResult, Clause, Runs
from conformance.engine.batching import BatchingClient, Unanswered
from conformance.engine.outcome import Outcome
from conformance.ledger.entry import Entry, Ledger
from conformance.reference import batch_cache
from conformance.results.verdict import HOLDS, KNOWN, NEW


def judge_together(
    clause: Clause, cases: Sequence[Case], client: BatchingClient, ledger: Ledger
) -> list[Outcome]:
    """Judge cases of a clause, with as few messages to the target as possible."""
    session = client.session(clause.cost.isolated)
    batch_cache.expect(cases)
    outcomes: dict[Case, Outcome] = {}
    while len(outcomes) < len(cases):
        for case in cases:
            if case not in outcomes:
                with contextlib.suppress(Unanswered):
                    outcomes[case] = judge_case(clause, case, session, ledger)
        client.ask()
    return [outcomes[case] for case in cases]


def judge_case(clause: Clause, case: Case, run: Runs, ledger: Ledger) -> Outcome:
    """Judge one case of a clause."""
    covering = ledger.covering(clause.identifier, case)
    try:
        with counting.collected() as counts:
            result = clause.judge(case, run) or CheckResult()
        result = dataclasses.replace(result, values=counting.total(counts))
    except Deviation as deviation:
        return _deviating_outcome(case, deviation, covering)
    always = [entry for entry in covering if entry.must_deviate(case)]
    if always:
        return Outcome(
            case,
            NEW,
            f"ledger entry {always[0].name} covers this case, but the clause holds for it:"
            " narrow its condition or limit its range",
        )
    return Outcome(case, HOLDS, grade=result.grade, result=result)


def _deviating_outcome(case: Case, deviation: Deviation, covering: Sequence[Entry]) -> Outcome:
    known = [entry for entry in covering if entry.describes(deviation, case)]
    return Outcome(
        case,
        KNOWN if known else NEW,
        deviation.sentence,
        deviation.grade,
        deviation.observation,
        known[0].name if known else None,
        numeric=deviation.numeric,
        run=deviation.run if isinstance(deviation.run, Run) else None,
    )
