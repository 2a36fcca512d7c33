"""Of each clause, which call shows what a case deviates in, and what is expected of that call.

Only clauses that one call decides, by an error or by none, are here: what shows in numbers or in
the structure of a final state needs the reference, and has no script yet.
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
    """A verdict that no script is written for yet; the message says why."""


@dataclass(frozen=True)
class Expected:
    """What must come of a call, in words, and what a script exits with: 0 where it did, else 1.

    `code_of_an_error` is an expression of the variable `error`.
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
    """A call, and what must come of it; `anew` is the clause's.

    With `refused_first` the call comes after one that is given the malformed state, and after that
    one without a state, of which the same must come. `first` is a call before it, without a state,
    of which nothing is asked.
    """

    expected: Expected
    call: Callable[[Case], wire.Call] = field(default=case_calls.whole)
    isolated: bool = False
    refused_first: bool = False
    first: Callable[[Case], wire.Call] | None = None


def scenario_of(verdict: Verdict, case: Case) -> Scenario:
    """The scenario of a verdict's clause; NoScenario where it does not show what was seen."""
    scenario = BY_CLAUSE.get(verdict.clause)
    if scenario is None:
        raise NoScenario(f"the clause {verdict.clause}")
    error = Error.of(verdict.observation or {})
    if error and error.name in (CRASHED, HUNG):
        raise NoScenario(f"what {error.name}")
    if stage(verdict) == BUILD:
        raise NoScenario("an error while building")
    if scenario.first and "must be accepted" in (verdict.sentence or ""):  # which the first was not
        return Scenario(ACCEPTED, scenario.first, isolated=scenario.isolated)
    if scenario.expected is ACCEPTED and (error is None or stage(verdict) != CALL):
        raise NoScenario("what shows in values or in a structure")
    return scenario


def stage(verdict: Verdict) -> str | None:
    """Where an error was raised that was observed, if one was."""
    found: str | None = ((verdict.observation or {}).get("error") or {}).get("stage")
    return found


def _without_state(case: Case) -> wire.Call:
    return case_calls.whole(case.replace(state=None))


def _well_formed(case: Case) -> wire.Call:
    return case_calls.whole(case_calls.well_formed(case))


def _pair(container: str, held_as: str = "tensor") -> Callable[[Case], wire.Call]:
    return lambda case: documented_usage.call(case, documented_usage.pair(case, container, held_as))


def _nested(case: Case) -> wire.Call:
    return documented_usage.call(
        case, documented_usage.nested_state(case, state_forms.TUPLE, state_forms.NUMPY)
    )


def _written(case: Case) -> wire.Call:
    return documented_usage.call(case, documented_usage.write_example(case))


def _pair_or_tensor(case: Case) -> wire.Call:
    if case.program.cells[0].is_lstm:
        return _pair(state_forms.TUPLE)(case)
    return documented_usage.call(case, documented_usage.tensor(case))


BY_CLAUSE = {
    "RJ-01": Scenario(REFUSED, isolated=True),
    "RJ-03": Scenario(ACCEPTED, _well_formed, isolated=True, refused_first=True),
    "SQ-24": Scenario(REFUSED, isolated=True),
    "SQ-25": Scenario(REFUSED, isolated=True),
    "SQ-26": Scenario(REFUSED, isolated=True),
    "DC-01": Scenario(ACCEPTED, isolated=True),
    "DC-02": Scenario(ACCEPTED, _pair(state_forms.TUPLE), isolated=True),
    "DC-04": Scenario(ACCEPTED, _pair(state_forms.LIST, state_forms.NUMPY), isolated=True),
    "DC-05": Scenario(ACCEPTED, _pair(state_forms.LIST, state_forms.NUMPY), isolated=True),
    "DC-06": Scenario(ACCEPTED, _nested, isolated=True),
    "DC-07": Scenario(ACCEPTED, isolated=True),
    "DC-09": Scenario(ACCEPTED, _pair_or_tensor, isolated=True),
    "DC-15": Scenario(AN_ERROR, _written, isolated=True),
    "DC-16": Scenario(ACCEPTED, isolated=True),
    "DC-17": Scenario(AN_ERROR, _written, isolated=True),
    "DC-18": Scenario(AN_ERROR, isolated=True),
    "DC-19": Scenario(AN_ERROR, isolated=True),
    "DC-20": Scenario(AN_ERROR, isolated=True),
    "DC-21": Scenario(AN_ERROR, isolated=True),
    "DC-22": Scenario(NAMES_STATE_SIZE, isolated=True),
    "MD-05": Scenario(ACCEPTED, _without_state),
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
