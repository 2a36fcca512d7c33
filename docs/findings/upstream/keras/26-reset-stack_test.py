"""For keras/src/layers/rnn/rnn_test.py: finding 26."""

import numpy as np
from keras.src import layers
from keras.src import testing


class RNNTest(testing.TestCase):
    def test_reset_state_of_stacked_cells(self):
        layer = layers.RNN(
            [layers.LSTMCell(2), layers.GRUCell(3)], stateful=True
        )
        x = np.ones((2, 4, 1))
        first = layer(x)
        layer.reset_state()
        self.assertAllClose(layer(x), first)
