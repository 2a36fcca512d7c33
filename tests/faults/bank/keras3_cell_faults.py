"""Faults in the cells of Keras 3: LSTM, GRU, SimpleRNN, ConvLSTM, stacks, and their layers."""

from tests.faults.fault import Fault
from tests.faults.library_modules import (
    KERAS3_CONV,
    KERAS3_GRU,
    KERAS3_LSTM,
    KERAS3_SIMPLE,
    KERAS3_STACK,
)

FAULTS: tuple[Fault, ...] = (
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
        name="keras3-lstm-tells-a-wider-c",
        module=KERAS3_LSTM,
        old="self.state_size = [self.units, self.units]",
        new="self.state_size = [self.units, self.units + 1]",
        area="structure",
        about="An LSTM cell's state_size says that c has one unit more than it has.",
    ),
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
        name="keras3-lstm-from-config-forwards",
        module=KERAS3_LSTM,
        old="return cls(**config)",
        new='return cls(**{**config, "go_backwards": False})',
        area="persistence",
        about="An LSTM layer that is made from a config always goes forwards.",
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
        name="keras3-gru-config-without-reset-after",
        module=KERAS3_GRU,
        old=""""reset_after": self.reset_after,
            "seed": self.cell.seed,""",
        new='"seed": self.cell.seed,',
        area="persistence",
        about="The config of a GRU layer does not tell reset_after; that of its cell does.",
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
        name="keras3-gru-recurrent-dropout-in-inference",
        module=KERAS3_GRU,
        old="if training and 0.0 < self.recurrent_dropout < 1.0:",
        new="if 0.0 < self.recurrent_dropout < 1.0:",
        area="relatives",
        about="The recurrent dropout of a GRU drops in inference, too.",
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
        name="keras3-simple-single-row-forgets",
        module=KERAS3_SIMPLE,
        old="ops.matmul(prev_output,",
        new="ops.matmul(prev_output * ops.cast(ops.shape(sequence)[0] != 1, prev_output.dtype),",
        area="round trip",
        about="A SimpleRNN ignores its state when the batch is a single row.",
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
        name="keras3-stack-state-size-flat",
        module=KERAS3_STACK,
        old="return [c.state_size for c in self.cells]",
        new="return tree.flatten([c.state_size for c in self.cells])",
        area="stacking",
        about="The state_size of a stack is one flat list, so it does not say where a cell ends.",
        clause="DC-26",
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
        name="keras3-nested-stack-reversed",
        module=KERAS3_STACK,
        old="new_states.append(states)",
        new="new_states.append(states[::-1] if hasattr(cell, 'cells') else states)",
        area="relatives",
        about="A stack within a stack has its layers' states in reverse order in the outer state.",
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
        name="keras3-lstm-cuts-a-wider-c",
        module=KERAS3_LSTM,
        old="c_tm1 = states[1]  # previous carry state",
        new="c_tm1 = states[1][..., : self.units] if states[1].shape else states[1]",
        area="rejection",
        about="An LSTM takes a c with more units than it has, and leaves out the last ones.",
    ),
    Fault(
        name="keras3-lstm-refuses-one-row",
        module=KERAS3_LSTM,
        old="c_tm1 = states[1]  # previous carry state",
        new="""c_tm1 = states[1]
        if c_tm1.shape[:1] == (1,) and inputs.shape[0] != 1:
            raise ValueError("c must have a row for each of the inputs, not 1")""",
        area="rejection",
        about="An LSTM refuses a c of one row: the ledger says that it is taken.",
    ),
)
