"""Scripts that show a deviation: their code and their exit codes.

A stand-in for TensorFlow runs them here. It accepts every call except the one that is judged.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import dataclasses
import io
import sys
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given, settings

from conformance.cases.case import Case, case_to_plain, make_case
from conformance.cases.data import Malformation
from conformance.cases.program import Cell, Custom, Layer, Model
from conformance.results.verdict import HOLDS, KNOWN, NEW, Verdict
from reports import __main__ as command_line
from reports.reproducer import one_call, standalone_script
from tests import support
from tests.reports.test_show import a_verdict, write_run

VERSIONS = {"tensorflow": "2.21.0", "keras3": "3.15.1"}
MALFORMED = make_case(
    "RNN/keras3",
    "eager",
    (Cell("LSTM", 3),),
    batch=2,
    malformation=Malformation("too_few"),
    fresh=True,
)
OF_DEFAULTS = (Cell("LSTM", 1), Cell("GRU", 1, reset_after=True))
WITHOUT = make_case("dynamic_rnn/keras3", "function", (Cell("GRU", 2),), state=None)
ERROR = {"class": "TypeError", "message": "TypeError (no)", "stage": "call"}


def a_deviation(case: Case, clause: str = "RJ-01", **fields: object) -> Verdict:
    given = {"case": case_to_plain(case), "observation": {"outputs": []}, **fields}
    return a_verdict(clause, case.place, KNOWN, cell=case.program.cell_name, **given)


def script_of(case: Case, clause: str = "RJ-01", **fields: object) -> str:
    return standalone_script.script_of(a_deviation(case, clause, **fields), VERSIONS)


class _InvalidArgumentError(Exception):
    """TensorFlow's own."""


def exits_with(script: str, judged: str, error: Exception | list[Exception | None] | None) -> int:
    """Return the exit code of a script in which the call `judged` fails with this error.

    `judged` is a name such as `keras.layers.RNN()`. A list has the results of the first calls.
    """
    tensorflow, keras = mock.MagicMock(), mock.MagicMock(__version__="3.15.1")
    tensorflow.keras.__version__ = "2.15.0"
    tensorflow.errors.InvalidArgumentError = _InvalidArgumentError
    tensorflow.function = lambda function, **options: function
    library, *names = judged.split(".")
    called = {"tf": tensorflow, "keras": keras}[library]
    for name in names:
        called = getattr(called, name.removesuffix("()"))
        called = called.return_value if name.endswith("()") else called
    called.side_effect = error
    modules = {"tensorflow": tensorflow, "keras": keras}
    with mock.patch.dict(sys.modules, modules), contextlib.redirect_stdout(io.StringIO()):
        try:
            exec(compile(script, "script", "exec"), {})
        except SystemExit as exited:
            return int(exited.code or 0)
    return 0


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (None, 1),
        (IndexError("list index out of range"), 1),
        (ValueError("too few states"), 0),
        (_InvalidArgumentError("shapes"), 0),
    ],
)
def test_a_malformed_state_must_be_refused(error: Exception | None, code: int) -> None:
    assert exits_with(script_of(MALFORMED), "keras.layers.RNN()", error) == code


def test_what_must_be_accepted_is_judged_the_other_way_round() -> None:
    script = script_of(WITHOUT, "RT-05", observation={"error": ERROR})
    called = "tf.compat.v1.nn.dynamic_rnn"
    assert exits_with(script, called, TypeError("no")) == 1
    assert exits_with(script, called, None) == 0


@pytest.mark.parametrize(
    ("errors", "code"),
    [
        ([IndexError(), None, None], 0),
        ([IndexError(), ValueError(), None], 1),
        ([IndexError(), None, ValueError()], 1),
    ],
)
def test_after_a_refusal_the_next_calls_are_judged(
    errors: list[Exception | None], code: int
) -> None:
    script = script_of(MALFORMED, "RJ-03", observation={"error": ERROR})
    assert exits_with(script, "keras.layers.RNN()", errors) == code


def test_what_fails_before_the_call_cannot_be_told() -> None:
    assert exits_with(script_of(MALFORMED), "keras.layers.RNN", TypeError("no such option")) == 2


