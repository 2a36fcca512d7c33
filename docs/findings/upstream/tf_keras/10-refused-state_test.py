"""For tf_keras/layers/rnn/base_rnn_test.py: finding 10."""

import tensorflow.compat.v2 as tf
from tf_keras.src.testing_infra import test_combinations

import tf_keras as keras


class RNNTest(test_combinations.TestCase):
    def test_refused_initial_state_is_forgotten(self):
        layer = keras.layers.GRU(3)
        inputs = tf.ones([2, 4, 1])
        with self.assertRaisesRegex(ValueError, "initial_state"):
            layer(inputs, initial_state=tf.zeros([2, 7]))
        self.assertEqual(layer(inputs).shape, (2, 3))
