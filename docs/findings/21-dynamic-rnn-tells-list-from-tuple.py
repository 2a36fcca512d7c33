"""Eager dynamic_rnn treats a list and a tuple, or a tuple and an LSTMStateTuple, as different."""

import contextlib
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["TF_USE_LEGACY_KERAS"] = "1"  # v1 cells come from Keras 2
try:
    import tensorflow as tf
    import tf_keras
except ImportError as missing:
    print(f"cannot tell: {missing}")
    sys.exit(2)

v1 = tf.compat.v1.nn
PLACES = {"eagerly": contextlib.nullcontext, "in a graph": lambda: tf.Graph().as_default()}
STATES = {
    "Keras 2 LSTMCell, a list": (tf_keras.layers.LSTMCell, list),
    "Keras 2 LSTMCell, a tuple": (tf_keras.layers.LSTMCell, tuple),
    "v1 LSTMCell, LSTMStateTuple": (
        v1.rnn_cell.LSTMCell,
        lambda pair: v1.rnn_cell.LSTMStateTuple(*pair),
    ),
    "v1 LSTMCell, a tuple": (v1.rnn_cell.LSTMCell, tuple),
}
refused = 0
for about, (kind, packed) in STATES.items():
    for place, entered in PLACES.items():
        try:
            with entered():
                state = packed([tf.zeros([2, 3]), tf.zeros([2, 3])])
                v1.dynamic_rnn(kind(3), tf.ones([2, 4, 1]), initial_state=state)
        except TypeError:
            refused += 1
            print(f"{about}, {place}: TypeError")
        else:
            print(f"{about}, {place}: accepted")
sys.exit(int(refused > 0))
