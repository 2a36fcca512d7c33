"""Keras 3: predict casts inputs of float64 to float32, even for a float64 model."""

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

inputs = tf.fill([2, 4, 1], tf.constant(0.1, tf.float64))
cast = 0
for name, library in (("Keras 3", keras), ("Keras 2", tf_keras)):
    given = library.Input([4, 1], dtype="float64")
    layer = library.layers.GRU(3, dtype="float64")
    model = library.Model(given, layer(given))
    called = np.asarray(model(inputs))
    rounded = np.asarray(model(tf.cast(tf.cast(inputs, tf.float32), tf.float64)))
    for method in ("predict_on_batch", "predict"):
        options = {"verbose": 0} if method == "predict" else {}
        predicted = np.asarray(getattr(model, method)(inputs, **options))
        off = not np.allclose(predicted, called, rtol=1e-12, atol=0)
        cast += off
        seen = "the call of inputs rounded to float32" if off else "the call"
        assert np.allclose(predicted, rounded if off else called, rtol=1e-12, atol=0)
        print(f"{name}, {method} in {predicted.dtype}: equal to {seen}")
sys.exit(int(cast > 0))
