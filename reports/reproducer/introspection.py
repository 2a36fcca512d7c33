"""The code for clauses about attributes of a cell or layer, or about the structure of a result."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from conformance.cases import case_calls
from conformance.cases.case import Case
from conformance.cases.program import EAGER
from conformance.results.verdict import Verdict
from reports.reproducer.code import array_code, build_code
from reports.reproducer.code.source import Code, assignment, literal
from reports.reproducer.one_call import BUILD, BY_CLAUSE, CALL, NoScenario, stage


@dataclass(frozen=True)
class Introspection:
    """The statements that make a cell or layer, an expression of it, and the expected value.

    `holds` is an expression over the variable `told`, which has the value of `expression`.
    """

    statements: Sequence[Code]
    expression: str
    words: str
    holds: str


def introspection_of(verdict: Verdict, case: Case) -> Introspection | None:
    """Return the code that shows a deviation; None if an error or a value shows it instead."""
    introspect = _BY_CLAUSE.get(verdict.clause)
    if introspect is None or stage(verdict) == CALL:
        return None
    return introspect(verdict, case)


# --- state_size -----------------------------------------------------------------------------------


def _state_size(verdict: Verdict, case: Case) -> Introspection:
    words, holds = _AN_INTEGER
    if case.program.stacked:
        words, holds = _PAIRS
    elif case.program.cell_name != "SimpleRNN":
        words, holds = _A_PAIR
    return Introspection(
        build_code.path_code(case).statements, "layer.cell.state_size", words, holds
    )


_AN_INTEGER = ("an integer", "isinstance(told, int)")
_A_PAIR = ("a tuple of two integers", "isinstance(told, tuple) and len(told) == 2")
_PAIRS = (
    "a tuple of tuples of two integers",
    "isinstance(told, tuple) and all(isinstance(size, tuple) for size in told)",
)


# --- configs --------------------------------------------------------------------------------------


def _config(verdict: Verdict, case: Case) -> Introspection | None:
    """Return the code for the first option with a plain value that the config does not have."""
    sentence = verdict.sentence or ""
    if case.program.path == "cell/v1":
        return _config_of_stack(case)
    if "activity_regularizer = " in sentence and "use_cudnn" not in sentence:
        return _regularizer(case)
    absent = re.search(r"\b(\w+) = absent, but must be (true|false|\d+)\b", sentence, re.I | re.A)
    kind = case.program.cells[0].cell_type
    api = case.program.path.partition("/")[0]
    if stage(verdict) == BUILD:
        return None
    if absent is None or api not in _OF_A_LAYER:
        raise NoScenario("a config with such a difference")
    name, value = absent[1], absent[2].capitalize()
    layer, config = _OF_A_LAYER[api]
    return Introspection(
        [f"layer = {layer.format(f'layers.{kind}(2, {name}={value})')}"],
        f'{config}.get({literal(name)}, "nothing")',
        f"{name} = {value} in the config",
        f"told == {value}",
    )


def _config_of_stack(case: Case) -> Introspection:
    number = len(case.program.cells)
    made = ", ".join(["cells.GRUCell(2)"] * number)
    return Introspection(
        [f"cell = cells.MultiRNNCell([{made}])"],
        'len(cell.get_config().get("cells", []))',
        f"{number} cells in the config",
        f"told == {number}",
    )


def _regularizer(case: Case) -> Introspection:
    api, kind = case.program.path.partition("/")[0], case.program.cells[0].cell_type
    given = f"activity_regularizer={build_code.keras(case)}.regularizers.L2(0.5)"
    if api not in _OF_A_LAYER:
        made, config = f"layers.RNN(layers.LSTMCell(2), {given})", "layer.get_config()"
    else:
        wrapped, config = _OF_A_LAYER[api]
        made = wrapped.format(f"layers.{kind}(2, {given})")
    return Introspection(
        [f"layer = {made}"],
        f'{config}.get("activity_regularizer", "nothing")',
        "the regularizer in the config",
        "isinstance(told, dict)",
    )


# the wrapper of a layer, and the place of the layer's config
_OF_A_LAYER = {
    "layer": ("{}", "layer.get_config()"),
    "Bidirectional": ("layers.Bidirectional({})", 'layer.get_config()["layer"]["config"]'),
}


def _default(verdict: Verdict, case: Case) -> Introspection:
    """Return the code for an option's default, from the config or else from the signature."""
    plain = r"'\w+'|True|False"
    pattern = rf"\b(\w+)\.(\w+) = (?:absent|{plain}), but must be ({plain})"
    differs = re.search(pattern, verdict.sentence or "", re.ASCII)
    if differs is None:
        raise NoScenario("a default with such a difference")
    kind, name, value = differs.groups()
    return Introspection(
        [
            "import inspect",
            f"signature = inspect.signature(layers.{kind}.__init__).parameters",
            f'default = getattr(signature.get({literal(name)}), "default", "nothing")',
        ],
        f"layers.{kind}(2).get_config().get({literal(name)}, default)",
        f"{name} = {value} by default",
        f"told == {value}",
    )


def _no_class(verdict: Verdict, case: Case) -> Introspection:
    absent = re.search(
        r"/(ConvLSTM\dD)\.\w+ = absent, but must be", verdict.sentence or "", re.ASCII
    )
    if absent is None:
        raise NoScenario("a default with such a difference")
    name = absent[1]
    return Introspection((), f"hasattr(layers, {literal(name)})", f"a class {name}", "told")


# --- structures -----------------------------------------------------------------------------------


def _call_statements(verdict: Verdict, case: Case) -> list[Code]:
    """Return the statements of an eager call, which make `result`."""
    if case.program.mode != EAGER or case.program.layer.time_major:
        raise NoScenario("a structure in a mode other than eager")
    called, scenario = build_code.path_code(case), BY_CLAUSE.get(verdict.clause)
    call = build_code.adapt_call(case, (scenario.call if scenario else case_calls.whole)(case))
    state = None if call.state is None else "state"
    return [
        *called.statements,
        *array_code.variables(call),
        assignment("result", called.call(state, [name for name, _ in call.arguments])),
    ]


def _no_steps(verdict: Verdict, case: Case) -> Introspection:
    shape = (case.data.batch, 0, case.program.cells[-1].output_units)
    return Introspection(
        _call_statements(verdict, case),
        "(tuple(result[0].shape), result[0].dtype.name)",
        f"outputs of the shape {shape} and the inputs' dtype",
        f"told == ({shape}, {literal(case.program.dtype)})",
    )


def _final_shape(verdict: Verdict, case: Case) -> Introspection:
    shape = (case.data.batch, case.program.cells[-1].units)
    return Introspection(
        _call_statements(verdict, case),
        "tuple(result[1][0].shape)",
        f"as item 0 of the final state a tensor of the shape {shape}",
        f"told == {shape}",
    )


def _nested_stack(verdict: Verdict, case: Case) -> Introspection:
    number = len(case.program.nesting)
    return Introspection(
        _call_statements(verdict, case),
        "len(result[1])",
        f"one state for each cell of the stack: {number}",
        f"told == {number}",
    )


_BY_CLAUSE: dict[str, Callable[[Verdict, Case], Introspection | None]] = {
    "DC-04": _final_shape,
    "DC-12": _state_size,
    "DF-01": _default,
    "DF-02": _no_class,
    "PS-01": _config,
    "SQ-21": _no_steps,
    "WR-07": _nested_stack,
}
