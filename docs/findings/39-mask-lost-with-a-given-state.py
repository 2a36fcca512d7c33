"""Keras 3: the mask of a Masking or Embedding layer is lost if an initial_state is given."""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
try:
    import keras
    import numpy as np
    import tensorflow as tf
    import tf_keras
except ImportError as missing:
    print(f"cannot tell: {missing}")
    sys.exit(2)

lost = 0
for name, layers in (("Keras 3", keras.layers), ("Keras 2", tf_keras.layers)):
    masked = layers.Masking()(tf.constant([[[1.0], [2.0], [0.0], [0.0]]]))
    layer = layers.GRU(3)
    without = layer(masked)
    zeros = layer(masked, initial_state=[tf.zeros([1, 3])])
    unmasked = layer(tf.constant([[[1.0], [2.0]]]))
    for about, output in (("no initial_state", without), ("initial_state of zeros", zeros)):
        skipped = np.allclose(output, unmasked)
        lost += not skipped
        print(f"{name}, {about}: masked steps are skipped: {skipped}")
sys.exit(int(lost > 0))
