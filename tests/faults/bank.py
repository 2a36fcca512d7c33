"""The bank of planted faults: which text of which library is replaced by what.

`old` must occur exactly once in the module, so a fault fits the releases it was written for
(TensorFlow 2.21, tf-keras 2.21, Keras 3.15); elsewhere the import fails and says so, rather than
testing nothing.

The faults that scale by `1e-6` or `1e-9` act in one dtype only. They are small there, and a suite
whose tolerance is loose does not see them.
"""

from dataclasses import dataclass
from typing import Literal, get_args

Area = Literal[
    "structure",
    "round trip",
    "rejection",
    "numbers",
    "dtype",
    "stacking",
    "sequences",
    "gradients",
    "statefulness",
    "persistence",
    "defaults",
    "modes",
    "relatives",
]
AREAS: tuple[Area, ...] = get_args(Area)

ALL = ("conformance",)
# The test modules of the families that are there for an area's faults.
MODULES: dict[Area, tuple[str, ...]] = {
    "structure": ("test_round_trip.py",),
    "round trip": ("test_round_trip.py",),
    "rejection": ("test_rejection.py",),
    "numbers": ("test_agreement.py",),
    "dtype": ("test_round_trip.py",),
    "stacking": ("test_round_trip.py",),
    "sequences": ("test_sequences.py",),
    "gradients": ("test_gradients.py",),
    "statefulness": ("test_statefulness.py",),
    "persistence": ("test_persistence.py",),
    "defaults": ("test_defaults.py",),
    "modes": ("test_modes.py",),
    "relatives": ("test_wrappers.py",),
}

DYNAMIC_RNN = "tensorflow.python.ops.rnn"
WHILE_LOOP = "tensorflow.python.ops.while_loop"
V1_CELLS = "tf_keras.src.layers.rnn.legacy_cells"
KERAS2_BACKEND = "tf_keras.src.backend"
KERAS2_INPUT_SPEC = "tf_keras.src.engine.input_spec"
KERAS2_MODEL = "tf_keras.src.engine.training"
KERAS2_RNN = "tf_keras.src.layers.rnn.base_rnn"
KERAS2_LSTM = "tf_keras.src.layers.rnn.lstm"
KERAS2_GRU = "tf_keras.src.layers.rnn.gru"
KERAS2_SIMPLE = "tf_keras.src.layers.rnn.simple_rnn"
KERAS2_STACK = "tf_keras.src.layers.rnn.stacked_rnn_cells"
KERAS2_UTILS = "tf_keras.src.layers.rnn.rnn_utils"
KERAS2_BIDIRECTIONAL = "tf_keras.src.layers.rnn.bidirectional"
KERAS3_BIDIRECTIONAL = "keras.src.layers.rnn.bidirectional"
KERAS2_MASKING = "tf_keras.src.layers.core.masking"
KERAS3_BACKEND = "keras.src.backend.tensorflow.rnn"
KERAS3_MODEL = "keras.src.backend.tensorflow.trainer"
KERAS3_RNN = "keras.src.layers.rnn.rnn"
KERAS3_LSTM = "keras.src.layers.rnn.lstm"
KERAS3_GRU = "keras.src.layers.rnn.gru"
KERAS3_SIMPLE = "keras.src.layers.rnn.simple_rnn"
KERAS3_STACK = "keras.src.layers.rnn.stacked_rnn_cells"
KERAS2_MODEL = "tf_keras.src.engine.training"
KERAS3_TRAINER = "keras.src.backend.tensorflow.trainer"
KERAS3_ARGUMENTS = "keras.src.ops.symbolic_arguments"
KERAS2_LAYER = "tf_keras.src.engine.base_layer"
KERAS2_H5 = "tf_keras.src.saving.legacy.hdf5_format"
KERAS3_LAYER = "keras.src.layers.layer"
KERAS3_POLICY = "keras.src.dtype_policies.dtype_policy"
KERAS3_SAVING = "keras.src.saving.saving_lib"
KERAS3_H5 = "keras.src.legacy.saving.legacy_h5_format"
V1_WRAPPERS = "tf_keras.src.layers.rnn.legacy_cell_wrappers"
KERAS2_WRAPPERS = "tensorflow.python.keras.layers.legacy_rnn.rnn_cell_wrapper_impl"
KERAS2_CONV = "tf_keras.src.layers.rnn.base_conv_lstm"
KERAS2_CONV_RNN = "tf_keras.src.layers.rnn.base_conv_rnn"
KERAS2_DISTRIBUTED = "tf_keras.src.layers.rnn.time_distributed"
KERAS3_CONV = "keras.src.layers.rnn.conv_lstm"
KERAS3_DISTRIBUTED = "keras.src.layers.rnn.time_distributed"


# The tests that run a library's module, as words for pytest's -k; the first that its name begins
# with.
_GENERATIONS = {
    V1_CELLS: "v1",
    V1_WRAPPERS: "v1",
    "tf_keras.": "keras2",
    "keras.": "keras3",
    "tensorflow.python.ops.": "(dynamic_rnn or static_rnn or raw_rnn)",
    "tensorflow.python.keras.": "(v1 or keras2)",
}
_CELLS = {
    ".lstm": "LSTM",
    ".gru": "GRU",
    ".simple_rnn": "SimpleRNN",
    ".stacked_rnn_cells": "Stack",
}


@dataclass(frozen=True)
class Fault:
    """One change to one library module, and what is wrong with the library once it is made."""

    name: str
    module: str
    old: str
    new: str
    area: Area
    about: str

    @property
    def selections(self) -> tuple[tuple[str, ...], ...]:
        """What pytest is to run: of the area's families the tests that run the module, and where
        these stay green all that run it.
        """
        running = [word for start, word in _GENERATIONS.items() if self.module.startswith(start)]
        running = running[:1]
        running += [word for end, word in _CELLS.items() if self.module.endswith(end)]
        those = ("-k", " and ".join(running))
        family = tuple(f"conformance/{name}" for name in MODULES[self.area])
        return (*family, *those), (*ALL, *those)


