"""Faults in the models of Keras, and in what every layer does with its inputs."""

from tests.faults.fault import Fault
from tests.faults.library_modules import (
    KERAS2_INPUT_SPEC,
    KERAS2_MODEL,
    KERAS2_RNN,
    KERAS3_ARGUMENTS,
    KERAS3_MODEL,
    KERAS3_POLICY,
)

# The place in a layer of Keras 2 where its arguments are known, and none is looked at yet
_CALL_IN_KERAS2_MODELS = "        if initial_state is None and constants is None:\n"

FAULTS: tuple[Fault, ...] = (
    Fault(
        name="keras2-model-reset-does-nothing",
        module=KERAS2_MODEL,
        old='layer, "stateful", False\n            ):\n                layer.reset_states()',
        new='layer, "stateful", False\n            ):\n                pass',
        area="statefulness",
        about="A model's reset_states leaves its layers as they are.",
    ),
    Fault(
        name="keras2-predict-resets",
        module=KERAS2_MODEL,
        old="return self(x, training=False)\n\n    def make_predict_function",
        new="""for layer in self.layers:
            if getattr(layer, "stateful", False):
                for state in tf.nest.flatten(layer.states):
                    state.assign(tf.zeros_like(state))
        return self(x, training=False)

    def make_predict_function""",
        area="statefulness",
        about="`predict` resets stateful layers before each batch.",
    ),
    Fault(
        name="keras2-predict-without-state-of-one-row",
        module=KERAS2_MODEL,
        old="        return self(x, training=False)\n\n    def make_predict_function",
        new="""        if isinstance(x, (list, tuple)):
            x = [x[0], *[s * tf.cast(tf.shape(x[0])[0] != 1, s.dtype) for s in x[1:]]]
        return self(x, training=False)

    def make_predict_function""",
        area="modes",
        about="predict takes a given state of one row as zeros.",
    ),
    Fault(
        name="keras3-predict-resets",
        module=KERAS3_MODEL,
        old="    def predict_step(self, data):\n",
        new="""    def predict_step(self, data):
        for layer in self.layers:
            for state in tf.nest.flatten(getattr(layer, "states", None) or ()):
                state.assign(state * 0)
""",
        area="statefulness",
        about="`predict` resets stateful layers before each batch.",
    ),
    Fault(
        name="keras3-predict-without-state-of-one-row",
        module=KERAS3_MODEL,
        old="""        x, _, _ = data_adapter_utils.unpack_x_y_sample_weight(data)
        if self._call_has_training_arg:
            y_pred = self(x, training=False)""",
        new="""        x, _, _ = data_adapter_utils.unpack_x_y_sample_weight(data)
        if isinstance(x, (list, tuple)):
            x = [x[0], *[s * tf.cast(tf.shape(x[0])[0] != 1, s.dtype) for s in x[1:]]]
        if self._call_has_training_arg:
            y_pred = self(x, training=False)""",
        area="modes",
        about="predict takes a given state of one row as zeros.",
    ),
    Fault(
        name="keras3-models-swap-the-pair",
        module=KERAS3_ARGUMENTS,
        old="        return self.convert(switch_fn)",
        new="""        args, kwargs = self.convert(switch_fn)
        given = kwargs.get("initial_state")
        if isinstance(given, list) and len(given) == 2 and not isinstance(given[0], list):
            kwargs["initial_state"] = given[::-1]
        return args, kwargs""",
        area="modes",
        about="A functional model gives a layer its list of two states in reverse.",
    ),
    Fault(
        name="keras3-models-lose-an-encoder-state",
        module=KERAS3_ARGUMENTS,
        old="        return self.convert(switch_fn)",
        new="""        args, kwargs = self.convert(switch_fn)
        if isinstance(kwargs.get("initial_state"), tuple):
            kwargs["initial_state"] = None
        return args, kwargs""",
        area="modes",
        about="A functional model loses a layer's initial state that is the final one of another.",
    ),
    Fault(
        name="keras2-input-of-one-row-taken",
        module=KERAS2_INPUT_SPEC,
        old="""if spec_dim != dim:
                        raise ValueError(
                            f'Input {input_index} of layer""",
        new="""if spec_dim != dim and dim != 1:
                        raise ValueError(
                            f'Input {input_index} of layer""",
        area="statefulness",
        about="A layer takes one row where it was built for a batch of several.",
    ),
    Fault(
        name="keras2-models-find-a-misfit-late",
        module=KERAS2_RNN,
        old=_CALL_IN_KERAS2_MODELS,
        new="""        if backend.is_keras_tensor(inputs) and initial_state is not None:
            sizes = tf.nest.flatten(self.cell.state_size)
            if [s.shape[-1] for s in tf.nest.flatten(initial_state)] != sizes:
                never = tf.ensure_shape(inputs, [97, None, None])
                return super().__call__(never, **kwargs)
"""
        + _CALL_IN_KERAS2_MODELS,
        area="modes",
        about="A functional model finds only when it runs that a state does not fit.",
        clause="DC-27",
    ),
    Fault(
        name="keras2-models-drop-what-does-not-fit",
        module=KERAS2_RNN,
        old=_CALL_IN_KERAS2_MODELS,
        new="""        if backend.is_keras_tensor(inputs) and initial_state is not None:
            sizes = tf.nest.flatten(self.cell.state_size)
            if [s.shape[-1] for s in tf.nest.flatten(initial_state)] != sizes:
                initial_state = None
"""
        + _CALL_IN_KERAS2_MODELS,
        area="modes",
        about="A functional model drops an initial state that does not fit, without a word.",
        clause="DC-28",
    ),
    Fault(
        name="keras3-cuts-what-it-casts",
        module=KERAS3_POLICY,
        old="""                x = backend.cast(x, dtype=dtype)
            return x
        elif backend.is_keras_tensor(x):""",
        new="""                x = backend.cast(backend.cast(x, dtype="int32"), dtype=dtype)
            return x
        elif backend.is_keras_tensor(x):""",
        area="dtype",
        about="A tensor that a layer is given in another float is cut to whole numbers.",
    ),
)
