"""States as Python containers: conversions from and to the wire, and work on single leaves."""

import numpy as np
import tensorflow as tf

from . import compat, wire


def numpy_dtype(name):
    """Return the NumPy dtype of a name; bfloat16 is TensorFlow's own."""
    return tf.bfloat16.as_numpy_dtype if name == "bfloat16" else np.dtype(name)


def to_numpy(array):
    """Return a wire.Array or wire.Text as a writable NumPy array."""
    if isinstance(array, wire.Text):
        return np.full(array.shape, "a", object)
    values = np.frombuffer(array.data, dtype=numpy_dtype(array.dtype))
    return values.reshape(array.shape).copy()


def to_wire_array(value):
    """Return a wire.Array of anything that NumPy can convert."""
    values = np.asarray(value)
    return wire.Array(tf.as_dtype(values.dtype).name, tuple(values.shape), values.tobytes())


def flatten(tree):
    """Return the leaves of nested lists, tuples, named tuples and dicts, in order."""
    if isinstance(tree, dict):
        return [leaf for key in sorted(tree) for leaf in flatten(tree[key])]
    if isinstance(tree, (list, tuple)):
        return [leaf for item in tree for leaf in flatten(item)]
    return [tree]


def rebuild(tree, leaves):
    """Return the same containers around other leaves, which an iterator gives."""
    if isinstance(tree, dict):
        return {key: rebuild(tree[key], leaves) for key in sorted(tree)}
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):
        return type(tree)(*[rebuild(item, leaves) for item in tree])
    if isinstance(tree, (list, tuple)):
        container = tuple if isinstance(tree, tuple) else list
        return container(rebuild(item, leaves) for item in tree)
    return next(leaves)


def as_list(state):
    """Return one cell's state as a list of its tensors."""
    return list(state) if isinstance(state, (list, tuple)) else [state]


def structure(tree):
    """Return a hashable description: the containers, and each leaf's class, dtype and width."""
    if isinstance(tree, dict):
        return ("dict", tuple((key, structure(tree[key])) for key in sorted(tree)))
    if isinstance(tree, (list, tuple)):
        return (type(tree).__name__, tuple(structure(item) for item in tree))
    shape = getattr(tree, "shape", None)
    dtype = getattr(tree, "dtype", None)
    # in TensorFlow 1 a size is an object that has no hash
    sizes = None if shape is None else tuple(tf.TensorShape(shape).as_list()[1:])
    return (type(tree).__name__, dtype, sizes)


def trace_key(state, arguments):
    """Return what a trace for unknown batch and steps depends on; calls with one key share it."""
    kinds = [
        (name, str(value.dtype), len(value.shape)) for name, value in sorted(arguments.items())
    ]
    return structure(state), tuple(kinds)


def open_spec(values, axes, rows=None):
    """Return the tf.TensorSpec of values with unknown first axes; `rows` fixes the first one."""
    dtype = tf.string if values.dtype == object else tf.as_dtype(values.dtype)
    shape = [None if axis < axes else size for axis, size in enumerate(values.shape)]
    return tf.TensorSpec([rows, *shape[1:]] if rows and shape else shape, dtype)


def containers(tree):
    """Return a wire tree as Python containers that still hold the wire's leaves."""
    if not isinstance(tree, wire.Node):
        return tree
    children = [containers(child) for child in tree.children]
    if tree.container == "LSTMStateTuple":
        return compat.v1_cells().LSTMStateTuple(*children)
    if tree.container == "dict":
        return dict(zip(tree.keys, children))
    return {"list": list, "tuple": tuple}[tree.container](children)


def to_native(tree):
    """Return a wire tree as native containers and leaves."""
    tree = containers(tree)
    return rebuild(tree, iter([to_native_leaf(leaf) for leaf in flatten(tree)]))


def to_wire(tree, leaf_to_wire):
    """Return native containers as a wire tree."""
    if isinstance(tree, dict):
        keys = tuple(sorted(tree))
        children = tuple(to_wire(tree[key], leaf_to_wire) for key in keys)
        return wire.Node("dict", children, keys)
    if isinstance(tree, (list, tuple)):
        return wire.Node(_container(tree), tuple(to_wire(item, leaf_to_wire) for item in tree))
    return leaf_to_wire(tree)


def _container(tree):
    if isinstance(tree, tuple):
        return type(tree).__name__ if hasattr(tree, "_fields") else "tuple"
    return "list"


def to_native_leaf(leaf):
    """Return a wire leaf as it is outside a graph: a NumPy array, variable, ragged or tensor."""
    if isinstance(leaf, wire.Nothing):
        return None
    if isinstance(leaf, wire.Text):
        return tf.constant(to_numpy(leaf))
    values = to_numpy(leaf.array)
    if leaf.held_as == "numpy":
        return values
    if leaf.held_as == "variable":
        return tf.Variable(values)
    if leaf.held_as == "ragged":
        lengths = [values.shape[1]] * (len(values) - 1) + [values.shape[1] - 1]
        return tf.RaggedTensor.from_tensor(values, lengths=lengths)
    return tf.constant(values)
