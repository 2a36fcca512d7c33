"""Addresses of the documentation that the clauses take their statements from."""

DYNAMIC_RNN = "https://www.tensorflow.org/api_docs/python/tf/compat/v1/nn/dynamic_rnn"
BIDIRECTIONAL_DYNAMIC_RNN = (
    "https://www.tensorflow.org/api_docs/python/tf/compat/v1/nn/bidirectional_dynamic_rnn"
)
STATIC_RNN = "https://www.tensorflow.org/api_docs/python/tf/compat/v1/nn/static_rnn"
RAW_RNN = "https://www.tensorflow.org/api_docs/python/tf/compat/v1/nn/raw_rnn"
V1_CELL = "https://www.tensorflow.org/versions/r1.15/api_docs/python/tf/nn/rnn_cell/RNNCell"
GRADIENT_TAPE = "https://www.tensorflow.org/api_docs/python/tf/GradientTape"
LSTM_STATE_TUPLE = (
    "https://www.tensorflow.org/api_docs/python/tf/compat/v1/nn/rnn_cell/LSTMStateTuple"
)
_V1_CELLS = "https://www.tensorflow.org/api_docs/python/tf/compat/v1/nn/rnn_cell/"
RESIDUAL_WRAPPER = _V1_CELLS + "ResidualWrapper"
DROPOUT_WRAPPER = _V1_CELLS + "DropoutWrapper"
MULTI_RNN_CELL = _V1_CELLS + "MultiRNNCell"
RNN = "https://keras.io/api/layers/recurrent_layers/rnn"
RESET_STATES = (
    "https://www.tensorflow.org/versions/r2.15/api_docs/python/tf/keras/layers/RNN#reset_states"
)
BIDIRECTIONAL = "https://keras.io/api/layers/recurrent_layers/bidirectional"
MASKING = "https://keras.io/guides/understanding_masking_and_padding/"
# The layer of Keras 2, and the function that its layers call
RNN_OF_KERAS2 = "https://www.tensorflow.org/versions/r2.15/api_docs/python/tf/keras/layers/RNN"
RNN_FUNCTION = "https://www.tensorflow.org/versions/r2.15/api_docs/python/tf/keras/backend/rnn"
LSTM = "https://keras.io/api/layers/recurrent_layers/lstm"
STACKED_RNN_CELLS = "https://www.tensorflow.org/api_docs/python/tf/keras/layers/StackedRNNCells"
CONV_LSTM = "https://keras.io/api/layers/recurrent_layers/conv_lstm2d"
TIME_DISTRIBUTED = "https://keras.io/api/layers/recurrent_layers/time_distributed"
GUIDE = "https://keras.io/guides/working_with_rnns/"
MIXED_PRECISION = "https://keras.io/api/mixed_precision/policy"
GRAPHS = "https://www.tensorflow.org/guide/intro_to_graphs"
FUNCTION = "https://www.tensorflow.org/guide/function"
XLA = "https://openxla.org/xla/tf2xla"
PREDICT = (
    "https://keras.io/getting_started/faq/"
    "#whats-the-difference-between-model-methods-predict-and-call"
)
NONE = "no promise found in the documentation; what users expect"
LAYER = "https://keras.io/api/layers/base_layer/"
SAVING = "https://keras.io/guides/serialization_and_saving/"
EXPORT = "https://keras.io/api/models/model_saving_apis/export/"
DEFAULTS = "https://keras.io/api/layers/recurrent_layers/"
