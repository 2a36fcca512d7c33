"""For keras/src/layers/rnn/bidirectional_test.py: finding 40."""

import numpy as np
from absl.testing import parameterized
from keras.src import layers
from keras.src import testing


class BidirectionalTest(testing.TestCase):
    @parameterized.named_parameters(("concat", "concat"), ("none", None))
    def test_stateful_that_returns_its_state(self, merge_mode):
        layer = layers.Bidirectional(
            layers.GRU(3, stateful=True, return_state=True),
            merge_mode=merge_mode,
        )
        outputs = layer(np.ones((2, 4, 1)))
        mask = layer.compute_mask(None, np.ones((2, 4), "bool"))
        self.assertEqual(len(mask), len(outputs))
