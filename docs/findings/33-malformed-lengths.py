"""dynamic_rnn and static_rnn accept malformed lengths."""

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

v1 = tf.compat.v1.nn
inputs = tf.ones([2, 4, 1])


def dynamic(lengths):
    return lambda: v1.dynamic_rnn(
        v1.rnn_cell.GRUCell(3), inputs, tf.constant(lengths), dtype=tf.float32
    )


def static(lengths):
    return lambda: v1.static_rnn(
        v1.rnn_cell.GRUCell(3),
        tf.unstack(inputs, axis=1),
        dtype=tf.float32,
        sequence_length=tf.constant(lengths),
    )


CALLS = {
    "dynamic_rnn, floats": dynamic([2.5, 3.5]),
    "dynamic_rnn, bools": dynamic([True, False]),
    "dynamic_rnn, a negative one": dynamic([-1, 2]),
    "dynamic_rnn, 9 of 4 steps": dynamic([9, 2]),
    "dynamic_rnn, strings": dynamic(["2", "3"]),
    "static_rnn, one for two rows": static([4]),
    "static_rnn, three for two rows": static([4, 4, 4]),
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
