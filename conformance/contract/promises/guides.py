"""The promises of the guides about RNN layers and models, in the words of their pages."""

from __future__ import annotations

from conformance.contract import sources
from conformance.contract.citation import Scope
from conformance.contract.promises import scopes

# --- states ---------------------------------------------------------------------------------------

RESUME = sources.GUIDE.promising(
    "The returned states can be used to resume the RNN execution later, or to initialize another"
    " RNN.",
    covers=scopes.KERAS_LAYERS,
)
ANOTHER_RNN = RESUME.about(scopes.WITHIN_KERAS)
RESUME_OWN_IN_KERAS2 = RESUME.about(scopes.OWN_IN_KERAS2)
RESUME_OWN_IN_KERAS3 = RESUME.about(scopes.OWN_IN_KERAS3)
ENCODER_AND_DECODER = sources.GUIDE.promising(
    "This setting is commonly used in the encoder-decoder sequence-to-sequence model, where the"
    " encoder final state is used as the initial state of the decoder."
)
SAME_AS_THE_CELL = sources.GUIDE.promising(
    "Mathematically, RNN(LSTMCell(10)) produces the same result as LSTM(10).",
    covers=scopes.WITHIN_KERAS,
)
INSIDE_OF_THE_LOOP = sources.GUIDE.promising(
    "The cell is the inside of the for loop of a RNN layer.",
    covers=Scope(("RNN", "layer", "cell"), scopes.KERAS, one_generation=True),
)
EACH_BATCH_AFRESH = sources.GUIDE.promising(
    "Normally, the internal state of a RNN layer is reset every time it sees a new batch (i.e."
    " every sample seen by the layer is assumed to be independent of the past)."
)
STORED_STATES = sources.GUIDE.promising(
    "If you would like to reuse the state from a RNN layer, you can retrieve the states value by"
    " layer.states and use it as the initial state for a new layer via the Keras functional API"
    " like new_layer(inputs, initial_state=layer.states), or model subclassing."
)
ZEROS_BY_DEFAULT = sources.GUIDE.promising(
    "If no initial_state was provided, zero-states will be used by default."
)

# --- models ---------------------------------------------------------------------------------------

PREDICT = sources.PREDICT.promising(
    "Both y = model.predict(x) and y = model(x) (where x is an array of input data) mean"
    ' "run the model on x and retrieve the output y."',
    # in Keras 3 the model's inputs are cast to config.floatx(), so float64 is not what is run
    covers=Scope(dtypes=("float32", "float16", "bfloat16")),
)
SAVED_WHOLE = sources.SAVE.promising(
    "Thus models can be reinstantiated in the exact same state.",
    "keras.Model.save",
    covers=Scope(generations=("keras3",)),
)
RECONSTRUCTED = sources.SAVING.promising("It can be used to reconstruct the model identically.")
SAVED_WEIGHTS = sources.SAVING.promising(
    "Thus, a model can use a hdf5 checkpoint if it has the same layers and trainable statuses as"
    " saved in the checkpoint."
)
EXPORTED = sources.EXPORT.promising(
    "Export the model as an artifact for inference.",
    "keras.Model.export",
    covers=Scope(generations=("keras3",)),
)
