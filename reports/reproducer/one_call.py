"""The call that shows the deviation of a case, for each clause that one call decides.

Such a clause holds or deviates by an error, or by the lack of one. Deviations in values and in
structures have scripts too: `two_ways` compares two computations of one value, and `introspection`
shows the structure of a result and the attributes of a layer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from conformance.adapter import wire
from conformance.cases import case_calls, state_forms
from conformance.cases.case import Case
from conformance.checks import documented_usage
from conformance.results.grades import CRASHED, HUNG
from conformance.results.verdict import Error, Verdict

_ERRORS = "(ValueError, TypeError, tf.errors.InvalidArgumentError)"


BUILD, CALL = "build", "call"


class NoScenario(Exception):
    """No script is written yet for a verdict; the message says why."""


@dataclass(frozen=True)
class Expected:
    """The expected result of a call in words, and the exit codes of a script: 0 if it came, else 1.

    `code_of_an_error` is an expression over the variable `error`.
    """

    words: str
    code_of_an_error: str
    code_of_none: int = 1


REFUSED = Expected(
    "ValueError, TypeError or InvalidArgumentError", f"0 if isinstance(error, {_ERRORS}) else 1"
)
AN_ERROR = Expected("an error", "0")
NAMES_STATE_SIZE = Expected(
    "an error about cell.state_size", '0 if "state_size" in str(error) else 1'
)
ACCEPTED = Expected("no error", "1", code_of_none=0)


@dataclass(frozen=True)
class Scenario:
    """A call and its expected result; `isolated` is that of the clause's cost.

    With `refused_first` two calls come before: one with the malformed state, and one without a
    state, which must have the expected result too. `first` is a call before, without a state, with
    no expected result.
    """

    expected: Expected
    call: Callable[[Case], wire.Call] = field(default=case_calls.whole)
    isolated: bool = False
    refused_first: bool = False
    first: Callable[[Case], wire.Call] | None = None


def scenario_of(verdict: Verdict, case: Case) -> Scenario:
    """Return the scenario of a verdict; raise NoScenario if it does not show the deviation."""
    scenario = BY_CLAUSE.get(verdict.clause)
    if scenario is None:
        raise NoScenario(f"the clause {verdict.clause}")
    error = Error.from_observation(verdict.observation or {})
    if error and error.name in (CRASHED, HUNG):
        raise NoScenario(f"a target that {error.name}")
    if stage(verdict) == BUILD:
        raise NoScenario("an error while building")
    # then the first call was not accepted, so it is the one to judge
    if scenario.first and "must be accepted" in (verdict.sentence or ""):
        return Scenario(ACCEPTED, scenario.first, isolated=scenario.isolated)
    if scenario.expected is ACCEPTED and (error is None or stage(verdict) != CALL):
        raise NoScenario("a deviation in values or in a structure")
    return scenario


def stage(verdict: Verdict) -> str | None:
    """Return the stage of the observed error; None if there is none."""
    found: str | None = ((verdict.observation or {}).get("error") or {}).get("stage")
    return found


def _call_without_state(case: Case) -> wire.Call:
    return case_calls.whole(case.replace(state=None))


def _well_formed_call(case: Case) -> wire.Call:
    return case_calls.whole(case_calls.well_formed(case))


def _pair(container: str, held_as: str = "tensor") -> Callable[[Case], wire.Call]:
    return lambda case: documented_usage.call(case, documented_usage.pair(case, container, held_as))


def _nested_state(case: Case) -> wire.Call:
    return documented_usage.call(
        case, documented_usage.nested_state(case, state_forms.TUPLE, state_forms.NUMPY)
    )


def _documented_example(case: Case) -> wire.Call:
    return documented_usage.call(case, documented_usage.write_example(case))


def _fed_state(case: Case) -> wire.Call:
    return documented_usage.call(case, documented_usage.fed_state(case))


BY_CLAUSE = {
    "RJ-01": Scenario(REFUSED, isolated=True),
    "RJ-03": Scenario(ACCEPTED, _well_formed_call, isolated=True, refused_first=True),
    "SQ-24": Scenario(REFUSED, isolated=True),
    "SQ-25": Scenario(REFUSED, isolated=True),
    "SQ-26": Scenario(REFUSED, isolated=True),
    "DC-01": Scenario(ACCEPTED, isolated=True),
    "DC-02": Scenario(ACCEPTED, _pair(state_forms.TUPLE), isolated=True),
    "DC-04": Scenario(ACCEPTED, _pair(state_forms.LIST, state_forms.NUMPY), isolated=True),
    "DC-05": Scenario(ACCEPTED, _pair(state_forms.LIST, state_forms.NUMPY), isolated=True),
    "DC-06": Scenario(ACCEPTED, _nested_state, isolated=True),
    "DC-07": Scenario(ACCEPTED, isolated=True),
    "DC-09": Scenario(ACCEPTED, _fed_state, isolated=True),
    "DC-15": Scenario(AN_ERROR, _documented_example, isolated=True),
    "DC-16": Scenario(ACCEPTED, isolated=True),
    "DC-17": Scenario(AN_ERROR, _documented_example, isolated=True),
    "DC-18": Scenario(AN_ERROR, isolated=True),
    "DC-19": Scenario(AN_ERROR, isolated=True),
    "DC-20": Scenario(AN_ERROR, isolated=True),
    "DC-21": Scenario(AN_ERROR, isolated=True),
    "DC-22": Scenario(NAMES_STATE_SIZE, isolated=True),
    "DC-23": Scenario(ACCEPTED, isolated=True),
    "DC-24": Scenario(ACCEPTED, _fed_state, isolated=True),
    "DC-25": Scenario(AN_ERROR),
    "MD-05": Scenario(ACCEPTED, _call_without_state),
    "RT-05": Scenario(ACCEPTED),
    "RT-12": Scenario(ACCEPTED, isolated=True),
    "RT-14": Scenario(ACCEPTED),
    "RT-16": Scenario(ACCEPTED),
    "ST-13": Scenario(ACCEPTED, case_calls.first_part),
    "ST-14": Scenario(
        REFUSED, case_calls.whole_of_other_batch, isolated=True, first=case_calls.without_state
    ),
    "ST-15": Scenario(ACCEPTED, case_calls.without_state, isolated=True),
    "ST-20": Scenario(ACCEPTED, case_calls.first_part),
    "ST-23": Scenario(ACCEPTED),
    "SQ-11": Scenario(ACCEPTED),
    "SQ-19": Scenario(ACCEPTED),
    "SQ-20": Scenario(ACCEPTED),
    "SQ-21": Scenario(ACCEPTED),
    "WR-01": Scenario(ACCEPTED),
    "WR-02": Scenario(ACCEPTED),
    "WR-03": Scenario(ACCEPTED),
    "WR-07": Scenario(ACCEPTED),
    "WR-08": Scenario(ACCEPTED),
    "WR-13": Scenario(ACCEPTED),
}
