"""Faults in the RNN layer of Keras 3, which all its recurrent layers share."""

from tests.faults.fault import Fault
from tests.faults.library_modules import (
    KERAS3_RNN,
)

FAULTS: tuple[Fault, ...] = (
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
        name="keras3-rnn-config-renames-zero-output",
        module=KERAS3_RNN,
        old='"zero_output_for_mask": self.zero_output_for_mask,',
        new='"zero_output": self.zero_output_for_mask,',
        area="persistence",
        about="The config of RNN has zero_output_for_mask under another name.",
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
        name="keras3-stack-declares-the-first-width",
        module=KERAS3_RNN,
        old="                states_shape.append((batch_size, state_size))",
        new="""                first = self.state_size[0]
                states_shape.append((batch_size, first if isinstance(first, int) else first[0]))""",
        area="modes",
        about="The symbolic states of a stack have the width of its first cell.",
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
        name="keras3-mixed-final-state-in-variable-dtype",
        module=KERAS3_RNN,
        old="lambda x: ops.cast(x, dtype=self.compute_dtype), states",
        new="lambda x: ops.cast(x, dtype=self.variable_dtype), states",
        area="relatives",
        about="Under mixed precision the final state is float32.",
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
        name="keras3-conv-lstm-final-state-halved",
        module=KERAS3_RNN,
        old="return output, *states",
        new="return output, *[s / 2 if len(getattr(s, 'shape', ())) > 3 else s for s in states]",
        area="relatives",
        about="The final state of a ConvLSTM over two axes or three is half of what it should be.",
    ),
)
