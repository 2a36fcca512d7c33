"""Faults where a wrong value is known: the library gives another wrong value there.

Each changes what a known deviation computes, so only an entry of the ledger that would accept any
wrong number hides it. The tests of the deviation's own clause must see it.
"""

from dataclasses import dataclass

from tests.faults.fault import Fault
from tests.faults.library_modules import (
    KERAS2_BACKEND,
    KERAS2_RNN,
    KERAS3_ADAPTERS,
    KERAS3_BACKEND,
    KERAS3_FUNCTIONS,
    KERAS3_RNN,
)


@dataclass(frozen=True)
class _Place:
    """A place in a library that decides which wrong value is seen, and what to write there.

    `variants` are expressions, by what they give instead; each is put into `new` in turn.
    """

    name: str
    module: str
    clause: str
    old: str
    new: str
    variants: dict[str, str]

    @property
    def faults(self) -> list[Fault]:
        return [
            Fault(
                name=f"known-{self.name}-{variant.replace(' ', '-')}",
                module=self.module,
                old=self.old,
                new=self.new.replace("VALUE", expression),
                area="known values",
                about=f"{self.name.replace('-', ' ')}: {variant}",
                clause=self.clause,
            )
            for variant, expression in self.variants.items()
        ]


_OF_A_TENSOR = {  # of s
    "halved": "s * 0.5",
    "negated": "-s",
    "a thousandth too large": "s * 1.001",
    "one added": "s + 1.0",
    "that of the first row": "s[:1] * tf.ones_like(s) + 0.01",
}

_STORED_FIRST = _Place(
    "keras2-stored-state-before-a-given-one",
    KERAS2_RNN,
    "ST-09",
    "                    true_fn=lambda: self.states,\n",
    "                    true_fn=lambda: tf.nest.map_structure(lambda s: VALUE, self.states),\n",
    _OF_A_TENSOR,
)

_KERAS2_RESET = _Place(
    "keras2-reset",
    KERAS2_RNN,
    "ST-11",
    "                    np.zeros([batch_size] + tf.TensorShape(size).as_list()),\n",
    "                    (lambda s: VALUE)(np.asarray(backend.get_value(state), 'float64'))\n"
    "                    .astype(state.dtype.as_numpy_dtype),\n",
    {
        "to the half": "s * 0.5",
        "to what was stored": "s",
        "to ones": "s * 0.0 + 1.0",
        "to a thousandth": "s * 0.001",
    },
)

_KERAS3_RESET = _Place(
    "keras3-reset-after-a-given-state",
    KERAS3_RNN,
    "ST-11",
    """                v.assign(ops.zeros_like(v.value))
""",
    """                s = v.value
                v.assign(VALUE)
""",
    {
        "does nothing": "s",
        "halves": "s * 0.5",
        "gives ones": "ops.ones_like(s)",
        "leaves a hundredth": "s * 0.01",
    },
)

_FIRST_SLICE = _Place(
    "keras2-first-slice",
    KERAS2_BACKEND,
    "WR-20",
    """        output_time_zero, _ = step_function(
            input_time_zero, tuple(initial_states) + tuple(constants)
        )

        output_ta_size""",
    """        many = tf.nest.flatten(input_time_zero)[0].shape.rank == 3
        output_time_zero, _ = step_function(
            VALUE if many else input_time_zero, tuple(initial_states) + tuple(constants)
        )

        output_ta_size""",
    {
        "halved": "tf.nest.map_structure(lambda s: s * 0.5, input_time_zero)",
        "negated": "tf.nest.map_structure(lambda s: -s, input_time_zero)",
        "zero": "tf.nest.map_structure(tf.zeros_like, input_time_zero)",
        "backwards": "tf.nest.map_structure(lambda s: s[:, ::-1] * 0.9, input_time_zero)",
    },
)