def test_any_error_is_one_where_the_clause_asks_for_one() -> None:
    assert exits_with(script_of(MALFORMED, "DC-21"), "keras.layers.RNN()", IndexError()) == 0
    named = script_of(MALFORMED, "DC-22")
    assert exits_with(named, "keras.layers.RNN()", ValueError("cell.state_size")) == 0
    assert exits_with(named, "keras.layers.RNN()", ValueError("shapes")) == 1


def test_dynamic_rnn_is_called_by_the_name_and_with_the_dtype_of_the_case() -> None:
    given = WITHOUT.replace(mode="eager", state="mixed")
    written = given.replace(layer=Layer(called_as_written=True))
    script = script_of(written, "DC-23", observation={"error": ERROR})
    assert exits_with(script, "tf.nn.dynamic_rnn", AttributeError("no such name")) == 1
    assert exits_with(script, "tf.nn.dynamic_rnn", None) == 0
    declared = script_of(given.replace(layer=Layer(declared_dtype="float64")), "DC-25")
    assert 'tf.compat.v1.nn.dynamic_rnn(cell, inputs, initial_state=state, dtype="float64")' in (
        declared
    )
    assert exits_with(declared, "tf.compat.v1.nn.dynamic_rnn", None) == 1


def test_the_script_reads_as_a_person_would_write_it() -> None:
    script = script_of(MALFORMED, statement="A malformed state is refused.")
    assert script.startswith(
        '"""RJ-01 on RNN/keras3, LSTM, eager.\n\nA malformed state is refused.'
    )
    assert 'Seen with TensorFlow 2.21.0, Keras 3.15.1: accepted."""\n' in script
    assert (
        "    layer = layers.RNN(layers.LSTMCell(3), return_sequences=True, return_state=True)\n"
        in script
    )
    assert "    state = [tf.zeros([2, 3])]\n" in script
    assert "    result = layer(inputs, initial_state=state)\n" in script
    assert len(script.splitlines()) <= 40


@pytest.mark.parametrize(
    ("case", "line"),
    [
        (
            make_case("cell/v1", "eager", (Cell("LSTM", 2),)),
            "cells.LSTMStateTuple(tf.zeros([1, 2]), ",
        ),
        (make_case("cell/v1", "eager", (Cell("GRU", 2),)), "cell.build(tf.TensorShape([None, 1]))"),
        (make_case("cell/keras2", "eager", (Cell("GRU", 2),), dtype="float64"), '"float64")'),
        (make_case("layer/keras2", "eager", (Cell("GRU", 1),), form="numpy"), "np.zeros([1, 1], "),
        (make_case("static_rnn/v1", "eager", (Cell("GRU", 1),)), "tf.unstack(inputs, axis=1)"),
        (
            make_case("cell/keras3", "eager", (Cell("GRU", 1),) * 2),
            "layers.StackedRNNCells([cell_0, ",
        ),
        (make_case("RNN/keras2", "eager", (Cell("GRU", 1),), lengths="full"), "tf.constant([1], "),
        (
            make_case("RNN/keras3", "eager", (Cell("LSTM", 2, custom=Custom("nested")),)),
            "    class Own(layers.Layer):\n        state_size, output_size = [2, (2,)], 2\n",
        ),
    ],
)
def test_each_path_and_form_has_its_code(case: Case, line: str) -> None:
    assert line in script_of(case)


def test_a_function_is_traced_for_the_sizes_that_a_target_leaves_open() -> None:
    case = make_case("RNN/keras2", "function", (Cell("LSTM", 3),), batch=2, features=4, mask="full")
    script = " ".join(script_of(case, "SQ-21", observation={"error": ERROR}).split())
    assert "def call(inputs, state, mask): return layer(inputs, " in script
    assert "run = tf.function(call, input_signature=signature, autograph=False)" in script
    state = "tf.TensorSpec([None, 3])"
    assert f"tf.TensorSpec([None, None, 4]), [{state}, {state}], " in script
    assert 'tf.TensorSpec([None, None], "bool")' in script


def test_what_is_malformed_is_traced_for_its_sizes() -> None:
    script = script_of(MALFORMED.replace(mode="function"))
    called = "lambda: layer(inputs, initial_state=state)"
    assert f"run = tf.function({called}, autograph=False)\n" in script
    assert "    result = run()\n" in script


