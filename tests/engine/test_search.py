"""The search, on miniature targets: tiny implementations that are wrong on purpose."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from conformance import targets
from conformance.adapter import wire
from conformance.cases import case_calls
from conformance.cases.case import Case, make_case
from conformance.cases.program import Cell
from conformance.checks.deviation import Deviation, error_line
from conformance.contract.clause import CheckResult, Clause, Cost, Runs, Subject
from conformance.engine.batching import BatchingClient
from conformance.engine.judge import judge_together
from conformance.engine.profiles import Profile
from conformance.engine.runner import Bench, Settings
from conformance.engine.search import Budget, Search
from conformance.errors import TargetDied, TargetHung
from conformance.ledger.entry import Ledger
from conformance.ledger.load import read_entries
from conformance.results.severities import MUST
from conformance.results.verdict import HOLDS, KNOWN, NEW, VERDICT_PROPERTY
from strategies import states
from tests import support

SUBJECT = Subject("RNN/keras3", "LSTM")
PLENTY = Budget(examples=100, programs=100, shrinks=400)
Wrong = Callable[[Any], bool]  # of a case, or of the program of a case


def must_be_accepted(case: Case, run: Runs) -> CheckResult:
    """Raise Deviation where a call is not accepted."""
    (observation,) = run(case, wire.Call(wire.Array("float32", (0,), b"")))
    if observation.error:
        raise Deviation(error_line(observation.error), observation, "leaked")
    return CheckResult(width_ratio=0.5)


CLAUSE = Clause(
    "XX-01", "Every call is accepted.", MUST, (), lambda offers: [SUBJECT],
    states.case_groups, must_be_accepted, cost=Cost(effort=1.0),
)  # fmt: skip


class Miniature:
    """Accepts each call, except those that it is wrong for, and records all questions."""

    name = "miniature"

    def __init__(self, wrong: Wrong, error: str = "IndexError") -> None:
        self._wrong = wrong
        self._error = error
        self.asked: list[Any] = []

    def run(self, program: wire.Program, runs: targets.Runs) -> targets.Observations:
        """Return one observation for each call of each run."""
        return tuple(self.answer(program, run.calls) for run in runs)

    def answer(self, of: Any, calls: tuple[wire.Call, ...]) -> tuple[wire.Observation, ...]:
        """Return one observation for each call of a program or a case."""
        self.asked.append(of)
        seen = support.an_error(self._error) if self._wrong(of) else wire.Observation()
        return tuple(seen for _ in calls)

    def state_size(self, program: Any) -> object:
        """Not asked here."""
        raise NotImplementedError

    def look(self, program: Any) -> wire.Made:
        """Not asked here."""
        raise NotImplementedError

    def describe(self) -> wire.Description:
        """Return versions and paths."""
        return wire.Description({}, support.OFFERS)

    def seconds(self) -> dict[str, float]:
        """Return no seconds, as none were spent."""
        return {}

    def renew_if_large(self) -> None:
        """Do nothing, as this target stays small."""

    def close(self) -> None:
        """Do nothing, as this target has no process."""


class AtOnce(BatchingClient):
    """A client that passes cases to a miniature, not programs, and answers at once."""

    def __init__(self, miniature: Miniature) -> None:
        super().__init__(miniature)
        self._miniature = miniature

    def session(self, isolated: bool) -> Any:
        return lambda case, *calls: self._miniature.answer(case, calls)


def search(
    wrong: Wrong, budget: Budget = PLENTY, ledger: Ledger | None = None, clause: Clause = CLAUSE
) -> Search:
    return Search(clause, SUBJECT, AtOnce(Miniature(wrong)), ledger or Ledger(), budget)


def never(program: Any) -> bool:
    return False


def always(program: Any) -> bool:
    return True


def program_of(asked: Any) -> Any:
    """Return the program of what a miniature was asked: a case, or the program itself."""
    return asked.program if isinstance(asked, Case) else asked


def in_graph(asked: Any) -> bool:
    return program_of(asked).mode == "graph"


def wide(case: Any) -> bool:
    return any(cell.units > 3 for cell in case.program.cells)


def in_double(asked: Any) -> bool:
    return program_of(asked).dtype == "float64"


def minimal(wrong: Wrong, mode: str = "eager", **budget: int) -> Case:
    tally = search(wrong, Budget(60, 60, budget.get("shrinks", 400))).execute(support.MODES)[mode]
    assert tally.new is not None
    return tally.new.case


def test_nothing_is_found_where_nothing_is_wrong() -> None:
    tallies = search(never).execute(support.MODES)
    assert set(tallies) == set(support.MODES)
    assert all(
        tally.representative is None and tally.width_ratio == 0.5 for tally in tallies.values()
    )
    assert 30 <= sum(tally.cases for tally in tallies.values()) <= PLENTY.programs + 1


def test_the_minimal_case_is_shrunk_to_the_bound() -> None:
    expected = make_case("RNN/keras3", "eager", (Cell("LSTM", units=4),))
    assert minimal(lambda case: wide(case)) == expected
    assert minimal(lambda case: case.data.batch > 2 and case.data.steps > 5) == make_case(
        "RNN/keras3", "eager", (Cell("LSTM", units=1),), batch=3, steps=6
    )


def test_only_one_dtype_is_wrong() -> None:
    expected = make_case("RNN/keras3", "eager", (Cell("LSTM", units=1),), dtype="float64")
    assert minimal(in_double) == expected


def test_only_one_mode_is_wrong() -> None:
    tallies = search(in_graph).execute(support.MODES)
    assert {mode: bool(tally.new) for mode, tally in tallies.items()} == {
        "eager": False,
        "function": False,
        "graph": True,
    }
    assert minimal(in_graph, "graph") == make_case("RNN/keras3", "graph", (Cell("LSTM", units=1),))
    assert tallies["eager"].cases > 10  # searched on its own, after its case held


def test_each_mode_has_its_own_deviation() -> None:
    bound = {"eager": 3, "function": 1, "graph": 99}
    tallies = search(lambda case: case.program.cells[0].units > bound[case.program.mode]).execute(
        support.MODES
    )
    found = {
        mode: tally.new and tally.new.case.program.cells[0].units for mode, tally in tallies.items()
    }
    assert found == {"eager": 4, "function": 4, "graph": None} or found == {
        "eager": 4,
        "function": 2,
        "graph": None,
    }


def test_the_effort_of_shrinking_is_bounded_and_alike_each_time() -> None:
    def looked_at(shrinks: int) -> tuple[list[Case], Case]:
        miniature = Miniature(wide)
        one = Search(CLAUSE, SUBJECT, AtOnce(miniature), Ledger(), Budget(60, 60, shrinks))
        tally = one.execute(["eager"])["eager"]
        assert tally.new is not None
        return miniature.asked, tally.new.case

    sizes = []
    for shrinks in (0, 1, 5, 40):
        asked, case = looked_at(shrinks)
        assert (asked, case) == looked_at(shrinks)
        first = next(number for number, each in enumerate(asked) if wide(each))
        assert len(asked) - first - 1 <= shrinks
        sizes.append(len(case.to_json()))
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > sizes[-1]


def test_what_is_wrong_in_each_mode_is_shrunk_in_the_cheapest() -> None:
    found_in = set()
    for salt in "0123":
        miniature = Miniature(wide)
        budget = dataclasses.replace(PLENTY, salt=salt)
        one = Search(CLAUSE, SUBJECT, AtOnce(miniature), Ledger(), budget)
        assert all(tally.new for tally in one.execute(["eager", "graph"]).values())
        first = next(number for number, each in enumerate(miniature.asked) if wide(each))
        found_in.add(miniature.asked[first].program.mode)
        expensive = [each for each in miniature.asked[first + 1 :] if each.program.mode == "graph"]
        assert len(expensive) <= 1, "asked there once more, to confirm the minimal case"
    assert "graph" in found_in


def test_shrinking_what_is_traced_is_asked_for_less_often() -> None:
    def asked(mode: str) -> int:
        miniature = Miniature(wide)
        Search(CLAUSE, SUBJECT, AtOnce(miniature), Ledger(), Budget(60, 60, 20)).execute([mode])
        first = next(number for number, each in enumerate(miniature.asked) if wide(each))
        return len(miniature.asked) - first - 1

    assert asked("eager") <= 20
    assert asked("graph") <= 10


def drawn_cases(
    salt: str,
    clause: str = "XX-01",
    subject: Subject = SUBJECT,
    batch_size: int = 1,
    isolated: bool = False,
    cases: Any = states.case_groups,
    **options: Any,
) -> list[Case]:
    miniature = Miniature(never)
    cost = dataclasses.replace(CLAUSE.cost, isolated=isolated, **options)
    named = dataclasses.replace(CLAUSE, identifier=clause, cases=cases, cost=cost)
    budget = Budget(10, 5, 0, lambda mode: batch_size, salt=salt)
    Search(named, subject, AtOnce(miniature), Ledger(), budget).execute(support.MODES)
    return miniature.asked


def test_the_same_seed_draws_the_same_cases() -> None:
    assert drawn_cases("0") == drawn_cases("0")
    assert drawn_cases("0", isolated=True) == drawn_cases("0", isolated=True)


def test_another_salt_draws_others() -> None:
    assert drawn_cases("0") != drawn_cases("1")
    assert drawn_cases("0", isolated=True) != drawn_cases("1", isolated=True)


def test_another_clause_or_subject_draws_others_where_it_is_isolated() -> None:
    assert drawn_cases("0", isolated=True) != drawn_cases("0", isolated=True, clause="XX-02")
    elsewhere = drawn_cases("0", isolated=True, subject=Subject("RNN/keras2", "LSTM"))
    assert [case.program.cells for case in drawn_cases("0", isolated=True)] != [
        case.program.cells for case in elsewhere
    ]


def test_other_clauses_draw_other_data_of_the_same_programs() -> None:
    def programs(cases: Sequence[Case]) -> list[bytes]:
        but_for_modes = [dataclasses.replace(case_calls.program(c), mode="") for c in cases]
        return list(dict.fromkeys(map(wire.dumps, but_for_modes)))

    carried = partial(states.case_groups, split=True)
    one, other = (
        drawn_cases("0", batch_size=4),
        drawn_cases("0", "XX-02", batch_size=4, cases=carried),
    )
    assert one != other
    assert programs(one) == programs(other)
    assert len(programs(one)) < len(one) / 2


def test_a_clause_may_draw_just_what_another_draws() -> None:
    for number in range(8):  # some of these clauses would begin in another mode on their own
        assert drawn_cases("0", f"XX-{number}", shares_cases_with="XX-01") == drawn_cases("0")


def test_a_clause_whose_programs_are_expensive_has_its_own_on_each_path() -> None:
    elsewhere = Subject("RNN/keras2", "LSTM")

    def cells(subject: Subject, expensive: bool) -> list[object]:
        return [
            case.program.cells for case in drawn_cases("0", subject=subject, expensive=expensive)
        ]

    # the first program is of options that all generations have
    assert cells(SUBJECT, expensive=False)[0] == cells(elsewhere, expensive=False)[0]
    assert cells(SUBJECT, expensive=True) != cells(elsewhere, expensive=True)
    assert cells(SUBJECT, expensive=True) == cells(SUBJECT, expensive=True)


def test_only_an_essential_clause_begins_with_the_simplest_case() -> None:
    simplest = make_case("RNN/keras3", "eager", (Cell("LSTM", 1),))
    for isolated in (False, True):
        assert drawn_cases("0", essential=True, isolated=isolated)[0] == simplest
        assert simplest not in drawn_cases("0", essential=False, isolated=isolated)


def test_in_three_programs_each_mode_has_its_turn() -> None:
    for clause in ("XX-01", "XX-02", "XX-03"):
        drawn_in = [case.program.mode for case in drawn_cases("0", clause, batch_size=2)]
        assert set(drawn_in) == set(support.MODES)


def test_the_clauses_of_a_cell_share_modes_and_each_clause_has_all_modes_by_its_cells() -> None:
    budget = Budget(1, 1, 0)
    first: dict[tuple[str, str], str] = {}
    for clause in ("XX-01", "XX-02", "XX-03", "XX-04", "XX-05"):
        for cell in ("SimpleRNN", "GRU", "LSTM"):
            miniature = Miniature(never)
            named = dataclasses.replace(CLAUSE, identifier=clause)
            subject = Subject("RNN/keras2", cell)
            Search(named, subject, AtOnce(miniature), Ledger(), budget).execute(support.MODES)
            first[clause, cell] = miniature.asked[-1].program.mode
    by_cell = [{m for (_, of), m in first.items() if of == cell} for _, cell in first]
    by_clause = [{m for (of, _), m in first.items() if of == clause} for clause, _ in first]
    assert all(len(modes) == 2 for modes in by_cell)
    assert all(modes == set(support.MODES) for modes in by_clause)


def test_what_is_covered_by_one_entry_is_judged_once_in_an_example(tmp_path: Path) -> None:
    miniature = Miniature(always)
    known = ledger(tmp_path, "{}")
    budget = Budget(1, 1, 0, lambda mode: 9)
    Search(CLAUSE, SUBJECT, AtOnce(miniature), known, budget).execute(["eager"])
    assert len(miniature.asked) == 1


# --- with the ledger ------------------------------------------------------------------------------


def ledger(
    tmp_path: Path, when: str, seen: str = 'grade = "leaked"\nerror = "IndexError"'
) -> Ledger:
    file = tmp_path / "deviations.toml"
    file.write_text(
        f"""[[cause]]
