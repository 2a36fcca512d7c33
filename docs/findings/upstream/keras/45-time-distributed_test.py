"""For keras/src/layers/rnn/time_distributed_test.py: finding 45."""

import numpy as np
from keras.src import layers
from keras.src import models
from keras.src import testing


class TimeDistributedTest(testing.TestCase):
    def test_predict_of_batches_of_different_lengths(self):
        model = models.Sequential(
            [layers.Input((None, 2)), layers.TimeDistributed(layers.Dense(1))]
        )
        for timesteps in (5, 3, 6, 7):
            x = np.random.rand(3, timesteps, 2)
            self.assertAllClose(model.predict(x, verbose=0), model(x))
