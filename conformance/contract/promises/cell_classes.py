"""The promises of Keras about its cells and layers: formulas, defaults, dtypes."""

from __future__ import annotations

from conformance.contract import sources
from conformance.contract.citation import Scope
from conformance.contract.promises import scopes

_K2, _K3 = "tf_keras.layers.", "keras.layers."


def _both(*names: str) -> tuple[str, ...]:
    return tuple(package + name for package in (_K3, _K2) for name in names)


# --- formulas -------------------------------------------------------------------------------------

LSTM = sources.LSTM.promising(
    "Long Short-Term Memory layer - Hochreiter 1997.",
    *_both("LSTM"),
    covers=Scope(("layer",), scopes.KERAS, ("LSTM",)),
)
GRU = sources.GRU.promising(
    "Gated Recurrent Unit - Cho et al. 2014.",
    *_both("GRU"),
    covers=Scope(("layer",), scopes.KERAS, ("GRU",)),
)
SIMPLE_RNN = sources.SIMPLE_RNN.promising(
    "Fully-connected RNN where the output is to be fed back",
    *_both("SimpleRNN"),
    covers=Scope(("layer",), scopes.KERAS, ("SimpleRNN",)),
)
CELLS_OF_KERAS = sources.GUIDE.promising(
    "There are three built-in RNN cells, each of them corresponding to the matching RNN layer.",
    covers=Scope(("RNN", "cell"), scopes.KERAS, ("SimpleRNN", "GRU", "LSTM")),
)
FROM_THE_STEP_BEFORE = sources.GRU_CELL.promising(
    "which is the state from the previous time step.",
    *_both("SimpleRNNCell", "GRUCell"),
    _K3 + "LSTMCell",
    covers=Scope(("cell",), scopes.KERAS, ("SimpleRNN", "GRU")),
)
FOR_TIMESTEP_0 = sources.LSTM_CELL_OF_KERAS2.promising(
    "For timestep 0, the initial state provided by user will be feed to cell.",
    _K2 + "LSTMCell",
    covers=Scope(("cell",), ("keras2",), ("LSTM",)),
)

# --- defaults -------------------------------------------------------------------------------------

_NAMES = tuple(name + cell for name in ("SimpleRNN", "GRU", "LSTM") for cell in ("", "Cell"))
_GLOROT = (
    "Initializer for the kernel weights matrix, used for the linear transformation of the inputs."
    " Default: "
)
DEFAULTS_OF_KERAS2 = sources.DEFAULTS.promising(
    f"{_GLOROT}glorot_uniform.",
    *(_K2 + name for name in _NAMES),
    covers=Scope(generations=("keras2",)),
)
DEFAULTS_OF_KERAS3 = sources.DEFAULTS.promising(
    f'{_GLOROT}"glorot_uniform".',
    *(_K3 + name for name in _NAMES),
    covers=Scope(generations=("keras3",)),
)
DEFAULTS_OF_RNN = sources.RNN.promising(
    "Boolean (default False). Whether to return the last output in the output sequence, or the full"
    " sequence.",
    *_both("RNN"),
)

# --- dtypes ---------------------------------------------------------------------------------------

POLICIES = sources.MIXED_PRECISION.promising(
    "which causes the compute dtype to be float16 or bfloat16 and the variable dtype to be"
    " float32.",
    "keras.DTypePolicy",
    "tf_keras.mixed_precision.Policy",
)
INPUTS_ARE_CAST = sources.LAYER.promising(
    "Layers automatically cast inputs to this dtype, which causes the computations and output to"
    " also be in this dtype.",
    _K3 + "Layer",
    covers=Scope(generations=("keras3",)),
)

# --- configs --------------------------------------------------------------------------------------

# v1 cells are layers of Keras 2
CONFIG_OF_KERAS2 = sources.LAYER.promising(
    "The same layer can be reinstantiated later (without its trained weights) from this"
    " configuration.",
    _K2 + "Layer.get_config",
    covers=Scope(generations=("v1", "keras2")),
)
CONFIG_OF_KERAS3 = sources.LAYER.promising(
    "An object config is a Python dictionary (serializable) containing the information needed to"
    " re-instantiate it.",
    _K3 + "Layer.get_config",
    covers=Scope(generations=("keras3",)),
)