name = "a-cause"
why = "for the test"

[[cause.seen]]
name = "an-entry"
clause = "XX-01"
paths = ["RNN/keras3"]
versions = {{}}
when = {when}
{seen}
case = '{{"path":"RNN/keras3","mode":"eager","cells":[{{"kind":"LSTM","units":1}}]}}'
"""
    )
    return Ledger(tuple(read_entries(file)))


def test_a_deviation_that_is_listed_as_known_is_not_new(tmp_path: Path) -> None:
    known = ledger(tmp_path, '{ dtype = ["float64"] }')
    tallies = search(in_double, ledger=known).execute(support.MODES)
    assert all(tally.new is None for tally in tallies.values())
    representatives = [tally.representative for tally in tallies.values() if tally.representative]
    assert representatives
    assert {(outcome.status, outcome.entry) for outcome in representatives} == {(KNOWN, "an-entry")}


def test_the_search_goes_on_around_known_deviations(tmp_path: Path) -> None:
    known = ledger(tmp_path, '{ dtype = ["float64", "float16", "bfloat16"] }')
    tally = search(lambda case: case.program.dtype != "float32" or wide(case), ledger=known)
    found = tally.execute(["eager"])["eager"]
    assert found.new is not None
    assert found.new.case == make_case("RNN/keras3", "eager", (Cell("LSTM", units=4),))
    assert "an-entry" in found.known


@pytest.mark.parametrize(
    "seen", ['grade = "accepted"', 'error = "KeyError"', 'message = "something else"', ""]
)
def test_a_deviation_that_differs_from_its_entry_is_new(tmp_path: Path, seen: str) -> None:
    if seen.startswith("message"):
        seen += '\nerror = "IndexError"'
    known = ledger(tmp_path, '{ dtype = ["float64"] }', seen)
    new = search(in_double, ledger=known).execute(["eager"])["eager"].new
    assert new is not None
    assert new.case.program.dtype == "float64"


def test_a_known_deviation_that_is_gone_is_reported(tmp_path: Path) -> None:
    known = ledger(tmp_path, '{ dtype = ["float64", "float16"] }')
    new = search(in_double, ledger=known).execute(["eager"])["eager"].new
    assert new is not None
    assert new.case.program.dtype == "float16"
    assert "an-entry covers this case, but the clause holds for it" in str(new.sentence)


def test_an_entry_may_say_that_it_deviates_only_sometimes(tmp_path: Path) -> None:
    seen = 'grade = "leaked"\nerror = "IndexError"\nsometimes = "At times."'
    known = ledger(tmp_path, '{ dtype = ["float64", "float16"] }', seen)
    tally = search(in_double, ledger=known).execute(["eager"])["eager"]
    assert tally.new is None
    assert list(tally.known) == ["an-entry"]
    tally = search(in_double, ledger=ledger(tmp_path, "{}", 'sometimes = "At times."')).execute(
        ["eager"]
    )["eager"]
    assert tally.new is not None  # a deviation must still match the entry


def test_one_case_is_judged_by_itself(tmp_path: Path) -> None:
    case = make_case("RNN/keras3", "eager", (Cell("LSTM", 1),), dtype="float64")
    known = ledger(tmp_path, '{ dtype = ["float64"] }')

    def status(wrong: Wrong, ledger: Ledger) -> str:
        (outcome,) = judge_together(CLAUSE, [case], AtOnce(Miniature(wrong)), ledger)
        return outcome.status

    assert status(never, Ledger()) == HOLDS
    assert status(always, Ledger()) == NEW
    assert status(always, known) == KNOWN
    assert status(never, known) == NEW


# --- from the search to verdicts ------------------------------------------------------------------

PROFILE = Profile("test", 60, 60, 400, data_cases=1, eager_data_cases=1, eager_share=1)
ENUMERATED = dataclasses.replace(PROFILE, programs=20, enumerate_modes=True)


def verdicts(
    target: Any, profile: Profile = PROFILE, known: Ledger | None = None, **offer: Any
) -> list[dict[str, Any]]:
    """Return the verdicts on a target, and check that the test fails exactly if one is new."""
    offers = {each.name: each for each in support.OFFERS}
    if offer:
        offers["RNN/keras3"] = wire.PathOffer("RNN/keras3", ("LSTM",), **offer)
    node: Any = types.SimpleNamespace(user_properties=[])
    bench = Bench(target, Settings(profile, "0", known or Ledger(), offers))
    message = ""
    try:
        bench.judge(CLAUSE, SUBJECT, node)
    except pytest.fail.Exception as failure:
        message = str(failure)
    found = [plain for name, plain in node.user_properties if name == VERDICT_PROPERTY]
    new = any(plain["verdict"] == NEW for plain in found)
    assert ("replay: pytest conformance --target miniature --replay" in message) == new
    assert bool(message) == new
    return found


@pytest.mark.parametrize("profile", [PROFILE, ENUMERATED], ids=["drawn", "enumerated"])
def test_modes_that_agree_have_one_verdict(profile: Profile) -> None:
    (holding,) = verdicts(Miniature(never), profile)
    assert (holding["verdict"], holding["mode"], holding["case"]) == (HOLDS, None, None)
    assert holding["modes"] == ["eager", "function", "graph"]
    (deviating,) = verdicts(Miniature(in_double), profile)
    assert (deviating["verdict"], deviating["mode"], deviating["grade"]) == (NEW, None, "leaked")
    assert deviating["case"]["dtype"] == "float64"
    assert deviating["observation"]["error"]["class"] == "IndexError"


@pytest.mark.parametrize("profile", [PROFILE, ENUMERATED], ids=["drawn", "enumerated"])
def test_modes_that_differ_have_a_verdict_each(profile: Profile) -> None:
    found = verdicts(Miniature(in_graph), profile)
    assert {plain["mode"]: plain["verdict"] for plain in found} == {
        "eager": HOLDS,
        "function": HOLDS,
        "graph": NEW,
    }
    assert all(plain["modes"] == [plain["mode"]] for plain in found)
    assert all(plain["cases"] > 0 for plain in found)


def test_a_known_deviation_is_a_verdict_with_the_entrys_name(tmp_path: Path) -> None:
    (found,) = verdicts(Miniature(always), known=ledger(tmp_path, "{}"))
    assert (found["verdict"], list(found["ledger"])) == (KNOWN, ["an-entry"])


@pytest.mark.parametrize(
    ("error", "grade"),
    [(TargetDied("signal SIGSEGV"), "crashed"), (TargetHung("no answer"), "hung")],
)
def test_a_target_that_ends_is_an_observation(error: Exception, grade: str) -> None:
    class Ending(Miniature):
        def run(self, program: wire.Program, runs: targets.Runs) -> targets.Observations:
            if program.dtype == "float64":
                raise error
            return super().run(program, runs)

    (found,) = verdicts(Ending(never))
    assert (found["verdict"], found["mode"]) == (NEW, None)
    assert found["observation"]["error"]["class"] == grade
    assert str(error) in found["sentence"]


def test_a_path_that_is_missing_is_not_judged() -> None:
    miniature = Miniature(always)
    with pytest.raises(pytest.skip.Exception, match="not available: RNN/keras3: no Keras"):
        verdicts(miniature, missing="no Keras")
    assert not miniature.asked


def test_a_ledger_entry_must_still_deviate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(support.clauses(), "XX-01", CLAUSE)
    (entry,) = ledger(tmp_path, "{}").entries
    offers = {each.name: each for each in support.OFFERS}
    settings = Settings(PROFILE, "0", Ledger((entry,)), offers)
    Bench(Miniature(always), settings).must_still_deviate(entry)
    for gone in (Miniature(never), Miniature(always, "KeyError")):
        with pytest.raises(pytest.fail.Exception, match=r"an-entry.*limit its range"):
            Bench(gone, settings).must_still_deviate(entry)
