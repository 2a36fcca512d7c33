"""A tf.function returns None after its first trace made a variable and then failed."""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
try:
    import tensorflow as tf
except ImportError as missing:
    print(f"cannot tell: {missing}")
    sys.exit(2)

variables = []


@tf.function
def add(x):
    if not variables:
        variables.append(tf.Variable([1.0, 2.0]))
    if x.shape != variables[0].shape:
        raise ValueError("another shape")
    return x + variables[0]


try:
    add(tf.ones([7]))
except ValueError:
    print("add(ones([7])): ValueError")
answers = [add(tf.ones([2])) for _ in range(2)]
for answer in answers:
    print(f"add(ones([2])): {answer if answer is None else answer.numpy()}")
print(f"the variable holds {variables[0].numpy()}")
sys.exit(int(answers[0] is None))
