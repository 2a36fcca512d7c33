"""The pages that the clauses take their statements from; `promises` has the sentences there."""

from conformance.contract.citation import Source

DYNAMIC_RNN = Source("https://www.tensorflow.org/api_docs/python/tf/compat/v1/nn/dynamic_rnn")
BIDIRECTIONAL_DYNAMIC_RNN = Source(
    "https://www.tensorflow.org/api_docs/python/tf/compat/v1/nn/bidirectional_dynamic_rnn"
)
STATIC_RNN = Source("https://www.tensorflow.org/api_docs/python/tf/compat/v1/nn/static_rnn")
RAW_RNN = Source("https://www.tensorflow.org/api_docs/python/tf/compat/v1/nn/raw_rnn")
V1_CELL = Source("https://www.tensorflow.org/versions/r1.15/api_docs/python/tf/nn/rnn_cell/RNNCell")
GRADIENT_TAPE = Source("https://www.tensorflow.org/api_docs/python/tf/GradientTape")
LSTM_STATE_TUPLE = Source(
    "https://www.tensorflow.org/api_docs/python/tf/compat/v1/nn/rnn_cell/LSTMStateTuple"
)
_V1_CELLS = "https://www.tensorflow.org/api_docs/python/tf/compat/v1/nn/rnn_cell/"
BASIC_RNN_CELL = Source(_V1_CELLS + "BasicRNNCell")
V1_GRU_CELL = Source(_V1_CELLS + "GRUCell")
V1_LSTM_CELL = Source(_V1_CELLS + "LSTMCell")
RESIDUAL_WRAPPER = Source(_V1_CELLS + "ResidualWrapper")
DROPOUT_WRAPPER = Source(_V1_CELLS + "DropoutWrapper")
MULTI_RNN_CELL = Source(_V1_CELLS + "MultiRNNCell")
RNN = Source("https://keras.io/api/layers/recurrent_layers/rnn")
RESET_STATES = Source(
    "https://www.tensorflow.org/versions/r2.15/api_docs/python/tf/keras/layers/RNN#reset_states"
)
BIDIRECTIONAL = Source("https://keras.io/api/layers/recurrent_layers/bidirectional")
MASKING = Source("https://keras.io/guides/understanding_masking_and_padding/")
# The layer of Keras 2, and the function that its layers call
RNN_OF_KERAS2 = Source(
    "https://www.tensorflow.org/versions/r2.15/api_docs/python/tf/keras/layers/RNN"
)
RNN_FUNCTION = Source(
    "https://www.tensorflow.org/versions/r2.15/api_docs/python/tf/keras/backend/rnn"
)
_LAYERS = "https://keras.io/api/layers/recurrent_layers/"
SIMPLE_RNN = Source(_LAYERS + "simple_rnn")
GRU = Source(_LAYERS + "gru")
GRU_CELL = Source(_LAYERS + "gru_cell")
LSTM_CELL_OF_KERAS2 = Source(
    "https://www.tensorflow.org/versions/r2.15/api_docs/python/tf/keras/layers/LSTMCell"
)
LSTM = Source("https://keras.io/api/layers/recurrent_layers/lstm")
STACKED_RNN_CELLS = Source(
    "https://www.tensorflow.org/api_docs/python/tf/keras/layers/StackedRNNCells"
)
CONV_LSTM = Source("https://keras.io/api/layers/recurrent_layers/conv_lstm2d")
TIME_DISTRIBUTED = Source("https://keras.io/api/layers/recurrent_layers/time_distributed")
GUIDE = Source("https://keras.io/guides/working_with_rnns/")
MIXED_PRECISION = Source("https://keras.io/api/mixed_precision/policy")
GRAPHS = Source("https://www.tensorflow.org/guide/intro_to_graphs")
FUNCTION = Source("https://www.tensorflow.org/guide/function")
XLA = Source("https://openxla.org/xla/tf2xla")
PREDICT = Source(
    "https://keras.io/getting_started/faq/"
    "#whats-the-difference-between-model-methods-predict-and-call"
)
NONE = Source("no promise found in the documentation; what users expect")
LAYER = Source("https://keras.io/api/layers/base_layer/")
SAVING = Source("https://keras.io/guides/serialization_and_saving/")
SAVE = Source("https://keras.io/api/models/model_saving_apis/model_saving_and_loading/")
EXPORT = Source("https://keras.io/api/models/model_saving_apis/export/")
DEFAULTS = Source("https://keras.io/api/layers/recurrent_layers/")
