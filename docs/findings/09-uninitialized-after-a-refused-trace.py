"""Keras 3: a layer whose first call in a tf.function is refused has weights without values."""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
try:
    import keras
    import tensorflow as tf
except ImportError as missing:
    print(f"cannot tell: {missing}")
    sys.exit(2)

layer = keras.layers.GRU(3)
inputs = tf.ones([2, 4, 1])
failed = False
for about, state in (("first call, a state of 7 units for 3", [tf.zeros([2, 7])]), ("next", None)):
    try:
        output = tf.function(layer)(inputs, initial_state=state)
    except Exception as error:
        failed = state is None
        print(f"{about}: {type(error).__name__}")
    else:
        print(f"{about}: output {tuple(output.shape)}")
    print(f"built: {layer.built}")
    for weight in layer.weights:
        print(f"{weight.name}, of shape {tuple(weight.shape)}: {weight.numpy().size} numbers")
sys.exit(int(failed))
