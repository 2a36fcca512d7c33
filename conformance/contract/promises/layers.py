"""The promises of Keras about RNN, its layers with a loop of their own, and what wraps them."""

from __future__ import annotations

from conformance.contract import sources
from conformance.contract.citation import Scope
from conformance.contract.promises import scopes

_RNN = ("keras.layers.RNN", "tf_keras.layers.RNN")
_BIDIRECTIONAL = ("keras.layers.Bidirectional", "tf_keras.layers.Bidirectional")
_CONV_LSTM = ("keras.layers.ConvLSTM2D", "tf_keras.layers.ConvLSTM2D")
_TIME_DISTRIBUTED = ("keras.layers.TimeDistributed", "tf_keras.layers.TimeDistributed")
_GATED = (
    "keras.layers.LSTM", "keras.layers.GRU", "tf_keras.layers.LSTM", "tf_keras.layers.GRU",
)  # fmt: skip

# --- states ---------------------------------------------------------------------------------------

STATES_AFTER_THE_OUTPUT = sources.RNN.promising(
    "If return_state: a list of tensors. The first tensor is the output. The remaining tensors are"
    " the last states",
    *_RNN,
    covers=scopes.SINGLE_CELLS,
)
FED_TO_THE_FIRST_CALL = sources.RNN.promising(
    "List of initial state tensors to be passed to the first call of the cell.",
    *_RNN,
    covers=scopes.KERAS_LAYERS,
)
A_TENSOR_OR_A_LIST = sources.RNN.promising(
    "The value of initial_state should be a tensor or list of tensors representing the initial"
    " state of the RNN layer.",
    *_RNN,
)
SYMBOLIC_STATES = sources.RNN.promising(
    "You can specify the initial state of RNN layers symbolically by calling them with the keyword"
    " argument initial_state.",
    *_RNN,
)
ZEROS_WITHOUT_A_STATE = sources.LSTM.promising(
    "List of initial state tensors to be passed to the first call of the cell (optional, None"
    " causes creation of zero-filled initial state tensors).",
    *_GATED,
    covers=Scope(("layer",), scopes.KERAS, ("LSTM", "GRU")),
)
ZEROS_IN_BOTH_DIRECTIONS = ZEROS_WITHOUT_A_STATE.about(
    Scope(("Bidirectional",), scopes.KERAS, ("LSTM", "GRU"))
)
STATE_FROM_THE_CELL = sources.RNN.promising(
    "method that creates a tensor meant to be fed to call() as the initial state, if the user"
    " didn't specify any initial state via other means.",
    *_RNN,
    covers=scopes.KERAS_RNN,
)
OWN_STATE_OF_KERAS2 = STATE_FROM_THE_CELL.about(scopes.OWN_IN_KERAS2)
OWN_STATE_OF_KERAS3 = STATE_FROM_THE_CELL.about(scopes.OWN_IN_KERAS3)
ZEROS_IN_KERAS2 = sources.RNN_OF_KERAS2.promising(
    "For backward compatibility, if this method is not implemented by the cell, the RNN layer will"
    " create a zero filled tensor with the size of [batch_size, cell.state_size].",
    "tf_keras.layers.RNN",
    covers=scopes.OWN_IN_KERAS2,
)
ZEROS_IN_KERAS3 = sources.RNN.promising(
    "If this method is not implemented by the cell, the RNN layer will create a zero filled tensor"
    " with shape (batch_size, cell.state_size).",
    "keras.layers.RNN",
    covers=scopes.OWN_IN_KERAS3,
)
SHAPES_FOR_SIZES = sources.RNN_OF_KERAS2.promising(
    "The state_size can also be TensorShape or tuple/list of TensorShape, to represent high"
    " dimension state.",
    "tf_keras.layers.RNN",
    covers=scopes.OWN_IN_KERAS2,
)
ONE_SIZE_PER_STATE = sources.RNN.promising(
    "This can also be a list/tuple of integers (one size per state).",
    "keras.layers.RNN",
    covers=scopes.OWN_IN_KERAS3,
)

# --- stored states --------------------------------------------------------------------------------

STATES_ARE_REUSED = sources.RNN.promising(
    "You can set RNN layers to be 'stateful', which means that the states computed for the samples"
    " in one batch will be reused as initial states for the samples in the next batch.",
    *_RNN,
)
ARRAYS_SET_THE_STATE = sources.RNN.promising(
    "The value of states should be a numpy array or list of numpy arrays representing the initial"
    " state of the RNN layer.",
    *_RNN,
)
_RESET = (
    "To reset the states of your model, call .{}() on either a specific layer, or on your entire"
    " model."
)
RESET_IN_KERAS2 = sources.RNN_OF_KERAS2.promising(
    _RESET.format("reset_states"), "tf_keras.layers.RNN", covers=Scope(generations=("keras2",))
)
RESET_IN_KERAS3 = sources.RNN.promising(
    _RESET.format("reset_state"), "keras.layers.RNN", covers=Scope(generations=("keras3",))
)
RESET_TO_ZEROS_IN_KERAS2 = sources.RESET_STATES.promising(
    "When the value is None, zero filled numpy array will be created based on the cell state size.",
    "tf_keras.layers.RNN.reset_states",
    covers=Scope(generations=("keras2",)),
)

