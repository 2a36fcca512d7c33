"""For tf_keras/layers/rnn/gru_lstm_test.py: finding 46."""

import tensorflow.compat.v2 as tf
from absl.testing import parameterized
from tf_keras.src.testing_infra import test_combinations

import tf_keras as keras


class GRULSTMTest(test_combinations.TestCase):
    @parameterized.named_parameters(("gru", "GRU"), ("lstm", "LSTM"))
    def test_mask_of_integers_in_a_function(self, name):
        layer = getattr(keras.layers, name)(3)
        inputs, mask = (
            tf.ones([2, 4, 1]),
            tf.constant([[1, 1, 0, 0], [1, 1, 1, 1]]),
        )
        traced = tf.function(lambda x, m: layer(x, mask=m))
        self.assertAllClose(
            traced(inputs, mask), layer(inputs, mask=tf.cast(mask, tf.bool))
        )
