"""Helpers of several tests of the suite: paths, drawn cases, perfect answers."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import strategies as st

from conformance.adapter import wire
from conformance.cases import floats, state_forms
from conformance.cases.case import Case
from conformance.cases.program import VARIABLE_DTYPE
from conformance.checks.outputs import Run, state_leaves
from conformance.contract.clause import Clause, DrawSpec, Subject, all_clauses
from conformance.reference import forward
from conformance.reference.expected import expected_trajectory
from conformance.targets import HERE, ProcessTarget, Target

ROOT = Path(__file__).parents[1]
MODES = ("eager", "function", "graph")

# The beginning of a program that a test runs instead of a target's Python: it speaks the protocol
PROTOCOL = """#!{python}
import importlib.util, os, signal, sys, time
from multiprocessing.connection import Connection

spec = importlib.util.spec_from_file_location("wire", sys.argv[1] + "/wire.py")
wire = sys.modules["wire"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(wire)
requests = Connection(int(sys.argv[2]), writable=False)
answers = Connection(int(sys.argv[3]), readable=False)
"""

_V1 = ("SimpleRNN", "BasicLSTM", "LSTM", "GRU")
_KERAS = ("SimpleRNN", "LSTM", "GRU")
_GENERATIONS = {
    "dynamic_rnn": ("v1", "keras2", "keras3"),
    "RNN": ("keras2", "keras3"),
    "layer": ("keras2", "keras3"),
    "cell": ("v1", "keras2", "keras3"),
    "Bidirectional": ("keras2", "keras3"),
    "bidirectional_dynamic_rnn": ("v1",),
    "static_rnn": ("v1",),
    "raw_rnn": ("v1",),
    "Model": ("keras2", "keras3"),
}
_TRACED = ("retraced", "relaxed", "alternating")
_FURTHER_MODES = {
    "dynamic_rnn": (*_TRACED, "jit"),
    "RNN": (*_TRACED, "unrolled", "jit"),
    "layer": (*_TRACED, "unrolled", "jit"),
    "cell": (*_TRACED, "jit"),
    "Model": ("predict", "predict_on_batch"),
}
_SINGLE_CELL_APIS = ("layer", "Bidirectional", "bidirectional_dynamic_rnn")


def _offer(api: str, generation: str) -> wire.PathOffer:
    cell_types = _V1 if generation == "v1" else _KERAS
    return wire.PathOffer(
        f"{api}/{generation}",
        cell_types if api in _SINGLE_CELL_APIS else (*cell_types, "Stack"),
        MODES,
        reloads=_reloads(api, generation),
        further_modes=_FURTHER_MODES.get(api, ()),
    )


def _reloads(api: str, generation: str) -> tuple[str, ...]:
    if api == "Bidirectional" or (api, generation) == ("cell", "v1"):
        return (wire.CONFIG,)
    if api not in ("RNN", "layer", "cell"):
        return ()
    from_keras2 = (wire.KERAS2_CONFIG, wire.WHOLE_KERAS2_CONFIG) if generation == "keras3" else ()
    ways = (wire.CONFIG, wire.V1_WEIGHTS, wire.BASIC_V1_WEIGHTS, *from_keras2)
    files = (wire.KERAS_FILE, wire.H5_FILE, wire.WEIGHTS_FILE, wire.SAVED_MODEL)
    return ways if api == "cell" else (*ways, *files)


# The offers of an environment that has everything; a test compares them with the real TensorFlow
OFFERS = tuple(
    _offer(api, generation) for api, names in _GENERATIONS.items() for generation in names
)
OFFERED = {offer.name: offer for offer in OFFERS}


def needs(target: Target, *paths: str) -> None:
    """Skip a test where a user's own TensorFlow lacks a path; an installed extra has all paths."""
    found = {offer.name: offer for offer in target.describe().paths}
    for path in paths:
        if found[path].missing:
            pytest.skip(f"{path} is not available: {found[path].missing}")


def clauses() -> dict[str, Clause]:
    """Return the clauses of all modules of the contract."""
    return all_clauses()


def every_subject() -> list[tuple[Clause, Subject]]:
    """Return each clause with each of its subjects."""
    return [
        (clause, subject) for clause in clauses().values() for subject in clause.subjects(OFFERS)
    ]


def cases(modes: Sequence[str] = MODES, malformed: bool | None = None) -> st.SearchStrategy[Case]:
    """Draw cases of all clauses; `malformed` chooses those with or without a malformation."""
    pairs = [pair for pair in every_subject() if _modes(*pair, modes)]
    drawn = st.sampled_from(pairs).flatmap(
        lambda pair: (
            pair[0].cases(pair[1], DrawSpec(_modes(*pair, modes))).map(lambda cases: cases[0])
        )
    )
    if malformed is None:
        return drawn
    return drawn.filter(lambda case: (case.data.malformation is not None) == malformed)


def _modes(clause: Clause, subject: Subject, modes: Sequence[str]) -> Sequence[str]:
    return clause.judged_in(modes, OFFERED[subject.path].further_modes)


def perfect(case: Case, trajectory: forward.Trajectory | None = None) -> wire.Observation:
    """Return the answer of a library without a fault to the whole sequence of a case."""
    expected = trajectory or expected_trajectory(case)
    outputs = expected.outputs.value
    if (
        state_forms.Path.parse(case.program.path).api == "cell"
        or not case.program.layer.return_sequences
    ):
        outputs = outputs[:, -1]
    elif case.program.layer.time_major:
        outputs = np.swapaxes(outputs, 0, 1)
    outputs = outputs.reshape(*outputs.shape[:-1], *case.program.output_shape)
    state = tuple(tuple(leaf.value for leaf in cell) for cell in expected.state)
    run = Run(outputs, state, wire.Observation())
    return wire.Observation(
        outputs=to_wire(outputs, case.program.dtype),
        state=state_forms.documented_tree(case, state_leaves(run, case.program.dtype)),
        variables=(VARIABLE_DTYPE,) if case.program.policy else (),
    )


def to_wire(values: object, dtype: str) -> wire.Array:
    """Return an array as a target sends it."""
    return floats.to_wire(np.asarray(values, np.float64), dtype)


def an_error(name: str, message: str = "no", *bases: str, stage: str = "call") -> wire.Observation:
    """Return an observation of an exception."""
    return wire.Observation(
        error=wire.Error(name, "builtins", (name, *bases), message, "keras/src/x.py", stage)
    )


def target_here() -> ProcessTarget:
    """Return the TensorFlow that is installed here, in its own process."""
    return ProcessTarget(HERE, Path(sys.executable))