def test_a_graph_has_placeholders_for_the_sizes_that_a_target_leaves_open() -> None:
    case = make_case("RNN/keras2", "graph", (Cell("LSTM", 3),), batch=2, features=4, mask="full")
    script = script_of(case, "SQ-21", observation={"error": ERROR})
    placed = "place = tf.compat.v1.placeholder_with_default"
    assert "    with tf.Graph().as_default() as graph:\n        layer = layers.RNN(" in script
    assert f"        {placed}\n" in script
    assert "        inputs = place(tf.cast(random.uniform(" in script
    assert '"float32"), [None, None, 4])\n' in script
    assert '        mask = place(tf.cast([[1], [1]], "bool"), [None, None])\n' in script
    assert "lambda leaf: place(leaf, [None, *leaf.shape[1:]])" in script
    assert "        result = session.run(result)\n" in script
    malformed = script_of(MALFORMED.replace(mode="graph"))
    assert placed not in malformed
    assert exits_with(malformed, "keras.layers.RNN()", IndexError()) == 1


@pytest.mark.parametrize(
    ("cells", "wanted"),
    [
        ((Cell("SimpleRNN", 2),), "an integer"),
        ((Cell("GRU", 2),), "a tuple of two integers"),
        ((Cell("LSTM", 2), Cell("LSTM", 1)), "a tuple of tuples of two integers"),
    ],
)
def test_what_a_cell_tells_is_shown_without_a_call(cells: tuple[Cell, ...], wanted: str) -> None:
    script = script_of(make_case("RNN/keras3", "eager", cells, fresh=True), "DC-12")
    assert f'print("expected: {wanted}")' in script
    assert "told = layer.cell.state_size" in script
    assert "layer(inputs" not in script


@pytest.mark.parametrize(
    ("path", "sentence", "made", "line"),
    [
        (
            "layer/keras3",
            "LSTM.activity = None, but must be {}; LSTM.use_cudnn = absent, but must be false",
            "layer = layers.LSTM(2, use_cudnn=False)",
            'told = layer.get_config().get("use_cudnn", "nothing")',
        ),
        (
            "Bidirectional/keras3",
            "layer.seed = absent, but must be 3",
            "layer = layers.Bidirectional(layers.LSTM(2, seed=3))",
            'told = layer.get_config()["layer"]["config"].get("seed", "nothing")',
        ),
    ],
)
def test_what_a_config_does_not_tell_is_shown(
    path: str, sentence: str, made: str, line: str
) -> None:
    cells = (Cell("LSTM", 1),) * (2 if "Bi" in path else 1)
    script = script_of(make_case(path, "eager", cells, options="every"), "PS-01", sentence=sentence)
    assert made in script
    assert line in script


OF_ANOTHER_BATCH = make_case(
    "layer/keras3",
    "function",
    (Cell("GRU", 1),),
    batch=2,
    state=None,
    layer=Layer(stateful=True),
    other_batch=1,
    unknown_rows=True,
)


def test_a_call_of_another_batch_comes_after_one_of_the_first() -> None:
    script = script_of(OF_ANOTHER_BATCH, "ST-14")
    assert "layer.build((2, None, 1))" in script
    assert script.count("    inputs = tf.") == 2
    assert script.index("    run(inputs)\n") < script.index("    result = run(inputs)\n")
    assert exits_with(script, "keras.layers.GRU()", [None, ValueError()]) == 0
    assert exits_with(script, "keras.layers.GRU()", [None, None]) == 1
    assert exits_with(script, "keras.layers.GRU()", [ValueError(), None]) == 2


def test_where_the_first_call_must_be_accepted_it_is_the_one() -> None:
    sentence = "the call = TypeError (no), but must be accepted"
    seen = {"sentence": sentence, "observation": {"error": ERROR}}
    script = script_of(OF_ANOTHER_BATCH, "ST-14", **seen)
    assert script.count("    inputs = tf.") == 1
    assert exits_with(script, "keras.layers.GRU()", [TypeError()]) == 1
    assert exits_with(script, "keras.layers.GRU()", [None]) == 0


