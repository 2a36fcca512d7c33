"""Keras 3: a stack that is given too few states does not run its last cells."""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
try:
    import keras
    import tensorflow as tf
except ImportError as missing:
    print(f"cannot tell: {missing}")
    sys.exit(2)

stack = keras.layers.RNN([keras.layers.GRUCell(3), keras.layers.GRUCell(5)], return_state=True)
inputs = tf.ones([2, 4, 1])
output, *states = stack(inputs)
print(f"no initial_state: output {tuple(output.shape)}, {len(states)} states")
try:
    output, *states = stack(inputs, initial_state=[tf.zeros([2, 3])])
except Exception as error:
    print(f"the state of the first cell: {type(error).__name__}")
    sys.exit(0)
print(f"the state of the first cell: output {tuple(output.shape)}, {len(states)} state")
sys.exit(1)
