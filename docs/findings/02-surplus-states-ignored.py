"""Keras 3: GRU, and each cell called by itself, ignore surplus states."""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
try:
    import keras
    import tensorflow as tf
except ImportError as missing:
    print(f"cannot tell: {missing}")
    sys.exit(2)

LAYERS = keras.layers
step, sequence, state = tf.ones([2, 1]), tf.ones([2, 4, 1]), tf.zeros([2, 3])
CALLS = {
    "GRU, two states": lambda: LAYERS.GRU(3)(sequence, initial_state=[state] * 2),
    "GRU, nine states": lambda: LAYERS.GRU(3)(sequence, initial_state=[state] * 9),
    "GRUCell, two states": lambda: LAYERS.GRUCell(3)(step, [state] * 2),
    "SimpleRNNCell, two states": lambda: LAYERS.SimpleRNNCell(3)(step, [state] * 2),
    "LSTMCell, three states": lambda: LAYERS.LSTMCell(3)(step, [state] * 3),
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
