"""Pairs for the values of a call: another call, or another part of its results."""

from __future__ import annotations

import dataclasses

from conformance.cases import case_calls
from conformance.cases.case import Case
from reports.reproducer.code import array_code, build_code, trace_code
from reports.reproducer.code.source import Code, Group, assignment, call
from reports.reproducer.one_call import NoScenario
from reports.reproducer.two_ways import Pair, Pairing, must_be_eager, weights


def _last_output(case: Case) -> Pair:
    """Compare the last output of a layer that returns no sequences with its state."""
    must_be_eager(case)
    if case.program.layer.stateful or case.data.mask == "empty_row":
        raise NoScenario("values of a stateful layer, or without a step")
    state = "tf.nest.flatten(result[-1])[0]" if case.program.stacked else "result[1]"
    return Pair(
        [*build_code.path_code(case).statements, *array_code.variables(case_calls.whole(case))],
        ["result = layer(inputs, mask=mask)", f"seen, expected = result[0], {state}"],
        "as output the state after the last step that is not masked",
    )


def _hidden_first(case: Case) -> Pair:
    """Compare the first of an LSTM's two states with the last output."""
    must_be_eager(case)
    built, taken = build_code.path_code(case), case_calls.whole(case)
    return Pair(
        [*built.statements, *array_code.variables(taken)],
        [
            assignment("result", built.call(_named_state(case))),
            "seen, expected = result[1][0], result[0][:, -1]",
        ],
        "the last output, which is the hidden state, before the cell state",
        _weights_owner(built),
    )


def _masking_layer(case: Case) -> Pair:
    """Compare the result behind a Masking layer with that of a call with a mask."""
    must_be_eager(case)
    built, taken = build_code.path_code(case), case_calls.whole(case)
    behind = dataclasses.replace(built, first=(f"layers.Masking({_PADDED})(inputs)",))
    state = _named_state(case)
    return Pair(
        [
            *built.statements,
            *array_code.variables(taken),
            f"inputs = tf.where(mask[:, :, tf.newaxis], inputs, {_PADDED})",
        ],
        [
            assignment("expected", built.call(state, [name for name, _ in taken.arguments])),
            assignment("seen", behind.call(state)),
        ],
        "what the layer gives that is given the mask",
    )


_PADDED = "9.0"  # no input is as large


def _masked_outputs(case: Case) -> Pair:
    """Compare the outputs of a Bidirectional layer in masked steps with zeros."""
    must_be_eager(case)
    built, taken = build_code.path_code(case), case_calls.whole(case)
    outputs = "result[0]" if case.program.layer.merge_mode else "tf.concat(result[:2], -1)"
    return Pair(
        [*built.statements, *array_code.variables(taken)],
        [
            assignment("result", built.call(_named_state(case), ["mask"])),
            f"seen = tf.boolean_mask({outputs}, tf.logical_not(mask))",
            "expected = tf.zeros_like(seen)",
        ],
        "zeros as outputs of masked steps",
    )


def compiled_call(case: Case) -> Pair:
    """Compare a call that XLA compiles with an eager call."""
    built, taken = build_code.path_code(case), case_calls.whole(case)
    code = built.call(_named_state(case))
    lines, run = trace_code.function_code(case, True, taken, code, "**{option: True}")
    return Pair(
        [
            "import inspect",
            *built.statements,
            *array_code.variables(taken),
            "options = inspect.signature(tf.function).parameters  # until 2.4 there is another",
            'option = "jit_compile" if "jit_compile" in options else "experimental_compile"',
            *lines,
        ],
        [f"seen = {run}", assignment("expected", code)],
        "what the call gives eagerly",
        _weights_owner(built),
    )


def _prediction(case: Case) -> Pair:
    """Compare the prediction of a model with the result of its layer."""
    if case.program.mode not in ("predict", "predict_on_batch"):
        raise NoScenario("values in this mode")
    layer = build_code.layer_alone(case)
    return Pair(
        [
            *build_code.path_code(layer).statements,
            *build_code.functional_model(layer),
            *array_code.variables(case_calls.whole(layer)),
        ],
        [
            assignment("expected", call("layer", "inputs", initial_state="state")),
            f"seen = model.{case.program.mode}([inputs, *tf.nest.flatten(state)])",
        ],
        "what the layer gives",
    )


def _slice_by_slice(case: Case) -> Pair:
    """Compare a stateful layer in a TimeDistributed with its calls on one slice after another."""
    must_be_eager(case)
    plain = dataclasses.replace(case.program.layer, time_distributed=False)
    layer = build_code.path_code(case.replace(layer=plain)).statements
    shape = [case.data.batch, 2, case.data.steps, case.program.features]
    return Pair(
        [*layer, f"inputs = tf.random.stateless_normal({shape}, seed=[1, 2])"],
        [
            "expected = tf.stack([tf.nest.flatten(layer(inputs[:, at]))[0] for at in (0, 1)], 1)",
            "layer.reset_states()",
            "seen = tf.nest.flatten(layers.TimeDistributed(layer)(inputs))[0]",
        ],
        "what the layer gives on one slice after another",
        weighed="layer.cell",
    )


