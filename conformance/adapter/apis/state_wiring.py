"""How the initial state reaches a layer in a functional model: each way by its name.

A wiring gives the inputs of the model, its outputs and the final state. The states are inputs
of the model, one for each tensor; how many rows and steps there will be is unknown.
"""

from .. import compat, native_trees
from .keras_rnn import caller, layer_options, masking


class Parts:
    """What a model is put together from: a built layer, and what its generation has besides."""

    def __init__(self, generation, program, built):
        self.keras = compat.keras(generation)
        self.built = built
        self._generation = generation
        self._program = program

    def sequence(self):
        """An input of the model for a sequence."""
        return self.keras.Input((None, self._program.features), dtype=self._program.dtype)

    def state(self):
        """Inputs of the model for an initial state, as the layer takes it."""
        states = [self._state(spec) for spec in self._program.cells]
        return native_trees.as_list(states[0]) if len(states) == 1 else states

    def _state(self, spec):
        h = self.keras.Input((spec["units"],), dtype=self._program.dtype)
        if spec["cell_type"] != "LSTM":
            return h
        return [h, self.keras.Input((spec["units"],), dtype=self._program.dtype)]

    def layer_around(self, cell):
        """The call of another layer around a cell that a layer has already."""
        options = layer_options(self._program)
        layer = self.keras.layers.RNN(cell, dtype=self._program.dtype, **options)
        return caller(layer, masking(self._generation, self._program))

    def multiply_by_identity(self, tensor):
        """What a dense layer makes of a tensor that multiplies it by the identity."""
        dense = self.keras.layers.Dense(
            tensor.shape[-1],
            use_bias=False,
            kernel_initializer="identity",
            dtype=self._program.dtype,
        )
        return dense(tensor)

    def concatenate(self, first, second):
        """Two sequences as one."""
        return self.keras.layers.Concatenate(axis=1, dtype=self._program.dtype)([first, second])


def no_state(parts):
    """The layer is given none."""
    sequence = parts.sequence()
    return ([sequence], *parts.built.call(sequence, None))


def state_as_input(parts):
    """The state is an input of the model."""
    sequence, state = parts.sequence(), parts.state()
    return ([sequence, *native_trees.flatten(state)], *parts.built.call(sequence, state))


def computed_state(parts):
    """The state is computed, by a dense layer for each tensor."""
    sequence, state = parts.sequence(), parts.state()
    leaves = native_trees.flatten(state)
    made = native_trees.rebuild(state, iter([parts.multiply_by_identity(leaf) for leaf in leaves]))
    return ([sequence, *leaves], *parts.built.call(sequence, made))


def nested_model(parts):
    """The model that the layer is in is called as a layer of another model."""
    inputs, outputs, final = state_as_input(parts)
    inner = parts.keras.Model(inputs, [outputs, *native_trees.flatten(final)])
    inputs = [parts.sequence(), *native_trees.flatten(parts.state())]
    outputs, *leaves = inner(inputs)
    return inputs, outputs, native_trees.rebuild(final, iter(leaves))


def shared_layer(parts):
    """The final state of the layer for one sequence is its initial one for another."""
    return _run_two_parts(parts, parts.built.call)


def encoder_and_decoder(parts):
    """The final state of the layer for one sequence is the initial one of another for the rest.

    The other has the same cell; for a stack there is a layer for each of its cells.
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
