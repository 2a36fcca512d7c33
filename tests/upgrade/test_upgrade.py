"""The upgrade check, on miniature targets that differ on purpose."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import strategies as st

from conformance.adapter import wire
from conformance.cases import case_calls, floats
from conformance.cases.case import Case, make_case
from conformance.cases.program import Cell
from conformance.checks import numbers
from conformance.checks.deviation import Deviation, error_line
from conformance.checks.outputs import accepted_run
from conformance.checks.rejection import malformed_is_refused
from conformance.contract.clause import CheckResult, Clause, Cost, Runs, Subject
from conformance.engine.profiles import Profile
from conformance.results.change_kinds import BROKEN, CHANGED, FIXED, UNCHANGED, WEAKER
from conformance.results.severities import MUST
from conformance.results.verdict import HOLDS, NEW, VERDICT_PROPERTY, Header, Verdict
from conformance.upgrade import path_mapping
from conformance.upgrade.pair_runner import Side, UpgradeBench
from conformance.upgrade.upgrade_clauses import STATEMENTS
from reports.run_files.run_file import Run
from reports.terminal import run_text, upgrade_text
from strategies import malformed, states
from tests import support

SUBJECT = Subject("RNN/keras2", "LSTM", other="RNN/keras3")
PROFILE = Profile("test", 10, 10, 200, data_cases=2, eager_data_cases=1, eager_share=1)
Seen = wire.Observation
Answer = Callable[[wire.Program, wire.Call], Seen]


class Miniature:
    """Answers each call by a function of its program and itself."""

    def __init__(self, name: str, answer: Answer) -> None:
        self.name = name
        self._answer = answer
        self.programs: list[wire.Program] = []

    def run(self, program: wire.Program, runs: Any) -> Any:
        """Return one observation for each call of each run."""
        self.programs.append(program)
        return tuple(tuple(self._answer(program, call) for call in run.calls) for run in runs)

    def describe(self) -> wire.Description:
        """Return all paths."""
        return wire.Description({}, support.OFFERS)

    def renew_if_large(self) -> None:
        """Do nothing, as this target stays small."""

    def __getattr__(self, name: str) -> Any:
        raise NotImplementedError(name)


def return_a_number(program: wire.Program, call: wire.Call) -> Seen:
    """Return outputs of one number, and a state of one leaf."""
    array = support.to_wire([[0.5]], "float32")
    return Seen(array, wire.Node("list", (wire.Leaf(array),)))


def raising(name: str, message: str = "no") -> Answer:
    return lambda program, call: support.an_error(name, message)


def answer_by_program(
    wrong: Callable[[wire.Program], bool], then: Answer, otherwise: Answer
) -> Answer:
    return lambda program, call: (then if wrong(program) else otherwise)(program, call)


def wide(program: wire.Program) -> bool:
    return program.cells[0]["units"] > 3


def must_be_accepted(case: Case, run: Runs) -> CheckResult:
    """Raise Deviation where the call is refused."""
    (seen,) = run(case, wire.Call(wire.Array("float32", (0,), b"")))
    if seen.error:
        raise Deviation(f"the call = {error_line(seen.error)}", seen)
    return CheckResult()


def must_be_refused(case: Case, run: Runs) -> CheckResult:
    """Raise Deviation where the malformed state is not refused."""
    (seen,) = run(case, case_calls.whole(case))
    return CheckResult(grade=malformed_is_refused(case, seen))


TAKEN = Clause(
    "XX-01", "It is accepted.", MUST, (), lambda offers: [SUBJECT],
    states.case_groups, must_be_accepted, cost=Cost(effort=1.0),
)  # fmt: skip
REFUSED = dataclasses.replace(
    TAKEN, identifier="XX-02", cases=malformed.case_groups, judge=must_be_refused
)


def verdicts(
    old: Answer, new: Answer, clause: Clause = TAKEN, subject: Subject = SUBJECT
) -> list[Verdict]:
    """Return the verdicts on two miniatures; check that the test fails if something is worse."""
    before, after = (
        Side(Miniature(name, answer), wire.Description({}, support.OFFERS))
        for name, answer in (("old", old), ("new", new))
    )
    node: Any = types.SimpleNamespace(user_properties=[])
    failed = ""
    try:
        UpgradeBench(before, after, PROFILE, "0").judge(clause, subject, node)
    except pytest.fail.Exception as failure:
        failed = str(failure)
    found = [
        Verdict.from_plain(plain)
        for name, plain in node.user_properties
        if name == VERDICT_PROPERTY
    ]
    assert bool(failed) == any(verdict.verdict == NEW for verdict in found)
    assert ("--target old --target new --replay" in failed) == bool(failed)
    return found


def differences(found: Sequence[Verdict]) -> dict[tuple[str, str, str, str], Verdict]:
    by_signature = {}
    for verdict in found:
        assert verdict.target_difference is not None
        assert verdict.family == "UP"
        assert verdict.target_difference.origin in ("XX-01", "XX-02")
        if verdict.target_difference.change != UNCHANGED:
            one = verdict.target_difference
            by_signature[verdict.clause, one.change, one.was, one.now] = verdict
    return by_signature


# --- the differences ------------------------------------------------------------------------------


def test_no_difference_where_both_do_the_same() -> None:
    for answer in (return_a_number, raising("ValueError")):
        (alike,) = verdicts(answer, answer)
        assert differences([alike]) == {}
        assert (alike.clause, alike.verdict, alike.path) == ("UP-07", HOLDS, SUBJECT.place)
        assert alike.cases > 10
        assert alike.modes == support.MODES


def test_a_call_that_is_no_longer_accepted_is_shrunk_to_the_difference() -> None:
    new = answer_by_program(wide, raising("IndexError"), return_a_number)
    found = differences(verdicts(return_a_number, new))
    assert list(found) == [("UP-02", BROKEN, "accepted", "IndexError")]
    (verdict,) = found.values()
    assert verdict.case == {
        "path": "RNN/keras2", "mode": "eager", "cells": [{"kind": "LSTM", "units": 4}],
        "other": "RNN/keras3",
    }  # fmt: skip
    assert verdict.observation is not None
    assert verdict.observation["error"]["class"] == "IndexError"
    assert verdict.target_difference is not None
    assert verdict.target_difference.before is not None
    assert "error" not in verdict.target_difference.before


def test_several_differences_each_have_their_own_smallest_case() -> None:
    def new(program: wire.Program, call: wire.Call) -> Seen:
        if program.dtype == "float64":
            return raising("KeyError")(program, call)
        return answer_by_program(wide, raising("IndexError"), return_a_number)(program, call)

    found = differences(verdicts(return_a_number, new))
    cases = {key[3]: verdict.case for key, verdict in found.items()}
    assert set(cases) == {"IndexError", "KeyError"}
    assert cases["IndexError"]["cells"] == [{"kind": "LSTM", "units": 4}]  # type: ignore[index]
    assert cases["KeyError"]["dtype"] == "float64"  # type: ignore[index]
    assert cases["KeyError"]["cells"] == [{"kind": "LSTM", "units": 1}]  # type: ignore[index]


def test_a_call_that_is_no_longer_refused_is_fixed() -> None:
    (key,) = differences(verdicts(raising("ValueError"), return_a_number))
    assert key == ("UP-02", FIXED, "ValueError", "accepted")


def returning_state(state: Callable[[Any], Any]) -> Answer:
    def answer(program: wire.Program, call: wire.Call) -> Seen:
        seen = return_a_number(program, call)
        return dataclasses.replace(seen, state=state(seen.state))

    return answer


def test_another_structure_is_breaking() -> None:
    new = returning_state(lambda state: state.children[0])
    ((key, verdict),) = differences(verdicts(return_a_number, new)).items()
    assert key == ("UP-01", BROKEN, "", "")
    assert verdict.sentence == (
        "structure = float32(1, 1), float32(1, 1), but must be as with OLD:"
        " float32(1, 1), [float32(1, 1)]"
    )


def test_a_tuple_in_place_of_a_list_is_no_worse() -> None:
    new = returning_state(lambda state: wire.Node("tuple", state.children))
    assert list(differences(verdicts(return_a_number, new))) == [
        ("UP-01", CHANGED, "a list", "a tuple")
    ]
    assert list(differences(verdicts(new, return_a_number))) == [
        ("UP-01", CHANGED, "a tuple", "a list")
    ]


WHOLE = make_case("RNN/keras2", "eager", (Cell("LSTM", 2),), batch=2, steps=3, state="mixed")


def offset_answer(error: float) -> Answer:
    """Return the right numbers plus an error."""
    seen = support.perfect(WHOLE)
    assert seen.outputs is not None
    outputs = support.to_wire(floats.from_wire(seen.outputs) + error, WHOLE.program.dtype)
    return lambda program, call: dataclasses.replace(seen, outputs=outputs)


def verdicts_on_numbers(old: float, new: float) -> list[Verdict]:
    def agrees(case: Case, run: Runs) -> CheckResult:
        (seen,) = run(case, case_calls.whole(case))
        return CheckResult(numbers.agrees_with_reference(case, accepted_run(case, seen)))

    one = dataclasses.replace(TAKEN, judge=agrees, cases=lambda subject, spec: st.just((WHOLE,)))
    return verdicts(offset_answer(old), offset_answer(new), one)


def test_other_numbers_are_breaking_or_fixed() -> None:
    for old, new, change in ((0, 1e-3, BROKEN), (1e-3, 0, FIXED)):
        (key,) = differences(verdicts_on_numbers(old, new))
        assert key == ("UP-05", change, "", "")


def test_numbers_within_the_error_bound_drift() -> None:
    (alike,) = verdicts_on_numbers(0, 5e-8)
    assert alike.target_difference is not None
    assert alike.target_difference.change == UNCHANGED
    assert alike.target_difference.drift is not None
    assert 0 < alike.target_difference.drift < 4
    assert alike.width_ratio is not None
    assert 0 < alike.width_ratio < 1
    assert "numbers drift by at most" in upgrade_text.closing([alike], HEADER)


@pytest.mark.parametrize(
    ("was", "now", "key"),
    [
        ("ValueError", "TypeError", ("UP-03", CHANGED, "ValueError", "TypeError")),
        ("ValueError", "IndexError", ("UP-02", WEAKER, "ValueError", "IndexError")),
        ("IndexError", "ValueError", ("UP-02", FIXED, "IndexError", "ValueError")),
        ("IndexError", "KeyError", ("UP-03", CHANGED, "IndexError", "KeyError")),
        ("IndexError", "crashed", ("UP-02", WEAKER, "IndexError", "crashed")),
        ("IndexError", "hung", ("UP-02", WEAKER, "IndexError", "hung")),
    ],
)
def test_errors_of_malformed_states(was: str, now: str, key: object) -> None:
    of = dataclasses.replace(SUBJECT, malformation="wrong_units")
    ((seen, verdict),) = differences(verdicts(raising(was), raising(now), REFUSED, of)).items()
    assert seen == key
    assert verdict.malformation == "wrong_units"


def test_an_accepted_malformed_state_is_a_weaker_error() -> None:
    of = dataclasses.replace(SUBJECT, malformation="batch_one")
    (key, *_) = differences(verdicts(raising("ValueError"), return_a_number, REFUSED, of))
    assert key == ("UP-02", WEAKER, "ValueError", "accepted")


def test_an_error_that_no_longer_explains_is_weaker() -> None:
    of = dataclasses.replace(SUBJECT, malformation="dtype_int")
    old = raising("ValueError", "state_size must be float32, but is int32 float float16 float64")
    found = differences(verdicts(old, raising("ValueError"), REFUSED, of))
    assert ("UP-02", WEAKER, "explained", "rejected") in found


def test_other_words_are_a_difference_but_other_numbers_in_them_are_not() -> None:
    found = differences(verdicts(raising("ValueError", "no"), raising("ValueError", "never")))
    assert list(found) == [("UP-04", CHANGED, "", "")]
    assert not differences(
        verdicts(raising("ValueError", "2 of 3"), raising("ValueError", "4 of 5"))
    )


# --- the paths ------------------------------------------------------------------------------------


def offers(*paths: str) -> list[wire.PathOffer]:
    return [
        dataclasses.replace(offer, missing="" if offer.name in paths else "not here")
        for offer in support.OFFERS
    ]


def test_the_pair_that_is_tf_keras_comes_first() -> None:
    old = offers("RNN/keras2", "cell/v1")
    new = offers("RNN/keras2", "RNN/keras3", "cell/v1")
    assert names_of_pairs(old, new) == ["keras2 keras3", "v1 v1", "keras2 keras2"]
    assert names_of_pairs(new, new) == ["keras3 keras3", "v1 v1", "keras2 keras2"]
    assert names_of_pairs(old, old) == ["keras2 keras2", "v1 v1"]


def names_of_pairs(old: list[wire.PathOffer], new: list[wire.PathOffer]) -> list[str]:
    """Return the pairs of generations as text."""
    return [f"{pair.old} {pair.new}" for pair in path_mapping.generation_pairs(old, new)]


def test_a_path_without_a_path_in_its_place_is_missing() -> None:
    old, new = offers("RNN/keras2", "cell/v1"), offers("RNN/keras3")
    assert [one.path for one in path_mapping.missing_paths(old, new)] == ["cell/v1"]
    assert path_mapping.missing_paths(old, old) == []


def test_the_subjects_are_those_of_the_old_target_that_the_new_one_has() -> None:
    old, new = offers("RNN/keras2"), offers("RNN/keras2", "RNN/keras3")
    for clause in support.clauses().values():
        found = path_mapping.subjects(clause, old, new)
        places = {subject.place for subject in found}
        assert places <= {"RNN/keras2", "RNN/keras2 ~ RNN/keras3"}
        here = {
            subject
            for subject in clause.subjects([o for o in old if not o.missing])
            if subject.other is None
        }
        assert {dataclasses.replace(one, other=None) for one in found} <= here
    rejection = path_mapping.subjects(support.clauses()["RJ-01"], old, new)
    assert {subject.cell for subject in rejection} == {"SimpleRNN", "LSTM", "GRU", "Stack"}


def test_the_state_is_written_as_the_old_target_documents_it() -> None:
    case = make_case("dynamic_rnn/keras2", "eager", (Cell("LSTM", 1), Cell("GRU", 1)))
    calls = []

    def answer(program: wire.Program, call: wire.Call) -> Seen:
        calls.append((program.path, call.state))
        return return_a_number(program, call)

    def asks(case: Case, run: Runs) -> CheckResult:
        run(case, case_calls.whole(case))
        return CheckResult()

    one = dataclasses.replace(TAKEN, judge=asks, cases=lambda subject, spec: st.just((case,)))
    verdicts(
        answer, answer, one, Subject("dynamic_rnn/keras2", "Stack", other="dynamic_rnn/keras3")
    )
    assert {path for path, _ in calls} == {"dynamic_rnn/keras2", "dynamic_rnn/keras3"}
    assert len({state for _, state in calls}) == 1
    assert calls[0][1].container == "tuple"


# --- the output for people ------------------------------------------------------------------------

HEADER = Header(
    1, "0", "now", "new", {"tensorflow": "2.21.0", "keras3": "3.15.1"}, {}, {}, [],
    old={"target": "old", "versions": {"tensorflow": "2.15.1"}},
)  # fmt: skip


def test_the_verdict_of_the_upgrade_in_a_line() -> None:
    (alike,) = verdicts(return_a_number, return_a_number)
    line = upgrade_text.closing([alike], HEADER)
    assert line == (
        "Upgrade from TensorFlow 2.15.1 to TensorFlow 2.21.0 (keras3 3.15.1): 0 breaking, 0 weaker"
        " errors, 0 changed messages, 0 other changes, 0 fixed; no numbers could be compared"
    )
    found = verdicts(
        return_a_number, answer_by_program(wide, raising("IndexError"), return_a_number)
    )
    assert ": 1 breaking, 0 weaker errors" in upgrade_text.closing(found, HEADER)
    lines = list(upgrade_text.difference_lines(found, 100))
    assert lines[0].startswith("Breaking: ")
    assert "RNN/keras2 ~ RNN/keras3 (LSTM)" in "".join(lines)
    assert any("replay: pytest conformance --target old" in line for line in lines)


def test_equal_differences_of_several_cells_are_shown_together() -> None:
    new = answer_by_program(wide, raising("IndexError"), return_a_number)
    found = [*verdicts(return_a_number, new)]
    other = [dataclasses.replace(verdict, cell="GRU") for verdict in found]
    both = [
        v
        for v in (*found, *other)
        if v.target_difference and v.target_difference.change != UNCHANGED
    ]
    (group,) = upgrade_text.group_alike(both)
    assert group.where == "RNN/keras2 ~ RNN/keras3 (GRU, LSTM)"


def test_a_run_file_of_two_targets_is_shown_with_both_and_the_verdict() -> None:
    found = verdicts(
        return_a_number, answer_by_program(wide, raising("IndexError"), return_a_number)
    )
    text = run_text.run_text(Run(HEADER, tuple(found), None, ()), "run.jsonl", 100)
    assert "Old: target old, tensorflow 2.15.1\n" in text
    assert "  UP-02 XX-01 accepted became IndexError: RNN/keras2 ~ RNN/keras3 (LSTM)\n" in text
    assert "Upgrade from TensorFlow 2.15.1 to" in text


def test_each_clause_has_a_statement() -> None:
    assert list(STATEMENTS) == [f"UP-{number:02}" for number in range(1, 9)]
    assert not set(STATEMENTS) & set(support.clauses())
