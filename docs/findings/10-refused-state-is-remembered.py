"""Keras 2: a layer that refused a state also refuses the next calls because of it."""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
try:
    import tensorflow as tf
    import tf_keras
except ImportError as missing:
    print(f"cannot tell: {missing}")
    sys.exit(2)

layer = tf_keras.layers.GRU(3)
inputs = tf.ones([2, 4, 1])
CALLS = {
    "a state of 7 units for 3": lambda: layer(inputs, initial_state=tf.zeros([2, 7])),
    "then no state": lambda: layer(inputs),
}
for about, call in CALLS.items():
    try:
        print(f"{about}: output {tuple(call().shape)}")
    except ValueError as error:
        print(f"{about}: ValueError: {str(error).split('. ')[0]}")
        failed = True
    else:
        failed = False
sys.exit(int(failed))
