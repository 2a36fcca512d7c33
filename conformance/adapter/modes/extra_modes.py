"""The modes that only some clauses ask for: they are dear, or say little of anything but modes."""

import dataclasses
import itertools

import tensorflow as tf

from .. import compat
from . import eager_and_function


class Unrolled(eager_and_function.Eager):
    """Runs at once, with the layer unrolled."""

    def __init__(self, program):
        layer = dict(program.layer, unroll=True)
        super().__init__(dataclasses.replace(program, layer=layer))


class Compiled(eager_and_function.Function):
    """Runs through a tf.function that XLA compiles, anew for each size."""

    def _wrap(self, traced, signature):
        return compat.xla_function(traced, input_signature=signature)


class Retraced(eager_and_function.Function):
    """Runs through one tf.function without a signature, traced anew for each size."""

    def _wrap(self, traced, signature):
        return tf.function(traced, autograph=False)


class Relaxed(eager_and_function.Function):
    """As `Retraced`, but once sizes have been seen to differ it is traced for unknown ones."""

    def _wrap(self, traced, signature):
        return compat.relaxed_function(traced)


class Alternating(eager_and_function.Function):
    """Runs at once and through tf.function by turns, on the same cells and layers.

    The first call of a run is eager.
    """

    def assign(self, values):
        """Give the variables their values, at the beginning of a run."""
        super().assign(values)
        self._turns = itertools.cycle((eager_and_function.Eager, eager_and_function.Function))

    def _invoke(self, *given):
        return next(self._turns)._invoke(self, *given)


class Predict(eager_and_function.Eager):
    """Runs a model by that way of calling it whose name is the mode's."""

    def run(self, *given):
        """Call once, as `Eager` does."""
        *others, _ = given
        return super().run(*others, self._program.mode)
