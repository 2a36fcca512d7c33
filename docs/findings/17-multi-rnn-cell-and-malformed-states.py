"""v1: MultiRNNCell ignores surplus states; other malformed states end in internal errors."""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["TF_USE_LEGACY_KERAS"] = "1"  # v1 cells come from Keras 2
try:
    import tensorflow as tf
    import tf_keras  # noqa: F401 - the v1 cells are in it
except ImportError as missing:
    print(f"cannot tell: {missing}")
    sys.exit(2)

cells = tf.compat.v1.nn.rnn_cell
inputs, state = tf.ones([2, 1]), tf.zeros([2, 3])


def stack():
    return cells.MultiRNNCell([cells.GRUCell(3), cells.GRUCell(3)])


CALLS = {
    "a stack of two, three states": lambda: stack()(inputs, (state,) * 3),
    "a stack of two, one state": lambda: stack()(inputs, (state,)),
    "a stack of two, a dict": lambda: stack()(inputs, {"first": state, "second": state}),
    "LSTMCell, None for c": lambda: cells.LSTMCell(3)(inputs, (None, state)),
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
