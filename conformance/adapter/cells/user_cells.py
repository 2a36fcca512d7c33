"""Cells that a user might write: an LSTM cell with its state in other containers or shapes."""

import functools

import tensorflow as tf

from .. import compat, wire


def make(generation, inner, spec, index, dtype):
    """Make the user's own cell around an LSTM cell."""
    options = {"dtype": dtype, "name": "own_%d" % index}
    return _kind(generation, spec["custom"]["start"])(inner, spec, **options)


@functools.lru_cache(maxsize=None)
def _kind(generation, start):
    """Return the class for a generation; with `start` it has its own get_initial_state."""
    if generation == "v1":
        return type("Own", (_OfV1, compat.v1_cells().RNNCell), {})
    layer = compat.keras(generation).layers.Layer
    bases = (_WithStart, _OfKeras, layer) if start else (_OfKeras, layer)
    return type("Own", bases, {"generation": generation})


class _Own:
    """The common part of the cells of all generations."""

    sequence = list

    def __init__(self, inner, spec, **options):
        super().__init__(**options)
        self.inner = inner
        self._units = spec["units"]
        self._structure = spec["custom"]["structure"]
        self._doubled = spec["custom"]["doubled"]

    @property
    def state_size(self):
        if self._structure == "planes":
            return self._planes()
        return self._arrange(self._units, self._units)

    @property
    def output_size(self):
        return self._units * (2 if self._doubled else 1)

    def _planes(self):
        return self.sequence([tf.TensorShape([2, self._units])])

    def _arrange(self, h, c):
        if self._structure == "dict":
            return self.sequence([{"c": c, "h": h}])
        return self.sequence([h, (c,) if self._structure == "nested" else c])

    def _hold(self, h, c):
        """Return the state that contains h and c."""
        if self._structure == "planes":
            return self.sequence([tf.stack([h, c], axis=1)])
        return self._arrange(h, c)

    def _take_apart(self, states):
        """Return the h and c of a state."""
        if self._structure == "planes":
            return states[0][:, 0], states[0][:, 1]
        if self._structure == "dict":
            return states[0]["h"], states[0]["c"]
        h, c = states
        return h, c[0] if self._structure == "nested" else c

    def _outputs(self, h):
        return tf.concat([h, h], axis=-1) if self._doubled else h


class _OfKeras(_Own):
    def build(self, shape):
        if not self.inner.built:
            self.inner.build(shape)
        self.built = True

    def call(self, inputs, states):
        _, (h, c) = self.inner(inputs, list(self._take_apart(states)))
        return self._outputs(h), self._hold(h, c)

    def _planes(self):
        # in Keras 3 a tuple is a shape, in Keras 2 it would mean two states
        return [(2, self._units)] if self.generation == "keras3" else super()._planes()


class _WithStart:
    def get_initial_state(self, inputs=None, batch_size=None, dtype=None):
        dtype = dtype or self.compute_dtype
        starts = [tf.constant(value, dtype) for value in wire.CUSTOM_START]
        return self._hold(*[tf.fill((batch_size, self._units), start) for start in starts])


class _OfV1(_Own):
    sequence = tuple

    def call(self, inputs, state):
        h, c = self._take_apart(state)
        _, (c, h) = self.inner(inputs, compat.v1_cells().LSTMStateTuple(c, h))
        return self._outputs(h), self._hold(h, c)

    def _planes(self):
        return tf.TensorShape([2, self._units])

    def _hold(self, h, c):
        held = super()._hold(h, c)
        return held[0] if self._structure == "planes" else held

    def _take_apart(self, state):
        return super()._take_apart((state,) if self._structure == "planes" else state)
