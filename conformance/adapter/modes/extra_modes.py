"""The modes that only some clauses ask for: expensive ones, and ones that only test the mode."""

import dataclasses
import itertools

import tensorflow as tf

from .. import compat
from . import eager_and_function


class Unrolled(eager_and_function.Eager):
    """The mode that runs at once, with the layer unrolled."""

    def __init__(self, program):
        layer = dict(program.layer, unroll=True)
        super().__init__(dataclasses.replace(program, layer=layer))


class Compiled(eager_and_function.Function):
    """The mode that runs through a tf.function which XLA compiles again for each size."""

    def _wrap(self, traced, signature):
        return compat.xla_function(traced, input_signature=signature)


class Retraced(eager_and_function.Function):
    """The mode that runs through a tf.function without a signature, traced again for each size."""

    def _wrap(self, traced, signature):
        return tf.function(traced, autograph=False)


class Relaxed(eager_and_function.Function):
    """The mode like `Retraced` that is traced for unknown sizes after calls of different sizes."""

    def _wrap(self, traced, signature):
        return compat.relaxed_function(traced)


class Alternating(eager_and_function.Function):
    """The mode that runs at once and through tf.function in turn, on the same cells and layers.

    The first call of a run is eager.
    """

    def assign(self, values):
        """Give the variables their values at the start of a run."""
        super().assign(values)
        self._turns = itertools.cycle((eager_and_function.Eager, eager_and_function.Function))

    def _invoke(self, *given):
        return next(self._turns)._invoke(self, *given)


class Predict(eager_and_function.Eager):
    """The modes that run a model by one of its own methods, which gives the mode its name."""

    def run(self, *given):
        """Call once, like `Eager`."""
        *others, _ = given
        return super().run(*others, self._program.mode)
