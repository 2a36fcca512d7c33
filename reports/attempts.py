"""Of clauses where more than one call may fail that must not, the statements that are tried."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from conformance import forms, requests
from conformance.adapter import wire
from conformance.case import EAGER, Case
from reports import building, literals, tracing, unbuildable
from reports.code import Code, assigned, laid_out, literal, sequence
from reports.scenarios import BUILD, CALL, NoScenario, stage
from reports.tracing import FUNCTION
from reports.verdicts import Verdict


@dataclass(frozen=True)
class Attempt:
    """`statements` make what `judged` need, of which none must fail; `words` say what they are."""

    statements: Sequence[Code]
    judged: Sequence[Code]
    words: str


def of(verdict: Verdict, case: Case) -> Attempt | None:
    """What fails of what must not; None where that is one call, or where nothing failed."""
    failed = stage(verdict)
    if failed == BUILD:
        return Attempt((), unbuildable.statements(verdict, case), "no error while building")
    if failed == CALL and verdict.clause in BY_CLAUSE:
        return BY_CLAUSE[verdict.clause](case)
    return None


# --- gradients ------------------------------------------------------------------------------------


def _gradients(case: Case) -> Attempt:
    """The gradients of all that a call returns, by its inputs and each leaf of its state."""
    if case.mode not in (EAGER, FUNCTION):
        raise NoScenario(f"gradients in the mode {case.mode!r}")
    built, taken = building.built(case), building.as_taken(case, requests.whole(case))
    computed = [line for code in _in_parts(case, built) for line in laid_out(code, 2)]
    given = list(tracing.specs(taken)) if case.mode == FUNCTION else []
    names = ", ".join(given)
    return Attempt(
        [
            *built.statements,
            *literals.variables(taken),
            f"def gradients({names}):",
            "    sources = [inputs, *tf.nest.flatten(state)]",
            "    with tf.GradientTape() as tape:",
            "        tape.watch(sources)",
            *computed,
            "    return tape.gradient(tf.nest.flatten(result), sources)",
            *(_traced(taken) if given else ()),
        ],
        [f"{'run' if given else 'gradients'}({names})"],
        "gradients",
    )


def _traced(taken: wire.Call) -> Iterator[Code]:
    """The function for unknown batch and steps."""
    yield assigned("signature", sequence(tracing.specs(taken).values()))
    yield "run = tf.function(gradients, input_signature=signature, autograph=False)"


def _in_parts(case: Case, built: building.Built) -> Iterator[Code]:
    """The call, or where the case is split two of them, the second from the state of the first."""
    if not case.split:
        yield assigned("result", built.call("state"))
        return
    *others, inputs = built.first
    first, second = (
        dataclasses.replace(built, first=(*others, f"{inputs}[:, {steps}]"))
        for steps in (f":{case.split}", f"{case.split}:")
    )
    yield assigned("_, *carried", first.call("state"))
    yield assigned("result", second.call("carried"))


# --- states ---------------------------------------------------------------------------------------


def _own_state(case: Case) -> Attempt:
    """A call that is given what the cell makes as its initial state."""
    built = building.built(case)
    taken = building.as_taken(case, dataclasses.replace(requests.whole(case), state=None))
    given = f"batch_size={case.batch}, dtype={literal(case.dtype)}"
    return Attempt(
        [
            *built.statements,
            *literals.variables(taken),
            f"state = {built.function}.get_initial_state({given})",
        ],
        [built.call("state")],
        "no error",
    )


def _set_in_another_dtype(case: Case) -> Attempt:
    """A reset to arrays of another dtype, between two calls."""
    built = building.built(case)
    taken = requests.without_state(case)
    states = forms.held_as(forms.NUMPY, requests.given_state(case))
    return Attempt(
        [
            *built.statements,
            *literals.variables(taken),
            assigned("states", literals.state(states)),
        ],
        ["layer(inputs)", "layer.reset_states(states)", "layer(inputs)"],
        "no error",
    )


BY_CLAUSE: dict[str, Callable[[Case], Attempt]] = {
    **dict.fromkeys(("GR-01", "GR-02", "GR-03", "GR-04", "GR-05"), _gradients),
    "RT-04": _own_state,
    "ST-08": _set_in_another_dtype,
}