def test_a_default_that_no_config_tells_is_that_of_the_signature() -> None:
    case = make_case("layer/keras3", "eager", (Cell("LSTM", 1),), options="defaults")
    sentence = "keras3/LSTM.use_cudnn = absent, but must be 'auto' (https://keras.io)"
    script = script_of(case, "DF-01", sentence=sentence)
    assert "signature = inspect.signature(layers.LSTM.__init__).parameters" in script
    assert 'told = layers.LSTM(2).get_config().get("use_cudnn", default)' in script


A_STATEFUL = make_case(
    "layer/keras3",
    "eager",
    (Cell("LSTM", 2),),
    batch=2,
    steps=3,
    state="mixed",
    split=1,
    layer=Layer(stateful=True),
)


@pytest.mark.parametrize(
    ("clause", "case", "lines"),
    [
        ("ST-09", A_STATEFUL, ["expected = layer(inputs, initial_state=state)"]),
        ("ST-11", A_STATEFUL, ["layer.reset_state()", "seen = layer(inputs)"]),
        ("ST-11", A_STATEFUL.replace(path="RNN/keras2"), ["layer.reset_states()"]),
        ("ST-01", A_STATEFUL, ["layer(inputs[:, :1])", "seen = layer(inputs[:, 1:])[1:]"]),
        (
            "ST-18",
            A_STATEFUL.replace(state=None, model=Model("functional")),
            ["model = keras.Model(x, layer(x))", "model.reset_state()"],
        ),
        (
            "SQ-27",
            make_case("RNN/keras3", "eager", (Cell("LSTM", 2),), steps=3, mask="leading"),
            ["inputs = tf.where(mask[:, :, tf.newaxis], inputs, 9.0)"],
        ),
        (
            "PS-10",
            make_case(
                "cell/keras3", "eager", (Cell("GRU", 2),), other="cell/keras2", reloaded="config"
            ),
            ["old = tf.keras.layers.GRUCell(2, ", "seen = new(inputs, state)"],
        ),
        (
            "SQ-14",
            make_case(
                "Bidirectional/keras2", "eager", (Cell("LSTM", 1),) * 2, steps=2, mask="trailing"
            ),
            ["result = layer(inputs, initial_state=state, mask=mask)", "tf.logical_not(mask)"],
        ),
        (
            "ST-12",
            make_case(
                *("RNN/keras2", "eager", (Cell("LSTM", 1, ones_at_first=True),)),
                state=None,
                layer=Layer(stateful=True),
            ),
            ["class Own(layers.LSTMCell):", "own = layer.cell.get_initial_state(batch_size=1, "],
        ),
        (
            "DF-03",
            make_case("cell/keras2", "eager", OF_DEFAULTS, options="defaults"),
            [
                'layers.LSTMCell(2, recurrent_activation="sigmoid"),',
                'layers.GRUCell(2, recurrent_activation="sigmoid", reset_after=True)',
            ],
        ),
        (
            "MD-11",
            make_case("Model/keras3", "predict", (Cell("GRU", 2),), state="mixed"),
            ["layer = layers.GRU(2, ", "seen = model.predict([inputs, *tf.nest.flatten(state)])"],
        ),
    ],
)
def test_values_are_held_against_the_same_computed_otherwise(
    clause: str, case: Case, lines: list[str]
) -> None:
    script = script_of(case, clause)
    assert all(line in script for line in lines)
    assert "sys.exit(0 if told <= 2e-05 else 1)" in script
    assert not undefined(script)


def test_an_error_of_either_way_is_the_deviation() -> None:
    script = script_of(A_STATEFUL, "ST-09")
    called = "keras.layers.LSTM()"
    assert exits_with(script, called, [None, ValueError()]) == 1
    assert exits_with(script, "keras.layers.LSTM", TypeError()) == 2


BUILDING = {"observation": {"error": {**ERROR, "stage": "build"}}}


