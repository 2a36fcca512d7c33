"""A call as one computation: in one part or in two, with gradients if they are asked for."""

import collections

import numpy as np
import tensorflow as tf

from .. import compat, native_trees

# `cotangents` are the factors of the outputs and of each leaf of the final state; `split` is the
# number of steps before the split. Both are lists, so that they can hold tensors; a list is empty
# where there is nothing.
Loss = collections.namedtuple("Loss", ["cotangents", "split"])


def native_loss(loss):
    """Return the Loss of a wire.Loss or of None, as NumPy arrays."""
    if loss is None:
        return Loss([], [])
    leaves = [leaf.array for leaf in native_trees.flatten(native_trees.containers(loss.state))]
    split = [] if loss.split is None else [np.array(loss.split, np.int32)]
    return Loss([native_trees.to_numpy(array) for array in (loss.outputs, *leaves)], split)


def open_specs(loss):
    """Return the tf.TensorSpecs of a Loss, with unknown batch and steps."""
    return Loss(*[[native_trees.open_spec(v, len(v.shape) - 1) for v in values] for values in loss])


def trace_key(loss):
    """Return the facts that a trace for a Loss depends on, beside the shapes."""
    return len(loss.cotangents), len(loss.split)


def compute(call, inputs, state, arguments, loss):
    """Compute outputs and final state; after a split, go on from the state of the first part."""
    if not loss.split:
        return call(inputs, state, **arguments)
    (split,) = loss.split
    first, carried = call(inputs[:, :split], state, **arguments)
    second, final = call(inputs[:, split:], carried, **arguments)
    return tf.concat([first, second], 1), final


def compute_by_tape(call, variables, inputs, state, arguments, loss):
    """Return outputs, final state, and the gradients of inputs, state leaves and variables.

    A gradient may be None. Without a loss there are no gradients.
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
    """Return the same as `compute_by_tape`, with a graph's own gradients."""
    outputs, final = compute(call, inputs, state, arguments, loss)
    if not loss.cotangents:
        return outputs, final, []
    targets = [outputs, *native_trees.flatten(final)]
    sources = _sources(inputs, state, variables)
    return outputs, final, compat.v1.gradients(targets, sources, grad_ys=loss.cotangents)


def _sources(inputs, state, variables):
    leaves = [] if state is None else native_trees.flatten(state)
    return [inputs, *leaves, *variables]
