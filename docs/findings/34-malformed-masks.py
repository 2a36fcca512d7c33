"""Keras: RNN layers accept malformed masks, or fail on them with internal errors."""

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

inputs = tf.ones([2, 3, 1])
MASKS = {
    "of one row for two": tf.ones([1, 3], "bool"),
    "of two steps for three": tf.ones([2, 2], "bool"),
    "of rank one": tf.ones([3], "bool"),
    "of rank three": tf.ones([2, 3, 2], "bool"),
}
CALLS = {
    f"{name} GRU of 2 units, {about}": lambda layers=layers, mask=mask: layers.GRU(2)(
        inputs, mask=mask
    )
    for name, layers in (("Keras 3", keras.layers), ("Keras 2", tf_keras.layers))
    for about, mask in MASKS.items()
}
deviations = 0
for about, call in CALLS.items():
    try:
        call()
    except (ValueError, TypeError, tf.errors.InvalidArgumentError) as error:
        print(f"{about}: {type(error).__name__}")
    except Exception as error:
        deviations += 1
        print(f"{about}: {type(error).__name__}")
    else:
        deviations += 1
        print(f"{about}: accepted")
sys.exit(int(deviations > 0))
