"""A layer in a Sequential or a functional model, and the ways to call a model."""

from .. import compat, native_trees


def make_model(generation, program, layer):
    """Return the model of one layer, for batches of the program's rows and any number of steps."""
    keras = compat.keras(generation)
    inputs = keras.Input(
        batch_shape=(program.rows, None, program.features), dtype=program.dtype, name="inputs"
    )
    if program.model == "sequential":
        return keras.Sequential([inputs, layer])
    if program.initial_state is None:
        return keras.Model(inputs, layer(inputs))
    return keras.Model(
        inputs, layer(inputs, initial_state=native_trees.to_native(program.initial_state))
    )


def ways(model, rows):
    """Return the call of a model, and the other ways by name; a model here returns only outputs.

    All of them get tensors: Keras 2 casts NumPy arrays that are given to `predict` to float32.
    """

    def call(inputs, state, **arguments):
        return model(inputs, **arguments), None

    def predict(inputs, state):
        return model.predict(inputs, batch_size=rows, verbose=0), None

    def predict_on_batch(inputs, state):
        return model.predict_on_batch(inputs), None

    return call, {"predict": lambda: predict, "predict_on_batch": lambda: predict_on_batch}
