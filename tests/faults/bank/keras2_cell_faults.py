"""Faults in the cells of Keras 2: LSTM, GRU, SimpleRNN, ConvLSTM, stacks, and their layers."""

from tests.faults.fault import Fault
from tests.faults.library_modules import (
    KERAS2_CONV,
    KERAS2_GRU,
    KERAS2_LSTM,
    KERAS2_SIMPLE,
    KERAS2_STACK,
)

FAULTS: tuple[Fault, ...] = (
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
        name="keras2-lstm-candidate-without-gradient",
        module=KERAS2_LSTM,
        old="c = f * c_tm1 + i * tf.tanh(z2)",
        new="c = f * c_tm1 + tf.stop_gradient(i) * tf.tanh(z2)",
        area="gradients",
        about="The input gate of the Keras 2 LSTM layer has no gradient.",
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
        name="keras2-lstm-single-unit-without-forget-bias",
        module=KERAS2_LSTM,
        old="            if self.unit_forget_bias:\n",
        new="            if self.unit_forget_bias and self.units > 1:\n",
        area="defaults",
        about="The initial bias of an LSTM of one unit is all zeros.",
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
        name="keras2-stateful-single-unit-not-stored",
        module=KERAS2_GRU,
        old="tf.cast(states[0], self.states[0].dtype)",
        new="tf.cast(states[0] if self.units != 1 else self.states[0], self.states[0].dtype)",
        area="statefulness",
        about="A stateful GRU layer of one unit stores nothing.",
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
        name="keras2-simple-rows-leak",
        module=KERAS2_SIMPLE,
        old="backend.dot(prev_output,",
        new="backend.dot(prev_output + 1e-3 * tf.reduce_mean(prev_output, 0, keepdims=True),",
        area="round trip",
        about="A thousandth of the batch's mean state leaks into each row of a SimpleRNN.",
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
    Fault(
        name="keras2-stack-from-config-reversed",
        module=KERAS2_STACK,
        old="return cls(cells, **config)",
        new="return cls(cells[::-1], **config)",
        area="persistence",
        about="A stack that is made from a config has its cells in reverse.",
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
        name="keras2-conv-lstm-single-filter-pair-swapped",
        module=KERAS2_CONV,
        old="return h, [h, c]",
        new="return h, ([h, c] if self.filters > 1 else [c, h])",
        area="relatives",
        about="A ConvLSTM of one filter returns its state as c and h instead of h and c.",
    ),
)
