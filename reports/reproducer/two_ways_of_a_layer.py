"""What shows a stateful layer's values: what it gave at first, and what it gives afterwards."""

from __future__ import annotations

import dataclasses

from conformance.cases import case_calls, state_forms
from conformance.cases.case import Case
from conformance.cases.state_forms import Path
from reports.reproducer.code import array_code, build_code
from reports.reproducer.one_call import NoScenario
from reports.reproducer.two_ways import Pair, Pairing, must_be_eager


def _calls(words: str, *judged: str) -> Pairing:
    """Calls of a layer, or of a model that the lines make of it.

    The lines may name `state`, where to `split`, how to `reset`, the `batch` and a model's `input`.
    """

    def pair(case: Case) -> Pair:
        must_be_eager(case)
        if (
            case.program.fresh
            or case.data.mask
            or case.program.layer.go_backwards
            or case.program.layer.time_major
        ):
            raise NoScenario("values of a layer with such options")
        case = case.replace(form=state_forms.DOCUMENTED)
        call = case_calls.whole(case)
        if not _needs_state(judged):
            call = dataclasses.replace(call, state=None)
        layer = build_code.built(build_code.bare(case))
        return Pair(
            [*layer.statements, *array_code.variables(call)],
            _of_case(judged, case),
            words,
            weighed="layer.cell",
        )

    return pair


def _needs_state(judged: tuple[str, ...]) -> bool:
    return any("=state" in line or "(state)" in line for line in judged)


def _of_case(judged: tuple[str, ...], case: Case) -> list[str]:
    names = {
        "reset": "reset_state"
        if Path.parse(case.program.path).generation == "keras3"
        else "reset_states",
        "split": case_calls.split(case) if case.data.split else 0,
        "keras": build_code.keras(case),
        "batch": case.data.batch,
        "input": build_code.batch_input(case),
    }
    return [line.format(**names) for line in judged]


_FROM_GIVEN = "expected = layer(inputs, initial_state=state)"


def _set(states: str) -> Pairing:
    """A reset to states, after a call from them."""
    return _calls(
        "what a call from these states gives",
        _FROM_GIVEN,
        f"layer.{{reset}}(states={states})",
        "seen = layer(inputs)",
    )


_WHOLE = "the final state of one call over the whole sequence"
_IN_TWO = _calls(
    _WHOLE,
    "expected = layer(inputs)[1:]",
    "layer.{reset}()",
    "layer(inputs[:, :{split}])",
    "seen = layer(inputs[:, {split}:])[1:]",
)

BY_CLAUSE: dict[str, Pairing] = {
    "ST-01": _IN_TWO,
    "ST-02": _calls(
        "in `states` the final state that the call returned",
        f"{_FROM_GIVEN}[1:]",
        "seen = layer.states",
    ),
    "ST-04": _calls(
        "what the first call gave",
        "expected = layer(inputs)",
        "layer.{reset}()",
        "seen = layer(inputs)",
    ),
    "ST-05": _set("tf.nest.map_structure(lambda leaf: leaf.numpy(), state)"),
    "ST-06": _set("state"),
    "ST-07": _calls(
        "what a call from the assigned state gives",
        _FROM_GIVEN,
        "for variable, value in zip(tf.nest.flatten(layer.states), tf.nest.flatten(state)):",
        "    variable.assign(value)",
        "seen = layer(inputs)",
    ),
    "ST-09": _calls(
        "what the first call from this state gave",
        _FROM_GIVEN,
        "seen = layer(inputs, initial_state=state)",
    ),
    "ST-10": _calls(
        _WHOLE,
        f"{_FROM_GIVEN}[1:]",
        "layer.{reset}()",
        "layer(inputs[:, :{split}], initial_state=state)",
        "seen = layer(inputs[:, {split}:])[1:]",
    ),
    "ST-11": _calls(
        "what the call from the given state gave",
        _FROM_GIVEN,
        "layer.{reset}()",
        "seen = layer(inputs)",
    ),
    "ST-12": _calls(
        "what a call from the cell's own state gives",
        "seen = layer(inputs)",
        "own = layer.cell.get_initial_state(batch_size={batch}, dtype=inputs.dtype)",
        "again = layers.RNN(layer.cell, return_sequences=True, return_state=True)",
        "expected = again(inputs, initial_state=own)",
    ),
    "ST-16": _IN_TWO,
    "ST-18": _calls(
        "what the first call gave",
        "x = {input}",
        "model = {keras}.Model(x, layer(x))",
        "expected = model(inputs)",
        "model.{reset}()",
        "seen = model(inputs)",
    ),
    "ST-19": _calls(
        "what one call from the given state gives in the rest of the sequence",
        "expected = tf.nest.flatten(layer(inputs, initial_state=state))[0][:, {split}:]",
        "x = {input}",
        "model = {keras}.Model(x, layer(x, initial_state=state))",
        "layer.{reset}()",
        "model(inputs[:, :{split}])",
        "seen = tf.nest.flatten(model(inputs[:, {split}:]))[0]",
    ),
}
