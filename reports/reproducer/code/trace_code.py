"""The code that runs a call in a tf.function or in a graph, traced as a target traces it.

A program that is not kept, such as that of a malformed case, is traced for the sizes of its call.
Every other program is traced for an unknown batch size and an unknown number of steps.
"""

from __future__ import annotations

from collections.abc import Iterator

from conformance.adapter import wire
from conformance.cases.case import Case
from reports.reproducer.code import array_code
from reports.reproducer.code.build_code import RAW_RNN, NotCovered
from reports.reproducer.code.source import (
    Code,
    Group,
    assignment,
    body_lines,
    call,
    lay_out,
    literal,
    sequence,
)

FUNCTION, GRAPH = "function", "graph"  # modes of a case


def function_code(
    case: Case, kept: bool, given: wire.Call, code: Group, *options: Code
) -> tuple[list[Code], str]:
    """Return the statements that make the function of a call, and the code that calls it.

    `kept` is that of the program. `given` has the inputs that the function takes. `options` are
    further options of tf.function.
    """
    rows = (
        case.data.batch if case.program.layer.stateful and not case.program.unknown_rows else None
    )
    open_specs = dict(_specs(given, rows)) if kept else {}
    names = ", ".join(open_specs)
    signature = [assignment("signature", sequence(open_specs.values()))] if open_specs else []
    named = ("input_signature=signature",) if open_specs else ()
    traced = (*named, "autograph=False", *options)
    in_short = f"{f'lambda {names}'.strip()}: {code.line}"
    if open_specs and code.opening == f"{RAW_RNN}(":  # raw_rnn takes the arguments in this order
        in_short = RAW_RNN
    short = assignment("run", call("tf.function", in_short, *traced))
    if len(lay_out(short, 1)) == 1:
        return [*signature, short], f"run({names})"
    body = Group(f"return {code.opening}", code.parts, code.closing)
    made = assignment("run", call("tf.function", "call", *traced))
    return [*signature, f"def call({names}):", *body_lines(body), made], f"run({names})"


def graph_lines(statement: Code) -> list[str]:
    """Return the lines, indented once, that add `result` to the graph `graph` and run it."""
    return [
        "    with graph.as_default(), tf.compat.v1.Session() as session:",
        *lay_out(statement, 2),
        "        session.run(tf.compat.v1.global_variables_initializer())",
        "        result = session.run(result)",
    ]


def placeholders(given: wire.Call) -> Iterator[Code]:
    """Yield a call's variables in a graph; sizes that a kept program does not know stay open."""
    yield f"place = {_PLACED}"
    more_open = {"inputs": len(given.inputs.shape) - 2}
    arrays = {"inputs": given.inputs, **dict(given.arguments)}
    for name, code in array_code.named_code(given):
        if name in arrays:
            sizes = _sizes(arrays[name], None, more_open.get(name, 1))
            yield from _in_one_line_or_two(name, code, sizes)
        else:
            yield assignment(name, code)
    if _all_tensors(given.state):
        each = "lambda leaf: place(leaf, [None, *leaf.shape[1:]])"
        yield assignment("state", call("tf.nest.map_structure", each, "state"))


def _in_one_line_or_two(name: str, code: Code, sizes: str) -> list[Code]:
    at_once = assignment(name, call("place", code, sizes))
    if len(lay_out(at_once, 2)) == 1:
        return [at_once]
    return [assignment(name, code), assignment(name, call("place", name, sizes))]


_PLACED = "tf.compat.v1.placeholder_with_default"


def _specs(given: wire.Call, rows: int | None) -> Iterator[tuple[str, Code]]:
    """Yield the spec of each argument; a state of NumPy arrays has none, as it is a constant."""
    yield "inputs", _spec(given.inputs, rows, len(given.inputs.shape) - 2)
    if _all_tensors(given.state):
        yield "state", _of_state(given.state, rows)
    for name, values in given.arguments:
        yield name, _spec(values, rows, 1)


def _all_tensors(state: object) -> bool:
    held = set(_held(state))
    if len(held) > 1:
        raise NotCovered("a function with a state held in several ways")
    return held == {"tensor"}


def _held(tree: object) -> Iterator[str]:
    if isinstance(tree, wire.Node):
        for child in tree.children:
            yield from _held(child)
    elif isinstance(tree, wire.Leaf):
        yield tree.held_as
    elif tree is not None:
        raise NotCovered("a function with such a state")


def _of_state(tree: object, rows: int | None) -> Code:
    if isinstance(tree, wire.Leaf):
        return _spec(tree.array, rows)
    assert isinstance(tree, wire.Node)
    children = tuple(_of_state(child, rows) for child in tree.children)
    if tree.container == "LSTMStateTuple":
        return call("cells.LSTMStateTuple", *children)
    return sequence(children) if tree.container == "list" else Group("(", children, ")")


def _spec(values: wire.Array, rows: int | None, more_open: int = 0) -> Code:
    dtype = None if values.dtype == "float32" else literal(values.dtype)  # the default is float32
    sizes = _sizes(values, rows, more_open)
    return call("tf.TensorSpec", sizes, *([dtype] if dtype else [])).line


def _sizes(values: wire.Array, rows: int | None, more_open: int = 0) -> str:
    """Return the shape, with `more_open` axes open, and with open rows unless they are given."""
    open_axes = [rows, *[None] * more_open][: len(values.shape)]
    return str([*open_axes, *map(int, values.shape[len(open_axes) :])])
