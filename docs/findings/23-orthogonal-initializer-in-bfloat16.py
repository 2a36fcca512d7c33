"""The default recurrent initializer of Keras' RNN layers has no bfloat16."""

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

failed = 0
for name, layers in (("Keras 3", keras.layers), ("Keras 2", tf_keras.layers)):
    for initializer in ("orthogonal", "glorot_uniform"):
        layer = layers.GRU(3, dtype="bfloat16", recurrent_initializer=initializer)
        try:
            output = layer(tf.ones([2, 4, 1], "bfloat16"))
        except Exception as error:
            failed += 1
            print(f"{name} GRU, {initializer}: {type(error).__name__}")
        else:
            print(f"{name} GRU, {initializer}: output of {output.dtype.name}")
sys.exit(int(failed > 0))
