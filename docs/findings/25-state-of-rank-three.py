"""Keras: a state of rank three is broadcast, and changes the output's shape."""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
try:
    import keras
    import tensorflow as tf
    import tf_keras
except ImportError as missing:
    print(f"cannot tell: {missing}")
    sys.exit(2)

inputs = tf.ones([1, 2, 1])
accepted = 0
for name, layers in (("Keras 3", keras.layers), ("Keras 2", tf_keras.layers)):
    layer = layers.SimpleRNN(3)
    layer(inputs)
    try:
        output = layer(inputs, initial_state=[tf.zeros([1, 1, 3])])
    except Exception as error:
        print(f"{name} SimpleRNN, a state of shape (1, 1, 3): {type(error).__name__}")
    else:
        accepted += 1
        print(f"{name} SimpleRNN, a state of shape (1, 1, 3): output {tuple(output.shape)}")
sys.exit(int(accepted > 0))
