"""Keras 3: malformed states and masks end in IndexError, KeyError and UnimplementedError."""

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
stack = LAYERS.RNN([LAYERS.LSTMCell(3), LAYERS.GRUCell(3)])
CALLS = {
    "LSTM, one state": lambda: LAYERS.LSTM(3)(sequence, initial_state=[state]),
    "LSTM, a tensor": lambda: LAYERS.LSTM(3)(sequence, initial_state=state),
    "LSTM, a list in a list": lambda: LAYERS.LSTM(3)(sequence, initial_state=[[state, state]]),
    "GRU, an empty list": lambda: LAYERS.GRU(3)(sequence, initial_state=[]),
    "a stack, a flat list": lambda: stack(sequence, initial_state=[state] * 3),
    "GRUCell, a dict": lambda: LAYERS.GRUCell(3)(step, {"h": state}),
    "GRU, strings": lambda: LAYERS.GRU(3)(sequence, initial_state=tf.fill([2, 3], "0")),
    "GRU, a mask of strings": lambda: LAYERS.GRU(3)(sequence, mask=tf.fill([2, 4], "1")),
}
leaked = 0
for about, call in CALLS.items():
    try:
        call()
    except (ValueError, TypeError, tf.errors.InvalidArgumentError) as error:
        print(f"{about}: {type(error).__name__}")
    except Exception as error:
        leaked += 1
        print(f"{about}: {type(error).__name__}")
    else:
        print(f"{about}: accepted")
sys.exit(int(leaked > 0))
