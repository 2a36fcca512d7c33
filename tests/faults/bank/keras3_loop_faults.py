"""Faults in the backend of Keras 3, which loops over the steps."""

from tests.faults.fault import Fault
from tests.faults.library_modules import (
    KERAS3_BACKEND,
)

FAULTS: tuple[Fault, ...] = (
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
)
