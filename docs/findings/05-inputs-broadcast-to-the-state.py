"""Keras 3: inputs are broadcast to a larger state, and the output has the state's shape."""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
try:
    import keras
    import tensorflow as tf
except ImportError as missing:
    print(f"cannot tell: {missing}")
    sys.exit(2)

layers, four = keras.layers, tf.zeros([4, 3])
sequence, step = tf.ones([1, 2, 1]), tf.ones([1, 1])
CALLS = {
    "SimpleRNN, 1 row, a state of 4": lambda: layers.SimpleRNN(3)(sequence, initial_state=[four]),
    "GRU, 1 row, a state of 4": lambda: layers.GRU(3)(sequence, initial_state=[four]),
    "LSTM, 1 row, states of 4": lambda: layers.LSTM(3)(sequence, initial_state=[four, four]),
    "GRUCell, 1 row, a state of 4": lambda: layers.GRUCell(3)(step, [four]),
    "LSTMCell of 1 unit, c of 7": lambda: layers.LSTMCell(1)(step, [step, tf.ones([1, 7])]),
}
accepted = 0
for about, call in CALLS.items():
    try:
        output = tf.nest.flatten(call())[0]
    except Exception as error:
        print(f"{about}: {type(error).__name__}")
    else:
        accepted += 1
        print(f"{about}: output {tuple(output.shape)}")
sys.exit(int(accepted > 0))