@pytest.mark.parametrize(
    ("clause", "case", "sentence", "line"),
    [
        ("ST-02", A_STATEFUL, "", "    layer.build((2, None, 1))"),
        (
            "PS-02",
            make_case(
                "cell/v1", "eager", (Cell("GRU", 1),) * 2, options="every", reloaded="config"
            ),
            "",
            "    again = type(cell).from_config(cell.get_config())",
        ),
        (
            "PS-09",
            make_case("layer/keras3", "eager", (Cell("LSTM", 1),), other="layer/keras2"),
            "arguments passed to LSTM: {'time_major': False}",
            '    layers.LSTM.from_config({**layers.LSTM(2).get_config(), "time_major": False})',
        ),
        (
            "PS-01",
            make_case("Bidirectional/keras2", "eager", (Cell("LSTM", 1),) * 2, options="every"),
            "the config = TypeError (Object of type dict is not JSON serializable)",
            "    json.dumps(layer.get_config())",
        ),
        (
            "MD-10",
            make_case("Model/keras3", "eager", (Cell("LSTM", 1),), wiring="computed"),
            "Could not interpret initializer identifier: identity",
            '    layers.Dense(2, kernel_initializer="identity").build((None, 2))',
        ),
        (
            "PS-05",
            make_case("layer/keras3", "eager", (Cell("LSTM", 1),), reloaded=".h5"),
            "",
            "    keras.models.load_model(path)",
        ),
        (
            "PS-07",
            make_case(
                "RNN/keras3", "eager", (Cell("LSTM", 1), Cell("GRU", 1)), reloaded="saved_model"
            ),
            "",
            "initial_state=[[leaves[0], leaves[1]], leaves[2]]",
        ),
        (
            "ST-19",
            A_STATEFUL.replace(model=Model("functional", given=True)),
            "",
            "    layer(x, initial_state=state)",
        ),
        (
            "ST-17",
            A_STATEFUL.replace(model=Model("functional", by="predict_on_batch")),
            "",
            "    layer(x)",
        ),
        (
            "DF-03",
            make_case(
                "layer/keras2", "eager", (Cell("GRU", 2, reset_after=True),), options="defaults"
            ),
            "",
            "    documented.set_weights(layer.get_weights())",
        ),
        (
            "WR-03",
            make_case(
                "dynamic_rnn/keras2", "graph", (Cell("LSTM", 1, wrappers=("output_dropout",)),)
            ),
            "",
            "tf.nn.RNNCellDropoutWrapper(layers.LSTMCell(1), output_keep_prob=0.5)",
        ),
    ],
)
def test_what_cannot_be_built_is_tried(clause: str, case: Case, sentence: str, line: str) -> None:
    script = script_of(case, clause, sentence=sentence, **BUILDING)
    assert line in script
    assert not undefined(script)


@pytest.mark.parametrize(
    ("clause", "case", "lines"),
    [
        (
            "GR-01",
            make_case("RNN/keras2", "function", (Cell("GRU", 2),)),
            [
                "            result = layer(inputs, initial_state=state)\n",
                "    tf.function(gradients, autograph=False)()\n",
            ],
        ),
        (
            "GR-04",
            make_case("dynamic_rnn/v1", "eager", (Cell("LSTM", 1),), steps=2, split=1),
            [
                "            _, *carried = tf.compat.v1.nn.dynamic_rnn(\n",
                "                cell, inputs[:, 1:], initial_state=carried,",
                "    gradients()\n",
            ],
        ),
        (
            "RT-04",
            make_case("cell/keras2", "function", (Cell("GRU", 2),), form="own"),
            ["state = cell.get_initial_state(batch_size=1, ", "    cell(inputs, state)\n"],
        ),
        (
            "ST-08",
            A_STATEFUL.replace(dtype="float64", form="other float"),
            ['"float32")', "    layer.reset_states(states)\n"],
        ),
        (
            "MD-03",
            make_case("layer/keras2", "jit", (Cell("LSTM", 1),)),
            ["autograph=False, **{option: True})\n", "    seen = run(inputs, state)\n"],
        ),
        (
            "MD-12",
            make_case("Model/keras2", "graph", (Cell("SimpleRNN", 1),)),
            ["        result = model([inputs, *tf.nest.flatten(state)])\n"],
        ),
    ],
)
def test_what_must_not_fail_is_tried(clause: str, case: Case, lines: list[str]) -> None:
    script = script_of(case, clause, observation={"error": ERROR})
    for line in lines:
        assert line in script
    assert not undefined(script)


