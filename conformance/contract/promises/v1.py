"""The promises of TensorFlow about the v1 cells, their wrappers and their loops."""

from __future__ import annotations

import dataclasses

from conformance.contract import sources
from conformance.contract.citation import Scope
from conformance.contract.promises import scopes

_NN = "tensorflow.compat.v1.nn."
_CELLS = _NN + "rnn_cell."
_LOOP = _NN + "dynamic_rnn"
_LSTMS = ("LSTM", "BasicLSTM")

# --- dynamic_rnn ----------------------------------------------------------------------------------

UNROLLS = sources.DYNAMIC_RNN.promising(
    "Performs fully dynamic unrolling of inputs.", _LOOP, covers=scopes.DYNAMIC_RNN
)
TAKES_A_STATE = sources.DYNAMIC_RNN.promising(
    "An initial state for the RNN.", _LOOP, covers=scopes.DYNAMIC_RNN
)
RETURNS_A_STATE_OF_THAT_SIZE = sources.DYNAMIC_RNN.promising(
    "If it is a (possibly nested) tuple of ints or TensorShape, this will be a tuple having the"
    " corresponding shapes.",
    _LOOP,
    covers=scopes.DYNAMIC_RNN,
)
COPIES_THE_STATE_THROUGH = sources.DYNAMIC_RNN.promising(
    "Used to copy-through state and zero-out outputs when past a batch element's sequence length.",
    _LOOP,
    covers=scopes.DYNAMIC_RNN,
)
LENGTHS_OF_INT64 = sources.DYNAMIC_RNN.promising(
    "An int32/int64 vector sized [batch_size].", _LOOP, covers=scopes.DYNAMIC_RNN
)
TIME_MAJOR = sources.DYNAMIC_RNN.promising(
    "If true, these Tensors must be shaped [max_time, batch_size, depth].",
    _LOOP,
    covers=scopes.DYNAMIC_RNN,
)

# --- the other loops ------------------------------------------------------------------------------

LENGTHS_IN_BOTH_DIRECTIONS = sources.BIDIRECTIONAL_DYNAMIC_RNN.promising(
    "An int32/int64 vector, size [batch_size], containing the actual lengths for each of the"
    " sequences in the batch.",
    _NN + "bidirectional_dynamic_rnn",
    covers=scopes.BOTH_WAYS,
)
INDEPENDENT_DIRECTIONS = sources.BIDIRECTIONAL_DYNAMIC_RNN.promising(
    "Takes input and builds independent forward and backward RNNs.",
    _NN + "bidirectional_dynamic_rnn",
    covers=scopes.BOTH_WAYS,
)
STATIC_RNN_PROPAGATES = sources.STATIC_RNN.promising(
    "This method of calculation does not compute the RNN steps past the maximum sequence length of"
    " the minibatch (thus saving computational time), and properly propagates the state at an"
    " example's sequence length to the final state output.",
    _NN + "static_rnn",
    covers=Scope(("static_rnn",)),
)
STATIC_LENGTHS_OF_INT64 = sources.STATIC_RNN.promising(
    "An int32 or int64 vector (tensor) size [batch_size], values in [0, T).",
    _NN + "static_rnn",
    covers=Scope(("static_rnn",)),
)

# --- cells ----------------------------------------------------------------------------------------

STARTS_FROM_THE_GIVEN_STATE = sources.V1_CELL.promising(
    "Run this RNN cell on inputs, starting from the given state.",
    _CELLS + "RNNCell.__call__",
    covers=scopes.V1_CELLS,
)
RETURNS_A_MATCHING_STATE = sources.V1_CELL.promising(
    "New state: Either a single 2-D tensor, or a tuple of tensors matching the arity and shapes of"
    " state.",
    _CELLS + "RNNCell.__call__",
    covers=scopes.V1_CELLS,
)
STATE_OF_THAT_STRUCTURE = sources.V1_CELL.promising(
    "If self.state_size is a (possibly nested tuple of) TensorShape object(s), then it should"
    " return a matching structure of Tensors having shape [batch_size].concatenate(s) for each s in"
    " self.batch_size.",
    _CELLS + "RNNCell",
    covers=scopes.OWN_IN_V1,
)
ZERO_STATE = sources.V1_CELL.promising(
    "Return zero-filled state tensor(s).", _CELLS + "RNNCell.zero_state", covers=scopes.V1_CELLS
)
ZERO_STATE_OF_OWN = ZERO_STATE.about(scopes.OWN_IN_V1)
ZERO_STATE_IN_A_LOOP = ZERO_STATE.about(scopes.DYNAMIC_RNN)

