"""The scopes of the promises: the paths of each loop, of each generation, and so on."""

from __future__ import annotations

from conformance.cases.program import NESTED, PLAIN, PLANES
from conformance.contract.citation import Scope

KERAS = ("keras2", "keras3")

KERAS_LAYERS = Scope(("RNN", "layer"), KERAS)
KERAS_RNN = Scope(("RNN",), KERAS)
SINGLE_CELLS = Scope(("RNN", "layer"), KERAS, ("SimpleRNN", "GRU", "LSTM"))
OF_KERAS2 = Scope(("RNN", "layer"), ("keras2",))
WITHIN_KERAS = Scope(("RNN", "layer"), KERAS, one_generation=True)

# The documentation of dynamic_rnn takes "an instance of RNNCell", and says that it "is not
# compatible with eager execution and tf.function".
DYNAMIC_RNN = Scope(("dynamic_rnn",), ("v1",), modes=("graph",))
BOTH_WAYS = Scope(("bidirectional_dynamic_rnn",), ("v1",), modes=("graph",))
V1_CELLS = Scope(("cell",), ("v1",))

# The structures that a cell's state_size may have: a nested one in v1, shapes in Keras 2
OWN_IN_V1 = Scope(("dynamic_rnn",), ("v1",), modes=("graph",), structures=(PLAIN, NESTED, PLANES))
OWN_IN_KERAS2 = Scope(("RNN",), ("keras2",), structures=(PLAIN, PLANES))
OWN_IN_KERAS3 = Scope(("RNN",), ("keras3",), structures=(PLAIN,))
