"""Keras 2: with time_major a layer needs a transposed mask, against its documentation."""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
try:
    import tensorflow as tf
    import tf_keras
except ImportError as missing:
    print(f"cannot tell: {missing}")
    sys.exit(2)

layer = tf_keras.layers.GRU(3, time_major=True)
inputs = tf.ones([4, 2, 1])  # steps, rows, features
layer(inputs)
failed = False
for about, shape in (("(rows, steps)", [2, 4]), ("(steps, rows)", [4, 2])):
    try:
        output = layer(inputs, mask=tf.ones(shape, "bool"))
    except Exception as error:
        failed = failed or shape == [2, 4]
        print(f"a mask of {about}: {type(error).__name__}")
    else:
        print(f"a mask of {about}: output {tuple(output.shape)}")
sys.exit(int(failed))
