"""Of clauses about values, the code that shows them: what was computed is held against the same
computed in another way, which needs no reference.

A stateful layer is held against what it gave at first, an output against a state. How far two
results may be apart is the square root of the dtype's machine epsilon: far more than rounding makes
of the small sizes of a minimal case, and less than what another state does.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from conformance import requests
from conformance.case import EAGER, Case
from conformance.forms import Path
from reports import building, literals
from reports.code import Code, assigned
from reports.scenarios import NoScenario

_EPSILON = {"float64": 2.0**-52, "float32": 2.0**-23, "float16": 2.0**-10, "bfloat16": 2.0**-7}
APART = (
    "pairs = zip(tf.nest.flatten(seen), tf.nest.flatten(expected))",
    'told = max(float(tf.reduce_max(tf.abs(tf.cast(a - b, "float64")))) for a, b in pairs)',
)


@dataclass(frozen=True)
class Pair:
    """Two ways: `statements` make what both need, `judged` make `expected` and `seen`.

    `words` say what is expected.
    """

    statements: Sequence[Code]
    judged: Sequence[Code]
    words: str


def of(clause: str, case: Case) -> Pair | None:
    """The two ways of a clause; None where it is not shown so. Raises NoScenario for some cases."""
    made = _BY_CLAUSE.get(clause)
    return made(case) if made else None


def nearness(dtype: str) -> str:
    """The expression of `told` that holds where both ways gave the same."""
    return f"told <= {math.sqrt(_EPSILON[dtype]):.0e}"


def _must_be_eager(case: Case) -> None:
    if case.mode != EAGER:
        raise NoScenario("values in another mode than eager")


# --- stateful layers ------------------------------------------------------------------------------


def _stateful(words: str, *judged: str) -> Callable[[Case], Pair]:
    """What a layer gave at first against what it gives after it was called in another way."""

    def pair(case: Case) -> Pair:
        _must_be_eager(case)
        if case.fresh or case.mask or case.layer.go_backwards or case.layer.time_major:
            raise NoScenario("values of a layer with such options")
        generation = Path.of(case.path).generation
        statements = [
            *building.built(case).statements,
            assigned("inputs", literals.array(requests.inputs(case))),
        ]
        if any("=state" in line or "(state)" in line for line in judged):
            statements.append(assigned("state", literals.state(requests.given_state(case))))
        names = {
            "reset": "reset_states" if generation == "keras2" else "reset_state",
            "split": requests.split(case) if case.split else 0,
        }
        return Pair(statements, [line.format(**names) for line in judged], words)

    return pair


_FROM_GIVEN = "expected = layer(inputs, initial_state=state)"
_SET = _stateful(
    "what a call from these states gives",
    _FROM_GIVEN,
    "layer.{reset}(states=state)",
    "seen = layer(inputs)",
)


# --- outputs and states ---------------------------------------------------------------------------


def _last_output(case: Case) -> Pair:
    """The last output of a layer that returns no sequences against its state."""
    _must_be_eager(case)
    if case.layer.stateful or case.mask == "empty_row":
        raise NoScenario("values of a stateful layer, or without a step")
    call = requests.whole(case)
    state = "tf.nest.flatten(result[-1])[0]" if case.stacked else "result[1]"
    return Pair(
        [
            *building.built(case).statements,
            assigned("inputs", literals.array(call.inputs)),
            *(assigned(name, literals.exact(values)) for name, values in call.arguments),
        ],
        ["result = layer(inputs, mask=mask)", "seen = result[0]", f"expected = {state}"],
        "as output the state after the last step that is not masked",
    )


def _hidden_first(case: Case) -> Pair:
    """The first of an LSTM's two states against the last output."""
    _must_be_eager(case)
    called = building.built(case)
    call = requests.whole(case)
    given = [] if call.state is None else [assigned("state", literals.state(call.state))]
    return Pair(
        [*called.statements, assigned("inputs", literals.array(call.inputs)), *given],
        [
            assigned("result", called.call("state" if given else None)),
            "seen, expected = result[1][0], result[0][:, -1]",
        ],
        "the last output, which is the hidden state, before the cell state",
    )


_BY_CLAUSE: dict[str, Callable[[Case], Pair]] = {
    "DC-10": _hidden_first,
    "SQ-03": _last_output,
    "ST-01": _stateful(
        "the final state of one call over the whole sequence",
        "expected = layer(inputs)[1:]",
        "layer.{reset}()",
        "layer(inputs[:, :{split}])",
        "seen = layer(inputs[:, {split}:])[1:]",
    ),
    "ST-02": _stateful(
        "in `states` the final state that the call returned",
        "expected = layer(inputs, initial_state=state)[1:]",
        "seen = layer.states",
    ),
    "ST-04": _stateful(
        "what the first call gave", "expected = layer(inputs)", "layer.{reset}()",
        "seen = layer(inputs)",
    ),
    "ST-05": _SET,
    "ST-06": _SET,
    "ST-07": _stateful(
        "what a call from the assigned state gives",
        _FROM_GIVEN,
        "for variable, value in zip(tf.nest.flatten(layer.states), tf.nest.flatten(state)):",
        "    variable.assign(value)",
        "seen = layer(inputs)",
    ),
    "ST-09": _stateful(
        "what the first call from this state gave",
        _FROM_GIVEN,
        "seen = layer(inputs, initial_state=state)",
    ),
    "ST-10": _stateful(
        "the final state of one call over the whole sequence",
        "expected = layer(inputs, initial_state=state)[1:]",
        "layer.{reset}()",
        "layer(inputs[:, :{split}], initial_state=state)",
        "seen = layer(inputs[:, {split}:])[1:]",
    ),
    "ST-11": _stateful(
        "what the call from the given state gave",
        _FROM_GIVEN,
        "layer.{reset}()",
        "seen = layer(inputs)",
    ),
}  # fmt: skip
