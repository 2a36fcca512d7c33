"""dynamic_rnn over a cell of Keras 3 fails unless a state is given."""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
try:
    import keras
    import tensorflow as tf
except ImportError as missing:
    print(f"cannot tell: {missing}")
    sys.exit(2)

failed = False
for about, zeros in (("zeros", lambda: tf.zeros([2, 3])), ("no state", lambda: None)):
    with tf.Graph().as_default():
        try:
            outputs, _ = tf.compat.v1.nn.dynamic_rnn(
                keras.layers.GRUCell(3), tf.ones([2, 4, 1]), initial_state=zeros(), dtype="float32"
            )
        except TypeError as error:
            failed = True
            print(f"{about}: TypeError: {error}")
        else:
            print(f"{about}: outputs {tuple(outputs.shape)}")
sys.exit(int(failed))
