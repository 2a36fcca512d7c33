"""Keras 2: a traced stateful RNN over a stack of cells refuses any given state."""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
try:
    import tensorflow as tf
    import tf_keras
except ImportError as missing:
    print(f"cannot tell: {missing}")
    sys.exit(2)

failed = 0
for about, wrapped in (("eagerly", lambda call: call), ("tf.function", tf.function)):
    cells = [tf_keras.layers.GRUCell(3), tf_keras.layers.GRUCell(3)]
    layer = tf_keras.layers.RNN(cells, stateful=True)
    inputs, state = tf.ones([2, 4, 1]), [tf.zeros([2, 3]), tf.zeros([2, 3])]
    layer(inputs)
    try:
        output = wrapped(lambda x, s, layer=layer: layer(x, initial_state=s))(inputs, state)
    except TypeError:
        failed += 1
        print(f"{about}: TypeError")
    else:
        print(f"{about}: output {tuple(output.shape)}")
sys.exit(int(failed > 0))
