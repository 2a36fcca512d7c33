"""Faults in the RNN layer of Keras 2, which all its recurrent layers share."""

from tests.faults.fault import Fault
from tests.faults.library_modules import (
    KERAS2_CONV_RNN,
    KERAS2_RNN,
    KERAS2_UTILS,
)

FAULTS: tuple[Fault, ...] = (
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
        name="keras2-reset-swaps-given-states",
        module=KERAS2_RNN,
        old="flat_input_states = tf.nest.flatten(states)",
        new="flat_input_states = tf.nest.flatten(states)[::-1]",
        area="statefulness",
        about="A reset with states takes them in reverse order.",
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
        name="keras2-models-swap-the-pair",
        module=KERAS2_RNN,
        old="            full_input = [inputs] + additional_inputs\n",
        new="            full_input = [inputs] + additional_inputs[::-1]\n",
        area="modes",
        about="A functional model gives a layer its states in reverse.",
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
        name="keras2-models-ignore-the-state",
        module=KERAS2_UTILS,
        old="            initial_state = inputs[1:]\n",
        new="            initial_state = tf.nest.map_structure(tf.zeros_like, inputs[1:])\n",
        area="modes",
        about="A layer in a functional model starts from zeros whatever its initial state is.",
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
        name="keras2-conv-lstm-default-state-not-zero",
        module=KERAS2_CONV_RNN,
        old="return [initial_state for _ in self.cell.state_size]",
        new="return [initial_state + i for i, _ in enumerate(self.cell.state_size)]",
        area="relatives",
        about="Without an initial state, the c of a ConvLSTM starts from ones.",
    ),
    Fault(
        name="keras2-conv-lstm-memory-not-stored",
        module=KERAS2_CONV_RNN,
        old="for self_state, state in zip(self.states, states)",
        new="for self_state, state in list(zip(self.states, states))[:1]",
        area="relatives",
        about="A stateful ConvLSTM stores its h, and not its c.",
    ),
)
