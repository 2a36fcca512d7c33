"""Inputs without steps: Keras fails, and eager dynamic_rnn gives outputs of shape (0,)."""

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

inputs = tf.ones([2, 0, 1])


def loop():
    cell = tf.compat.v1.nn.rnn_cell.GRUCell(3)
    return tf.compat.v1.nn.dynamic_rnn(cell, inputs, dtype=tf.float32)[0]


CALLS = {
    "dynamic_rnn over a v1 GRUCell": loop,
    "GRU of Keras 2": lambda: tf_keras.layers.GRU(3, return_sequences=True)(inputs),
    "GRU of Keras 3": lambda: keras.layers.GRU(3, return_sequences=True)(inputs),
}
deviations = 0
for about, call in CALLS.items():
    try:
        shape = tuple(call().shape)
    except Exception as error:
        deviations += 1
        print(f"{about}: {type(error).__name__}")
    else:
        deviations += shape != (2, 0, 3)
        print(f"{about}: outputs {shape}")
sys.exit(int(deviations > 0))
