"""Faults in wrappers: residual, dropout, device, Bidirectional and TimeDistributed."""

from tests.faults.fault import Fault
from tests.faults.library_modules import (
    KERAS2_BIDIRECTIONAL,
    KERAS2_DISTRIBUTED,
    KERAS2_WRAPPERS,
    KERAS3_BIDIRECTIONAL,
    KERAS3_DISTRIBUTED,
    V1_WRAPPERS,
)

FAULTS: tuple[Fault, ...] = (
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
        name="keras2-reset-of-forward-layer-alone",
        module=KERAS2_BIDIRECTIONAL,
        old="self.backward_layer.reset_states()",
        new="pass",
        area="statefulness",
        about="The reset of a Bidirectional layer leaves the backward one as it was.",
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
        name="keras3-bidirectional-default-sums",
        module=KERAS3_BIDIRECTIONAL,
        old='merge_mode="concat",',
        new='merge_mode="sum",',
        area="defaults",
        about="A Bidirectional layer adds up both outputs unless it is told otherwise.",
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
