"""v1: the config of MultiRNNCell lacks its cells, and from_config fails on it."""

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
stack = cells.MultiRNNCell([cells.GRUCell(3), cells.GRUCell(3)])
print(f"get_config: {sorted(stack.get_config())}")
try:
    cells.MultiRNNCell.from_config(stack.get_config())
except TypeError as error:
    print(f"from_config: TypeError: {str(error).strip().splitlines()[-1]}")
    sys.exit(1)
print("from_config: made")
sys.exit(0)
