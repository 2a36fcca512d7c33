"""v1: an LSTM cell called by itself broadcasts c to its inputs and h, or these to c."""

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
row, rows = [tf.ones([1, 1]), tf.zeros([1, 3])], [tf.ones([4, 1]), tf.zeros([4, 3])]
STATES = {
    "4 rows, c of one row": (rows, [1, 3]),
    "4 rows, c of one unit": (rows, [4, 1]),
    "4 rows, c without a batch axis": (rows, [3]),
    "4 rows, c a scalar": (rows, []),
    "4 rows, c of rank three": (rows, [5, 4, 3]),
    "1 row, c of 4": (row, [4, 3]),
}
accepted = 0
for name in ("BasicLSTMCell", "LSTMCell"):
    for about, ((inputs, h), shape) in STATES.items():
        state = cells.LSTMStateTuple(tf.zeros(shape), h)
        try:
            output, _ = getattr(cells, name)(3)(inputs, state)
        except Exception as error:
            print(f"{name}, {about}: {type(error).__name__}")
        else:
            accepted += 1
            print(f"{name}, {about}: output {tuple(output.shape)}")
sys.exit(int(accepted > 0))
