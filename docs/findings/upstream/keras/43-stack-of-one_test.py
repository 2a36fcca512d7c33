"""For keras/src/layers/rnn/stacked_rnn_cells_test.py: finding 43."""

import numpy as np
from absl.testing import parameterized
from keras.src import layers
from keras.src import testing
from keras.src import tree


class StackedRNNTest(testing.TestCase):
    @parameterized.named_parameters(
        ("simple_rnn", layers.SimpleRNNCell), ("lstm", layers.LSTMCell)
    )
    def test_one_cell_keeps_the_structure_of_its_state(self, cell_class):
        stack = layers.StackedRNNCells([cell_class(3)])
        state = stack.get_initial_state(2)
        _, new_state = stack(np.ones((2, 1)), state)
        tree.assert_same_structure(state, new_state)

    def test_one_cell_within_another_stack(self):
        inner = layers.StackedRNNCells([layers.SimpleRNNCell(3)])
        layer = layers.RNN([inner, layers.SimpleRNNCell(3)], return_state=True)
        zeros = np.zeros((1, 3), "float32")
        states = layer(np.ones((1, 4, 1)), initial_state=[zeros, zeros])[1:]
        self.assertEqual([s.shape for s in tree.flatten(states)], [(1, 3)] * 2)
