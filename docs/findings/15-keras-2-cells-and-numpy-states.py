"""Keras 2: a cell called by itself fails on NumPy states, and so does eager dynamic_rnn over it."""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
try:
    import numpy as np
    import tensorflow as tf
    import tf_keras
except ImportError as missing:
    print(f"cannot tell: {missing}")
    sys.exit(2)

layers = tf_keras.layers
state = np.zeros([2, 3], np.float32)


def loop(inputs):
    return tf.compat.v1.nn.dynamic_rnn(layers.GRUCell(3), inputs, initial_state=state)


CALLS = {
    "GRUCell": lambda: layers.GRUCell(3)(tf.ones([2, 1]), state),
    "LSTMCell": lambda: layers.LSTMCell(3)(tf.ones([2, 1]), [state, state]),
    "dynamic_rnn over GRUCell, eagerly": lambda: loop(tf.ones([2, 4, 1])),
}
failed = 0
for about, call in CALLS.items():
    try:
        call()
    except AttributeError as error:
        failed += 1
        print(f"{about}: AttributeError: {str(error).strip().splitlines()[2]}")
    else:
        print(f"{about}: accepted")
sys.exit(int(failed > 0))
