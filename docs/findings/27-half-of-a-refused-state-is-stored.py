"""Keras 3: a stateful stack that refuses a call still stores the states of its first cells."""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
try:
    import keras
    import tensorflow as tf
except ImportError as missing:
    print(f"cannot tell: {missing}")
    sys.exit(2)

stack = keras.layers.RNN([keras.layers.SimpleRNNCell(2), keras.layers.GRUCell(2)], stateful=True)
inputs = tf.ones([1, 1, 1])
stack(inputs)
before = [state.numpy().tolist() for state in tf.nest.flatten(stack.states)]
try:
    stack(inputs, initial_state=[[tf.ones([1, 2])], [tf.ones([3, 2])]])
except Exception as error:
    print(f"inputs of one row, a state of three rows for the second cell: {type(error).__name__}")
after = [state.numpy().tolist() for state in tf.nest.flatten(stack.states)]
for index, place in enumerate(("first", "second")):
    seen = "as before" if before[index] == after[index] else "changed"
    print(f"stored state of the {place} cell: {seen}")
sys.exit(int(before != after))
