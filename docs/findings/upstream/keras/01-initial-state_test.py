"""For keras/src/layers/rnn/rnn_test.py: findings 01, 02, 04, 05, 07, 27, 35."""

import numpy as np
from absl.testing import parameterized
from keras.src import layers
from keras.src import testing

ROWS, STEPS, UNITS = 4, 2, 3


def zeros(*shape):
    return np.zeros(shape, "float32")


class RNNTest(testing.TestCase):
    @parameterized.named_parameters(
        # more or fewer states than the cell has
        ("gru_two_states", "GRU", [zeros(ROWS, UNITS)] * 2),
        ("gru_no_state", "GRU", []),
        ("lstm_one_state", "LSTM", [zeros(ROWS, UNITS)]),
        ("lstm_a_tensor", "LSTM", zeros(ROWS, UNITS)),
        ("lstm_a_list_in_a_list", "LSTM", [[zeros(ROWS, UNITS)] * 2]),
        # states that would be broadcast
        ("simple_rnn_one_row", "SimpleRNN", [zeros(1, UNITS)]),
        ("simple_rnn_no_batch_axis", "SimpleRNN", [zeros(UNITS)]),
        ("gru_one_row", "GRU", [zeros(1, UNITS)]),
        ("lstm_c_of_one_unit", "LSTM", [zeros(ROWS, UNITS), zeros(ROWS, 1)]),
        ("lstm_c_a_scalar", "LSTM", [zeros(ROWS, UNITS), zeros()]),
    )
    def test_initial_state_that_does_not_fit(self, name, initial_state):
        layer = getattr(layers, name)(UNITS)
        with self.assertRaisesRegex(ValueError, "initial_state"):
            layer(np.ones((ROWS, STEPS, 1)), initial_state=initial_state)

    @parameterized.named_parameters(("simple_rnn", "SimpleRNN"), ("gru", "GRU"))
    def test_initial_state_of_more_rows_than_the_inputs(self, name):
        layer = getattr(layers, name)(UNITS)
        with self.assertRaisesRegex(ValueError, "initial_state"):
            layer(np.ones((1, STEPS, 1)), initial_state=[zeros(ROWS, UNITS)])

    def test_initial_state_of_too_few_cells(self):
        layer = layers.RNN([layers.GRUCell(UNITS), layers.GRUCell(5)])
        with self.assertRaisesRegex(ValueError, "initial_state"):
            layer(np.ones((ROWS, STEPS, 1)), initial_state=[zeros(ROWS, UNITS)])

    def test_refused_initial_state_is_not_stored(self):
        cells = [layers.SimpleRNNCell(UNITS), layers.GRUCell(UNITS)]
        layer = layers.RNN(cells, stateful=True)
        layer(np.ones((1, 1, 1)))
        before = np.array(layer.states[0][0])
        state = [[np.ones((1, UNITS))], [np.ones((ROWS, UNITS))]]
        with self.assertRaisesRegex(ValueError, "initial_state"):
            layer(np.ones((1, 1, 1)), initial_state=state)
        self.assertAllClose(layer.states[0][0], before)


class BidirectionalTest(testing.TestCase):
    @parameterized.named_parameters(("none", 0), ("one", 1), ("three", 3))
    def test_initial_state_that_cannot_be_halved(self, states):
        layer = layers.Bidirectional(layers.GRU(UNITS))
        with self.assertRaisesRegex(ValueError, "initial_state"):
            layer(
                np.ones((ROWS, STEPS, 1)),
                initial_state=[zeros(ROWS, UNITS)] * states,
            )
