"""Keras 3: Bidirectional halves its initial_state without checking the number of states."""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
try:
    import keras
    import tensorflow as tf
except ImportError as missing:
    print(f"cannot tell: {missing}")
    sys.exit(2)

inputs, state = tf.ones([2, 4, 1]), tf.zeros([2, 3])


def both(name):
    return keras.layers.Bidirectional(getattr(keras.layers, name)(3))


CALLS = {
    "GRU, no states": lambda: both("GRU")(inputs, initial_state=[]),
    "GRU, one state": lambda: both("GRU")(inputs, initial_state=[state]),
    "GRU, three states": lambda: both("GRU")(inputs, initial_state=[state] * 3),
    "LSTM, three states": lambda: both("LSTM")(inputs, initial_state=[state] * 3),
}
deviations = 0
for about, call in CALLS.items():
    try:
        call()
    except (ValueError, TypeError, tf.errors.InvalidArgumentError) as error:
        print(f"{about}: {type(error).__name__}")
    except Exception as error:
        deviations += 1
        print(f"{about}: {type(error).__name__}")
    else:
        deviations += 1
        print(f"{about}: accepted")
sys.exit(int(deviations > 0))
