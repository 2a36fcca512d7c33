"""Judgements that a library cannot be made to show: what a clause takes where two pages differ."""

from __future__ import annotations

import pytest

from conformance.adapter import wire
from conformance.cases import state_forms
from conformance.cases.case import Case, make_case
from conformance.cases.program import Cell, Layer
from conformance.checks.deviation import Deviation
from conformance.contract.clause import CheckResult
from tests import support

STATEFUL = make_case(
    "RNN/keras2",
    "eager",
    (Cell("GRU", 2),),
    state="mixed",
    form=state_forms.OTHER_FLOAT,
    layer=Layer(stateful=True),
)


def judged(clause: str, case: Case, *seen: wire.Observation) -> CheckResult | None:
    """Judge a case of which the target has seen this."""
    return support.clauses()[clause].judge(case, lambda case, *calls: seen)  # type: ignore[arg-type]


def refused(error: str, stage: str = "before") -> wire.Observation:
    return wire.Observation(error=wire.Error(error, "", (error,), "not compatible", "", stage))


def test_a_reset_may_refuse_arrays_of_another_float_with_the_documented_error() -> None:
    result = judged("ST-08", STATEFUL, refused("ValueError"), support.perfect(STATEFUL))
    assert result is not None
    assert "not compatible" in str(result.refusal)


@pytest.mark.parametrize(
    ("cast", "by_hand"),
    [
        (refused("TypeError"), support.perfect(STATEFUL)),
        (refused("ValueError", "call"), support.perfect(STATEFUL)),
        (refused("ValueError"), refused("ValueError")),
    ],
)
def test_a_reset_may_not_fail_otherwise(cast: wire.Observation, by_hand: wire.Observation) -> None:
    with pytest.raises(Deviation, match="must be"):
        judged("ST-08", STATEFUL, cast, by_hand)
