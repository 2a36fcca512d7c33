"""Real processes that are killed or hang in a case: only this case deviates.

The cause is planted into the installed library, for cells of three units. `test_targets.py` has the
other ways in which a process may end.
"""

from __future__ import annotations

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
from conformance.upgrade.pair import TargetPair
from conformance.upgrade.path_mapping import GenerationPair
from tests import support
from tests.faults.planting import Change, faulty_interpreter

pytestmark = pytest.mark.skipif(
    find_spec("keras") is None or find_spec("tensorflow") is None,
    reason="TensorFlow and Keras 3 are not installed here",
)

_AT = "        prev_output = states[0] if isinstance(states, (list, tuple)) else states\n"
DEATHS = {
    "SIGKILL": ("os.kill(os.getpid(), 9)", "crashed", "signal SIGKILL"),
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


def deadly_interpreter(folder: Path, how: str) -> Path:
    """Make an interpreter with a library that ends the process in this way."""
    new = _AT + f"        if self.units == 3:\n            import os; {DEATHS[how][0]}\n"
    return faulty_interpreter(folder, Change("keras.src.layers.rnn.simple_rnn", _AT, new))


@pytest.fixture(scope="module")
def sound(target: ProcessTarget) -> BatchingClient:
    """Return the client of a target without a fault; it remembers the answers."""
    return BatchingClient(target)


def judge(client: BatchingClient) -> list[Outcome]:
    return judge_together(support.clauses()["AG-01"], CASES, client, Ledger())


@pytest.mark.parametrize("how", DEATHS)
def test_the_case_says_so_and_the_run_goes_on(
    tmp_path: Path, sound: BatchingClient, how: str
) -> None:
    _, grade, message = DEATHS[how]
    # the first call of a process takes long if all processors are busy
    process = ProcessTarget("faulty", deadly_interpreter(tmp_path, how), case_seconds=9)
    with closing(process):
        faulty = BatchingClient(process)
        for outcome, expected in zip(judge(faulty), judge(sound), strict=True):
            assert expected.status == HOLDS
            if outcome.case != DEADLY:
                assert outcome == expected
                continue
            assert outcome.status == NEW
            assert outcome.observation is not None
            assert outcome.observation.error is not None
            assert outcome.observation.error.name == grade
            assert message in outcome.observation.error.message
        differences = _differences("AG-01", CASES, sound, faulty)
        assert differences == {DEADLY: ("UP-02", BROKEN, "accepted", grade)}


def test_a_new_target_that_dies_of_a_malformed_state_has_a_weaker_error(
    tmp_path: Path, sound: BatchingClient
) -> None:
    cases = [case.replace(malformation=WRONG) for case in (CASE, DEADLY)]
    with closing(ProcessTarget("faulty", deadly_interpreter(tmp_path, "SIGKILL"))) as process:
        faulty = BatchingClient(process)
        (crash,) = _differences("RJ-01", cases, sound, faulty).items()
        assert crash == (cases[1], ("UP-02", WEAKER, "InvalidArgumentError", "crashed"))
        # the other way round, an error in place of a crash is no worse
        (back,) = _differences("RJ-01", cases, faulty, sound).items()
        assert back == (cases[1], ("UP-02", "fixed", "crashed", "InvalidArgumentError"))


def _differences(
    clause: str, cases: list[Case], old: BatchingClient, new: BatchingClient
) -> dict[Case, tuple[str, str, str, str]]:
    """Return the cases that two targets treat differently, and the signature of the difference."""
    generations = GenerationPair("keras3", "keras3")
    pair = TargetPair(support.clauses()[clause], generations, old, new)
    found = zip(cases, pair.compare(cases), strict=True)
    return {case: one.difference.signature for case, one in found if one.difference}
