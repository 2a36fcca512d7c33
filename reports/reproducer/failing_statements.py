"""Of clauses where more than one call may fail that must not, the statements that are tried."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from conformance.cases import case_calls, state_forms
from conformance.cases.case import Case
from conformance.cases.program import EAGER
from conformance.results.verdict import Verdict
from reports.reproducer import failing_builds, two_ways_of_a_call
from reports.reproducer.code import array_code, build_code
from reports.reproducer.code.source import Code, assigned, literal, within
from reports.reproducer.code.trace_code import FUNCTION, GRAPH
from reports.reproducer.one_call import BUILD, CALL, NoScenario, stage


@dataclass(frozen=True)
class Attempt:
    """`statements` make what `judged` need, of which none must fail; `words` say what they are.

    Those of a graph are built into one; what is judged there makes a `result`.
    """

    statements: Sequence[Code]
    judged: Sequence[Code]
    words: str
    in_graph: bool = False


def failing_statement(verdict: Verdict, case: Case) -> Attempt | None:
    """What fails of what must not; None where that is one call, or where nothing failed."""
    failed = stage(verdict)
    if verdict.clause == "DF-03":  # that weights have other shapes, two ways show
        return None
    if failed == BUILD:
        return Attempt((), failing_builds.statements(verdict, case), "no error while building")
    if failed == CALL and verdict.clause in BY_CLAUSE:
        return BY_CLAUSE[verdict.clause](case)
    return None


# --- gradients ------------------------------------------------------------------------------------


def _gradients(case: Case) -> Attempt:
    """The gradients of all that a call returns, by its inputs and each leaf of its state."""
    if case.program.mode not in (EAGER, FUNCTION):
        raise NoScenario(f"gradients in the mode {case.program.mode!r}")
    built, taken = build_code.built(case), build_code.as_taken(case, case_calls.whole(case))
    traced = case.program.mode == FUNCTION
    return Attempt(
        [
            *built.statements,
            *array_code.variables(taken),
            "def gradients():",
            "    with tf.GradientTape() as tape:",
            "        tape.watch([inputs, state])",
            *(f"    {line}" for code in _in_parts(case, built) for line in within(code)),
            "    return tape.gradient(tf.nest.flatten(result), [inputs, *tf.nest.flatten(state)])",
        ],
        ["tf.function(gradients, autograph=False)()" if traced else "gradients()"],
        "gradients",
    )


def _in_parts(case: Case, built: build_code.Built) -> Iterator[Code]:
    """The call, or where the case is split two of them, the second from the state of the first."""
    if not case.data.split:
        yield assigned("result", built.call("state"))
        return
    *others, inputs = built.first
    first, second = (
        dataclasses.replace(built, first=(*others, f"{inputs}[:, {steps}]"))
        for steps in (f":{case.data.split}", f"{case.data.split}:")
    )
    yield assigned("_, *carried", first.call("state"))
    yield assigned("result", second.call("carried"))


# --- states ---------------------------------------------------------------------------------------


def _own_state(case: Case) -> Attempt:
    """A call that is given what the cell makes as its initial state."""
    built = build_code.built(case)
    taken = build_code.as_taken(case, dataclasses.replace(case_calls.whole(case), state=None))
    given = f"batch_size={case.data.batch}, dtype={literal(case.program.dtype)}"
    return Attempt(
        [
            *built.statements,
            *array_code.variables(taken),
            f"state = {built.function}.get_initial_state({given})",
        ],
        [built.call("state")],
        "no error",
    )


def _set_in_another_dtype(case: Case) -> Attempt:
    """A reset to arrays of another dtype, between two calls."""
    built = build_code.built(case)
    taken = case_calls.without_state(case)
    states = state_forms.hold_leaves_as(state_forms.NUMPY, case_calls.given_state(case))
    return Attempt(
        [
            *built.statements,
            *array_code.variables(taken),
            assigned("states", array_code.state(states)),
        ],
        ["layer(inputs)", "layer.reset_states(states)", "layer(inputs)"],
        "no error",
    )


# --- programs -------------------------------------------------------------------------------------


def _compiled(case: Case) -> Attempt:
    """A call that XLA has compiled."""
    pair = two_ways_of_a_call.compiled(case)
    return Attempt(pair.statements, pair.judged[:1], "no error")


def _model_in_a_graph(case: Case) -> Attempt:
    """A call of a functional model around a layer."""
    layer = build_code.bare(case).replace(fresh=True)  # the model builds it
    if (
        case.program.mode != GRAPH
        or case.program.wiring != layer.program.wiring
        or case.data.state is None
    ):
        raise NoScenario("such a model")
    return Attempt(
        [
            *build_code.built(layer).statements,
            *build_code.functional_model(layer),
            *array_code.variables(case_calls.whole(layer)),
        ],
        ["result = model([inputs, *tf.nest.flatten(state)])"],
        "no error",
        in_graph=True,
    )


BY_CLAUSE: dict[str, Callable[[Case], Attempt]] = {
    **dict.fromkeys(("GR-01", "GR-02", "GR-03", "GR-04", "GR-05"), _gradients),
    "MD-03": _compiled,
    "MD-12": _model_in_a_graph,
    "RT-04": _own_state,
    "ST-08": _set_in_another_dtype,
}
