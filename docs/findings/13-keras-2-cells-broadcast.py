"""Keras 2: a cell called by itself broadcasts its state, or broadcasts its inputs to the state."""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
try:
    import tensorflow as tf
    import tf_keras
except ImportError as missing:
    print(f"cannot tell: {missing}")
    sys.exit(2)

layers, zeros = tf_keras.layers, tf.zeros
row, rows, h = tf.ones([1, 1]), tf.ones([4, 1]), tf.zeros([4, 3])
CALLS = {
    "GRUCell, 4 rows, a state of one": lambda: layers.GRUCell(3)(rows, zeros([1, 3])),
    "LSTMCell, 4 rows, c of one unit": lambda: layers.LSTMCell(3)(rows, [h, zeros([4, 1])]),
    "LSTMCell, 4 rows, c without a batch axis": lambda: layers.LSTMCell(3)(rows, [h, zeros([3])]),
    "LSTMCell, 4 rows, c a scalar": lambda: layers.LSTMCell(3)(rows, [h, zeros([])]),
    "GRUCell, 1 row, a state of 4": lambda: layers.GRUCell(3)(row, zeros([4, 3])),
    "LSTMCell, 1 row, states of 4": lambda: layers.LSTMCell(3)(row, [h, h]),
}
accepted = 0
for about, call in CALLS.items():
    try:
        output, _ = call()
    except Exception as error:
        print(f"{about}: {type(error).__name__}")
    else:
        accepted += 1
        print(f"{about}: output {tuple(output.shape)}")
sys.exit(int(accepted > 0))
