"""Real processes that are killed, abort, end or hang in mid-case: that case says so, no other does.

What brings a target down is planted into the installed library, for cells of three units.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import pytest

from conformance.cases.case import Case, make_case
from conformance.cases.data import Malformation
from conformance.cases.program import Cell
from conformance.engine.batching import BatchingClient
from conformance.engine.judge import judge_together
from conformance.engine.outcome import Outcome
from conformance.ledger.entry import Ledger
from conformance.results.change_kinds import BROKEN, WEAKER
from conformance.results.verdict import HOLDS, NEW
from conformance.targets import ProcessTarget
from conformance.upgrade.pair import Both
from conformance.upgrade.path_mapping import Crossing
from tests import support
from tests.faults.planting import Change

pytestmark = pytest.mark.skipif(
    find_spec("keras") is None or find_spec("tensorflow") is None,
    reason="TensorFlow and Keras 3 are not installed here",
)

_AT = "        prev_output = states[0] if isinstance(states, (list, tuple)) else states\n"
DEATHS = {
    "SIGKILL": ("os.kill(os.getpid(), 9)", "crashed", "signal SIGKILL"),
    "abort": ("os.abort()", "crashed", "signal SIGABRT"),
    "exit": ("os._exit(5)", "crashed", "exit code 5"),
    "hang": ("import time; time.sleep(10**6)", "hung", "no answer within"),
}
CASE = make_case("layer/keras3", "eager", (Cell("SimpleRNN", 2),), batch=2, steps=2, state="mixed")
DEADLY = CASE.replace(cells=(Cell("SimpleRNN", 3),))
CASES = [
    CASE,
    DEADLY,
    CASE.replace(data_seed=1),
    CASE.replace(cells=(Cell("GRU", 3),)),
    CASE.replace(mode="function"),
]
WRONG = Malformation("wrong_batch")


def bringing_down(folder: Path, how: str) -> Path:
    """An interpreter whose library does so."""
    new = _AT + f"        if self.units == 3:\n            import os; {DEATHS[how][0]}\n"
    return Change("keras.src.layers.rnn.simple_rnn", _AT, new).interpreter(folder)


@pytest.fixture(scope="module")
def sound() -> Iterator[ProcessTarget]:
    with closing(support.target_here()) as target:
        yield target


@pytest.fixture(scope="module")
def outcomes(sound: ProcessTarget) -> list[Outcome]:
    """What is to be seen where nothing goes wrong."""
    return judged(sound)


def judged(target: ProcessTarget) -> list[Outcome]:
    return judge_together(support.clauses()["AG-01"], CASES, BatchingClient(target), Ledger())


@pytest.mark.parametrize("how", DEATHS)
def test_the_case_says_so_and_the_run_goes_on(
    tmp_path: Path, sound: ProcessTarget, outcomes: list[Outcome], how: str
) -> None:
    _, ended, said = DEATHS[how]
    # the first call of a process takes long, where all processors are busy
    faulty = ProcessTarget("faulty", bringing_down(tmp_path, how), case_seconds=30)
    with closing(faulty):
        for seen, wanted in zip(judged(faulty), outcomes, strict=True):
            assert wanted.status == HOLDS
            if seen.case != DEADLY:
                assert seen == wanted
                continue
            assert seen.status == NEW
            assert seen.observation is not None
            assert seen.observation.error is not None
            assert seen.observation.error.name == ended
            assert said in seen.observation.error.message
        compared = _compared("AG-01", CASES, sound, faulty)
        assert compared == {DEADLY: ("UP-02", BROKEN, "accepted", ended)}


def test_a_new_target_that_dies_of_a_malformed_state_has_a_weaker_error(
    tmp_path: Path, sound: ProcessTarget
) -> None:
    cases = [case.replace(malformation=WRONG) for case in (CASE, DEADLY)]
    with closing(ProcessTarget("faulty", bringing_down(tmp_path, "SIGKILL"))) as faulty:
        (of_it,) = _compared("RJ-01", cases, sound, faulty).items()
        assert of_it == (cases[1], ("UP-02", WEAKER, "InvalidArgumentError", "crashed"))
        # and the other way round it is no worse: an error in place of a crash
        (back,) = _compared("RJ-01", cases, faulty, sound).items()
        assert back == (cases[1], ("UP-02", "fixed", "crashed", "InvalidArgumentError"))


def _compared(
    clause: str, cases: list[Case], old: ProcessTarget, new: ProcessTarget
) -> dict[Case, tuple[str, str, str, str]]:
    """The cases that two targets treat differently, and how."""
    both = Both(
        support.clauses()[clause],
        Crossing("keras3", "keras3"),
        BatchingClient(old),
        BatchingClient(new),
    )
    found = zip(cases, both.compare(cases), strict=True)
    return {case: one.difference.signature for case, one in found if one.difference}
