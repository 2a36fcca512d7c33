"""Keras 3: a layer makes no zeros for a cell whose state_size is a shape or nested."""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
try:
    import keras
    import tensorflow as tf
    import tf_keras
except ImportError as missing:
    print(f"cannot tell: {missing}")
    sys.exit(2)


def sums(base, size):
    """Return a cell that adds its inputs to each of its states, and has no get_initial_state."""

    class Sums(base):
        state_size = size
        output_size = 1

        def call(self, inputs, states):
            totals = tf.nest.map_structure(lambda state: state + tf.reduce_sum(inputs), states)
            return inputs, totals

    return Sums()


failed = 0
for about, size in (
    ("two sizes", [2, 3]),
    ("a shape", [(2, 3)]),
    ("a size and a tuple", [2, (3,)]),
    ("a dict", [{"h": 2, "c": 3}]),
):
    for name, library in (("Keras 3", keras), ("Keras 2", tf_keras)):
        shapes = size
        if name == "Keras 2" and about == "a shape":
            shapes = [tf.TensorShape(size[0])]
        layer = library.layers.RNN(sums(library.layers.Layer, shapes), return_state=True)
        try:
            states = layer(tf.ones([5, 4, 1]))[1:]
        except (TypeError, ValueError) as error:
            failed += 1
            print(f"{name}, {about}: {type(error).__name__}")
        else:
            print(f"{name}, {about}: states {[tuple(s.shape) for s in tf.nest.flatten(states)]}")
sys.exit(int(failed > 0))
