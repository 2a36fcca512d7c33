"""The code that runs a call through tf.function or in a graph, traced as a target traces it.

A program that is not kept, as that of a malformed case, is traced for the sizes of its call; any
other for unknown batch and steps.
"""

from __future__ import annotations

from collections.abc import Iterator

from conformance.adapter import wire
from reports.building import NotCovered
from reports.code import Code, Group, assigned, call, laid_out, literal, sequence

FUNCTION, GRAPH = "function", "graph"  # modes of a case


def function(kept: bool, given: wire.Call, code: Group, **options: str) -> tuple[list[str], str]:
    """The lines that make the function of a call, and the code that calls it.

    `kept` is the program's; `given` has the inputs as the function takes them. `options` are more
    options of tf.function.
    """
    open_specs = specs(given) if kept else {}
    names = ", ".join(open_specs)
    body = Group(f"{f'lambda {names}'.strip()}: {code.opening}", code.parts, code.closing)
    signature = [assigned("signature", sequence(open_specs.values()))] if open_specs else []
    named = "signature" if open_specs else None
    traced = call("tf.function", body, input_signature=named, autograph="False", **options)
    lines = [line for code in (*signature, assigned("run", traced)) for line in laid_out(code)]
    return lines, f"run({names})"


def in_graph(code: Code) -> list[str]:
    """The lines that build a call into the graph `graph` and run it there, one level in."""
    return [
        "    with graph.as_default(), tf.compat.v1.Session() as session:",
        *laid_out(assigned("result", code), 2),
        "        session.run(tf.compat.v1.global_variables_initializer())",
        "        result = session.run(result)",
    ]


def placeholders(kept: bool, given: wire.Call) -> Iterator[Code]:
    """What becomes of a call's variables in a graph, where a kept program leaves sizes open."""
    if not kept:
        return
    yield f"place = {_PLACED}"
    arrays = [("inputs", given.inputs, len(given.inputs.shape) - 1)]
    arrays += [(name, values, 2) for name, values in given.arguments]
    for name, values, open_axes in arrays:
        yield assigned(name, call("place", name, _sizes(values, open_axes)))
    if _all_tensors(given.state):
        each = "lambda leaf: place(leaf, [None, *leaf.shape[1:]])"
        yield assigned("state", call("tf.nest.map_structure", each, "state"))


_PLACED = "tf.compat.v1.placeholder_with_default"


def specs(given: wire.Call) -> dict[str, Code]:
    """Of each argument by name its spec; a state of NumPy arrays is none, as it is a constant."""
    return dict(_specs(given))


def _specs(given: wire.Call) -> Iterator[tuple[str, Code]]:
    yield "inputs", _spec(given.inputs, len(given.inputs.shape) - 1)
    if _all_tensors(given.state):
        yield "state", _of_state(given.state)
    for name, values in given.arguments:
        yield name, _spec(values, 2)


def _all_tensors(state: object) -> bool:
    held = set(_held(state))
    if len(held) > 1:
        raise NotCovered("a function of a state held in several ways")
    return held == {"tensor"}


def _held(tree: object) -> Iterator[str]:
    if isinstance(tree, wire.Node):
        for child in tree.children:
            yield from _held(child)
    elif isinstance(tree, wire.Leaf):
        yield tree.held_as
    elif tree is not None:
        raise NotCovered("a function of such a state")


def _of_state(tree: object) -> Code:
    if isinstance(tree, wire.Leaf):
        return _spec(tree.array, 1)
    assert isinstance(tree, wire.Node)
    children = tuple(map(_of_state, tree.children))
    if tree.container == "LSTMStateTuple":
        return call("cells.LSTMStateTuple", *children)
    return sequence(children) if tree.container == "list" else Group("(", children, ")")


def _spec(values: wire.Array, open_axes: int) -> Code:
    dtype = None if values.dtype == "float32" else literal(values.dtype)  # which is its default
    return call("tf.TensorSpec", _sizes(values, open_axes), dtype=dtype).line


def _sizes(values: wire.Array, open_axes: int) -> str:
    return str([None if axis < open_axes else int(size) for axis, size in enumerate(values.shape)])
