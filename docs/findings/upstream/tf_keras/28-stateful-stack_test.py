"""For tf_keras/layers/rnn/base_rnn_test.py: finding 28."""

import tensorflow.compat.v2 as tf
from tf_keras.src.testing_infra import test_combinations

import tf_keras as keras


class RNNTest(test_combinations.TestCase):
    def test_stateful_stack_with_initial_state_in_a_function(self):
        cells = [keras.layers.GRUCell(3), keras.layers.LSTMCell(3)]
        layer = keras.layers.RNN(cells, stateful=True)
        inputs = tf.ones([2, 4, 1])
        state = [tf.ones([2, 3]), [tf.ones([2, 3]), tf.ones([2, 3])]]
        layer(inputs)
        layer.reset_states()
        expected = layer(inputs, initial_state=state)
        layer.reset_states()
        traced = tf.function(lambda x, s: layer(x, initial_state=s))
        self.assertAllClose(traced(inputs, state), expected)
