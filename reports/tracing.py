"""The code that runs a call through tf.function, traced as a target traces it.

A program that is not kept, as that of a malformed case, is traced for the sizes of its call; any
other for unknown batch and steps.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from conformance.adapter import wire
from reports.building import NotCovered
from reports.code import Code, Group, call, keyword, laid_out, sequence


def function(kept: bool, given: wire.Call, code: Group) -> tuple[list[str], str]:
    """The lines that define the function of a call, and the code that calls it.

    `kept` is the program's; `given` has the inputs as the function takes them.
    """
    specs = dict(_specs(given)) if kept else {}
    decorator = call("@tf.function", *_signature(specs), autograph="False")
    names = ", ".join(specs)
    returned = Group(f"return {code.opening}", code.parts, code.closing)
    lines = [*laid_out(decorator), f"def run({names}):", *laid_out(returned, 1)]
    return lines, f"run({names})"


def _signature(specs: dict[str, Code]) -> Sequence[Code]:
    return [keyword("input_signature", sequence(specs.values()))] if specs else []


def _specs(given: wire.Call) -> Iterator[tuple[str, Code]]:
    """Of each argument its spec; a state of NumPy arrays is none, as it is a constant."""
    yield "inputs", _spec(given.inputs, len(given.inputs.shape) - 1)
    held = set(_held(given.state))
    if held == {"tensor"}:
        yield "state", _of_state(given.state)
    elif len(held) > 1:
        raise NotCovered("a function of a state held in several ways")
    for name, values in given.arguments:
        yield name, _spec(values, 2)


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
    sizes = [None if axis < open_axes else int(size) for axis, size in enumerate(values.shape)]
    return f'tf.TensorSpec({sizes}, "{values.dtype}")'
