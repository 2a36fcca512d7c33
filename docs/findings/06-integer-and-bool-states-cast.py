"""Keras 3: RNN layers cast integer and bool states to float."""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
try:
    import keras
    import tensorflow as tf
except ImportError as missing:
    print(f"cannot tell: {missing}")
    sys.exit(2)

accepted = 0
for name, leaves in (("SimpleRNN", 1), ("GRU", 1), ("LSTM", 2)):
    for dtype in ("int32", "bool"):
        state = [tf.ones([2, 3], dtype)] * leaves
        try:
            output = getattr(keras.layers, name)(3)(tf.ones([2, 4, 1]), initial_state=state)
        except Exception as error:
            print(f"{name}, state of {dtype}: {type(error).__name__}")
        else:
            accepted += 1
            print(f"{name}, state of {dtype}: accepted, output of {output.dtype.name}")
sys.exit(int(accepted > 0))
