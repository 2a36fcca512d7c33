"""Keras: reset_states sets zeros, but the guide promises the original initial_state."""

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

forgotten = 0
for name, layers in (("Keras 3", keras.layers), ("Keras 2", tf_keras.layers)):
    layer = layers.GRU(3, stateful=True)
    layer(tf.ones([1, 2, 1]), initial_state=tf.ones([1, 3]))
    layer.reset_states()
    state = [float(number) for number in tf.reshape(layer.states[0], [-1])]
    forgotten += state != [1.0, 1.0, 1.0]
    print(f"{name}: initial_state [1.0, 1.0, 1.0], after reset_states {state}")
sys.exit(int(forgotten > 0))