H_IS_THE_OUTPUT = sources.LSTM_STATE_TUPLE.promising(
    "Where c is the hidden state and h is the output.",
    _CELLS + "LSTMStateTuple",
    covers=dataclasses.replace(scopes.V1_CELLS, cells=_LSTMS),
)
H_IS_THE_OUTPUT_IN_A_LOOP = H_IS_THE_OUTPUT.about(
    dataclasses.replace(scopes.DYNAMIC_RNN, cells=_LSTMS)
)
STATE_IS_THE_OUTPUT = sources.BASIC_RNN_CELL.promising(
    "Most basic RNN: output = new_state = act(W * input + U * state + B).",
    _CELLS + "BasicRNNCell.call",
    covers=dataclasses.replace(scopes.V1_CELLS, cells=("SimpleRNN",)),
)
STATE_IS_THE_OUTPUT_IN_A_LOOP = STATE_IS_THE_OUTPUT.about(
    dataclasses.replace(scopes.DYNAMIC_RNN, cells=("SimpleRNN",))
)
LSTM_BY_GERS = sources.V1_LSTM_CELL.promising(
    "The default non-peephole implementation is based on (Gers et al., 1999).",
    _CELLS + "LSTMCell",
    covers=dataclasses.replace(scopes.V1_CELLS, cells=("LSTM",)),
)
GRU = sources.V1_GRU_CELL.promising(
    "Gated Recurrent Unit cell.",
    _CELLS + "GRUCell",
    covers=dataclasses.replace(scopes.V1_CELLS, cells=("GRU",)),
)

# --- stacks and wrappers --------------------------------------------------------------------------

COMPOSED_OF_CELLS = sources.MULTI_RNN_CELL.promising(
    "list of RNNCells that will be composed in this order.",
    _CELLS + "MultiRNNCell.__init__",
    covers=scopes.V1_CELLS,
)
COMPOSED_OF_CELLS_IN_A_LOOP = COMPOSED_OF_CELLS.about(scopes.DYNAMIC_RNN)
STATES_IN_ONE_TENSOR = sources.MULTI_RNN_CELL.promising(
    "If False, the states are all concatenated along the column axis.",
    _CELLS + "MultiRNNCell.__init__",
    covers=scopes.V1_CELLS,
)
STATES_IN_ONE_TENSOR_IN_A_LOOP = STATES_IN_ONE_TENSOR.about(scopes.DYNAMIC_RNN)
C_AND_H_IN_ONE_TENSOR = sources.V1_LSTM_CELL.promising(
    "If True, accepted and returned states are 2-tuples of the c_state and m_state. If False, they"
    " are concatenated along the column axis.",
    _CELLS + "LSTMCell.__init__",
    covers=scopes.V1_CELLS,
)
# tf.nn.RNNCell*Wrapper takes cells of Keras 2
_WRAPPED = Scope(("cell", "RNN"), ("v1", "keras2"))
INPUTS_ARE_ADDED = sources.RESIDUAL_WRAPPER.promising(
    "RNNCell wrapper that ensures cell inputs are added to the outputs.",
    _CELLS + "ResidualWrapper",
    "tensorflow.nn.RNNCellResidualWrapper",
    covers=_WRAPPED,
)
INPUTS_ARE_ADDED_IN_A_LOOP = INPUTS_ARE_ADDED.about(scopes.DYNAMIC_RNN)
OUTPUTS_ARE_DROPPED = sources.DROPOUT_WRAPPER.promising(
    "Operator adding dropout to inputs and outputs of the given cell.",
    _CELLS + "DropoutWrapper",
    "tensorflow.nn.RNNCellDropoutWrapper",
    covers=_WRAPPED,
)
OUTPUTS_ARE_DROPPED_IN_A_LOOP = OUTPUTS_ARE_DROPPED.about(scopes.DYNAMIC_RNN)
C_IS_NEVER_DROPPED = sources.DROPOUT_WRAPPER.promising(
    "Note, by default (unless a custom dropout_state_filter is provided), the memory state (c"
    " component of any LSTMStateTuple) passing through a DropoutWrapper is never modified.",
    _CELLS + "DropoutWrapper.__init__",
    covers=scopes.V1_CELLS,
)
C_IS_NEVER_DROPPED_IN_A_LOOP = C_IS_NEVER_DROPPED.about(scopes.DYNAMIC_RNN)

DEFAULTS = sources.BASIC_RNN_CELL.promising(
    "Nonlinearity to use. Default: tanh.",
    _CELLS + "BasicRNNCell",
    _CELLS + "GRUCell",
    covers=Scope(generations=("v1",)),
)
