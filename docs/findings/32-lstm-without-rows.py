"""Keras 3: LSTM refuses a batch without rows, but SimpleRNN and GRU accept it."""

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
for name in ("SimpleRNN", "GRU", "LSTM"):
    try:
        output = getattr(keras.layers, name)(3)(tf.ones([0, 4, 1]))
    except Exception as error:
        failed += 1
        print(f"{name}: {type(error).__name__}")
    else:
        print(f"{name}: output {tuple(output.shape)}")
sys.exit(int(failed > 0))
