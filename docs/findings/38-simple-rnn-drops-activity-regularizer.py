"""Keras 3: SimpleRNN takes an activity_regularizer and drops it."""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
try:
    import keras
    import tensorflow as tf
except ImportError as missing:
    print(f"cannot tell: {missing}")
    sys.exit(2)

dropped = 0
for name in ("GRU", "LSTM", "SimpleRNN"):
    layer = getattr(keras.layers, name)(3, activity_regularizer="l2")
    layer(tf.ones([2, 4, 1]))
    told = layer.get_config().get("activity_regularizer") is not None
    dropped += not (layer.losses and told)
    print(f"{name}: {len(layer.losses)} losses, in get_config: {told}")
sys.exit(int(dropped > 0))
