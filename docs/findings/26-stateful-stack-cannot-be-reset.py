"""Keras 3: a stateful RNN over a stack of cells cannot be reset."""

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
for about, cells in (("a stack of one", 1), ("a stack of two", 2)):
    layer = keras.layers.RNN([keras.layers.GRUCell(3) for _ in range(cells)], stateful=True)
    layer(tf.ones([2, 4, 1]))
    try:
        layer.reset_state()
    except AttributeError as error:
        failed += 1
        print(f"{about}: AttributeError: {error}")
    else:
        print(f"{about}: reset")
sys.exit(int(failed > 0))
