"""Keras 3: an LSTMCell that is given one tensor takes its first two rows as h and c."""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
try:
    import keras
    import numpy as np
    import tensorflow as tf
except ImportError as missing:
    print(f"cannot tell: {missing}")
    sys.exit(2)

cell = keras.layers.LSTMCell(3)
inputs = tf.ones([4, 1])
state = tf.random.stateless_normal([4, 3], seed=[1, 2])
try:
    output, _ = cell(inputs, state)
except Exception as error:
    print(f"one tensor: {type(error).__name__}")
    sys.exit(0)
by_rows, _ = cell(inputs, [tf.tile(state[:1], [4, 1]), tf.tile(state[1:2], [4, 1])])
print(f"one tensor: accepted, output {tuple(output.shape)}")
print(f"equal to [row 0 for each, row 1 for each]: {bool(np.allclose(output, by_rows))}")
sys.exit(1)
