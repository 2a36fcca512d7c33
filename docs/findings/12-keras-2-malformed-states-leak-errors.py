"""Keras 2: malformed states and masks end in AttributeError, IndexError and KeyError."""

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
step, sequence, state = tf.ones([2, 1]), tf.ones([2, 4, 1]), tf.zeros([2, 3])
CALLS = {
    "LSTM, None for c": lambda: layers.LSTM(3)(sequence, initial_state=[state, None]),
    "GRU, a dict": lambda: layers.GRU(3)(sequence, initial_state={"h": state}),
    "LSTMCell, one state": lambda: layers.LSTMCell(3)(step, [state]),
    "GRUCell, an empty list": lambda: layers.GRUCell(3)(step, []),
    "GRUCell, a dict": lambda: layers.GRUCell(3)(step, {"h": state}),
    "GRU, a mask of strings": lambda: layers.GRU(3)(sequence, mask=tf.fill([2, 4], "1")),
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
