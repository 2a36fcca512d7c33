"""The statements to try for clauses in which several statements must not fail."""

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
from reports.reproducer.code.source import Code, assignment, body_lines, literal
from reports.reproducer.code.trace_code import FUNCTION, GRAPH
from reports.reproducer.one_call import BUILD, CALL, NoScenario, stage


@dataclass(frozen=True)
class Attempt:
    """Statements to try: `statements` prepare, and none of `judged` must fail.

    `words` say what is expected. With `in_graph` all are built into a graph, where those of
    `judged` make a `result`.
    """

    statements: Sequence[Code]
    judged: Sequence[Code]
    words: str
    in_graph: bool = False


def failing_statement(verdict: Verdict, case: Case) -> Attempt | None:
    """Return the statements to try; None if one call is enough, or if nothing failed."""
    failed = stage(verdict)
    if verdict.clause == "DF-03":  # two ways show that weights have other shapes
        return None
    if failed == BUILD:
        return Attempt((), failing_builds.statements(verdict, case), "no error while building")
    if failed == CALL and verdict.clause in BY_CLAUSE:
        return BY_CLAUSE[verdict.clause](case)
    return None


# --- gradients ------------------------------------------------------------------------------------


def _gradients(case: Case) -> Attempt:
    """Try the gradients of all results of a call, by its inputs and each leaf of its state."""
    if case.program.mode not in (EAGER, FUNCTION):
        raise NoScenario(f"gradients in the mode {case.program.mode!r}")
    built, taken = build_code.path_code(case), build_code.adapt_call(case, case_calls.whole(case))
    traced = case.program.mode == FUNCTION
    return Attempt(
        [
            *built.statements,
            *array_code.variables(taken),
            "def gradients():",
            "    with tf.GradientTape() as tape:",
            "        tape.watch([inputs, state])",
            *(f"    {line}" for code in _call_in_parts(case, built) for line in body_lines(code)),
            "    return tape.gradient(tf.nest.flatten(result), [inputs, *tf.nest.flatten(state)])",
        ],
        ["tf.function(gradients, autograph=False)()" if traced else "gradients()"],
        "gradients",
    )


def _call_in_parts(case: Case, built: build_code.Built) -> Iterator[Code]:
    """Yield the call; if the case is split, two calls, the second from the first's state."""
    if not case.data.split:
        yield assignment("result", built.call("state"))
        return
    *others, inputs = built.first
    first, second = (
        dataclasses.replace(built, first=(*others, f"{inputs}[:, {steps}]"))
        for steps in (f":{case.data.split}", f"{case.data.split}:")
    )
    yield assignment("_, *carried", first.call("state"))
    yield assignment("result", second.call("carried"))


# --- states ---------------------------------------------------------------------------------------


def _own_state(case: Case) -> Attempt:
    """Try a call from the initial state that the cell makes."""
    built = build_code.path_code(case)
    taken = build_code.adapt_call(case, dataclasses.replace(case_calls.whole(case), state=None))
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


def _reset_in_another_dtype(case: Case) -> Attempt:
    """Try a reset to arrays of another dtype, between two calls."""
    built = build_code.path_code(case)
    taken = case_calls.without_state(case)
    states = state_forms.hold_leaves_as(state_forms.NUMPY, case_calls.given_state(case))
    return Attempt(
        [
            *built.statements,
            *array_code.variables(taken),
            assignment("states", array_code.state(states)),
        ],
        ["layer(inputs)", "layer.reset_states(states)", "layer(inputs)"],
        "no error",
    )


# --- programs -------------------------------------------------------------------------------------


def _compiled_call(case: Case) -> Attempt:
    """Try a call that XLA compiles."""
    pair = two_ways_of_a_call.compiled_call(case)
    return Attempt(pair.statements, pair.judged[:1], "no error")


def _model_in_a_graph(case: Case) -> Attempt:
    """Try a call of a functional model around a layer."""
    layer = build_code.layer_alone(case).replace(fresh=True)  # the model builds it
    if (
        case.program.mode != GRAPH
        or case.program.wiring != layer.program.wiring
        or case.data.state is None
    ):
        raise NoScenario("a model like this")
    return Attempt(
        [
            *build_code.path_code(layer).statements,
            *build_code.functional_model(layer),
            *array_code.variables(case_calls.whole(layer)),
        ],
        ["result = model([inputs, *tf.nest.flatten(state)])"],
        "no error",
        in_graph=True,
    )


BY_CLAUSE: dict[str, Callable[[Case], Attempt]] = {
    **dict.fromkeys(("GR-01", "GR-02", "GR-03", "GR-04", "GR-05"), _gradients),
    "MD-03": _compiled_call,
    "MD-12": _model_in_a_graph,
    "RT-04": _own_state,
    "ST-08": _reset_in_another_dtype,
}
