"""A functional Keras model around a layer: the layer of the cell's name, or `RNN` of a stack."""

import tensorflow as tf

from .. import native_trees, wire
from ..built_program import Built
from . import keras_layer, keras_rnn, state_wiring


class Model(Built):
    """A model that is called or asked to predict."""

    def __init__(self, generation, program):
        api = keras_layer if len(program.cells) == 1 else keras_rnn
        built = api.build(generation, program)
        others = {
            "predict": lambda: self._predict,
            "predict_on_batch": lambda: self._predict_on_batch,
        }
        super().__init__(
            generation, program, built.cell, built.cells, self._call_model, built.maker, others
        )
        parts = state_wiring.Parts(generation, program, built)
        inputs, outputs, self._final = state_wiring.BY_NAME[program.wiring](parts)
        self._model = parts.keras.Model(inputs, [outputs, *native_trees.flatten(self._final)])
        self.remember_classes((self._model, *self._model.layers))
        self.declared = native_trees.to_wire((outputs, self._final), _spec)

    def _predict(self, inputs, state, batch_size=None, **arguments):
        size = None if batch_size is None else int(batch_size)
        values = _model_inputs(inputs, state, **arguments)
        return self._unpack(self._model.predict(values, batch_size=size, verbose=0))

    def _predict_on_batch(self, inputs, state, **arguments):
        return self._unpack(self._model.predict_on_batch(_model_inputs(inputs, state, **arguments)))

    def _call_model(self, inputs, state, **arguments):
        return self._unpack(self._model(_model_inputs(inputs, state, **arguments)))

    def _unpack(self, results):
        outputs, *leaves = results
        return outputs, native_trees.rebuild(self._final, iter(leaves))


def build(generation, program):
    """Build the model of a program's wiring."""
    return Model(generation, program)


def _model_inputs(inputs, state, split=None):
    """Return a model's inputs: the sequence, in two parts if `split` is given, and the leaves."""
    parts = [inputs] if split is None else [inputs[:, :split], inputs[:, split:]]
    leaves = [] if state is None else native_trees.flatten(state)
    values = [*parts, *leaves]
    return values[0] if len(values) == 1 else values


def _spec(tensor):
    return wire.Spec(tf.as_dtype(tensor.dtype).name, tuple(tf.TensorShape(tensor.shape).as_list()))