def _two_calls_of_convlstm(case: Case) -> Pair:
    """Compare two calls of a stateful ConvLSTM with one."""
    must_be_eager(case)
    (cell,) = case.program.cells
    assert cell.convolution is not None
    space, split = cell.convolution.space, case_calls.split(case)
    options: dict[str, Code] = {"return_sequences": "True", "stateful": "True"}
    layer = call(f"layers.ConvLSTM{len(space)}D", str(cell.units), "1", **options,
                 dtype=f'"{case.program.dtype}"')  # fmt: skip
    shape = [case.data.batch, case.data.steps, *space, case.program.features]
    return Pair(
        [
            f"inputs = tf.random.stateless_normal({shape}, seed=[1, 2],"
            f' dtype="{case.program.dtype}")'
        ],
        [
            assignment("layer", layer),
            f"layer.build({(case.data.batch, None, *space, case.program.features)})",
            weights("layer.cell"),
            f"expected = layer(inputs)[:, {split}:]",
            "layer.reset_states()",
            f"layer(inputs[:, :{split}])",
            f"seen = layer(inputs[:, {split}:])",
        ],
        "the outputs of one call over the whole sequence",
        weighed="",
    )


def _config_of_keras_2(case: Case) -> Pair:
    """Compare a cell of Keras 2 with that of Keras 3 from the same config.

    Both have the same name for the hard sigmoid.
    """
    must_be_eager(case)
    (cell,) = case.program.cells
    built, taken = build_code.path_code(build_code.layer_alone(case)), case_calls.whole(case)
    made = f"{cell.cell_type}Cell" if built.function == "cell" else cell.cell_type
    state = _named_state(case)
    old, new = (dataclasses.replace(built, function=name).call(state) for name in ("old", "new"))
    hard = 'recurrent_activation="hard_sigmoid"'
    return Pair(
        [
            *array_code.variables(build_code.adapt_call(case, taken)),
            f"old = tf.keras.layers.{made}({cell.units}, {hard})",
            build_code.build("old", case),
            weights("old"),
            assignment("expected", old),
            'config = {name: v for name, v in old.get_config().items() if name != "time_major"}',
            f"new = layers.{made}.from_config(config)",
            build_code.build("new", case),
            "new.set_weights(old.get_weights())",
        ],
        [assignment("seen", new)],
        "what the same config is in Keras 2",
        weighed="",
    )


def _documented_defaults(case: Case) -> Pair:
    """Compare a cell or layer with default options with one that gets the documented options."""
    cells = tuple(dataclasses.replace(cell, units=2) for cell in case.program.cells)
    # small sizes, as no default depends on a size
    case = case.replace(options="given", fresh=True, cells=cells, batch=1, features=2, steps=2)
    built, taken = build_code.path_code(case), build_code.adapt_call(case, case_calls.whole(case))
    name, state = built.function, _named_state(case)
    documented = [_add_documented_options(code) for code in built.statements]
    by_both = (
        dataclasses.replace(built, function=function).call(state).line
        for function in (name, "documented")
    )
    return Pair(
        [
            *built.statements,
            *(_rename(code, "documented") for code in documented),
            build_code.build(name, case),
            build_code.build("documented", case),
            *array_code.variables(taken),
        ],
        [
            f"documented.set_weights({name}.get_weights())",
            f"seen, expected = {', '.join(by_both)}",
        ],
        "what the same weights give with the documented options",
        _weights_owner(built),
    )


_DOCUMENTED = {
    "SimpleRNN": (),
    "LSTM": ('recurrent_activation="sigmoid"',),
    "GRU": ('recurrent_activation="sigmoid"', "reset_after=True"),
}


def _add_documented_options(code: Code) -> Code:
    """Return code that makes cells or a layer, with their documented options added."""
    if isinstance(code, str):
        return code
    kind = code.opening.rpartition("layers.")[2].removesuffix("(").removesuffix("Cell")
    parts = map(_add_documented_options, code.parts)
    return Group(code.opening, (*parts, *_DOCUMENTED.get(kind, ())), code.closing)


def _rename(code: Code, name: str) -> Code:
    """Return the same assignment to another name."""
    assert isinstance(code, Group)
    return Group(f"{name} ={code.opening.partition(' =')[2]}", code.parts, code.closing)


def _weights_owner(built: build_code.Built) -> str:
    """Return the name of the cell or layer with the weights; empty for a function."""
    return built.function if built.function in ("cell", "layer") else ""


def _named_state(case: Case) -> str | None:
    return None if case.data.state is None else "state"


BY_CLAUSE: dict[str, Pairing] = {
    "DC-10": _hidden_first,
    "DF-03": _documented_defaults,
    "MD-03": compiled_call,
    "MD-11": _prediction,
    "PS-10": _config_of_keras_2,
    "SQ-03": _last_output,
    "SQ-14": _masked_outputs,
    "SQ-27": _masking_layer,
    "WR-20": _slice_by_slice,
    "WR-21": _two_calls_of_convlstm,
}
