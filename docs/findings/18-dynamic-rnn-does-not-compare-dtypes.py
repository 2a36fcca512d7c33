"""Eager dynamic_rnn does not compare a state's dtype, and Keras 3 cells change it."""

import contextlib
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
try:
    import keras
    import tensorflow as tf
except ImportError as missing:
    print(f"cannot tell: {missing}")
    sys.exit(2)

PLACES = {"eagerly": contextlib.nullcontext, "in a graph": lambda: tf.Graph().as_default()}
accepted = 0
for name, dtype in (("SimpleRNNCell", "int32"), ("SimpleRNNCell", "bool"), ("GRUCell", "float64")):
    for place, entered in PLACES.items():
        try:
            with entered():
                _, final = tf.compat.v1.nn.dynamic_rnn(
                    getattr(keras.layers, name)(3),
                    tf.ones([2, 4, 1]),
                    initial_state=tf.ones([2, 3], dtype),
                )
        except Exception as error:
            print(f"{name}, a state of {dtype}, {place}: {type(error).__name__}")
        else:
            accepted += 1
            print(f"{name}, a state of {dtype}, {place}: final state of {final.dtype.name}")
sys.exit(int(accepted > 0))