def test_gradients_that_cannot_be_had_are_the_deviation() -> None:
    case = make_case("dynamic_rnn/v1", "eager", (Cell("GRU", 2),))
    script = script_of(case, "GR-01", observation={"error": ERROR})
    assert exits_with(script, "tf.compat.v1.nn.dynamic_rnn", TypeError()) == 1
    assert exits_with(script, "tf.compat.v1.nn.dynamic_rnn", None) == 0


@pytest.mark.parametrize(("error", "code"), [(ValueError(), 1), (None, 0)])
def test_an_error_while_building_is_the_deviation(error: Exception | None, code: int) -> None:
    script = script_of(A_STATEFUL, "ST-02", **BUILDING)
    assert exits_with(script, "keras.layers.LSTM().build", error) == code


@pytest.mark.parametrize(
    ("clause", "case", "holds"),
    [
        (
            "SQ-21",
            make_case("dynamic_rnn/v1", "eager", (Cell("GRU", 2),), batch=3, steps=0),
            'told == ((3, 0, 2), "float32")',
        ),
        ("DC-04", make_case("RNN/keras3", "eager", (Cell("SimpleRNN", 2),)), "told == (1, 2)"),
        (
            "WR-07",
            make_case("cell/keras3", "eager", (Cell("GRU", 1),) * 2, nesting=((0, 1),)),
            "told == 1",
        ),
    ],
)
def test_a_structure_is_told(clause: str, case: Case, holds: str) -> None:
    script = script_of(case, clause)
    assert f"sys.exit(0 if {holds} else 1)" in script
    assert not undefined(script)


def test_a_class_that_is_not_there_is_told() -> None:
    sentence = "keras2/ConvLSTM1D.activation = absent, but must be 'tanh'"
    case = make_case("RNN/keras2", "eager", (Cell("LSTM", 1),), options="defaults")
    script = script_of(case, "DF-02", sentence=sentence)
    assert 'told = hasattr(layers, "ConvLSTM1D")' in script
    with pytest.raises(standalone_script.NoScript, match="a default with such a difference"):
        script_of(case, "DF-02", sentence="keras2/RNN.unroll = True, but must be False")


def test_scenarios_build_programs_as_their_clauses_do() -> None:
    clauses = support.clauses()
    for name, scenario in one_call.BY_CLAUSE.items():
        assert scenario.isolated == clauses[name].cost.isolated


