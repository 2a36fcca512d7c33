"""The ways in which the initial state reaches a layer in a functional model, each by its name.

A wiring returns the inputs of the model, its outputs and the final state. The states are inputs
of the model, one for each tensor. The number of rows and of steps is unknown.
"""

from .. import compat, native_trees
from .keras_rnn import caller, layer_options, masking


class Parts:
    """The parts of a model: a built layer, and the other layers of its Keras generation."""

    def __init__(self, generation, program, built):
        self.keras = compat.keras(generation)
        self.built = built
        self._generation = generation
        self._program = program

    def sequence(self):
        """Return an input of the model for a sequence."""
        return self.keras.Input((None, self._program.features), dtype=self._program.dtype)

    def state(self):
        """Return inputs of the model for an initial state, in the form that the layer takes."""
        states = [self._state(spec) for spec in self._program.cells]
        return native_trees.as_list(states[0]) if len(states) == 1 else states

    def _state(self, spec):
        h = self.keras.Input((spec["units"],), dtype=self._program.dtype)
        if spec["cell_type"] != "LSTM":
            return h
        return [h, self.keras.Input((spec["units"],), dtype=self._program.dtype)]

    def layer_around(self, cell):
        """Return the call of another layer around a cell that already has a layer."""
        options = layer_options(self._program)
        layer = self.keras.layers.RNN(cell, dtype=self._program.dtype, **options)
        return caller(layer, masking(self._generation, self._program))

    def multiply_by_identity(self, tensor):
        """Return a tensor after a dense layer that multiplies it by the identity."""
        dense = self.keras.layers.Dense(
            tensor.shape[-1],
            use_bias=False,
            kernel_initializer="identity",
            dtype=self._program.dtype,
        )
        return dense(tensor)

    def concatenate(self, first, second):
        """Return two sequences as one."""
        return self.keras.layers.Concatenate(axis=1, dtype=self._program.dtype)([first, second])


def no_state(parts):
    """Give the layer no state."""
    sequence = parts.sequence()
    return ([sequence], *parts.built.call(sequence, None))


def state_as_input(parts):
    """Make the state an input of the model."""
    sequence, state = parts.sequence(), parts.state()
    return ([sequence, *native_trees.flatten(state)], *parts.built.call(sequence, state))


def computed_state(parts):
    """Compute the state, by a dense layer for each tensor."""
    sequence, state = parts.sequence(), parts.state()
    leaves = native_trees.flatten(state)
    products = iter([parts.multiply_by_identity(leaf) for leaf in leaves])
    return ([sequence, *leaves], *parts.built.call(sequence, native_trees.rebuild(state, products)))


def nested_model(parts):
    """Call the model that the layer is in as a layer of another model."""
    inputs, outputs, final = state_as_input(parts)
    inner = parts.keras.Model(inputs, [outputs, *native_trees.flatten(final)])
    inputs = [parts.sequence(), *native_trees.flatten(parts.state())]
    outputs, *leaves = inner(inputs)
    return inputs, outputs, native_trees.rebuild(final, iter(leaves))


def shared_layer(parts):
    """Start the layer's second sequence from its final state for the first one."""
    return _run_two_parts(parts, parts.built.call)


def encoder_and_decoder(parts):
    """Start another layer, for the rest of the sequence, from the layer's final state.

    The other layer has the same cell. For a stack there is one layer for each of its cells.
    """
    cells = parts.built.cells
    if len(cells) == 1:
        return _run_two_parts(parts, parts.layer_around(cells[0]))
    layers = [parts.layer_around(cell) for cell in cells]

    def decoder(sequence, states):
        finals = []
        for layer, state in zip(layers, states):
            sequence, final = layer(sequence, native_trees.as_list(state))
            finals.append(list(final) if len(final) > 1 else final[0])
        return sequence, finals

    return _run_two_parts(parts, decoder)


def _run_two_parts(parts, then):
    first, rest, state = parts.sequence(), parts.sequence(), parts.state()
    begun, between = parts.built.call(first, state)
    ended, final = then(rest, between)
    inputs = [first, rest, *native_trees.flatten(state)]
    return inputs, parts.concatenate(begun, ended), final


BY_NAME = {
    "none": no_state,
    "given": state_as_input,
    "computed": computed_state,
    "nested": nested_model,
    "shared": shared_layer,
    "encoder": encoder_and_decoder,
}
