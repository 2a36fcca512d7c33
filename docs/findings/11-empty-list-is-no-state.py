"""Keras 2: a layer that is already built treats an empty list as no initial state."""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
try:
    import tensorflow as tf
    import tf_keras
except ImportError as missing:
    print(f"cannot tell: {missing}")
    sys.exit(2)

inputs = tf.ones([2, 4, 1])
built = tf_keras.layers.LSTM(3)
built(inputs)
accepted = False
for about, layer in (("not built", tf_keras.layers.LSTM(3)), ("built", built)):
    try:
        output = layer(inputs, initial_state=[])
    except ValueError as error:
        print(f"{about}, an empty list: ValueError: {str(error).split('. ')[0]}")
    else:
        accepted = True
        print(f"{about}, an empty list: output {tuple(output.shape)}")
sys.exit(int(accepted))
