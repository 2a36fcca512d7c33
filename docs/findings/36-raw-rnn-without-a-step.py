"""raw_rnn in a graph fails if all rows are finished at the start and their number is unknown."""

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

v1 = tf.compat.v1


def run(rows):
    def loop_fn(time, output, state, loop_state):
        started = tf.zeros([rows, 3]) if output is None else state
        return tf.fill([rows], True), tf.zeros([rows, 1]), started, output, None

    outputs, final, _ = v1.nn.raw_rnn(v1.nn.rnn_cell.GRUCell(3), loop_fn)
    return outputs.stack(), final


failed = 0
for about, unknown in (("2 rows", False), ("2 rows, unknown in the graph", True)):
    with tf.Graph().as_default(), v1.Session() as session:
        rows = v1.placeholder_with_default(2, []) if unknown else 2
        fetched = run(rows)
        session.run(v1.global_variables_initializer())
        try:
            outputs, final = session.run(fetched)
        except tf.errors.InvalidArgumentError:
            failed += 1
            print(f"{about}: InvalidArgumentError")
        else:
            print(f"{about}: outputs {outputs.shape}, final state {final.shape}")
sys.exit(int(failed > 0))
