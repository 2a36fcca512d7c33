"""Keras 2: in a tf.function, LSTM and GRU with their defaults refuse a mask of ones and zeros."""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
try:
    import tensorflow as tf
    import tf_keras
except ImportError as missing:
    print(f"cannot tell: {missing}")
    sys.exit(2)

inputs = tf.ones([1, 2, 1])
failed = 0
for kind in ("SimpleRNN", "GRU", "LSTM"):
    layer = getattr(tf_keras.layers, kind)(1)
    layer.build((None, None, 1))
    for about, call in (("eager", layer), ("in a tf.function", tf.function(layer))):
        for dtype in (tf.bool, tf.int32):
            try:
                call(inputs, mask=tf.cast([[1, 0]], dtype))
                seen = "taken"
            except TypeError as error:
                failed += 1
                seen = next((line for line in str(error).splitlines() if "type bool" in line), "no")
            print(f"{kind}, {about}, mask of {dtype.name}: {seen.strip()}")
sys.exit(int(failed > 0))
