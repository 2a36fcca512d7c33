"""Keras 3: a state of one row, of one unit or without an axis is broadcast to the batch."""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
try:
    import keras
    import tensorflow as tf
except ImportError as missing:
    print(f"cannot tell: {missing}")
    sys.exit(2)

inputs, h = tf.ones([4, 2, 1]), tf.zeros([4, 3])
STATES = {
    "SimpleRNN, one row": ("SimpleRNN", [tf.zeros([1, 3])]),
    "SimpleRNN, no batch axis": ("SimpleRNN", [tf.zeros([3])]),
    "GRU, one row": ("GRU", [tf.zeros([1, 3])]),
    "LSTM, h and c of one row": ("LSTM", [tf.zeros([1, 3])] * 2),
    "LSTM, c of one unit": ("LSTM", [h, tf.zeros([4, 1])]),
    "LSTM, c without a batch axis": ("LSTM", [h, tf.zeros([3])]),
    "LSTM, c a scalar": ("LSTM", [h, tf.zeros([])]),
}
accepted = 0
for about, (layer, state) in STATES.items():
    try:
        getattr(keras.layers, layer)(3)(inputs, initial_state=state)
    except Exception as error:
        print(f"{about}: {type(error).__name__}")
    else:
        accepted += 1
        print(f"{about}: accepted")
sys.exit(int(accepted > 0))
