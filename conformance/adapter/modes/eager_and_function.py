"""The modes that are eager outside: they run at once, or through tf.function.

A runner's `assign(weights)` gives the variables their values. Its `run(inputs, state, arguments,
loss, by)` returns (outputs, final state, gradients): tensors or NumPy arrays. The state is in the
containers that the API returned. Where the loss asks for gradients, there is one for the inputs,
one for each leaf of the state and one for each of `weights.variables`.
"""

import tensorflow as tf

from .. import compat, native_trees, offers, save_and_load, timing, wire
from ..cells import weights
from . import differentiation


class Eager:
    """The mode that runs at once."""

    def __init__(self, program):
        self._program = program
        self.weights = weights.Assigned()
        if program.fresh or program.options == wire.DEFAULTS:
            compat.seed()
        self._made = self.built = offers.build(program)

    def assign(self, values):
        """Give the variables the values of one wire.Weights for each cell; reload if asked to."""
        changed = self.weights.assignments(self._made, values)
        for variable, value in changed:
            variable.assign(value)
        if changed and self._program.reloaded:
            self.built = save_and_load.reload(self._made, self._program, values)
            self.weights.move_to(self.built)

    def weights_intact(self):
        """Return True where every variable still has its assigned value."""
        return self.weights.are_intact([variable.numpy() for variable in self.weights.variables])

    def run(self, inputs, state, arguments, loss, by):
        """Call once; `state` is a native tree, a wire.OwnZeros or None; the others are arrays."""
        self.built.restore_classes()
        arguments = {name: tf.constant(values) for name, values in arguments.items()}
        loss = differentiation.Loss(*[[tf.constant(v) for v in values] for values in loss])
        state = self._resolve(state, inputs)
        return self._invoke(self.built.way(by), tf.constant(inputs), state, arguments, loss)

    def close(self):
        """Do nothing, as nothing is held."""

    def _invoke(self, call, inputs, state, arguments, loss):
        variables = self.weights.variables
        return differentiation.compute_by_tape(call, variables, inputs, state, arguments, loss)

    def _resolve(self, state, inputs):
        if isinstance(state, wire.OwnZeros):
            return self.built.own_state(tf.constant(inputs), len(inputs), self._program.dtype)
        return state


class Function(Eager):
    """The mode that runs through tf.function.

    The tensors of the state are arguments; the function closes over everything else. For a kept
    program there is one trace for each structure of a state, with unknown batch and steps (only the
    batch of a stateful layer is fixed). The trace itself is called, because finding it by its
    arguments takes longer than running it. For any other program there is one trace for each call
    and its shapes.
    """

    def __init__(self, program):
        super().__init__(program)
        self._traced = {}

    def _invoke(self, call, inputs, state, arguments, loss):
        tensors = [leaf for leaf in native_trees.flatten(state) if _is_argument(leaf)]
        if not self._program.kept and not self._program.unknown_rows:
            return self._function(call, state)(inputs, tensors, arguments, loss)
        structure = call, native_trees.trace_key(state, arguments), differentiation.trace_key(loss)
        if structure not in self._traced:
            rows = None if self._program.unknown_rows else self._program.rows
            signature = [
                native_trees.open_spec(inputs, 2, rows),
                [native_trees.open_spec(leaf, 1, rows) for leaf in tensors],
                {name: native_trees.open_spec(value, 2, rows) for name, value in arguments.items()},
                differentiation.open_specs(loss),
            ]
            self._traced[structure] = self._function(call, state, signature)
        return self._traced[structure](inputs, tensors, arguments, loss)

    def _function(self, call, state, signature=None):
        leaves = native_trees.flatten(state)

        def traced(inputs, tensors, arguments, loss):
            tensors = iter(tensors)
            filled = [next(tensors) if _is_argument(leaf) else leaf for leaf in leaves]
            with timing.measure(timing.BUILDING):
                return super(Function, self)._invoke(
                    call, inputs, native_trees.rebuild(state, iter(filled)), arguments, loss
                )

        return self._wrap(traced, signature)

    def _wrap(self, traced, signature):
        # autograph would rewrite our own wrapper, and put its frames into every error
        function = tf.function(traced, autograph=False, input_signature=signature)
        return compat.trace(function) if self._program.kept else function


def _is_argument(leaf):
    return isinstance(leaf, (tf.Tensor, tf.RaggedTensor))
