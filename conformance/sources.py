"""Addresses of the documentation that the clauses take their statements from."""

DYNAMIC_RNN = "https://www.tensorflow.org/api_docs/python/tf/compat/v1/nn/dynamic_rnn"
V1_CELL = "https://www.tensorflow.org/versions/r1.15/api_docs/python/tf/nn/rnn_cell/RNNCell"
GRADIENT_TAPE = "https://www.tensorflow.org/api_docs/python/tf/GradientTape"
LSTM_STATE_TUPLE = (
    "https://www.tensorflow.org/api_docs/python/tf/compat/v1/nn/rnn_cell/LSTMStateTuple"
)
RNN = "https://keras.io/api/layers/recurrent_layers/rnn"
RESET_STATES = (
    "https://www.tensorflow.org/versions/r2.15/api_docs/python/tf/keras/layers/RNN#reset_states"
)
LSTM = "https://keras.io/api/layers/recurrent_layers/lstm"
GUIDE = "https://keras.io/guides/working_with_rnns/"
MIXED_PRECISION = "https://keras.io/api/mixed_precision/policy"
NONE = "no promise found in the documentation; what users expect"