# --- steps ----------------------------------------------------------------------------------------

MASKED_STEPS_ARE_IGNORED = sources.RNN.promising(
    "An individual True entry indicates that the corresponding timestep should be utilized, while a"
    " False entry indicates that the corresponding timestep should be ignored.",
    *_RNN,
)
MASKED_STEPS_IN_KERAS2 = MASKED_STEPS_ARE_IGNORED.about(scopes.OF_KERAS2)
OUTPUT_OF_THE_STEP_BEFORE = sources.RNN_FUNCTION.promising(
    "If True, the output for masked timestep will be zeros, whereas in the False case, output from"
    " previous timestep is returned.",
    "tf_keras.backend.rnn",
    covers=scopes.OF_KERAS2,
)
ZEROS_WITH_SEQUENCES_IN_KERAS2 = sources.RNN_OF_KERAS2.promising(
    "Note that this field is only used when return_sequences is True and mask is provided.",
    "tf_keras.layers.RNN",
    covers=scopes.OF_KERAS2,
)
ZEROS_WITH_SEQUENCES_IN_KERAS3 = sources.RNN.promising(
    "Note that this field is only used when return_sequences is True and mask is provided.",
    "keras.layers.RNN",
    covers=Scope(generations=("keras3",)),
)
MASKING_MASKS = sources.MASKING.promising(
    "For each timestep in the input tensor (dimension #1 in the tensor), if all values in the input"
    " tensor at that timestep are equal to mask_value, then the timestep will be masked (skipped)"
    " in all downstream layers (as long as they support masking).",
    "keras.layers.Masking",
    "tf_keras.layers.Masking",
)
TIME_MAJOR = sources.RNN_OF_KERAS2.promising(
    "If True, the inputs and outputs will be in shape (timesteps, batch, ...), whereas in the False"
    " case, it will be (batch, timesteps, ...).",
    "tf_keras.layers.RNN",
    covers=scopes.OF_KERAS2,
)
BACKWARDS = sources.RNN.promising(
    "If True, process the input sequence backwards and return the reversed sequence.", *_RNN
)
UNROLLED = sources.RNN.promising(
    "If True, the network will be unrolled, else a symbolic loop will be used.", *_RNN
)
DROPOUT_IN_TRAINING = sources.RNN.promising(
    "Python boolean indicating whether the layer should behave in training mode or in inference"
    " mode. This argument is passed to the cell when calling it. This is for use with cells that"
    " use dropout.",
    *_RNN,
)

# --- wrappers and relatives -----------------------------------------------------------------------

HALF_OF_THE_STATE_EACH = sources.BIDIRECTIONAL.promising(
    "Beware that when passing the initial_state argument during the call of this layer, the first"
    " half in the list of elements in the initial_state list will be passed to the forward RNN call"
    " and the last half in the list of elements will be passed to the backward RNN call.",
    *_BIDIRECTIONAL,
)
ZEROS_IN_MASKED_STEPS = sources.BIDIRECTIONAL.promising(
    "the output of the masked timestep will be zero regardless of the layer's original"
    " zero_output_for_mask value.",
    *_BIDIRECTIONAL,
)
ONE_CELL_OF_MANY = sources.STACKED_RNN_CELLS.promising(
    "Wrapper allowing a stack of RNN cells to behave as a single cell.",
    "keras.layers.StackedRNNCells",
    "tf_keras.layers.StackedRNNCells",
    covers=Scope(("RNN", "cell"), scopes.KERAS),
)
CONVOLUTIONAL = sources.CONV_LSTM.promising(
    "Similar to an LSTM layer, but the input transformations and recurrent transformations are both"
    " convolutional.",
    *_CONV_LSTM,
)
CONV_LSTM_GOES_ON = sources.CONV_LSTM.promising(
    "If True, the last state for each sample at index i in a batch will be used as initial state"
    " for the sample of index i in the following batch.",
    *_CONV_LSTM,
)
EVERY_SLICE = sources.TIME_DISTRIBUTED.promising(
    "You can then use TimeDistributed to apply the same Conv2D layer to each of the 10 timesteps,"
    " independently:",
    *_TIME_DISTRIBUTED,
)
