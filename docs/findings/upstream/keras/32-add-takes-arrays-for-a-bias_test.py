"""For keras/src/ops/numpy_test.py: finding 32."""

import numpy as np
from absl.testing import parameterized
from keras.src import ops
from keras.src import testing


class NumpyTwoInputOpsCorrectnessTest(testing.TestCase):
    @parameterized.named_parameters(
        ("column", (3, 3), (3, 1)),
        ("column_of_another_rank", (2, 3, 3), (3, 1)),
        ("no_rows", (0, 3), (0, 3)),
    )
    def test_add_of_what_is_no_bias(self, shape, other_shape):
        x = np.zeros(shape, "float32")
        y = np.random.uniform(size=other_shape).astype("float32")
        self.assertAllClose(ops.add(x, y), np.add(x, y))
