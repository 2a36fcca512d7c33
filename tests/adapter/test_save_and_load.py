"""Saving and loading, on the real TensorFlow: the reloaded program is the same, no file is left."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec

import pytest

from conformance.adapter import wire
from conformance.cases import case_calls
from conformance.cases.case import Case, make_case
from conformance.cases.program import Cell
from conformance.checks import numbers, outputs
from conformance.targets import Target
from tests import support

pytestmark = pytest.mark.skipif(
    find_spec("tensorflow") is None, reason="TensorFlow is not installed here"
)

STACK = (Cell("LSTM", 2, forget_bias=1.0), Cell("GRU", 3))
CASE = make_case("RNN/keras3", "eager", STACK, batch=2, steps=3, features=2, state="mixed")
OFFERED = [
    (offer.name, way)
    for offer in support.OFFERS
    for way in offer.reloads
    # a SavedModel of Keras 2 takes seconds, and a clause asks for it anyway
    if (offer.name, way) != ("RNN/keras2", wire.SAVED_MODEL) and not offer.name.endswith("v1")
]


@pytest.fixture(autouse=True)
def every_path(target: Target) -> None:
    """Skip where a path is missing: a reloaded program may come from another generation."""
    support.needs(target, *support.OFFERED)


def observe(target: Target, *cases: Case) -> list[wire.Observation]:
    """Run the whole sequence of each case, in one message; the cases share a program."""
    runs = tuple(case_calls.run(case, [case_calls.whole(case)]) for case in cases)
    return [seen for (seen,) in target.run(case_calls.program(cases[0]), runs)]


def case_on(path: str, way: str) -> Case:
    one_step = path.startswith("cell/")
    cells = STACK[:1] if path.startswith("layer/") else STACK
    if path.startswith("Bidirectional/"):
        cells = (Cell("LSTM", 2), Cell("LSTM", 3, forget_bias=1.0))
    return CASE.replace(path=path, cells=cells, steps=1 if one_step else 3, reloaded=way)


@pytest.mark.parametrize(("path", "way"), OFFERED)
def test_a_reloaded_program_does_the_same(target: Target, path: str, way: str) -> None:
    case = case_on(path, way)
    (before,) = observe(target, case_calls.before_reloading(case))
    (after,) = observe(target, case)
    if way == wire.WHOLE_KERAS2_CONFIG and not path.startswith("cell"):
        assert after.error is not None
        assert after.error.stage == "build"
        return
    outputs.accepted_run(case, after)
    numbers.same_observations(before, after)
    outputs.must_keep_weights(after)


@pytest.mark.parametrize("way", [wire.CONFIG, wire.KERAS_FILE, wire.V1_WEIGHTS])
def test_other_weights_are_reloaded_too(target: Target, way: str) -> None:
    cases = [case_on("RNN/keras3", way).replace(weight_seed=seed) for seed in (0, 1, 0)]
    seen = observe(target, *cases)
    wanted = observe(target, *(case_calls.before_reloading(case) for case in cases))
    for one, other in zip(seen, wanted, strict=True):
        numbers.same_observations(other, one)
        outputs.must_keep_weights(one)
    assert seen[0].outputs != seen[1].outputs


def test_one_that_could_not_be_reloaded_is_rebuilt(target: Target) -> None:
    case = case_on("layer/keras3", wire.WHOLE_KERAS2_CONFIG)
    for _ in range(2):
        (seen,) = observe(target, case)
        assert seen.error is not None
        assert "time_major" in seen.error.message


def test_a_made_object_shows_its_config_and_weights(target: Target) -> None:
    made = target.look(case_calls.program(case_on("RNN/keras3", wire.CONFIG)))
    before, after = map(json.loads, made.configs)
    assert before == after
    assert [cell["config"]["units"] for cell in before["cell"]["config"]["cells"]] == [2, 3]
    plain = case_calls.before_reloading(case_on("RNN/keras2", wire.CONFIG))
    made = target.look(case_calls.program(plain))
    assert len(made.configs) == 1
    assert [weights.recurrent.shape for weights in made.weights] == [(2, 8), (3, 9)]


def test_a_missing_config_is_an_observed_error(target: Target) -> None:
    stack = case_on("cell/keras2", wire.CONFIG).replace(path="cell/v1")
    made = target.look(case_calls.program(stack))
    assert made.error is not None
    assert made.error.name == "TypeError"
    assert made.error.stage == "build"


def test_defaults_are_described_once_for_each_class(target: Target) -> None:
    found = {record.owner: record for record in target.describe().defaults}
    assert len(found) == len(target.describe().defaults)
    assert found["keras3/GRU"].options["reset_after"] is True
    assert found["keras2/LSTM"].options["kernel_initializer"]["class_name"] == "GlorotUniform"
    assert found["v1/LSTMCell"].options["forget_bias"] == 1.0
    assert not any(record.error for record in found.values())
    json.dumps([record.options for record in found.values()], allow_nan=False)
    assert not {"name", "units", "cell"} & {
        option for record in found.values() for option in record.options
    }


FILES = """
import os, sys, tempfile
sys.path.insert(0, sys.argv[1])
tempfile.tempdir = sys.argv[2]
from conformance.adapter import serve
from conformance.cases import case_calls
from conformance.cases.case import make_case
from conformance.cases.program import Cell

serve.reply("describe", None)
case = make_case("layer/keras3", "eager", (Cell("LSTM", 1),))
for way in (".keras", ".h5", "weights", "saved_model"):
    asked = case.replace(reloaded=way)
    run = case_calls.run(asked, [case_calls.whole(asked)])
    kind, ((seen,),) = serve.reply("run", (case_calls.program(asked), (run,)))
    assert kind == "answer" and seen.error is None, seen
# TensorFlow leaves its own until it ends
print("left:", [name for name in os.listdir(sys.argv[2]) if "autograph" not in name])
"""


def test_no_file_is_left(tmp_path: object) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FILES, str(support.ROOT), str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip().endswith("left: []"), done.stdout + done.stderr[-2000:]