def _last_output(name: str, module: str, tree: str, like: str) -> _Place:
    flat = f"{tree}.flatten(prev_output)"
    old = f"""                    flat_zero_output
                    if zero_output_for_mask
                    else {flat}
"""
    return _Place(
        name,
        module,
        "SQ-03",
        old,
        old.replace("flat_zero_output", "[VALUE for s in flat_output]", 1),
        {
            "ones": f"{like}(s)",
            "a hundredth": f"{like}(s) * 0.01",
            "of the masked step": "s + 0.01",
            "of the masked step halved": "s * 0.5",
        },
    )


_LAST_OUTPUTS = (
    _last_output("keras2-masked-last-output", KERAS2_BACKEND, "tf.nest", "tf.ones_like"),
    _last_output("keras3-masked-last-output", KERAS3_BACKEND, "tree", "tf.ones_like"),
)

_LOST_MASK = _Place(
    "keras3-lost-mask",
    KERAS3_RNN,
    "SQ-27",
    """        initial_state = list(initial_state)

        # Cast states""",
    """        initial_state = list(initial_state)
        if mask is None:
            sequences = (lambda s: VALUE)(sequences)

        # Cast states""",
    {
        "inputs a thousandth too large": "s * 1.001",
        "inputs negated": "-s",
        "a little added": "s + 0.001",
        "inputs in another order": "s[:, ::-1] * 1.01",
        "inputs of the step before": "ops.roll(s, 1, axis=1) + 0.001",
    },
)

_CAST_BY_PREDICT = _Place(
    "keras3-predict",
    KERAS3_ADAPTERS,
    "MD-11",
    "            x = sliceable_class.cast(x, cast_dtype)\n",
    "            s = sliceable_class.cast(x, VALUE\n",
    {
        "casts to float16": "'float16')\n            x = s",
        "casts to bfloat16": "'bfloat16')\n            x = s",
        "is a millionth too large": "cast_dtype)\n            x = s * 1.000001",
        "is a millionth off": "cast_dtype)\n            x = s + 0.000001",
    },
)

_HARD_SIGMOID = _Place(
    "keras3-hard-sigmoid",
    KERAS3_FUNCTIONS,
    "PS-10",
    "    return relu6(x + tf.constant(3.0, x.dtype)) / tf.constant(6.0, x.dtype)\n",
    "    return VALUE\n",
    {
        "of another slope": "relu6(x * 0.9 + tf.constant(3.0, x.dtype)) / 6",
        "off by a hundredth": "relu6(x + tf.constant(3.06, x.dtype)) / 6",
        "not below zero": "relu6(tf.abs(x) + tf.constant(3.0, x.dtype)) / 6",
        "of twice the size": "relu6(x + tf.constant(3.0, x.dtype)) / 3",
    },
)

_GIVEN_AGAIN = _Place(
    "keras3-state-given-again",
    KERAS3_RNN,
    "ST-19",
    """        initial_state = list(initial_state)

        # Cast states""",
    """        initial_state = list(initial_state)
        if self.stateful:
            again = [ops.cast(ops.any(v.value != 0), v.dtype) for v in tree.flatten(self.states)]
            again = ops.max(ops.stack(again))
            initial_state = tree.map_structure(
                lambda s, v: s + again * (VALUE), initial_state, list(self.states)
            )

        # Cast states""",
    {
        "with the stored one added": "v",
        "halved": "s * -0.5",
        "with a thousandth of it added": "s * 0.001",
        "negated": "s * -2.0",
        "with a thousandth added": "s * 0.0 + 0.001",
    },
)

FAULTS: tuple[Fault, ...] = tuple(
    fault
    for place in (
        _STORED_FIRST,
        _KERAS2_RESET,
        _KERAS3_RESET,
        _FIRST_SLICE,
        *_LAST_OUTPUTS,
        _LOST_MASK,
        _CAST_BY_PREDICT,
        _HARD_SIGMOID,
        _GIVEN_AGAIN,
    )
    for fault in place.faults
)