def undefined(script: str) -> set[str]:
    """Return the names that a script reads and never gives a value."""
    names = [node for node in ast.walk(ast.parse(script)) if isinstance(node, ast.Name)]
    read = {name.id for name in names if isinstance(name.ctx, ast.Load)}
    made = {name.id for name in names if isinstance(name.ctx, ast.Store)}
    for node in ast.walk(ast.parse(script)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            made |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            made.add(node.name)
        if isinstance(node, ast.arg):
            made.add(node.arg)
        if isinstance(node, ast.ExceptHandler) and node.name:
            made.add(node.name)
    return read - made - set(vars(builtins))


@settings(max_examples=100)
@given(support.cases(malformed=True))
def test_whatever_is_drawn_malformed_has_a_script_or_a_reason(case: Case) -> None:
    with contextlib.suppress(standalone_script.NoScript):
        assert not undefined(script_of(case))


@pytest.mark.parametrize(
    ("case", "why"),
    [
        (make_case("RNN/keras3", "unrolled", (Cell("GRU", 1),)), "the mode 'unrolled'"),
        (make_case("Model/keras3", "eager", (Cell("GRU", 1),)), "the path Model/keras3"),
        (
            make_case("RNN/keras3", "eager", (Cell("GRU", 1),), layer=Layer(time_distributed=True)),
            "a layer with the option time_distributed",
        ),
    ],
)
def test_what_is_not_covered_is_said(case: Case, why: str) -> None:
    with pytest.raises(standalone_script.NoScript, match=f"^no script is written yet for {why}$"):
        script_of(case)


def test_what_shows_in_values_is_not_covered() -> None:
    with pytest.raises(standalone_script.NoScript, match="a deviation in values"):
        script_of(make_case("RNN/keras3", "eager", (Cell("GRU", 1),)), "RT-05")


HOSTILE = 'x"""\nimport os\\'


@pytest.mark.parametrize("field", ["path", "mode", "dtype", "state", "batch", "form", "policy"])
@pytest.mark.parametrize("clause", ["RJ-01", "MD-11", "SQ-21", "ST-09"])
def test_no_text_of_a_case_becomes_code(clause: str, field: str) -> None:
    case = {**case_to_plain(A_STATEFUL), field: HOSTILE}
    verdict = dataclasses.replace(a_deviation(A_STATEFUL, clause), case=case)
    with contextlib.suppress(standalone_script.NoScript):
        assert HOSTILE not in ast.dump(ast.parse(standalone_script.script_of(verdict, VERSIONS)))


@pytest.mark.parametrize("clause", ["PS-01", "DF-01", "PS-02"])
def test_no_text_of_a_sentence_becomes_code(clause: str) -> None:
    hostile = "arguments passed to os.system('x'): {'a': b()}; LSTM.use = absent, but must be f()"
    error = BUILDING["observation"]["error"] if clause == "PS-02" else None
    verdict = a_deviation(MALFORMED, clause, sentence=hostile, observation={"error": error})
    with contextlib.suppress(standalone_script.NoScript):
        assert not {"b", "f", "x"} & undefined(standalone_script.script_of(verdict, VERSIONS))


@pytest.mark.parametrize("field", ["batch", "steps", "features"])
def test_no_array_is_made_that_would_fill_the_memory(field: str) -> None:
    case = {**case_to_plain(MALFORMED), field: 10**12}
    with pytest.raises(standalone_script.NoScript, match="a size above 1000"):
        standalone_script.script_of(
            dataclasses.replace(a_deviation(MALFORMED), case=case), VERSIONS
        )


def test_texts_of_a_verdict_stay_texts() -> None:
    verdict = dataclasses.replace(
        a_deviation(MALFORMED),
        statement=HOSTILE,
        observation={"error": {"class": HOSTILE, "message": "", "stage": "call"}},
    )
    assert imports(standalone_script.script_of(verdict, VERSIONS)) == imports(script_of(MALFORMED))


def imports(script: str) -> int:
    return sum(isinstance(node, ast.Import) for node in ast.walk(ast.parse(script)))


# --- the command ----------------------------------------------------------------------------------

SOME = (
    a_deviation(MALFORMED, malformation="too_few"),
    a_verdict("RT-01", "RNN/keras3", HOLDS),
    a_deviation(WITHOUT, "PS-11"),
)


@pytest.fixture
def run_file(tmp_path: Path) -> Path:
    return write_run(tmp_path / "run.jsonl", SOME)


def test_the_command_prints_the_script(run_file: Path, capsys: pytest.CaptureFixture) -> None:
    assert command_line.main(["repro", str(run_file), "RJ-01/RNN/keras3"]) == 0
    printed = capsys.readouterr()
    compile(printed.out, "script", "exec")
    assert printed.err == ""


@pytest.mark.parametrize(
    ("clause", "why"),
    [
        ("RT-01", "no deviation"),
        ("RT-99", "no verdict"),
        ("RJ-01/RNN/keras2", "no verdict"),
        ("PS-11", "the clause PS-11"),
    ],
)
def test_the_command_says_in_one_line_why_not(
    run_file: Path, capsys: pytest.CaptureFixture, clause: str, why: str
) -> None:
    assert command_line.main(["repro", str(run_file), clause]) == 2
    printed = capsys.readouterr()
    assert why in printed.err
    assert printed.err.count("\n") == 1
    assert printed.out == ""


def test_of_several_a_new_one_comes_first(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    one = a_deviation(MALFORMED, malformation="too_few")
    new = Verdict.from_plain({**one.to_plain(), "verdict": NEW, "malformation": "none_leaf"})
    run_file = write_run(tmp_path / "run.jsonl", (one, new))
    assert command_line.main(["repro", str(run_file), "RJ-01"]) == 0
    assert "none_leaf; 1 more" in capsys.readouterr().err
    chosen = ["repro", str(run_file), "RJ-01", "--malformation", "too_few"]
    assert command_line.main(chosen) == 0
    assert capsys.readouterr().err == ""
