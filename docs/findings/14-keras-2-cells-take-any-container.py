"""Keras 2: a cell called by itself ignores surplus states, and a stack ignores the nesting."""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
try:
    import tensorflow as tf
    import tf_keras
except ImportError as missing:
    print(f"cannot tell: {missing}")
    sys.exit(2)

layers = tf_keras.layers
inputs, h, c = tf.ones([2, 1]), tf.zeros([2, 3]), tf.ones([2, 3])


def stack(state):
    return layers.StackedRNNCells([layers.LSTMCell(3), layers.GRUCell(3)])(inputs, state)


CALLS = {
    "SimpleRNNCell, two states": lambda: layers.SimpleRNNCell(3)(inputs, [h, h]),
    "GRUCell, two states": lambda: layers.GRUCell(3)(inputs, [h, h]),
    "LSTMCell, three states": lambda: layers.LSTMCell(3)(inputs, [h, c, c]),
    "a stack of LSTM and GRU, a flat list": lambda: stack([h, c, h]),
    "a stack of LSTM and GRU, a dict": lambda: stack({"lstm": [h, c], "gru": h}),
}
accepted = 0
for about, call in CALLS.items():
    try:
        call()
    except Exception as error:
        print(f"{about}: {type(error).__name__}")
    else:
        accepted += 1
        print(f"{about}: accepted")
sys.exit(int(accepted > 0))
