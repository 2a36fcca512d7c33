"""Eager dynamic_rnn compares no shapes, and its cells broadcast; in a graph it refuses."""

import contextlib
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["TF_USE_LEGACY_KERAS"] = "1"  # v1 cells come from Keras 2
try:
    import keras
    import tensorflow as tf
    import tf_keras
except ImportError as missing:
    print(f"cannot tell: {missing}")
    sys.exit(2)

v1 = tf.compat.v1.nn
PLACES = {"eagerly": contextlib.nullcontext, "in a graph": lambda: tf.Graph().as_default()}
CELLS = {
    "Keras 3 GRUCell, a state of one row": (keras.layers.GRUCell, [1, 3]),
    "Keras 2 GRUCell, a state of one row": (tf_keras.layers.GRUCell, [1, 3]),
    "v1 LSTMCell, c a scalar": (v1.rnn_cell.LSTMCell, []),
}
accepted = 0
for about, (kind, shape) in CELLS.items():
    for place, entered in PLACES.items():
        try:
            with entered():
                state = tf.zeros(shape)
                if about.startswith("v1"):
                    state = v1.rnn_cell.LSTMStateTuple(state, tf.zeros([4, 3]))
                outputs, _ = v1.dynamic_rnn(kind(3), tf.ones([4, 2, 1]), initial_state=state)
        except Exception as error:
            print(f"{about}, {place}: {type(error).__name__}")
        else:
            accepted += 1
            print(f"{about}, {place}: outputs {tuple(outputs.shape)}")
sys.exit(int(accepted > 0))
