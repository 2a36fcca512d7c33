"""Faults in the backend of Keras 2, which loops over the steps, and in its Masking layer."""

from tests.faults.fault import Fault
from tests.faults.library_modules import (
    KERAS2_BACKEND,
    KERAS2_MASKING,
)

FAULTS: tuple[Fault, ...] = (
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
        name="keras2-masking-nothing-for-one-row",
        module=KERAS2_MASKING,
        old="outputs._keras_mask = tf.squeeze(boolean_mask, axis=-1)",
        new="outputs._keras_mask = tf.squeeze(boolean_mask | (tf.shape(inputs)[0] == 1), axis=-1)",
        area="sequences",
        about="A Masking layer masks no step of a single row.",
    ),
)
