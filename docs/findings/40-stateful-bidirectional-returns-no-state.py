"""Keras 3: a stateful Bidirectional that returns its state cannot be called."""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
try:
    import keras
    import tensorflow as tf
except ImportError as missing:
    print(f"cannot tell: {missing}")
    sys.exit(2)

failed = 0
for options in (
    {"stateful": True},
    {"return_state": True},
    {"stateful": True, "return_state": True},
):
    layer = keras.layers.Bidirectional(keras.layers.GRU(3, **options))
    try:
        result = layer(tf.ones([2, 4, 1]))
    except TypeError as error:
        failed += 1
        outcome = f"TypeError: {str(error).splitlines()[0]}"
    else:
        outcome = f"{len(result) - 1} states" if isinstance(result, (list, tuple)) else "output"
    print(f"{' and '.join(options)}: {outcome}")
sys.exit(int(failed > 0))
