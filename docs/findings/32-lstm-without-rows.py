"""Keras 3: keras.ops.add takes a column, or an array without rows, for a bias."""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
try:
    import keras
    import numpy as np
    import tensorflow as tf
except ImportError as missing:
    print(f"cannot tell: {missing}")
    sys.exit(2)

square, column = np.zeros([3, 3], np.float32), np.ones([3, 1], np.float32).cumsum(0)
failed = not np.array_equal(keras.ops.add(square, column), square + column)
as_a_row = np.array_equal(keras.ops.add(square, column), square + column.T)
print(f"add of a square and a column: as {'a square and a row' if as_a_row else 'NumPy adds them'}")

layers = keras.layers
inputs, gates, bias = tf.ones([0, 4, 1]), tf.ones([0, 12]), tf.ones([12])
CALLS = {
    "add of two arrays of shape (0, 12)": lambda: keras.ops.add(gates, gates),
    "add of an array of shape (0, 12) and a bias": lambda: keras.ops.add(gates, bias),
    "SimpleRNN": lambda: layers.SimpleRNN(3)(inputs),
    "GRU": lambda: layers.GRU(3)(inputs),
    "LSTM": lambda: layers.LSTM(3)(inputs),
    "LSTM without a bias": lambda: layers.LSTM(3, use_bias=False)(inputs),
}
for about, call in CALLS.items():
    try:
        output = call()
    except tf.errors.InvalidArgumentError as error:
        failed = True
        print(f"{about}: {type(error).__name__}")
    else:
        print(f"{about}: output {tuple(output.shape)}")
sys.exit(int(failed))
