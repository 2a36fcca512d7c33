"""A call as one computation: in one part or two, and with gradients where they are asked for."""

import collections

import numpy as np
import tensorflow as tf

from .. import compat, native_trees

# By what outputs and each leaf of the final state are multiplied, and after how many steps the call
# is split: lists, so that tensors can stand in them, and empty where there is nothing of the kind.
Loss = collections.namedtuple("Loss", ["cotangents", "split"])


def native_loss(loss):
    """The Loss, of NumPy arrays, of a wire.Loss or of None."""
    if loss is None:
        return Loss([], [])
    leaves = [leaf.array for leaf in native_trees.flatten(native_trees.containers(loss.state))]
    split = [] if loss.split is None else [np.array(loss.split, np.int32)]
    return Loss([native_trees.to_numpy(array) for array in (loss.outputs, *leaves)], split)


def open_specs(loss):
    """The tf.TensorSpecs of a Loss whose batch and steps are unknown."""
    return Loss(*[[native_trees.open_spec(v, len(v.shape) - 1) for v in values] for values in loss])


def trace_key(loss):
    """What is traced for a Loss depends on, beside the shapes."""
    return len(loss.cotangents), len(loss.split)


def compute(call, inputs, state, arguments, loss):
    """Outputs and final state; a call that is split goes on from the state of its first part."""
    if not loss.split:
        return call(inputs, state, **arguments)
    (split,) = loss.split
    first, carried = call(inputs[:, :split], state, **arguments)
    second, final = call(inputs[:, split:], carried, **arguments)
    return tf.concat([first, second], 1), final


def compute_by_tape(call, variables, inputs, state, arguments, loss):
    """Outputs, final state, and gradients of inputs, of leaves of the state and of variables.

    A gradient may be None; there are none of them where there is no loss.
    """
    if not loss.cotangents:
        return (*compute(call, inputs, state, arguments, loss), [])
    sources = _sources(inputs, state, variables)
    with tf.GradientTape() as tape:
        for source in sources:
            tape.watch(source)
        outputs, final = compute(call, inputs, state, arguments, loss)
    targets = [outputs, *native_trees.flatten(final)]
    return outputs, final, tape.gradient(targets, sources, output_gradients=loss.cotangents)


def compute_in_graph(call, variables, inputs, state, arguments, loss):
    """The same with a graph's own gradients."""
    outputs, final = compute(call, inputs, state, arguments, loss)
    if not loss.cotangents:
        return outputs, final, []
    targets = [outputs, *native_trees.flatten(final)]
    sources = _sources(inputs, state, variables)
    return outputs, final, compat.v1.gradients(targets, sources, grad_ys=loss.cotangents)


def _sources(inputs, state, variables):
    leaves = [] if state is None else native_trees.flatten(state)
    return [inputs, *leaves, *variables]
