"""For keras/src/layers/rnn/rnn_test.py: finding 39."""

import numpy as np
from absl.testing import parameterized
from keras.src import layers
from keras.src import models
from keras.src import testing


class RNNTest(testing.TestCase):
    @parameterized.named_parameters(
        ("simple_rnn", "SimpleRNN", 1), ("gru", "GRU", 1), ("lstm", "LSTM", 2)
    )
    def test_mask_of_inputs_with_initial_state(self, name, states):
        layer = getattr(layers, name)(3)
        initial_state = [np.ones((1, 3), "float32")] * states
        padded = layers.Masking()(np.array([[[1.0], [2.0], [0.0], [0.0]]]))
        cut = np.array([[[1.0], [2.0]]])
        self.assertAllClose(
            layer(padded, initial_state=initial_state),
            layer(cut, initial_state=initial_state),
        )

    def test_mask_of_inputs_with_initial_state_functional(self):
        x, state = layers.Input((None,)), layers.Input((3,))
        y = layers.Embedding(5, 2, mask_zero=True)(x)
        y = layers.GRU(3)(y, initial_state=state)
        model = models.Model([x, state], y)
        zeros = np.zeros((1, 3))
        self.assertAllClose(
            model([np.array([[1, 2, 0, 0]]), zeros]),
            model([np.array([[1, 2]]), zeros]),
        )
