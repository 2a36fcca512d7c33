"""For keras/src/layers/rnn/simple_rnn_test.py: finding 38."""

import numpy as np
from keras.src import layers
from keras.src import testing


class SimpleRNNTest(testing.TestCase):
    def test_activity_regularizer(self):
        layer = layers.SimpleRNN(3, activity_regularizer="l2")
        layer(np.ones((2, 4, 1)))
        self.assertEqual(len(layer.losses), 1)
        self.assertIsNotNone(layer.get_config()["activity_regularizer"])
