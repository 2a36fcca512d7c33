"""The arrays and states of a case as Python code.

An array with few values is written out, to three digits. A larger one is replaced by a random array
of the same shape, dtype and size. The values do not decide if a state is accepted, and nobody reads
many of them. So this code must not be used for deviations that show in numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from conformance.adapter import wire
from conformance.cases import floats
from reports.reproducer.code.source import Code, Group, assignment, call, sequence

_MOST_WRITTEN = 6
_LONG = 80
_HALVES = ("float16", "bfloat16")


class NotWritten(Exception):
    """No code is written for a value."""


def state(tree: object) -> Code:
    """Return a state in its containers."""
    if isinstance(tree, wire.Node):
        return _container(tree)
    if isinstance(tree, wire.Leaf):
        return _leaf(tree)
    if isinstance(tree, wire.Text):
        return array(tree)
    if isinstance(tree, wire.Nothing):
        return "None"
    raise NotWritten(f"a state of {type(tree).__name__}")


def array(given: wire.Array | wire.Text) -> Code:
    """Return a tensor; a large one is replaced by a random one."""
    if isinstance(given, wire.Text):
        return call("tf.fill", _shape(given.shape), '"a"')
    return _of_tensorflow(given)


def exact_array(given: wire.Array | wire.Text) -> Code:
    """Return a tensor with exactly these values, however many they are."""
    if isinstance(given, wire.Text):
        return array(given)
    return _constant(floats.from_wire(given), given.dtype)


def variables(call: wire.Call) -> list[Code]:
    """Return the variables of a call: its inputs, its state if it has one, and its arguments."""
    return [assignment(name, code) for name, code in named_code(call)]


def named_code(call: wire.Call) -> Iterator[tuple[str, Code]]:
    """Yield the name and the value of each variable of a call."""
    yield "inputs", array(call.inputs)
    if call.state is not None:
        yield "state", state(call.state)
    for name, values in call.arguments:
        yield name, exact_array(values)


def _container(node: wire.Node) -> Code:
    children = tuple(state(child) for child in node.children)
    if node.container == "dict":
        named = zip(node.keys, children, strict=True)
        return Group("{", tuple(_item(key, child) for key, child in named), "}")
    if node.container == "LSTMStateTuple":
        pair = call("cells.LSTMStateTuple", *children)
        alike = len(pair.line) > _LONG and len(set(children)) == 1
        return f"cells.LSTMStateTuple(*{_repetition('list', children)})" if alike else pair
    written = sequence(children) if node.container == "list" else Group("(", children, ")")
    if len(written.line) > _LONG and len(set(children)) == 1:
        return _repetition(node.container, children)
    return written


def _repetition(container: str, children: Sequence[Code]) -> str:
    """Return a list or tuple of equal parts on one line, instead of a line for each part."""
    opening, closing = ("[", "]") if container == "list" else ("tuple(", ")")
    child = children[0]
    written = child.line if isinstance(child, Group) else child
    return f"{opening}{written} for _ in range({len(children)}){closing}"


def _item(key: str, code: Code) -> Code:
    if isinstance(code, Group):
        return Group(f"{key!r}: {code.opening}", code.parts, code.closing)
    return f"{key!r}: {code}"


def _leaf(leaf: wire.Leaf) -> Code:
    if leaf.held_as == "numpy":
        return _of_numpy(leaf.array)
    tensor = _of_tensorflow(leaf.array)
    if leaf.held_as == "variable":
        return call("tf.Variable", tensor)
    if leaf.held_as == "ragged":
        rows, width = leaf.array.shape
        lengths = [width] * (rows - 1) + [width - 1]
        return call("tf.RaggedTensor.from_tensor", tensor, lengths=str(lengths))
    return tensor


def _of_tensorflow(given: wire.Array) -> Code:
    def random_code(values: np.ndarray) -> Code:
        if given.dtype == "bool":
            return call("tf.constant", f"{_random(values)} > 0")
        return call("tf.cast", _random(values), f'"{given.dtype}"')

    return _one_of(
        given, "tf", () if given.dtype == "float32" else (f'"{given.dtype}"',), random_code
    )


def _of_numpy(given: wire.Array) -> Code:
    dtype = "tf.bfloat16.as_numpy_dtype" if given.dtype == "bfloat16" else f'"{given.dtype}"'
    return _one_of(given, "np", (dtype,), lambda values: f"{_random(values)}.astype({dtype})")


def _one_of(
    given: wire.Array, library: str, dtype: tuple[str, ...], drawn: Callable[[np.ndarray], Code]
) -> Code:
    values = floats.from_wire(given)
    for filled, value in (("zeros", 0), ("ones", 1)):
        if (values == value).all():
            return call(f"{library}.{filled}", _shape(values.shape), *dtype)
    if values.size > _MOST_WRITTEN:
        return drawn(values)
    if library == "np":
        return call("np.array", _nested(values, given.dtype), *dtype)
    return _constant(values, given.dtype)


def _constant(values: np.ndarray, dtype: str) -> Code:
    written = _nested(values, dtype)
    if dtype in (*_HALVES, "bool"):
        # a list becomes float32, which holds all these values; truth values are short as numbers
        return call("tf.cast", written, f'"{dtype}"')
    # numbers with a point become float32 without a dtype
    return call("tf.constant", written, *(() if dtype == "float32" else (f'"{dtype}"',)))


def _nested(values: np.ndarray, dtype: str) -> Code:
    if values.ndim:
        return sequence(_nested(part, dtype) for part in values)
    value = float(values)
    if dtype == "bool" or dtype.startswith("int"):
        return str(int(value))
    return str(float(f"{value:.3g}"))


def _random(values: np.ndarray) -> str:
    largest = float(np.abs(values).max())
    size = float(f"{largest:.0e}") if math.isfinite(largest) else 1.0
    return f"random.uniform(-{size}, {size}, {_shape(values.shape)})"


def _shape(shape: tuple[int, ...]) -> str:
    return str([int(size) for size in shape])
