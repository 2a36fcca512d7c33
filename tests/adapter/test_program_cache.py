"""Kept programs, on the real TensorFlow: they must do the same as new ones."""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec

import pytest

from conformance.adapter import wire
from conformance.cases import case_calls, state_forms
from conformance.cases.case import Case, make_case
from conformance.cases.data import Malformation
from conformance.cases.program import BIDIRECTIONAL, STACK, Cell, Layer
from conformance.checks import numbers, outputs, stored_state
from conformance.targets import Target
from tests import support

pytestmark = pytest.mark.skipif(
    find_spec("tensorflow") is None, reason="TensorFlow is not installed here"
)


def programs(offer: wire.PathOffer) -> list[Case]:
    """Return programs in each mode, whose cells have a pair of states and a single one.

    A stack has both. What kept programs of other cells do is compared with the reference in every
    run of the suite.
    """
    kinds = (STACK,) if STACK in offer.cells else ("LSTM", "GRU")
    return [
        make_case(offer.name, mode, _cells(kind, offer.name), features=3, dtype="float64")
        for kind in kinds
        for mode in offer.modes
    ]


def _cells(kind: str, path: str) -> tuple[Cell, ...]:
    if state_forms.Path.parse(path).api in BIDIRECTIONAL:
        return (Cell(kind, 3), Cell(kind, 2))
    return (Cell("GRU", 3), Cell("LSTM", 2)) if kind == STACK else (Cell(kind, 3),)


def data_cases(program: Case) -> Iterator[Case]:
    """Yield cases that each have another batch, steps, weights and state."""
    one_step = state_forms.Path.parse(program.program.path).api == "cell"
    for seed, (batch, steps, state) in enumerate(
        [(1, 1, "zeros"), (2, 3, "ones"), (4, 5, "mixed")]
    ):
        yield program.replace(
            batch=batch,
            steps=1 if one_step else steps,
            state=state,
            weight_seed=seed,
            data_seed=seed,
        )


def ask(target: Target, case: Case, isolated: bool) -> tuple[wire.Observation, ...]:
    """Run a call, and another one from its final state."""
    again = wire.Call(case_calls.inputs(case), wire.Previous(0))
    run = case_calls.run(case, [case_calls.whole(case), again])
    (seen,) = target.run(case_calls.program(case, isolated), (run,))
    return seen


@pytest.mark.parametrize("offer", support.OFFERS, ids=lambda offer: offer.name)
def test_a_kept_program_does_what_a_new_one_does(target: Target, offer: wire.PathOffer) -> None:
    support.needs(target, offer.name)
    *earlier, last = zip(*(data_cases(program) for program in programs(offer)), strict=True)
    for case in itertools.chain(*earlier):  # programs take turns
        ask(target, case, False)
    for case in last:
        for kept, new in zip(ask(target, case, False), ask(target, case, True), strict=True):
            assert_alike(case, kept, new)


def assert_alike(case: Case, kept: wire.Observation, new: wire.Observation) -> None:
    one, other = outputs.accepted_run(case, kept), outputs.accepted_run(case, new)
    assert state_forms.format_tree(kept.state) == state_forms.format_tree(new.state)
    numbers.runs_are_identical(one, other, "the new program's")


@pytest.mark.parametrize("mode", ["eager", "function"])
@pytest.mark.parametrize("path", ["RNN/keras2", "RNN/keras3", "layer/keras2", "layer/keras3"])
def test_a_kept_stateful_layer_begins_each_run_as_it_was_built(
    target: Target, path: str, mode: str
) -> None:
    support.needs(target, path)
    kinds = ("LSTM",) if path.startswith("layer") else ("LSTM", STACK)
    for kind in kinds:
        case = make_case(
            path, mode, _cells(kind, path), 2, 3, layer=Layer(stateful=True), state=None
        )
        calls = case_calls.run(case, [case_calls.whole(case)] * 2)
        once, again = target.run(case_calls.program(case), (calls, calls))
        assert_alike(case, once[0], again[0])
        stored = stored_state.stored_values(case, once[0])
        assert not (stored[0][0] == stored_state.stored_values(case, once[1])[0][0]).all()


@pytest.mark.parametrize("mode", ["function", "graph"])
def test_it_is_indeed_kept(target: Target, mode: str) -> None:
    program = make_case("RNN/keras3", mode, (Cell("LSTM", 7),))
    seconds = [ask(target, case, False)[0].seconds for case in data_cases(program)]
    assert min(seconds[1:]) < seconds[0] / 10


BOUNDED = """
import sys
sys.path.insert(0, sys.argv[1])
from conformance.adapter import serve
from conformance.cases import case_calls
from conformance.cases.case import make_case
from conformance.cases.program import Cell

serve.reply("describe", None)
from conformance.adapter import program_cache

case = make_case("cell/keras3", "eager", (Cell("SimpleRNN", 1),))
for features in range(1, program_cache.LIMIT + 20):
    wider = case.replace(features=features)
    run = case_calls.run(wider, [case_calls.whole(wider)])
    assert serve.reply("run", (case_calls.program(wider), (run,)))[0] == "answer"
print(len(program_cache._idle) == program_cache.LIMIT, len(program_cache._idle))
"""


def test_the_number_of_kept_programs_is_limited() -> None:
    done = subprocess.run(
        [sys.executable, "-c", BOUNDED, str(support.ROOT)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.startswith("True"), done.stdout + done.stderr[-2000:]


def test_one_that_failed_is_rebuilt(target: Target) -> None:
    program = make_case("RNN/keras2", "function", (Cell("GRU", 7),), batch=2)
    ask(target, program, False)
    malformed = program.replace(malformation=Malformation("wrong_units"))
    run = case_calls.run(program, [case_calls.whole(malformed)])
    ((refused,),) = target.run(case_calls.program(program), (run,))
    assert refused.error is not None

    def building_seconds() -> float:
        before = target.seconds()["building"]
        (seen, _) = ask(target, program, False)
        numbers.agrees_with_reference(program, outputs.accepted_run(program, seen))
        return target.seconds()["building"] - before

    assert building_seconds() > 10 * building_seconds()
