"""get_variable in a tf.function: 'already exists' is hidden behind 'Tensor.op is undefined'."""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
try:
    import tensorflow as tf
except ImportError as missing:
    print(f"cannot tell: {missing}")
    sys.exit(2)


@tf.function
def make():
    return tf.compat.v1.get_variable("variable", [1])


try:
    make()
except (AttributeError, ValueError) as error:
    message = str(error).strip().split("Error: ")[-1]
    print(f"{type(error).__name__}: {message[:80]}")
    sys.exit(int(isinstance(error, AttributeError)))
print("accepted")
sys.exit(0)