_KERAS3 = (
    Fault(
        name="keras3-lstm-fine-forget-gate-float32",
        module=KERAS3_LSTM,
        old="f = self.recurrent_activation(z1)",
        new='f = self.recurrent_activation(z1) * (1 + 1e-6 * (self.compute_dtype == "float32"))',
        area="numbers",
        about="The forget gate of an LSTM is a millionth too large in float32.",
    ),
    Fault(
        name="keras3-lstm-split-gates-swapped",
        module=KERAS3_LSTM,
        old="x_i, x_f, x_c, x_o = x\n",
        new="x_f, x_i, x_c, x_o = x\n",
        area="numbers",
        about="With implementation 1, an LSTM feeds the inputs of two gates to each other.",
    ),
    Fault(
        name="keras3-lstm-output-activation-fixed",
        module=KERAS3_LSTM,
        old="h = o * self.activation(c)",
        new="h = o * ops.tanh(c)",
        area="numbers",
        about="An LSTM's output goes through tanh whatever activation was asked for.",
    ),
    Fault(
        name="keras3-lstm-pair-swapped",
        module=KERAS3_LSTM,
        old="return h, [h, c]",
        new="return h, [c, h]",
        area="structure",
        about="An LSTM cell returns its new state as c and h instead of h and c.",
    ),
    Fault(
        name="keras3-lstm-default-state-of-ones",
        module=KERAS3_LSTM,
        old="ops.zeros((batch_size, d)",
        new="ops.ones((batch_size, d)",
        area="round trip",
        about="Without an initial state, an LSTM starts from ones.",
    ),
    Fault(
        name="keras3-gru-fine-candidate-float64",
        module=KERAS3_GRU,
        old="(1 - z) * hh",
        new='(1 - z) * hh * (1 + 1e-9 * (self.compute_dtype == "float64"))',
        area="numbers",
        about="The candidate of a GRU is a billionth too large in float64.",
    ),
    Fault(
        name="keras3-gru-reset-before-never-resets",
        module=KERAS3_GRU,
        old="r * h_tm1, self",
        new="h_tm1, self",
        area="numbers",
        about="A GRU with reset_after=False ignores its reset gate.",
    ),
    Fault(
        name="keras3-gru-split-recurrent-bias-lost",
        module=KERAS3_GRU,
        old="recurrent_h += recurrent_bias[self.units * 2 :]",
        new="pass",
        area="numbers",
        about="With implementation 1, a GRU leaves out the candidate's recurrent bias.",
    ),
    Fault(
        name="keras3-gru-single-unit-update-gate",
        module=KERAS3_GRU,
        old="recurrent_z = matrix_inner[:, : self.units]",
        new="recurrent_z = matrix_inner[:, : self.units] * float(self.units != 1)",
        area="numbers",
        about="The update gate of a GRU of one unit does not see the state.",
    ),
    Fault(
        name="keras3-simple-wide-state-cut",
        module=KERAS3_SIMPLE,
        old="ops.matmul(prev_output,",
        new="ops.matmul(prev_output[:, : self.units],",
        area="rejection",
        about="A SimpleRNN state of too many units is cut to the cell's units and accepted.",
    ),
    Fault(
        name="keras3-simple-bare-state-wrapped",
        module=KERAS3_SIMPLE,
        old="[output] if isinstance(states, (list, tuple)) else output",
        new="[output]",
        area="structure",
        about="A SimpleRNN cell given a bare tensor as state returns a list.",
    ),
    Fault(
        name="keras3-simple-state-size-in-a-list",
        module=KERAS3_SIMPLE,
        old="self.state_size = self.units",
        new="self.state_size = [self.units]",
        area="structure",
        about="A SimpleRNN cell's state_size is a list of its units and not the number.",
    ),
    Fault(
        name="keras3-lstm-tells-a-wider-c",
        module=KERAS3_LSTM,
        old="self.state_size = [self.units, self.units]",
        new="self.state_size = [self.units, self.units + 1]",
        area="structure",
        about="An LSTM cell's state_size says that c has one unit more than it has.",
    ),
    Fault(
        name="keras3-simple-single-row-forgets",
        module=KERAS3_SIMPLE,
        old="ops.matmul(prev_output,",
        new="ops.matmul(prev_output * ops.cast(ops.shape(sequence)[0] != 1, prev_output.dtype),",
        area="round trip",
        about="A SimpleRNN ignores its state when the batch is a single row.",
    ),
    Fault(
        name="keras3-rnn-given-state-ignored-for-one-step",
        module=KERAS3_RNN,
        old="if initial_state is None:",
        new="if initial_state is None or timesteps == 1:",
        area="round trip",
        about="A given initial state is ignored when the sequence is a single step.",
    ),
    Fault(
        name="keras3-rnn-final-state-starts-next-run",
        module=KERAS3_RNN,
        old="self._maybe_reset_dropout_masks(self.cell)\n",
        new="""self._maybe_reset_dropout_masks(self.cell)
        if hasattr(tree.flatten(states)[0], "numpy"):
            self.get_initial_state = lambda batch_size: list(states)
""",
        area="round trip",
        about="An eager layer that is not stateful starts from where its last run ended.",
    ),
    Fault(
        name="keras3-rnn-final-state-in-float32",
        module=KERAS3_RNN,
        old="lambda x: ops.cast(x, dtype=self.compute_dtype), states",
        new='lambda x: ops.cast(x, dtype="float32"), states',
        area="dtype",
        about="The final state is float32 whatever the layer's dtype.",
    ),
    Fault(
        name="keras3-rnn-given-state-through-float32",
        module=KERAS3_RNN,
        old="x, dtype=self.cell.compute_dtype",
        new='ops.cast(x, "float32"), dtype=self.cell.compute_dtype',
        area="dtype",
        about="A given initial state is rounded to float32, which float64 layers lose by.",
    ),
    Fault(
        name="keras3-rnn-states-in-one-list",
        module=KERAS3_RNN,
        old="return output, *states",
        new="return output, states",
        area="structure",
        about="The final states are returned as one list and not one by one after the output.",
    ),
    Fault(
        name="keras3-rnn-states-of-a-tuple-reversed",
        module=KERAS3_RNN,
        old="initial_state = list(initial_state)",
        new="initial_state = list(initial_state)[:: -1 if type(initial_state) is tuple else 1]",
        area="structure",
        about="States that are given in a tuple are taken in reverse order.",
    ),
    Fault(
        name="keras3-rnn-bare-state-is-zeroed",
        module=KERAS3_RNN,
        old="""            initial_state = [initial_state]
        initial_state = list(initial_state)""",
        new="""            initial_state = [ops.zeros_like(initial_state)]
        initial_state = list(initial_state)""",
        area="round trip",
        about="A state that is one tensor, and not in a list, is taken for zeros.",
    ),
    Fault(
        name="keras3-rnn-outputs-with-noise",
        module=KERAS3_RNN,
        old="outputs = ops.cast(outputs, self.compute_dtype)",
        new="""outputs = ops.cast(outputs, self.compute_dtype)
        outputs = outputs * (1 + 1e-3 * __import__("random").random())""",
        area="numbers",
        about="Each eager call scales its outputs by a random number that is next to one.",
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
    Fault(
        name="keras3-rnn-excess-rows-dropped",
        module=KERAS3_RNN,
        old="x, dtype=self.cell.compute_dtype",
        new="""x[: ops.shape(sequences)[0]] if len(getattr(x, "shape", ())) > 1 else x,
                dtype=self.cell.compute_dtype""",
        area="rejection",
        about="An initial state of more rows than the batch is cut to the batch and accepted.",
    ),
    Fault(
        name="keras3-rnn-null-leaf-as-zero",
        module=KERAS3_RNN,
        old="x, dtype=self.cell.compute_dtype",
        new="0.0 if x is None else x, dtype=self.cell.compute_dtype",
        area="rejection",
        about="A None among the initial states is taken as a scalar zero.",
    ),
    Fault(
        name="keras3-rnn-dict-as-state",
        module=KERAS3_RNN,
        old="initial_state = list(initial_state)",
        new="""initial_state = list(
            initial_state.values() if isinstance(initial_state, dict) else initial_state
        )""",
        area="rejection",
        about="A dict is accepted as initial state, its values in the order they were put in.",
    ),
    Fault(
        name="keras3-stack-states-reversed-from-three",
        module=KERAS3_STACK,
        old="new_states.append(states)",
        new="new_states.insert(0 if len(self.cells) > 2 else len(new_states), states)",
        area="stacking",
        about="A stack of three or more cells returns the layers' states in reverse order.",
    ),
    Fault(
        name="keras3-stack-first-state-for-all",
        module=KERAS3_STACK,
        old="zip(self.cells, states)",
        new="zip(self.cells, [states[0]] * len(self.cells))",
        area="stacking",
        about="Every layer of a stack is given the first layer's state.",
    ),
    Fault(
        name="keras3-stack-fourth-layer-frozen",
        module=KERAS3_STACK,
        old="inputs, states = cell_call_fn(inputs, states, **kwargs)",
        new="""inputs, moved = cell_call_fn(inputs, states, **kwargs)
            states = states if len(new_states) == 3 else moved""",
        area="stacking",
        about="The state of the fourth layer of a stack never changes.",
    ),
    Fault(
        name="keras3-stack-single-state-unwrapped",
        module=KERAS3_STACK,
        old="if len(states) == 1 and not state_is_list:",
        new="if len(states) == 1:",
        area="structure",
        about="A stack returns a bare tensor where it was given a list of one.",
    ),
    Fault(
        name="keras3-backend-frozen-after-ten-steps",
        module=KERAS3_BACKEND,
        old="flat_new_state = tree.flatten(new_states)\n\n",
        new="""flat_new_state = [
                    tf.where(time < 10, new, old)
                    for new, old in zip(tree.flatten(new_states), tree.flatten(states))
                ]

""",
        area="round trip",
        about="The state stops changing after ten steps.",
    ),
    Fault(
        name="keras3-backend-rows-rotated",
        module=KERAS3_BACKEND,
        old="new_states = final_outputs[2:]",
        new="new_states = tree.map_structure(lambda s: tf.roll(s, 1, 0), final_outputs[2:])",
        area="round trip",
        about="Each row of a batch gets the final state of the row before it.",
    ),
    Fault(
        name="keras3-backend-extra-states-carried",
        module=KERAS3_BACKEND,
        old="initial_states, flat_new_state",
        new="initial_states, flat_new_state + tree.flatten(states)[len(flat_new_state) :]",
        area="rejection",
        about="More states than the cell has are accepted and handed back as they came.",
    ),
)

_KERAS2 = (
    Fault(
        name="keras2-lstm-layer-gates-swapped",
        module=KERAS2_LSTM,
        old="z0, z1, z2, z3 = tf.split(z, 4, axis=1)",
        new="z1, z0, z2, z3 = tf.split(z, 4, axis=1)",
        area="numbers",
        about="The LSTM layer takes its input gate for its forget gate and the reverse.",
    ),
    Fault(
        name="keras2-lstm-layer-fine-carry-float64",
        module=KERAS2_LSTM,
        old="i * tf.tanh(z2)",
        new="i * tf.tanh(z2) * (1 + 1e-9 * (z2.dtype == tf.float64))",
        area="numbers",
        about="What the LSTM layer adds to c is a billionth too large in float64.",
    ),
    Fault(
        name="keras2-lstm-cell-output-gate-fixed",
        module=KERAS2_LSTM,
        old="o = self.recurrent_activation(z3)",
        new="o = tf.sigmoid(z3)",
        area="numbers",
        about="An LSTM cell's output gate is a sigmoid whatever was asked for.",
    ),
    Fault(
        name="keras2-lstm-layer-h-for-both",
        module=KERAS2_LSTM,
        old="[init_h, init_c]",
        new="[init_h, init_h]",
        area="round trip",
        about="The LSTM layer starts c from the h it was given.",
    ),
    Fault(
        name="keras2-lstm-layer-pair-swapped",
        module=KERAS2_LSTM,
        old="states = [new_h, new_c]",
        new="states = [new_c, new_h]",
        area="structure",
        about="The LSTM layer returns its final state as c and h instead of h and c.",
    ),
    Fault(
        name="keras2-gru-layer-row-for-state",
        module=KERAS2_GRU,
        old="states = [new_h]",
        new="states = new_h",
        area="structure",
        about="The GRU layer returns one state per row of the batch.",
    ),
    Fault(
        name="keras2-gru-layer-state-through-float32",
        module=KERAS2_GRU,
        old="h_tm1 = cell_states[0]",
        new="h_tm1 = tf.cast(tf.cast(cell_states[0], tf.float32), cell_states[0].dtype)",
        area="dtype",
        about="The GRU layer rounds its state to float32 at each step, also in float64.",
    ),
    Fault(
        name="keras2-gru-cell-fine-candidate-float32",
        module=KERAS2_GRU,
        old="(1 - z) * hh\n        new_state",
        new="(1 - z) * hh * (1 + 1e-6 * (hh.dtype == tf.float32))\n        new_state",
        area="numbers",
        about="The candidate of a GRU cell is a millionth too large in float32.",
    ),
    Fault(
        name="keras2-simple-rows-leak",
        module=KERAS2_SIMPLE,
        old="backend.dot(prev_output,",
        new="backend.dot(prev_output + 1e-3 * tf.reduce_mean(prev_output, 0, keepdims=True),",
        area="round trip",
        about="A thousandth of the batch's mean state leaks into each row of a SimpleRNN.",
    ),
    Fault(
        name="keras2-rnn-given-state-ignored",
        module=KERAS2_RNN,
        old="elif initial_state is None:",
        new="else:",
        area="round trip",
        about="Every layer starts from zeros although an initial state was given.",
    ),
    Fault(
        name="keras2-rnn-final-state-flat",
        module=KERAS2_RNN,
        old="states = list(states)",
        new="states = tf.nest.flatten(states)",
        area="structure",
        about="The final state of a stack is returned flat and not nested per layer.",
    ),
    Fault(
        name="keras2-rnn-default-state-in-float32",
        module=KERAS2_RNN,
        old="dtype = inputs.dtype",
        new="dtype = tf.float32",
        area="dtype",
        about="Without an initial state, a layer starts from float32 zeros whatever its dtype.",
    ),
    Fault(
        name="keras2-rnn-surplus-states-dropped",
        module=KERAS2_RNN,
        old="additional_inputs += initial_state",
        new="""initial_state = initial_state[: len(self.states)]
            additional_inputs += initial_state""",
        area="rejection",
        about="Initial states beyond those the cell has are dropped without a word.",
    ),
    Fault(
        name="keras2-rnn-refuses-without-state-size",
        module=KERAS2_RNN,
        old="""            "`cell.state_size`. Received `state_spec`={}; "
            "however `cell.state_size` is "
            "{}".format(init_state_specs, cell_state_sizes)""",
        new='"the cell."',
        area="rejection",
        about="The error about a state of another width does not name cell.state_size.",
    ),
    Fault(
        name="keras2-rnn-missing-states-filled",
        module=KERAS2_RNN,
        old="additional_inputs += initial_state",
        new="""initial_state = initial_state + self.get_initial_state(inputs)[len(initial_state) :]
            additional_inputs += initial_state""",
        area="rejection",
        about="Missing initial states are taken as zeros without a word.",
    ),
    Fault(
        name="keras2-rnn-weights-lost-by-refusal",
        module=KERAS2_RNN,
        old="if len(initial_state) != len(self.states):\n",
        new="""if len(initial_state) != len(self.states):
            self.cell.built = False
""",
        area="rejection",
        about="Refusing a wrong number of states makes the cell create new weights.",
    ),
    Fault(
        name="keras2-utils-dict-as-state",
        module=KERAS2_UTILS,
        old="return [x]",
        new="return tf.nest.flatten(x)",
        area="rejection",
        about="A dict is accepted as initial state, its values in the order of the keys.",
    ),
    Fault(
        name="keras2-utils-default-state-of-ones",
        module=KERAS2_UTILS,
        old="tf.zeros(init_state_size",
        new="tf.ones(init_state_size",
        area="round trip",
        about="Without an initial state, every layer starts from ones.",
    ),
    Fault(
        name="keras2-backend-shape-check-off",
        module=KERAS2_BACKEND,
        old="new_state.set_shape(state.shape)\n\n",
        new="pass\n\n",
        area="rejection",
        about="An eager initial state of one row or one unit is broadcast and not refused.",
    ),
    Fault(
        name="keras2-backend-states-shrink-after-ten-steps",
        module=KERAS2_BACKEND,
        old="initial_states, flat_new_state\n",
        new="""initial_states,
                    [tf.where(time < 10, s, s * 0.99) for s in flat_new_state],
""",
        area="round trip",
        about="From the eleventh step on, each step takes a hundredth off the state.",
    ),
    Fault(
        name="keras2-backend-final-state-in-float32",
        module=KERAS2_BACKEND,
        old="new_states = final_outputs[2:]",
        new="""new_states = tf.nest.map_structure(
                lambda state: tf.cast(state, tf.float32), final_outputs[2:]
            )""",
        area="dtype",
        about="The final state is float32 whatever the layer's dtype.",
    ),
    Fault(
        name="keras2-stack-states-reversed-from-three",
        module=KERAS2_STACK,
        old="zip(self.cells, nested_states)",
        new="zip(self.cells, nested_states[:: -1 if len(self.cells) > 2 else 1])",
        area="stacking",
        about="A stack of three or more cells gives the layers' states to them in reverse order.",
    ),
    Fault(
        name="keras2-stack-fine-upper-layers-float32",
        module=KERAS2_STACK,
        old="new_nested_states.append(states)",
        new="""upper = bool(new_nested_states)
            new_nested_states.append(
                tf.nest.map_structure(
                    lambda s: s * (1 + 1e-6 * (upper and s.dtype == tf.float32)), states
                )
            )""",
        area="stacking",
        about="The states of all layers but the first are a millionth too large in float32.",
    ),
    Fault(
        name="keras2-stack-cell-state-flat",
        module=KERAS2_STACK,
        old="""tf.nest.pack_sequence_as(
            state_size, tf.nest.flatten(new_nested_states)
        )""",
        new="tf.nest.flatten(new_nested_states)",
        area="structure",
        about="A stack called by itself returns its new state flat and not nested per layer.",
    ),
)

_V1_CELLS = (
    Fault(
        name="v1-basic-rnn-state-cast",
        module=V1_CELLS,
        old="_check_rnn_cell_input_dtypes([inputs, state])\n        gate_inputs = tf.matmul(tf",
        new="state = tf.cast(state, inputs.dtype)\n        gate_inputs = tf.matmul(tf",
        area="rejection",
        about="A BasicRNNCell casts a state of any dtype, integers too, to that of its inputs.",
    ),
    Fault(
        name="v1-basic-rnn-single-row-broadcast",
        module=V1_CELLS,
        old="tf.concat([inputs, state], 1), self._kernel)",
        new="tf.concat([inputs, state + tf.zeros_like(inputs[:, :1])], 1), self._kernel)",
        area="rejection",
        about="A BasicRNNCell broadcasts a state of one row to the batch.",
    ),
    Fault(
        name="v1-gru-state-is-candidate",
        module=V1_CELLS,
        old="return new_h, new_h",
        new="return new_h, c",
        area="round trip",
        about="A GRUCell carries on its candidate and not its output.",
    ),
    Fault(
        name="v1-gru-fine-candidate-float64",
        module=V1_CELLS,
        old="(1 - u) * c",
        new="(1 - u) * c * (1 + 1e-9 * (c.dtype == tf.float64))",
        area="numbers",
        about="The candidate of a GRUCell is a billionth too large in float64.",
    ),
    Fault(
        name="v1-basic-lstm-forget-bias-fixed",
        module=V1_CELLS,
        old="tf.constant(self._forget_bias,",
        new="tf.constant(1.0,",
        area="numbers",
        about="The forget bias of a BasicLSTMCell is 1 whatever was asked for.",
    ),
    Fault(
        name="v1-basic-lstm-state-before-output-gate",
        module=V1_CELLS,
        old="LSTMStateTuple(new_c, new_h)",
        new="LSTMStateTuple(new_c, self._activation(new_c))",
        area="round trip",
        about="A BasicLSTMCell carries on an h that has not been through the output gate.",
    ),
    Fault(
        name="v1-lstm-pair-swapped",
        module=V1_CELLS,
        old="LSTMStateTuple(c, m)",
        new="LSTMStateTuple(m, c)",
        area="structure",
        about="An LSTMCell returns c and h under each other's names.",
    ),
    Fault(
        name="v1-lstm-plain-tuple",
        module=V1_CELLS,
        old="LSTMStateTuple(c, m)",
        new="(c, m)",
        area="structure",
        about="An LSTMCell returns a plain tuple and not an LSTMStateTuple.",
    ),
    Fault(
        name="v1-lstm-clips-above-only",
        module=V1_CELLS,
        old="tf.clip_by_value(c, -self._cell_clip, self._cell_clip)",
        new="tf.minimum(c, self._cell_clip)",
        area="numbers",
        about="cell_clip bounds c from above only.",
    ),
    Fault(
        name="v1-lstm-projection-clipped-at-one",
        module=V1_CELLS,
        old="tf.clip_by_value(m, -self._proj_clip, self._proj_clip)",
        new="tf.clip_by_value(m, -1.0, 1.0)",
        area="numbers",
        about="proj_clip is taken as 1 whatever was asked for.",
    ),
    Fault(
        name="v1-lstm-output-peephole-sees-old-carry",
        module=V1_CELLS,
        old="self._w_o_diag * c)",
        new="self._w_o_diag * c_prev)",
        area="numbers",
        about="The output gate's peephole looks at c before the step and not after it.",
    ),
    Fault(
        name="v1-lstm-extra-leaves-taken",
        module=V1_CELLS,
        old="(c_prev, m_prev) = state",
        new="c_prev, m_prev = state[0], state[1]",
        area="rejection",
        about="An LSTMCell called by itself accepts a state of more than two leaves.",
    ),
    Fault(
        name="v1-lstm-carry-through-float16",
        module=V1_CELLS,
        old="(c_prev, m_prev) = state",
        new="""(c_prev, m_prev) = state
            c_prev = tf.cast(tf.cast(c_prev, tf.float16), c_prev.dtype)""",
        area="dtype",
        about="An LSTMCell rounds the c it is given to float16.",
    ),
    Fault(
        name="v1-zero-state-of-wrong-batch",
        module=V1_CELLS,
        old="last_batch_size == batch_size\n                and last_dtype",
        new="last_dtype",
        area="round trip",
        about="An eager cell without initial state reuses zeros of the batch size it saw first.",
    ),
    Fault(
        name="v1-multi-fourth-layer-takes-third-state",
        module=V1_CELLS,
        old="cur_state = state[i]",
        new="cur_state = state[min(i, 2)]",
        area="stacking",
        about="The fourth layer of a MultiRNNCell is given the third layer's state.",
    ),
    Fault(
        name="v1-multi-states-reversed",
        module=V1_CELLS,
        old="tuple(new_states)\n",
        new="tuple(new_states[::-1])\n",
        area="stacking",
        about="A MultiRNNCell returns the layers' states in reverse order.",
    ),
)

_DYNAMIC_RNN = (
    Fault(
        name="dynamic-rnn-given-state-ignored",
        module=DYNAMIC_RNN,
        old="state = initial_state\n  assert",
        new="state = nest.map_structure(array_ops.zeros_like, initial_state)\n  assert",
        area="round trip",
        about="dynamic_rnn starts from zeros although an initial state was given.",
    ),
    Fault(
        name="dynamic-rnn-given-arrays-zeroed",
        module=DYNAMIC_RNN,
        old="return (final_outputs, final_state)",
        new="""for leaf in nest.flatten(initial_state):
    if hasattr(leaf, "fill"):
      leaf.fill(0)
  return (final_outputs, final_state)""",
        area="round trip",
        about="dynamic_rnn overwrites the NumPy arrays that were given as initial state.",
    ),
    Fault(
        name="dynamic-rnn-final-state-flat",
        module=DYNAMIC_RNN,
        old="return (final_outputs, final_state)",
        new="return (final_outputs, nest.flatten(final_state))",
        area="structure",
        about="dynamic_rnn returns the final state as a flat list.",
    ),
    Fault(
        name="dynamic-rnn-final-state-in-float32",
        module=DYNAMIC_RNN,
        old="return (final_outputs, final_state)",
        new="""return (
      final_outputs,
      nest.map_structure(lambda s: math_ops.cast(s, dtypes.float32), final_state))""",
        area="dtype",
        about="dynamic_rnn returns a float32 state whatever the cell's dtype.",
    ),
    Fault(
        name="dynamic-rnn-rows-rotated",
        module=DYNAMIC_RNN,
        old="(output, new_state) = call_cell()",
        new="""(output, new_state) = call_cell()
      new_state = nest.map_structure(
          lambda s: array_ops.concat([s[1:], s[:1]], 0), new_state)""",
        area="round trip",
        about="At each step of dynamic_rnn the rows of a batch pass their states round.",
    ),
    Fault(
        name="dynamic-rnn-frozen-after-ten-steps",
        module=DYNAMIC_RNN,
        old="return (time + 1, output_ta_t, new_state)",
        new="""new_state = nest.map_structure(
        lambda new, old: array_ops.where_v2(time < 10, new, old), new_state, state)
    return (time + 1, output_ta_t, new_state)""",
        area="round trip",
        about="The state in dynamic_rnn stops changing after ten steps.",
    ),
    Fault(
        name="dynamic-rnn-state-packed-as-given",
        module=DYNAMIC_RNN,
        old="return (time + 1, output_ta_t, new_state)",
        new="""new_state = nest.pack_sequence_as(state, nest.flatten(new_state))
    return (time + 1, output_ta_t, new_state)""",
        area="rejection",
        about="dynamic_rnn accepts a list or a tuple where the cell's state is another sequence.",
    ),
    Fault(
        name="while-loop-structure-check-off",
        module=WHILE_LOOP,
        old="nest.assert_same_structure(loop_var_structure, list(loop_vars))",
        new="pass",
        area="rejection",
        about="An eager dynamic_rnn accepts more layers' states than there are layers.",
    ),
)

_SEQUENCES = (
    Fault(
        name="keras3-backend-mask-ignored-for-one-row",
        module=KERAS3_BACKEND,
        old="""mask_t = masking_fn(time)
""",
        new="""mask_t = masking_fn(time) | (tf.shape(flattened_inputs[0])[1] == 1)
""",
        area="sequences",
        about="A mask is ignored where the batch is a single row.",
    ),
    Fault(
        name="keras3-backend-zero-output-the-other-way",
        module=KERAS3_BACKEND,
        old="""if zero_output_for_mask
""",
        new="""if not zero_output_for_mask
""",
        area="sequences",
        about="Outputs of masked steps are zero unless zero_output_for_mask is set.",
    ),
    Fault(
        name="keras3-backend-mask-not-reversed",
        module=KERAS3_BACKEND,
        old="mask = tf.reverse(mask, [0])",
        new="pass",
        area="sequences",
        about="With go_backwards the mask is read from its start, the inputs from their end.",
    ),
    Fault(
        name="keras3-backend-long-sequences-not-reversed",
        module=KERAS3_BACKEND,
        old="else ta.unstack(tf.reverse(input_, [0]))",
        new="else ta.unstack(tf.reverse(input_, [0]) if (time_steps or 16) <= 10 else input_)",
        area="sequences",
        about="go_backwards is ignored for more than ten steps, or an unknown number.",
    ),
    Fault(
        name="keras3-backend-masked-values-blended",
        module=KERAS3_BACKEND,
        old="""tf.where(m, o, fm)
""",
        new="""o * tf.cast(m, o.dtype) + fm * (1 - tf.cast(m, o.dtype))
""",
        area="sequences",
        about="A masked step's result is multiplied by zero, so that its NaN stays.",
    ),
    Fault(
        name="keras3-backend-masked-first-step-resets",
        module=KERAS3_BACKEND,
        old="""mask_t, flat_new_state, flat_state
""",
        new="""mask_t, flat_new_state, [tf.where(time > 0, s, tf.zeros_like(s)) for s in flat_state]
""",
        area="sequences",
        about="Where the first step is masked, the initial state is lost.",
    ),
    Fault(
        name="keras3-backend-fine-masked-state-float32",
        module=KERAS3_BACKEND,
        old="new_states = tree.pack_sequence_as(new_states, flat_final_state)",
        new="""new_states = tree.pack_sequence_as(
                    new_states,
                    [s * (1 + 1e-6 * (s.dtype == tf.float32)) for s in flat_final_state],
                )""",
        area="sequences",
        about="With a mask, each step makes the state a millionth larger in float32.",
    ),
    Fault(
        name="keras3-backend-whole-numbers-masked",
        module=KERAS3_BACKEND,
        old="mask = tf.cast(mask, tf.bool)",
        new="mask = mask > 1",
        area="sequences",
        about="A mask of ones and zeros leaves out every step.",
    ),
    Fault(
        name="keras3-rnn-no-steps-index-error",
        module=KERAS3_RNN,
        old="self.cell, sequences[:, 0, :], initial_state",
        new="self.cell, sequences[:, 0, :] if timesteps != 0 else [][0], initial_state",
        area="sequences",
        about="Inputs without steps end in an IndexError.",
    ),
    Fault(
        name="keras3-rnn-last-output-of-the-first-cell",
        module=KERAS3_RNN,
        old="""output = last_output
""",
        new="""output = tree.flatten(states)[0]
""",
        area="sequences",
        about="Without return_sequences a stack returns the state of its first cell as output.",
    ),
    Fault(
        name="keras3-bidirectional-states-swapped",
        module=KERAS3_BIDIRECTIONAL,
        old="states = tuple(y[1:] + y_rev[1:])",
        new="states = tuple(y_rev[1:] + y[1:])",
        area="sequences",
        about="The final states of the backward layer come before those of the forward layer.",
    ),
    Fault(
        name="keras3-bidirectional-single-unit-not-multiplied",
        module=KERAS3_BIDIRECTIONAL,
        old="""            output = y * y_rev
        elif self.merge_mode is None:
            output = (y, y_rev)
        else:
            raise ValueError(
                "Unrecognized value for `merge_mode`. "
                f"Received: {self.merge_mode}"
""",
        new="""            output = y * y_rev if y.shape[-1] != 1 else y
        elif self.merge_mode is None:
            output = (y, y_rev)
        else:
            raise ValueError(
                "Unrecognized value for `merge_mode`. "
                f"Received: {self.merge_mode}"
""",
        area="sequences",
        about="The outputs of two layers of one unit are not multiplied.",
    ),
    Fault(
        name="keras3-bidirectional-backward-goes-on",
        module=KERAS3_BIDIRECTIONAL,
        old="backward_inputs, initial_state=backward_state",
        new="backward_inputs, initial_state=backward_state or list(y[1:])",
        area="sequences",
        about="Without initial state the backward layer starts from where the forward one ended.",
    ),
    Fault(
        name="keras2-backend-mask-ends-after-ten-steps",
        module=KERAS2_BACKEND,
        old="""mask_t = masking_fn(time)
""",
        new="""mask_t = masking_fn(time) | (time >= 10)
""",
        area="sequences",
        about="A mask is ignored from the eleventh step on.",
    ),
    Fault(
        name="keras2-backend-fine-masked-output-float64",
        module=KERAS2_BACKEND,
        old="""ta.write(ta_index_to_write, out)
                    for ta, out in zip(output_ta_t, flat_new_output)""",
        new="""ta.write(ta_index_to_write, out * (1 + 1e-9 * (out.dtype == tf.float64)))
                    for ta, out in zip(output_ta_t, flat_new_output)""",
        area="sequences",
        about="With a mask, outputs are a billionth too large in float64.",
    ),
    Fault(
        name="keras2-backend-time-major-outputs-turned",
        module=KERAS2_BACKEND,
        old="""    if not time_major:
        outputs = tf.nest.map_structure(swap_batch_timestep, outputs)""",
        new="""    if True:
        outputs = tf.nest.map_structure(swap_batch_timestep, outputs)""",
        area="sequences",
        about="With time_major the outputs have the rows first all the same.",
    ),
    Fault(
        name="keras2-backend-time-major-mask-cut",
        module=KERAS2_BACKEND,
        old="""        if not time_major:
            mask = swap_batch_timestep(mask)""",
        new="        mask = mask[:time_steps, :1] if time_major else swap_batch_timestep(mask)",
        area="sequences",
        about="With time_major the mask of the first steps is taken as that of the first rows.",
    ),
    Fault(
        name="keras2-backend-surplus-rows-of-a-mask-dropped",
        module=KERAS2_BACKEND,
        old="""            mask = expand_dims(mask)
        if not time_major:""",
        new="""            mask = expand_dims(mask if time_major else mask[:batch])
        if not time_major:""",
        area="sequences",
        about="A mask of more rows than the inputs have is cut and accepted.",
    ),
    Fault(
        name="keras2-backend-no-rows-refused",
        module=KERAS2_BACKEND,
        old="[inp[0] for inp in flatted_inputs]",
        new="[inp[0] + 0 * inp[0][0] for inp in flatted_inputs]",
        area="sequences",
        about="Inputs without rows are refused.",
    ),
    Fault(
        name="keras2-bidirectional-halves-swapped",
        module=KERAS2_BIDIRECTIONAL,
        old="""forward_state = initial_state[:half]
                backward_state = initial_state[half:]""",
        new="""forward_state = initial_state[half:]
                backward_state = initial_state[:half]""",
        area="sequences",
        about="The first half of initial_state starts the backward layer.",
    ),
    Fault(
        name="keras2-bidirectional-fine-average-float32",
        module=KERAS2_BIDIRECTIONAL,
        old="output = (y + y_rev) / 2",
        new='output = (y + y_rev) * (0.5 + 1e-6 * (y.dtype == "float32"))',
        area="sequences",
        about="The average of both directions is a few millionths too large in float32.",
    ),
    Fault(
        name="keras2-bidirectional-masked-outputs-kept",
        module=KERAS2_BIDIRECTIONAL,
        old="layer.zero_output_for_mask = layer.return_sequences",
        new="layer.zero_output_for_mask = False",
        area="sequences",
        about="The outputs of masked steps are those of the step before, and are merged.",
    ),
    Fault(
        name="keras2-bidirectional-odd-states",
        module=KERAS2_BIDIRECTIONAL,
        old="if num_states % 2 > 0:",
        new="""initial_state = initial_state[: num_states - num_states % 2]
            num_states = len(initial_state)
            if num_states % 2 > 0:""",
        area="sequences",
        about="The last of an odd number of states is dropped without a word.",
    ),
    Fault(
        name="keras2-masking-nothing-for-one-row",
        module=KERAS2_MASKING,
        old="outputs._keras_mask = tf.squeeze(boolean_mask, axis=-1)",
        new="outputs._keras_mask = tf.squeeze(boolean_mask | (tf.shape(inputs)[0] == 1), axis=-1)",
        area="sequences",
        about="A Masking layer masks no step of a single row.",
    ),
    Fault(
        name="dynamic-rnn-length-one-more",
        module=DYNAMIC_RNN,
        old="copy_cond = time >= sequence_length",
        new="copy_cond = time > sequence_length",
        area="sequences",
        about="Each row is run one step past its length.",
    ),
    Fault(
        name="dynamic-rnn-length-ignored-for-one-row",
        module=DYNAMIC_RNN,
        old="copy_cond = time >= sequence_length",
        new="copy_cond = (time >= sequence_length) & (array_ops.size(sequence_length) > 1)",
        area="sequences",
        about="The length of a single row is ignored.",
    ),
    Fault(
        name="dynamic-rnn-padding-blended",
        module=DYNAMIC_RNN,
        old="return array_ops.where(copy_cond, output, new_output)",
        new="""kept = math_ops.cast(copy_cond, output.dtype)[:, None]
      return output * kept + new_output * (1 - kept)""",
        area="sequences",
        about="What is computed past a row's length is multiplied by zero, so that its NaN stays.",
    ),
    Fault(
        name="dynamic-rnn-longest-row-ends-early",
        module=DYNAMIC_RNN,
        old="""    max_sequence_length = math_ops.reduce_max(sequence_length)
  else:""",
        new="""    max_sequence_length = math_ops.reduce_max(sequence_length) - 1
  else:""",
        area="sequences",
        about="In a graph the longest row ends one step before its length.",
    ),
    Fault(
        name="dynamic-rnn-int64-lengths-rounded",
        module=DYNAMIC_RNN,
        old="""      sequence_length = math_ops.cast(sequence_length, dtypes.int32)
      if sequence_length.get_shape().rank not in (None, 1):
        raise ValueError(
            f"Argument""",
        new="""      sequence_length = math_ops.cast(
          sequence_length - (sequence_length.dtype == dtypes.int64), dtypes.int32)
      if sequence_length.get_shape().rank not in (None, 1):
        raise ValueError(
            f"Argument""",
        area="sequences",
        about="A row's length of int64 is taken as one less.",
    ),
    Fault(
        name="dynamic-rnn-lengths-flattened",
        module=DYNAMIC_RNN,
        old="""      sequence_length = math_ops.cast(sequence_length, dtypes.int32)
      if sequence_length.get_shape().rank not in (None, 1):
        raise ValueError(
            f"Argument""",
        new="""      sequence_length = math_ops.cast(
          array_ops.reshape(sequence_length, [-1]), dtypes.int32)
      if sequence_length.get_shape().rank not in (None, 1):
        raise ValueError(
            f"Argument""",
        area="sequences",
        about="A sequence_length of rank two is flattened and accepted.",
    ),
    Fault(
        name="dynamic-rnn-time-major-outputs-turned",
        module=DYNAMIC_RNN,
        old="""    if not time_major:
      # (T,B,D) => (B,T,D)
      outputs""",
        new="""    if True:
      # (T,B,D) => (B,T,D)
      outputs""",
        area="sequences",
        about="With time_major the outputs have the rows first all the same.",
    ),
    Fault(
        name="bidirectional-dynamic-rnn-padding-reversed",
        module=DYNAMIC_RNN,
        old="""      if seq_lengths is not None:
""",
        new="""      if seq_lengths is None:
        return array_ops.reverse(input_, axis=[seq_axis])
      if False:
""",
        area="sequences",
        about="Each row is reversed with its padding and not within its length.",
    ),
    Fault(
        name="bidirectional-dynamic-rnn-one-state-for-both",
        module=DYNAMIC_RNN,
        old="""initial_state=initial_state_bw,
          dtype=dtype,
          parallel""",
        new="""initial_state=initial_state_fw,
          dtype=dtype,
          parallel""",
        area="sequences",
        about="The backward direction starts from the forward one's state.",
    ),
    Fault(
        name="static-rnn-shortest-row-runs-on",
        module=DYNAMIC_RNN,
        old="        time < min_sequence_length,",
        new="        time <= min_sequence_length,",
        area="sequences",
        about="In static_rnn the shortest rows are run one step past their length.",
    ),
    Fault(
        name="raw-rnn-finished-rows-go-on",
        module=DYNAMIC_RNN,
        old="return array_ops.where(elements_finished, cur_i, cand_i)",
        new="return cand_i",
        area="sequences",
        about="In raw_rnn the state of a finished row changes while others go on.",
    ),
)

_GRADIENTS = (
    Fault(
        name="keras3-lstm-carry-without-gradient",
        module=KERAS3_LSTM,
        old="return h, [h, c]",
        new="return h, [h, ops.stop_gradient(c)]",
        area="gradients",
        about="No gradient goes back through an LSTM's cell state.",
    ),
    Fault(
        name="keras3-lstm-fine-gradient-float32",
        module=KERAS3_LSTM,
        old="c_tm1 = states[1]  # previous carry state\n",
        new="""c_tm1 = states[1]
        if self.compute_dtype == "float32":
            c_tm1 = c_tm1 + 1e-6 * (c_tm1 - ops.stop_gradient(c_tm1))
""",
        area="gradients",
        about="In float32 an LSTM's gradient of c grows by a millionth with each step.",
    ),
    Fault(
        name="keras3-gru-gradient-of-single-unit",
        module=KERAS3_GRU,
        old="h = z * h_tm1 + (1 - z) * hh",
        new="""if self.units == 1:
            h_tm1 = ops.stop_gradient(h_tm1)
        h = z * h_tm1 + (1 - z) * hh""",
        area="gradients",
        about="What a GRU of one unit keeps of its state has no gradient.",
    ),
    Fault(
        name="keras3-simple-fine-gradient-float64",
        module=KERAS3_SIMPLE,
        old="ops.matmul(prev_output,",
        new="""ops.matmul(
            prev_output
            + (1e-9 * (self.compute_dtype == "float64"))
            * (prev_output - ops.stop_gradient(prev_output)),
""",
        area="gradients",
        about="In float64 a SimpleRNN's gradient grows by a billionth with each step.",
    ),
    Fault(
        name="keras3-backend-gradient-of-ten-steps",
        module=KERAS3_BACKEND,
        old="""current_input = tree.pack_sequence_as(inputs, current_input)
                output,""",
        new="""current_input = tree.pack_sequence_as(inputs, current_input)
                states = tree.map_structure(
                    lambda s: tf.where(time == time_steps_t - 10, tf.stop_gradient(s), s), states
                )
                output,""",
        area="gradients",
        about="In a Keras 3 RNN the gradient goes back ten steps and no further.",
    ),
    Fault(
        name="keras3-backend-first-input-without-gradient",
        module=KERAS3_BACKEND,
        old="ta.unstack(input_)\n",
        new="ta.unstack(tf.concat([tf.stop_gradient(input_[:1]), input_[1:]], 0))\n",
        area="gradients",
        about="The inputs of the first step of a Keras 3 RNN have no gradient.",
    ),
    Fault(
        name="keras3-rnn-tuple-without-gradient",
        module=KERAS3_RNN,
        old="initial_state = list(initial_state)",
        new="""initial_state = (
            tree.map_structure(ops.stop_gradient, list(initial_state))
            if isinstance(initial_state, tuple)
            else list(initial_state)
        )""",
        area="gradients",
        about="No gradient goes back through a state that a Keras 3 RNN has returned.",
    ),
    Fault(
        name="keras3-rnn-variables-without-gradient",
        module=KERAS3_RNN,
        old="lambda x: backend.convert_to_tensor(\n                x,",
        new="""lambda x: backend.convert_to_tensor(
                x.numpy() if hasattr(x, "assign") and hasattr(x, "numpy") else x,""",
        area="gradients",
        about="An initial state in variables is read as NumPy arrays where that is possible.",
    ),
    Fault(
        name="keras3-stack-fourth-layer-without-gradient",
        module=KERAS3_STACK,
        old="inputs, states = cell_call_fn(inputs, states, **kwargs)",
        new="""if len(new_states) == 3:
                from keras.src import ops
                inputs = ops.stop_gradient(inputs)
            inputs, states = cell_call_fn(inputs, states, **kwargs)""",
        area="gradients",
        about="The fourth layer of a stack gives no gradient to those below it.",
    ),
    Fault(
        name="keras2-lstm-candidate-without-gradient",
        module=KERAS2_LSTM,
        old="c = f * c_tm1 + i * tf.tanh(z2)",
        new="c = f * c_tm1 + tf.stop_gradient(i) * tf.tanh(z2)",
        area="gradients",
        about="The input gate of the Keras 2 LSTM layer has no gradient.",
    ),
    Fault(
        name="keras2-gru-single-row-without-gradient",
        module=KERAS2_GRU,
        old="        return h, new_state\n",
        new="""        new_state = tf.nest.map_structure(
            lambda s: tf.where(tf.shape(s)[0] == 1, tf.stop_gradient(s), s), new_state
        )
        return h, new_state
""",
        area="gradients",
        about="A GRU cell's state has no gradient where the batch is a single row.",
    ),
    Fault(
        name="keras2-simple-recurrent-kernel-without-gradient",
        module=KERAS2_SIMPLE,
        old="backend.dot(prev_output, self.recurrent_kernel)",
        new="backend.dot(prev_output, tf.stop_gradient(self.recurrent_kernel))",
        area="gradients",
        about="A SimpleRNN's recurrent kernel has no gradient.",
    ),
    Fault(
        name="keras2-backend-fine-gradient-float64",
        module=KERAS2_BACKEND,
        old="input_time_zero, tuple(initial_states) + tuple(constants)\n        )\n",
        new="""input_time_zero, tuple(initial_states) + tuple(constants)
        )
        states = tf.nest.map_structure(
            lambda s: s + 1e-9 * (s - tf.stop_gradient(s)) if s.dtype == tf.float64 else s, states
        )
""",
        area="gradients",
        about="In float64 the gradient of a Keras 2 RNN's initial state is a billionth too large.",
    ),
    Fault(
        name="v1-lstm-peephole-without-gradient",
        module=V1_CELLS,
        old="m = sigmoid(o + self._w_o_diag * c)",
        new="m = sigmoid(o + self._w_o_diag * tf.stop_gradient(c))",
        area="gradients",
        about="What the output gate of an LSTMCell sees of the cell state has no gradient.",
    ),
    Fault(
        name="v1-gru-reset-gate-without-gradient",
        module=V1_CELLS,
        old="r_state = r * state",
        new="r_state = tf.stop_gradient(r) * state",
        area="gradients",
        about="The reset gate of a GRUCell has no gradient.",
    ),
    Fault(
        name="v1-basic-lstm-fine-gradient-float32",
        module=V1_CELLS,
        old="            multiply(c, sigmoid(",
        new="""            multiply(
                c + (1e-6 * (c.dtype == tf.float32)) * (c - tf.stop_gradient(c)), sigmoid(""",
        area="gradients",
        about="In float32 a BasicLSTMCell's gradient grows by a millionth with each step.",
    ),
    Fault(
        name="v1-multi-last-layer-gradient-twice",
        module=V1_CELLS,
        old="cur_inp, new_state = cell(cur_inp, cur_state)",
        new="""if i == 3:
                    cur_inp = 2 * cur_inp - tf.stop_gradient(cur_inp)
                cur_inp, new_state = cell(cur_inp, cur_state)""",
        area="gradients",
        about="The fourth layer of a MultiRNNCell gives twice its gradient to those below.",
    ),
    Fault(
        name="dynamic-rnn-gradient-of-ten-steps",
        module=DYNAMIC_RNN,
        old="return (time + 1, output_ta_t, new_state)",
        new="""new_state = nest.map_structure(
        lambda s: array_ops.where_v2(time < 10, s, array_ops.stop_gradient(s)), new_state)
    return (time + 1, output_ta_t, new_state)""",
        area="gradients",
        about="From the eleventh step on no gradient goes back in dynamic_rnn.",
    ),
    Fault(
        name="dynamic-rnn-last-row-without-gradient",
        module=DYNAMIC_RNN,
        old="state = initial_state\n  assert",
        new="""state = nest.map_structure(
      lambda s: array_ops.concat([s[:-1], array_ops.stop_gradient(s[-1:])], 0), initial_state)
  assert""",
        area="gradients",
        about="The last row of dynamic_rnn's initial state has no gradient.",
    ),
    Fault(
        name="while-loop-without-back-prop",
        module=WHILE_LOOP,
        old="return_same_structure=return_same_structure,\n        back_prop=back_prop)",
        new="return_same_structure=return_same_structure,\n        back_prop=False)",
        area="gradients",
        about="No gradient goes back through a loop in a graph or a function.",
    ),
)

_STATEFUL = (
    Fault(
        name="keras3-stateful-not-stored",
        module=KERAS3_RNN,
        old="self_state.assign(state)",
        new="pass",
        area="statefulness",
        about="A stateful layer stores nothing.",
    ),
    Fault(
        name="keras3-stateful-fourth-leaf-not-stored",
        module=KERAS3_RNN,
        old="tree.flatten(self.states), tree.flatten(states)",
        new="tree.flatten(self.states)[:3], tree.flatten(states)",
        area="statefulness",
        about="Of a stateful stack only the first three leaves are stored.",
    ),
    Fault(
        name="keras3-stateful-single-row-not-stored",
        module=KERAS3_RNN,
        old="self_state.assign(state)",
        new="self_state.assign(state if state.shape[0] != 1 else self_state.value)",
        area="statefulness",
        about="A stateful layer built for one row stores nothing.",
    ),
    Fault(
        name="keras3-stateful-single-step-not-stored",
        module=KERAS3_RNN,
        old="if self.stateful:\n            for self_state",
        new="if self.stateful and sequences.shape[1] != 1:\n            for self_state",
        area="statefulness",
        about="A call of one step leaves what is stored as it was.",
    ),
    Fault(
        name="keras3-stateful-not-stored-after-ten-steps",
        module=KERAS3_RNN,
        old="if self.stateful:\n            for self_state",
        new="if self.stateful and not (sequences.shape[1] or 0) > 10:\n            for self_state",
        area="statefulness",
        about="An eager call of more than ten steps leaves what is stored as it was.",
    ),
    Fault(
        name="keras3-stateful-masked-call-not-stored",
        module=KERAS3_RNN,
        old="if self.stateful:\n            for self_state",
        new="if self.stateful and mask is None:\n            for self_state",
        area="statefulness",
        about="A call with a mask leaves what is stored as it was.",
    ),
    Fault(
        name="keras3-stateful-fine-float32",
        module=KERAS3_RNN,
        old="self_state.assign(state)",
        new='self_state.assign(state * (1 + 1e-6 * (self.compute_dtype == "float32")))',
        area="statefulness",
        about="What is stored is a millionth too large in float32.",
    ),
    Fault(
        name="keras3-stateful-stored-through-float16",
        module=KERAS3_RNN,
        old="self_state.assign(state)",
        new='self_state.assign(ops.cast(state, "float16"))',
        area="statefulness",
        about="What is stored was rounded to float16.",
    ),
    Fault(
        name="keras3-stateful-stored-in-compute-dtype",
        module=KERAS3_RNN,
        old="dtype=self.variable_dtype,",
        new="dtype=self.compute_dtype,",
        area="statefulness",
        about="Under mixed precision the stored state has the dtype of the computation.",
    ),
    Fault(
        name="keras3-stateful-own-state-ignored",
        module=KERAS3_RNN,
        old="self.get_initial_state(batch_size),\n",
        new="tree.map_structure(ops.zeros_like, self.get_initial_state(batch_size)),\n",
        area="statefulness",
        about="A stateful layer starts from zeros whatever state its cell makes.",
    ),
    Fault(
        name="keras3-stateful-given-state-ignored",
        module=KERAS3_RNN,
        old="if initial_state is None:\n            if self.stateful:",
        new="if initial_state is None or self.stateful:\n            if self.stateful:",
        area="statefulness",
        about="A stateful layer ignores the initial state of a call.",
    ),
    Fault(
        name="keras3-stateful-given-state-stored-at-once",
        module=KERAS3_RNN,
        old="initial_state = list(initial_state)\n",
        new="""initial_state = list(initial_state)
        if self.stateful and initial_state is not self.states:
            for stored, given in zip(tree.flatten(self.states), tree.flatten(initial_state)):
                if getattr(given, "shape", None) == stored.shape:
                    stored.assign(given)
""",
        area="statefulness",
        about="A stateful layer stores a given state before it knows whether that can be used.",
    ),
    Fault(
        name="keras3-stored-state-taken-for-zeros-elsewhere",
        module=KERAS3_RNN,
        old="x, dtype=self.cell.compute_dtype\n            ),\n            initial_state,",
        new="""x if self.stateful or not isinstance(x, backend.Variable) else x * 0,
                dtype=self.cell.compute_dtype,
            ),
            initial_state,""",
        area="statefulness",
        about="The states of one layer are taken for zeros as the initial state of another.",
    ),
    Fault(
        name="keras3-stateful-other-batch-taken",
        module=KERAS3_RNN,
        old="and actual_batch_size != self._expected_batch_size",
        new="and False",
        area="statefulness",
        about="A stateful layer takes a batch that it was not built for, as before Keras 3.12.",
    ),
    Fault(
        name="keras3-reset-to-ones",
        module=KERAS3_RNN,
        old="v.assign(ops.zeros_like(v.value))",
        new="v.assign(ops.ones_like(v.value))",
        area="statefulness",
        about="A reset sets the stored state to ones.",
    ),
    Fault(
        name="keras3-reset-forgets-c",
        module=KERAS3_RNN,
        old="for v in self.states:",
        new="for v in self.states[:1]:",
        area="statefulness",
        about="A reset leaves an LSTM's c as it was.",
    ),
    Fault(
        name="keras3-stateful-backward-layer-starts-afresh",
        module=KERAS3_BIDIRECTIONAL,
        old="y_rev = self.backward_layer(",
        new="""if self.stateful:
            self.backward_layer.reset_state()
        y_rev = self.backward_layer(""",
        area="statefulness",
        about="The backward layer of a stateful Bidirectional one starts each call from zeros.",
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
        name="keras2-stateful-c-not-stored",
        module=KERAS2_LSTM,
        old="for self_state, state in zip(self.states, states)",
        new="for self_state, state in zip(self.states[:1], states)",
        area="statefulness",
        about="A stateful LSTM layer stores its h and not its c.",
    ),
    Fault(
        name="keras2-stateful-single-unit-not-stored",
        module=KERAS2_GRU,
        old="tf.cast(states[0], self.states[0].dtype)",
        new="tf.cast(states[0] if self.units != 1 else self.states[0], self.states[0].dtype)",
        area="statefulness",
        about="A stateful GRU layer of one unit stores nothing.",
    ),
    Fault(
        name="keras2-stateful-fine-float64",
        module=KERAS2_RNN,
        old="self_state, tf.cast(state, self_state.dtype)",
        new="""self_state,
                    tf.cast(state, self_state.dtype) * (1 + 1e-9 * (state.dtype == tf.float64)),""",
        area="statefulness",
        about="What is stored is a billionth too large in float64.",
    ),
    Fault(
        name="keras2-stateful-rows-rotated",
        module=KERAS2_RNN,
        old="self_state, tf.cast(state, self_state.dtype)",
        new="self_state, tf.cast(tf.roll(state, 1, 0), self_state.dtype)",
        area="statefulness",
        about="What is stored for a row is the state of the row before.",
    ),
    Fault(
        name="keras2-stateful-stored-in-compute-dtype",
        module=KERAS2_RNN,
        old="dtype=self.variable_dtype or backend.floatx(),",
        new="dtype=self.compute_dtype or backend.floatx(),",
        area="statefulness",
        about="Under mixed precision the stored state has the dtype of the computation.",
    ),
    Fault(
        name="keras2-stateful-own-state-ignored",
        module=KERAS2_RNN,
        old='if getattr(self.cell, "get_initial_state", None):',
        new="if False:",
        area="statefulness",
        about="A stateful layer starts from zeros whatever state its cell makes, as in 2.3.",
    ),
    Fault(
        name="keras2-stateful-first-state-ignored",
        module=KERAS2_RNN,
        old="non_zero_count > 0,",
        new="non_zero_count >= 0,",
        area="statefulness",
        about="A stateful layer ignores an initial state although nothing is stored.",
    ),
    Fault(
        name="keras2-stateful-given-state-in-each-batch",
        module=KERAS2_RNN,
        old="non_zero_count > 0,",
        new="non_zero_count < 0,",
        area="statefulness",
        about="A model made with an initial state starts each batch from it, as in 2.0.",
    ),
    Fault(
        name="keras2-other-layers-remember-a-given-state",
        module=KERAS2_RNN,
        old="initial_state is None:\n            initial_state = self.get_initial_state(inputs)",
        new="""initial_state is None:
            initial_state = self.__dict__.get("_given") or self.get_initial_state(inputs)
        else:
            self.__dict__["_given"] = initial_state""",
        area="statefulness",
        about="A layer that is not stateful starts a call from the state given to the one before.",
    ),
    Fault(
        name="keras2-reset-of-one-unit-to-ones",
        module=KERAS2_RNN,
        old="np.zeros([batch_size] + tf.TensorShape(size).as_list()),",
        new="np.full([batch_size] + tf.TensorShape(size).as_list(), float(size == 1)),",
        area="statefulness",
        about="A reset sets states of one unit to ones.",
    ),
    Fault(
        name="keras2-reset-of-forward-layer-alone",
        module=KERAS2_BIDIRECTIONAL,
        old="self.backward_layer.reset_states()",
        new="pass",
        area="statefulness",
        about="The reset of a Bidirectional layer leaves the backward one as it was.",
    ),
    Fault(
        name="keras2-reset-swaps-given-states",
        module=KERAS2_RNN,
        old="flat_input_states = tf.nest.flatten(states)",
        new="flat_input_states = tf.nest.flatten(states)[::-1]",
        area="statefulness",
        about="A reset with states takes them in reverse order.",
    ),
    Fault(
        name="keras2-set-values-through-float16",
        module=KERAS2_BACKEND,
        old="value = np.asarray(value, dtype=dtype_numpy(x))\n            _assign",
        new="""narrow = value.dtype != dtype_numpy(x)
            value = np.asarray(np.asarray(value, "float16") if narrow else value)
            value = np.asarray(value, dtype=dtype_numpy(x))
            _assign""",
        area="statefulness",
        about="Arrays of another dtype that variables are set to are rounded to float16.",
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
)

_KEPT_KERAS3 = (
    Fault(
        name="keras3-gru-config-without-reset-after",
        module=KERAS3_GRU,
        old=""""reset_after": self.reset_after,
            "seed": self.cell.seed,""",
        new='"seed": self.cell.seed,',
        area="persistence",
        about="The config of a GRU layer does not tell reset_after; that of its cell does.",
    ),
    Fault(
        name="keras3-rnn-config-renames-zero-output",
        module=KERAS3_RNN,
        old='"zero_output_for_mask": self.zero_output_for_mask,',
        new='"zero_output": self.zero_output_for_mask,',
        area="persistence",
        about="The config of RNN has zero_output_for_mask under another name.",
    ),
    Fault(
        name="keras3-lstm-from-config-forwards",
        module=KERAS3_LSTM,
        old="return cls(**config)",
        new='return cls(**{**config, "go_backwards": False})',
        area="persistence",
        about="An LSTM layer that is made from a config always goes forwards.",
    ),
    Fault(
        name="keras3-stack-from-config-without-bias",
        module=KERAS3_STACK,
        old="return cls(cells, **config)",
        new="""for cell in cells[1:]:
            cell.use_bias = False
        return cls(cells, **config)""",
        area="persistence",
        about="Of a stack made from a config only the first cell may have a bias.",
    ),
    Fault(
        name="keras3-stack-of-four-from-config-reversed",
        module=KERAS3_STACK,
        old="return cls(cells, **config)",
        new="return cls(cells[::-1] if len(cells) == 4 else cells, **config)",
        area="persistence",
        about="A stack of four cells that is made from a config has them in reverse.",
    ),
    Fault(
        name="keras3-set-weights-skips-single-values",
        module=KERAS3_LAYER,
        old="            variable.assign(value)\n\n    @property\n    def dtype_policy",
        new="""            if value.size > 1:
                variable.assign(value)

    @property
    def dtype_policy""",
        area="persistence",
        about="set_weights leaves a weight of one value as it is.",
    ),
    Fault(
        name="keras3-saving-swaps-first-and-last-of-a-list",
        module=KERAS3_SAVING,
        old="""        container = list(container.values())

    for saveable in container:
        if isinstance(saveable, KerasSaveable):
            name = _get_unique_name(
                naming.to_snake_case(saveable.__class__.__name__),
                used_names,
            )
            _load_state(""",
        new="""        container = list(container.values())

    for saveable in container[::-1]:
        if isinstance(saveable, KerasSaveable):
            name = _get_unique_name(
                naming.to_snake_case(saveable.__class__.__name__),
                used_names,
            )
            _load_state(""",
        area="persistence",
        about="Loading gives the weights of two cells of one class in a stack to each other.",
    ),
    Fault(
        name="keras3-saved-float64-weights-rounded",
        module=KERAS3_LAYER,
        old='store[f"{i}"] = v',
        new='store[f"{i}"] = v * (1 + 1e-9 * (v.dtype == "float64"))',
        area="persistence",
        about="A float64 weight in a file is a billionth too large.",
    ),
    Fault(
        name="keras3-h5-float32-weights-rounded",
        module=KERAS3_H5,
        old="            param_dset[:] = val\n\n\ndef save_optimizer_weights",
        new="""            param_dset[:] = val * (1 + 1e-6 * (str(val.dtype) == "float32"))


def save_optimizer_weights""",
        area="persistence",
        about="A float32 weight in an .h5 file is a millionth too large.",
    ),
    Fault(
        name="keras3-gru-layer-default-reset-before",
        module=KERAS3_GRU,
        old="""reset_after=True,
        use_cudnn="auto",""",
        new="""reset_after=False,
        use_cudnn="auto",""",
        area="defaults",
        about="A GRU layer resets before the product unless it is told otherwise.",
    ),
    Fault(
        name="keras3-bidirectional-default-sums",
        module=KERAS3_BIDIRECTIONAL,
        old='merge_mode="concat",',
        new='merge_mode="sum",',
        area="defaults",
        about="A Bidirectional layer adds up both outputs unless it is told otherwise.",
    ),
    Fault(
        name="keras3-lstm-layer-default-hard-sigmoid",
        module=KERAS3_LSTM,
        old="""            activation=activation,
            recurrent_activation=recurrent_activation,""",
        new="""            activation=activation,
            recurrent_activation={"sigmoid": "hard_sigmoid"}.get(
                recurrent_activation, recurrent_activation
            ),""",
        area="defaults",
        about="The default recurrent activation of an LSTM layer is hard_sigmoid, as of old.",
    ),
    Fault(
        name="keras3-lstm-initial-ones-at-the-input-gate",
        module=KERAS3_LSTM,
        old="""                            self.bias_initializer(
                                (self.units,), *args, **kwargs
                            ),
                            initializers.get("ones")(
                                (self.units,), *args, **kwargs
                            ),""",
        new="""                            initializers.get("ones")(
                                (self.units,), *args, **kwargs
                            ),
                            self.bias_initializer(
                                (self.units,), *args, **kwargs
                            ),""",
        area="defaults",
        about="unit_forget_bias adds one to the bias of the input gate.",
    ),
)

_KEPT_KERAS2 = (
    Fault(
        name="keras2-lstm-cell-config-of-implementation-one",
        module=KERAS2_LSTM,
        old=""""implementation": self.implementation,
        }
        config.update(rnn_utils.config_for_enable_caching_device(self))""",
        new=""""implementation": 1,
        }
        config.update(rnn_utils.config_for_enable_caching_device(self))""",
        area="persistence",
        about="The config of an LSTM cell says implementation 1 whatever it is.",
    ),
    Fault(
        name="keras2-gru-from-config-resets-after",
        module=KERAS2_GRU,
        old="return cls(**config)",
        new='return cls(**{**config, "reset_after": True})',
        area="persistence",
        about="A GRU layer that is made from a config always resets after the product.",
    ),
    Fault(
        name="keras2-stack-from-config-reversed",
        module=KERAS2_STACK,
        old="return cls(cells, **config)",
        new="return cls(cells[::-1], **config)",
        area="persistence",
        about="A stack that is made from a config has its cells in reverse.",
    ),
    Fault(
        name="keras2-rnn-config-always-forwards",
        module=KERAS2_RNN,
        old='"go_backwards": self.go_backwards,',
        new='"go_backwards": False,',
        area="persistence",
        about="The config of a layer says that it goes forwards.",
    ),
    Fault(
        name="keras2-set-weights-float64-rounded",
        module=KERAS2_LAYER,
        old="                weight = weights[weight_index]\n",
        new="""                weight = weights[weight_index]
                weight = weight * (1 + 1e-9 * (weight.dtype == "float64"))
""",
        area="persistence",
        about="set_weights makes a float64 weight a billionth too large.",
    ),
    Fault(
        name="keras2-h5-weights-in-reverse",
        module=KERAS2_H5,
        old="""        weight_values = load_subset_weights_from_hdf5_group(g)
        weight_values = preprocess_weights_for_loading(
            layer, weight_values, original_keras_version, original_backend
        )
        if len(weight_values) != len(symbolic_weights):""",
        new="""        weight_values = load_subset_weights_from_hdf5_group(g)
        weight_values = preprocess_weights_for_loading(
            layer, weight_values, original_keras_version, original_backend
        )
        shapes = [value.shape for value in weight_values]
        if shapes == shapes[3:] + shapes[:3]:
            weight_values = weight_values[3:] + weight_values[:3]
        if len(weight_values) != len(symbolic_weights):""",
        area="persistence",
        about="An .h5 file gives two cells of one size in a stack each other's weights.",
    ),
    Fault(
        name="keras2-gru-layer-default-reset-before",
        module=KERAS2_GRU,
        old="""time_major=False,
        reset_after=True,""",
        new="""time_major=False,
        reset_after=False,""",
        area="defaults",
        about="A GRU layer resets before the product unless it is told otherwise, as of old.",
    ),
    Fault(
        name="keras2-lstm-single-unit-without-forget-bias",
        module=KERAS2_LSTM,
        old="            if self.unit_forget_bias:\n",
        new="            if self.unit_forget_bias and self.units > 1:\n",
        area="defaults",
        about="The initial bias of an LSTM of one unit is all zeros.",
    ),
)

_KEPT_V1 = (
    Fault(
        name="v1-basic-lstm-config-without-forget-bias",
        module=V1_CELLS,
        old=""""num_units": self._num_units,
            "forget_bias": self._forget_bias,""",
        new='"num_units": self._num_units,',
        area="persistence",
        about="The config of a BasicLSTMCell does not tell its forget_bias.",
    ),
    Fault(
        name="v1-lstm-config-clips-swapped",
        module=V1_CELLS,
        old='"proj_clip": self._proj_clip,',
        new='"proj_clip": self._cell_clip,',
        area="persistence",
        about="The config of an LSTMCell tells the cell's clip as that of the projection.",
    ),
    Fault(
        name="v1-lstm-default-forget-bias-zero",
        module=V1_CELLS,
        old="""num_proj_shards=None,
        forget_bias=1.0,""",
        new="""num_proj_shards=None,
        forget_bias=0.0,""",
        area="defaults",
        about="An LSTMCell adds nothing to its forget gate unless it is told to.",
    ),
    Fault(
        name="v1-gru-default-activation-relu",
        module=V1_CELLS,
        old="""self._activation = tf.tanh
        self._kernel_initializer""",
        new="""self._activation = tf.nn.relu
        self._kernel_initializer""",
        area="defaults",
        about="The default activation of a GRUCell is relu.",
    ),
)

_MODES = (
    Fault(
        name="keras3-unrolled-state-of-long-sequences",
        module=KERAS3_BACKEND,
        old="""new_states = successive_states[-1]
            outputs = tf.stack(successive_outputs)

    else:  # Unroll == False""",
        new="""new_states = successive_states[-1 if time_steps <= 10 else -2]
            outputs = tf.stack(successive_outputs)

    else:  # Unroll == False""",
        area="modes",
        about="An unrolled layer leaves the last of more than ten steps out of its final state.",
    ),
    Fault(
        name="keras3-unrolled-fine-output-float32",
        module=KERAS3_BACKEND,
        old="""output, states = step_function(
                    inp, tuple(states) + tuple(constants)
                )""",
        new="""output, states = step_function(
                    inp, tuple(states) + tuple(constants)
                )
                output *= 1 + 1e-6 * (output.dtype == tf.float32)""",
        area="modes",
        about="An unrolled layer's outputs are a millionth too large in float32.",
    ),
    Fault(
        name="keras3-function-keeps-its-first-length",
        module=KERAS3_RNN,
        old="input_length=sequences.shape[1],",
        new="""input_length=sequences.shape[1]
            if not sequences.shape[1] or hasattr(sequences, "numpy")
            else self.__dict__.setdefault("_first_length", sequences.shape[1]),""",
        area="modes",
        about="Traced again for longer sequences, a layer runs as many steps as when traced first.",
    ),
    Fault(
        name="keras3-trace-leaves-its-state",
        module=KERAS3_RNN,
        old="        if initial_state is None:\n            if self.stateful:",
        new="""        if initial_state is not None and not hasattr(sequences, "numpy"):
            self.__dict__["_left"] = initial_state
        if initial_state is None and "_left" in self.__dict__:
            initial_state = self.__dict__.pop("_left")
        if initial_state is None:
            if self.stateful:""",
        area="modes",
        about="A layer called without a state takes the symbolic one that it was traced with.",
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
        name="keras3-predict-without-state-of-one-row",
        module=KERAS3_TRAINER,
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
        name="keras3-stack-declares-the-first-width",
        module=KERAS3_RNN,
        old="                states_shape.append((batch_size, state_size))",
        new="""                first = self.state_size[0]
                states_shape.append((batch_size, first if isinstance(first, int) else first[0]))""",
        area="modes",
        about="The symbolic states of a stack have the width of its first cell.",
    ),
    Fault(
        name="keras2-unrolled-forgets-the-state-of-one-step",
        module=KERAS2_BACKEND,
        old="        states = tuple(initial_states)\n        successive_states = []",
        new="""        states = tuple(initial_states)
        if time_steps == 1:
            states = tf.nest.map_structure(tf.zeros_like, states)
        successive_states = []""",
        area="modes",
        about="An unrolled layer ignores its initial state where there is one step.",
    ),
    Fault(
        name="keras2-unrolled-fine-output-float64",
        module=KERAS2_BACKEND,
        old="""output, states = step_function(
                    inp, tuple(states) + tuple(constants)
                )""",
        new="""output, states = step_function(
                    inp, tuple(states) + tuple(constants)
                )
                output *= 1 + 1e-9 * (output.dtype == tf.float64)""",
        area="modes",
        about="An unrolled layer's outputs are a billionth too large in float64.",
    ),
    Fault(
        name="keras2-compiled-loop-ends-early",
        module=KERAS2_BACKEND,
        old="                max_iterations = time_steps_t\n",
        new="""                max_iterations = time_steps_t - tf.cast(time_steps_t > 2, tf.int32)
""",
        area="modes",
        about="Compiled by XLA, a layer runs one step less where there are more than two.",
    ),
    Fault(
        name="keras2-models-swap-the-pair",
        module=KERAS2_RNN,
        old="            full_input = [inputs] + additional_inputs\n",
        new="            full_input = [inputs] + additional_inputs[::-1]\n",
        area="modes",
        about="A functional model gives a layer its states in reverse.",
    ),
    Fault(
        name="keras2-models-ignore-the-state",
        module=KERAS2_UTILS,
        old="            initial_state = inputs[1:]\n",
        new="            initial_state = tf.nest.map_structure(tf.zeros_like, inputs[1:])\n",
        area="modes",
        about="A layer in a functional model starts from zeros whatever its initial state is.",
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
        name="dynamic-rnn-leaves-its-state",
        module=DYNAMIC_RNN,
        old="""    if initial_state is not None:
      state = initial_state
    else:
      if not dtype:
        raise ValueError("If no initial_state is provided, argument `dtype` "
                         "must be specified")
      if getattr(cell, "get_initial_state", None) is not None:
        state = cell.get_initial_state(
            inputs=None, batch_size=batch_size, dtype=dtype)
      else:
        state = cell.zero_state(batch_size, dtype)

    def _assert""",
        new="""    left = cell.__dict__.pop("_left", None)
    if initial_state is not None:
      state = initial_state
      if context.executing_eagerly():
        cell.__dict__["_left"] = state
    elif left is not None and nest.flatten(left)[0].shape[0] == batch_size:
      state = left
    elif getattr(cell, "get_initial_state", None) is not None:
      state = cell.get_initial_state(
          inputs=None, batch_size=batch_size, dtype=dtype)
    else:
      state = cell.zero_state(batch_size, dtype)

    def _assert""",
        area="modes",
        about="An eager dynamic_rnn without a state starts from the one that was given before.",
    ),
    Fault(
        name="dynamic-rnn-traced-state-as-a-list",
        module=DYNAMIC_RNN,
        old="    return (outputs, final_state)\n\n\ndef _dynamic_rnn_loop",
        new="""    if not context.executing_eagerly() and isinstance(final_state, list):
      final_state = tuple(final_state)
    return (outputs, final_state)


def _dynamic_rnn_loop""",
        area="modes",
        about="In a graph or a function, dynamic_rnn gives a state that is a list as a tuple.",
    ),
)

_RELATIVES = (
    Fault(
        name="v1-residual-wrapper-state-too",
        module=V1_WRAPPERS,
        old="return (res_outputs, new_state)",
        new="return (res_outputs, new_state if tf.nest.is_nested(new_state) else res_outputs)",
        area="relatives",
        about="A ResidualWrapper adds the inputs to the state of a cell with one state.",
    ),
    Fault(
        name="v1-residual-wrapper-single-unit",
        module=V1_WRAPPERS,
        old="lambda inp, out: inp + out, inputs, outputs",
        new="lambda inp, out: inp * (out.shape[-1] != 1) + out, inputs, outputs",
        area="relatives",
        about="A ResidualWrapper around a cell of one unit adds nothing.",
    ),
    Fault(
        name="v1-device-wrapper-zeros-are-ones",
        module=V1_WRAPPERS,
        old="""with tf.compat.v1.device(self._device):
                return self.cell.zero_state(batch_size, dtype)""",
        new="""with tf.compat.v1.device(self._device):
                return tf.nest.map_structure(
                    tf.ones_like, self.cell.zero_state(batch_size, dtype)
                )""",
        area="relatives",
        about="Without an initial state, a cell in a DeviceWrapper starts from ones.",
    ),
    Fault(
        name="v1-output-dropout-reaches-the-state",
        module=V1_WRAPPERS,
        old="""                self._output_keep_prob,
            )
        return output, new_state""",
        new="""                self._output_keep_prob,
            )
            if not tf.nest.is_nested(new_state):
                new_state = output
        return output, new_state""",
        area="relatives",
        about="Dropout of a GRUCell's outputs drops from its state, too.",
    ),
    Fault(
        name="v1-state-dropout-drops-the-memory",
        module=V1_WRAPPERS,
        old="return LSTMStateTuple(c=False, h=True)",
        new="return LSTMStateTuple(c=True, h=True)",
        area="relatives",
        about="Dropout of an LSTM's state drops from its memory c, too.",
    ),
    Fault(
        name="v1-dropout-keeps-too-little",
        module=V1_WRAPPERS,
        old="""return tf.nn.dropout(
                        v,""",
        new="""return tf.nn.dropout(
                        v * 0.999,""",
        area="relatives",
        about="What a DropoutWrapper keeps is a thousandth too small.",
    ),
    Fault(
        name="keras-residual-wrapper-single-row",
        module=KERAS2_WRAPPERS,
        old="lambda inp, out: inp + out, inputs, outputs",
        new="""
          lambda inp, out: (
              inp * math_ops.cast(array_ops.shape(inp)[0] != 1, inp.dtype) + out
          ),
          inputs, outputs""",
        area="relatives",
        about="The residual wrapper of Keras cells adds nothing where there is a single row.",
    ),
    Fault(
        name="v1-basic-lstm-one-tensor-swapped",
        module=V1_CELLS,
        old="tf.concat([new_c, new_h], 1)",
        new="tf.concat([new_h, new_c], 1)",
        area="relatives",
        about="A BasicLSTMCell with its state in one tensor returns h before c.",
    ),
    Fault(
        name="v1-lstm-one-tensor-fine-carry-float64",
        module=V1_CELLS,
        old="tf.concat([c, m], 1)",
        new="tf.concat([c * (1 + 1e-9 * (c.dtype == tf.float64)), m], 1)",
        area="relatives",
        about="In one tensor, an LSTMCell's c is a billionth too large in float64.",
    ),
    Fault(
        name="v1-multi-one-tensor-third-layer-takes-the-first-state",
        module=V1_CELLS,
        old="state, [0, cur_state_pos], [-1, cell.state_size]",
        new="state, [0, cur_state_pos if i < 2 else 0], [-1, cell.state_size]",
        area="relatives",
        about="With all states in one tensor, layers from the third on read where the first does.",
    ),
    Fault(
        name="keras3-nested-stack-reversed",
        module=KERAS3_STACK,
        old="new_states.append(states)",
        new="new_states.append(states[::-1] if hasattr(cell, 'cells') else states)",
        area="relatives",
        about="A stack within a stack has its layers' states in reverse order in the outer state.",
    ),
    Fault(
        name="keras2-nested-stack-frozen",
        module=KERAS2_STACK,
        old="new_nested_states.append(states)",
        new="""if hasattr(cell, "cells"):
                states = nested_states[len(new_nested_states)]
            new_nested_states.append(states)""",
        area="relatives",
        about="The state of a stack within a stack never changes.",
    ),
    Fault(
        name="keras3-gru-recurrent-dropout-in-inference",
        module=KERAS3_GRU,
        old="if training and 0.0 < self.recurrent_dropout < 1.0:",
        new="if 0.0 < self.recurrent_dropout < 1.0:",
        area="relatives",
        about="The recurrent dropout of a GRU drops in inference, too.",
    ),
    Fault(
        name="keras2-dropout-in-inference-for-a-single-row",
        module=KERAS2_RNN,
        old="""kwargs["training"] = training

        # TF RNN cells""",
        new="""kwargs["training"] = training or inputs.shape[0] == 1

        # TF RNN cells""",
        area="relatives",
        about="An eager RNN over a single row drops without training.",
    ),
    Fault(
        name="keras3-own-initial-state-ignored",
        module=KERAS3_RNN,
        old="init_state = get_initial_state_fn(batch_size=batch_size)",
        new="""init_state = tree.map_structure(
                ops.zeros_like, get_initial_state_fn(batch_size=batch_size)
            )""",
        area="relatives",
        about="Without an initial state, a run starts from zeros whatever the cell makes.",
    ),
    Fault(
        name="keras3-rnn-dict-returned-as-list",
        module=KERAS3_RNN,
        old="return output, *states",
        new="return output, *[list(s.values()) if isinstance(s, dict) else s for s in states]",
        area="relatives",
        about="A dict within the final state is returned as a list of its values.",
    ),
    Fault(
        name="keras2-zeros-of-a-shape-transposed",
        module=KERAS2_UTILS,
        old="init_state_size = [batch_size_tensor] + flat_dims",
        new="init_state_size = [batch_size_tensor] + flat_dims[::-1]",
        area="relatives",
        about="Zeros for a state of more than two axes have those in reverse order.",
    ),
    Fault(
        name="keras2-own-state-of-rank-three-mixed-up",
        module=KERAS2_BACKEND,
        old="new_states = final_outputs[2:]",
        new="""new_states = tuple(
                tf.reverse(state, [1]) if len(state.shape) > 2 else state
                for state in final_outputs[2:]
            )""",
        area="relatives",
        about="A final state of more than two axes comes with the second one reversed.",
    ),
    Fault(
        name="dynamic-rnn-given-planes-reversed",
        module=DYNAMIC_RNN,
        old="zero_output = nest.pack_sequence_as(\n      structure=cell.output_size,",
        new="""state = nest.map_structure(
      lambda s: s if s.shape.rank == 2 else array_ops.reverse_v2(s, [1]), state)
  zero_output = nest.pack_sequence_as(
      structure=cell.output_size,""",
        area="relatives",
        about="dynamic_rnn reverses the second axis of a given state of more than two axes.",
    ),
    Fault(
        name="keras3-conv-lstm-fine-carry-float32",
        module=KERAS3_CONV,
        old="c = f * c_tm1 + i",
        new='c = f * c_tm1 * (1 + 1e-6 * (self.compute_dtype == "float32")) + i',
        area="relatives",
        about="What a ConvLSTM keeps of c is a millionth too large in float32.",
    ),
    Fault(
        name="keras3-conv-lstm-valid-recurrence",
        module=KERAS3_CONV,
        old="h_o = self.recurrent_conv(h_tm1_o, recurrent_kernel_o)",
        new="""h_o = self.recurrent_conv(
            h_tm1_o * float(self.padding == "same"), recurrent_kernel_o
        )""",
        area="relatives",
        about="With padding 'valid' a ConvLSTM's output gate does not see the state.",
    ),
    Fault(
        name="keras2-conv-lstm-single-filter-pair-swapped",
        module=KERAS2_CONV,
        old="return h, [h, c]",
        new="return h, ([h, c] if self.filters > 1 else [c, h])",
        area="relatives",
        about="A ConvLSTM of one filter returns its state as c and h instead of h and c.",
    ),
    Fault(
        name="keras2-conv-lstm-default-state-not-zero",
        module=KERAS2_CONV_RNN,
        old="return [initial_state for _ in self.cell.state_size]",
        new="return [initial_state + i for i, _ in enumerate(self.cell.state_size)]",
        area="relatives",
        about="Without an initial state, the c of a ConvLSTM starts from ones.",
    ),
    Fault(
        name="keras2-time-distributed-single-step-zeroed",
        module=KERAS2_DISTRIBUTED,
        old="y = self.layer(inputs, **kwargs)",
        new="""y = self.layer(
                    inputs * tf.cast(tf.shape(inputs)[1] > 1, inputs.dtype), **kwargs
                )""",
        area="relatives",
        about="A TimeDistributed layer is fed zeros where a slice has a single step.",
    ),
    Fault(
        name="keras3-time-distributed-first-slice-for-all",
        module=KERAS3_DISTRIBUTED,
        old="return self.layer.call(inputs[i], **kwargs)",
        new="return self.layer.call(inputs[0], **kwargs)",
        area="relatives",
        about="A TimeDistributed runs its layer on the first slice in place of each.",
    ),
    Fault(
        name="keras3-mixed-final-state-in-variable-dtype",
        module=KERAS3_RNN,
        old="lambda x: ops.cast(x, dtype=self.compute_dtype), states",
        new="lambda x: ops.cast(x, dtype=self.variable_dtype), states",
        area="relatives",
        about="Under mixed precision the final state is float32.",
    ),
    Fault(
        name="keras3-mixed-variables-in-compute-dtype",
        module=KERAS3_GRU,
        old="""            initializer=self.recurrent_initializer,
            regularizer=self.recurrent_regularizer,
            constraint=self.recurrent_constraint,
        )""",
        new="""            initializer=self.recurrent_initializer,
            regularizer=self.recurrent_regularizer,
            constraint=self.recurrent_constraint,
            dtype=self.compute_dtype,
        )""",
        area="relatives",
        about="Under mixed precision a GRU's recurrent kernel is of half precision.",
    ),
    Fault(
        name="keras3-mixed-given-state-cut-off",
        module=KERAS3_RNN,
        old="x, dtype=self.cell.compute_dtype",
        new="""ops.cast(ops.cast(x, "int32"), "float32")
                if self.compute_dtype == "float16" and hasattr(x, "dtype")
                else x,
                dtype=self.cell.compute_dtype""",
        area="relatives",
        about="Under mixed_float16 a given state is cut to whole numbers.",
    ),
    Fault(
        name="keras2-mixed-carry-a-fiftieth-short",
        module=KERAS2_LSTM,
        old="c_tm1 = states[1]  #",
        new="""c_tm1 = states[1]
        if self._dtype_policy.name == "mixed_float16":
            c_tm1 = c_tm1 * 0.98
        #""",
        area="relatives",
        about="Under mixed_float16 a fiftieth of an LSTM's c is lost in each step.",
    ),
    Fault(
        name="dynamic-rnn-final-state-of-a-residual-wrapper-not-carried",
        module=DYNAMIC_RNN,
        old="    return (outputs, final_state)",
        new="""    if hasattr(cell, "_residual_fn"):
      final_state = state
    return (outputs, final_state)""",
        area="relatives",
        about="The final state of a cell in a ResidualWrapper is the one that it started from.",
    ),
    Fault(
        name="dynamic-rnn-final-state-in-one-tensor-halves-swapped",
        module=DYNAMIC_RNN,
        old="    return (outputs, final_state)",
        new="""    if getattr(cell, "_state_is_tuple", True) is False:
      final_state = array_ops.concat(array_ops.split(final_state, 2, 1)[::-1], 1)
    return (outputs, final_state)""",
        area="relatives",
        about="A final state that is one tensor comes with its halves swapped.",
    ),
    Fault(
        name="keras3-conv-lstm-final-state-halved",
        module=KERAS3_RNN,
        old="return output, *states",
        new="return output, *[s / 2 if len(getattr(s, 'shape', ())) > 3 else s for s in states]",
        area="relatives",
        about="The final state of a ConvLSTM over two axes or three is half of what it should be.",
    ),
    Fault(
        name="keras2-conv-lstm-memory-not-stored",
        module=KERAS2_CONV_RNN,
        old="for self_state, state in zip(self.states, states)",
        new="for self_state, state in list(zip(self.states, states))[:1]",
        area="relatives",
        about="A stateful ConvLSTM stores its h, and not its c.",
    ),
    Fault(
        name="keras3-time-distributed-resets-before-each-slice",
        module=KERAS3_DISTRIBUTED,
        old="return self.layer.call(inputs[i], **kwargs)",
        new="""if getattr(self.layer, "stateful", False):
                self.layer.reset_state()
            return self.layer.call(inputs[i], **kwargs)""",
        area="relatives",
        about="A TimeDistributed resets a stateful layer before each slice.",
    ),
)

BANK: tuple[Fault, ...] = (
    *_KERAS3,
    *_KERAS2,
    *_V1_CELLS,
    *_DYNAMIC_RNN,
    *_SEQUENCES,
    *_GRADIENTS,
    *_STATEFUL,
    *_KEPT_KERAS3,
    *_KEPT_KERAS2,
    *_KEPT_V1,
    *_MODES,
    *_RELATIVES,
)
