"""For tf_keras/layers/rnn/bidirectional_test.py: finding 41."""

import json

from tf_keras.src.testing_infra import test_combinations

import tf_keras as keras


class BidirectionalTest(test_combinations.TestCase):
    def test_config_with_backward_layer_is_serializable(self):
        layer = keras.layers.Bidirectional(
            keras.layers.GRU(3),
            backward_layer=keras.layers.GRU(3, go_backwards=True),
        )
        config = json.loads(json.dumps(layer.get_config()))
        copy = keras.layers.Bidirectional.from_config(config)
        self.assertTrue(copy.backward_layer.go_backwards)
