"""Keras 3: TimeDistributed runs one slice for each row if the number of slices is unknown."""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
try:
    import keras
    import numpy as np
    import tensorflow as tf
    import tf_keras
except ImportError as missing:
    print(f"cannot tell: {missing}")
    sys.exit(2)

wrong = 0
for name, library in (("Keras 3", keras), ("Keras 2", tf_keras)):
    layers = library.layers
    layer = layers.TimeDistributed(layers.GRU(3))
    layer(tf.ones([1, 1, 4, 1]))
    traced = tf.function(layer, input_signature=[tf.TensorSpec([None, None, 4, 1])])
    for rows, slices in ((2, 2), (2, 5), (5, 2)):
        try:
            shape = tuple(traced(tf.ones([rows, slices, 4, 1])).shape)
        except tf.errors.InvalidArgumentError:
            shape = "InvalidArgumentError"
        wrong += shape != (rows, slices, 3)
        print(f"{name}, traced, {rows} rows of {slices} slices: {shape}")
    wrapped = layers.TimeDistributed(layers.GRU(3))
    model = library.Sequential([library.Input([None, 4, 1]), wrapped])
    for slices in (5, 3, 6, 7):
        try:
            shape = model.predict(np.ones([4, slices, 4, 1], np.float32), verbose=0).shape
        except tf.errors.InvalidArgumentError:
            shape = "InvalidArgumentError"
        wrong += shape != (4, slices, 3)
        print(f"{name}, predict, 4 rows of {slices} slices: {shape}")
sys.exit(int(wrong > 0))
