"""Keras 3: a stack of one cell takes its state in a list, but returns it without the list."""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
try:
    import keras
    import tensorflow as tf
except ImportError as missing:
    print(f"cannot tell: {missing}")
    sys.exit(2)


def levels(state):
    """Return the state's lists, with the shapes of what is in them."""
    if isinstance(state, (list, tuple)):
        return [levels(part) for part in state]
    return tuple(state.shape)


cell = keras.layers.StackedRNNCells([keras.layers.LSTMCell(3)])
state = cell.get_initial_state(2)
after = cell(tf.ones([2, 1]), state)[1]
print(f"state_size {cell.state_size}")
print(f"get_initial_state {levels(state)}")
print(f"state that the call returns {levels(after)}")

inner = keras.layers.StackedRNNCells([keras.layers.SimpleRNNCell(3)])
layer = keras.layers.RNN([inner, keras.layers.SimpleRNNCell(3)], return_state=True)
zeros = tf.zeros([1, 3])
final = layer(tf.ones([1, 4, 1]), initial_state=[zeros, zeros])[1:]
print(f"final states of a stack in a stack, one row {levels(final)}")
traced = tf.function(lambda inputs: layer(inputs, initial_state=[[zeros], zeros])[0])
try:
    outcome = f"output {tuple(traced(tf.ones([1, 4, 1])).shape)}"
except TypeError as error:
    reason = next(line for line in str(error).splitlines() if "len is" in line)
    outcome = f"TypeError: {reason[reason.index('len is') :].split(' (')[0]}"
print(f"a stack in a stack, traced: {outcome}")
kept = levels(after) == levels(state) and levels(final) == [(1, 3), (1, 3)]
sys.exit(int(not kept or "TypeError" in outcome))
