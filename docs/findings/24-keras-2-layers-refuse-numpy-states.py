"""Keras 2: RNN layers refuse NumPy states, but accept NumPy inputs."""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
try:
    import numpy as np
    import tensorflow as tf
    import tf_keras
except ImportError as missing:
    print(f"cannot tell: {missing}")
    sys.exit(2)

inputs, state = np.ones([2, 4, 1], np.float32), np.zeros([2, 3], np.float32)
refused = False
for about, given in (("a tensor", tf.constant(state)), ("an array", state)):
    try:
        output = tf_keras.layers.GRU(3)(inputs, initial_state=given)
    except ValueError as error:
        refused = True
        print(f"{about}: ValueError: {str(error).split('. ')[0]}")
    else:
        print(f"{about}: output {tuple(output.shape)}")
sys.exit(int(refused))
