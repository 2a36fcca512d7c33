"""Faults in the loops of TensorFlow 1: dynamic_rnn, static_rnn, raw_rnn and their while loop."""

from tests.faults.fault import Fault
from tests.faults.library_modules import (
    DYNAMIC_RNN,
    WHILE_LOOP,
)

FAULTS: tuple[Fault, ...] = (
    Fault(
        name="dynamic-rnn-given-state-ignored",
        module=DYNAMIC_RNN,
        old="state = initial_state\n  assert",
        new="state = nest.map_structure(array_ops.zeros_like, initial_state)\n  assert",
        area="round trip",
        about="dynamic_rnn starts from zeros although an initial state was given.",
    ),
    Fault(
        name="dynamic-rnn-many-rows-from-zeros",
        module=DYNAMIC_RNN,
        old="state = initial_state\n  assert",
        new="""few = array_ops.shape(nest.flatten(inputs)[0])[1] <= 16
  state = nest.map_structure(
      lambda s: array_ops.where_v2(few, s, array_ops.zeros_like(s)), initial_state)
  assert""",
        area="round trip",
        about="dynamic_rnn starts more than 16 rows from zeros, whatever state was given.",
        clause="DC-24",
    ),
    Fault(
        name="dynamic-rnn-declared-dtype-not-read",
        module=DYNAMIC_RNN,
        old="state = initial_state\n  assert",
        new="""dtype = nest.flatten(inputs)[0].dtype
  state = initial_state
  assert""",
        area="dtype",
        about="dynamic_rnn takes any dtype argument, because it takes the inputs' dtype instead.",
        clause="DC-25",
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
        name="while-loop-structure-check-off",
        module=WHILE_LOOP,
        old="nest.assert_same_structure(loop_var_structure, list(loop_vars))",
        new="pass",
        area="rejection",
        about="An eager dynamic_rnn accepts more layers' states than there are layers.",
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
