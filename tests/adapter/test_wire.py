"""Messages between driver and target arrive unchanged, also at Python 3.7 and back."""

from __future__ import annotations

import dataclasses
import pickle
import pickletools
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from conformance.adapter import wire
from conformance.targets import interpreters

ARRAY = wire.Array("float32", (1, 2), b"\x00\x01\x02\x03\x04\x05\x06\x07")
LEAF = wire.Leaf(ARRAY, "numpy")
WEIGHTS = wire.Weights(ARRAY, ARRAY, bias=None, peepholes=ARRAY)
OFFER = wire.PathOffer("RNN/keras3", ("LSTM",), ("eager",), "why")
DEFAULTS = wire.Defaults("keras3/GRU", {"reset_after": True, "seed": None})
EXAMPLES: list[Any] = [
    ARRAY,
    wire.Array("float32", (), b"\x00\x01\x02\x03"),
    LEAF,
    wire.Spec("float32", (None, 2)),
    wire.Text((2, 3)),
    wire.Other("KerasTensor"),
    wire.Nothing(),
    wire.Node("list", (LEAF, wire.Node("LSTMStateTuple", (LEAF, LEAF)), wire.Nothing())),
    wire.Node("dict", (LEAF, LEAF), ("a", "b")),
    wire.Node("tuple", ()),
    wire.Previous(1),
    wire.OwnZeros(),
    WEIGHTS,
    wire.Program(
        "RNN/keras3", "eager", ({"units": 2, "cell_clip": None},), 3, "float32", kept=True
    ),
    wire.Call(ARRAY),
    wire.Call(ARRAY, wire.Node("list", (LEAF,))),
    wire.Run((WEIGHTS,), (wire.Call(ARRAY), wire.Call(ARRAY, wire.Previous(0)))),
    wire.Error("ValueError", "builtins", ("ValueError", "Exception"), "é", "rnn.py", "build"),
    wire.Observation(outputs=ARRAY, state=LEAF, seconds=0.5, weights_intact=False),
    OFFER,
    wire.Description({"tensorflow": "2.21.0"}, (OFFER, OFFER), (DEFAULTS,)),
    DEFAULTS,
    wire.Made(('{"units": 1}',), (WEIGHTS,)),
    wire.Stored(),
    wire.Reset(),
    wire.Reset(wire.Node("list", (LEAF,)), model=True),
    wire.Assign(wire.Node("list", (LEAF,))),
    wire.Compile(),
    wire.Call(ARRAY, wire.Stored(), before=wire.Reset(), by="predict"),
    wire.Loss(ARRAY, wire.Node("list", (LEAF,)), 2),
    wire.Gradients(ARRAY, wire.Node("list", (LEAF,)), (WEIGHTS,)),
]
MESSAGE = ("run", tuple(EXAMPLES))


@pytest.mark.parametrize("value", EXAMPLES, ids=lambda value: type(value).__name__)
def test_a_value_comes_back_unchanged(value: Any) -> None:
    again = wire.loads(wire.dumps(value))
    assert type(again) is type(value)
    assert again == value


def test_every_kind_has_an_example() -> None:
    kinds = {kind for kind in vars(wire).values() if dataclasses.is_dataclass(kind)}
    assert kinds == {type(value) for value in EXAMPLES}


def test_requests_and_answers_without_a_class_of_the_wire() -> None:
    for message in (("describe", None), ("failure", "Traceback"), ("answer", ({"a": (1,)}, 2.5))):
        assert wire.loads(wire.dumps(message)) == message


def test_a_message_contains_only_classes_of_the_wire() -> None:
    # a NumPy array may be something else at the other end
    names = {opcode.name for opcode, _, _ in pickletools.genops(wire.dumps(MESSAGE))}
    assert not names & {"GLOBAL", "REDUCE", "INST", "OBJ"}
    for foreign in (np.zeros(2), np.float32(1), Path()):
        with pytest.raises(pickle.UnpicklingError, match="does not belong into a message"):
            wire.loads(wire.dumps(("run", foreign)))


def test_an_object_that_occurs_twice_travels_once() -> None:
    run = next(example for example in EXAMPLES if isinstance(example, wire.Run))
    twice = wire.dumps((run, run))
    assert len(twice) < 1.1 * len(wire.dumps((run,)))
    one, other = wire.loads(twice)
    assert one is other


ECHO = """
import importlib.util, sys
spec = importlib.util.spec_from_file_location("wire", sys.argv[1])
wire = sys.modules["wire"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(wire)
word, values = wire.loads(sys.stdin.buffer.read())
assert isinstance(values[0], wire.Array), values[0]
sys.stdout.buffer.write(wire.dumps((word, values)))
"""


def test_the_oldest_python_reads_and_answers() -> None:
    python = interpreters.find("3.7")
    if python is None:
        pytest.skip("no Python 3.7 on this machine")
    done = subprocess.run(
        [python, "-c", ECHO, wire.__file__],
        input=wire.dumps(MESSAGE),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    assert wire.loads(done.stdout) == MESSAGE
