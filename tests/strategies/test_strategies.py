"""The drawn cases: in their ranges, small where nothing asks for more, without TensorFlow."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import Phase, find, given, seed, settings

from conformance.cases import case_calls, state_forms
from conformance.cases.case import Case
from conformance.cases.program import BIDIRECTIONAL, MERGE_MODES, SIDE_BY_SIDE, Layer
from conformance.contract.clause import DrawSpec, Subject
from strategies import cells as drawn_cells
from strategies import differentiable, malformed, stateful, states
from tests import support

DTYPES = {"float16", "bfloat16", "float32", "float64"}
LONG = settings(max_examples=200)


@LONG
@given(support.cases())
def test_cases_are_within_their_ranges(case: Case) -> None:
    # the write-ups' own examples name their sizes, which are larger
    written_up = (
        case.data.steps in (5, 10)
        and case.program.features in (5, 10)
        and case.data.batch in (1, 32)
    )
    assert 1 <= len(case.program.cells) <= 4
    assert case.program.stacked == (case.program.cell_name == "Stack")
    assert all(1 <= cell.units <= 16 for cell in case.program.cells) or written_up
    # no rows or no steps only for the clauses about that
    assert 0 <= case.data.batch <= 8 or written_up
    assert 0 <= case.data.steps <= 16
    assert 1 <= case.program.features <= 10
    assert case.program.dtype in DTYPES
    offer = support.OFFERED[case.program.path]
    assert case.program.mode in (*offer.modes, *offer.further_modes)
    assert case.data.state in (None, *states.GIVEN)
    assert case.data.split is None or 1 <= case.data.split < case.data.steps
    assert state_forms.Path.parse(case.program.path).api != "cell" or case.data.steps == 1


@LONG
@given(support.cases())
def test_cells_have_the_options_of_their_generation(case: Case) -> None:
    generation = state_forms.Path.parse(case.program.path).generation
    for cell in case.program.cells:
        if generation != "v1":
            assert not cell.peepholes
            assert cell.projection is cell.cell_clip is cell.projection_clip is None
            assert cell.cell_type != "BasicLSTM"
        else:
            assert cell.use_bias
            assert not cell.reset_after
        assert cell.use_bias or not cell.forget_bias
        assert cell.projection is not None or cell.projection_clip is None


@given(support.cases())
def test_a_case_can_be_asked_of_a_target(case: Case) -> None:
    program = case_calls.program(case)
    assert len(program.cells) == len(case.program.cells)
    call = case_calls.whole(case)
    rows = (case.data.batch, case.data.steps)
    leading = rows[::-1] if case.program.layer.time_major else rows
    assert call.inputs.shape == (*leading, *case.program.input_shape)
    assert (call.state is None) == (case.data.state is None)


def test_everything_in_the_ranges_is_drawn() -> None:
    seen: list[Case] = []

    @settings(max_examples=300, derandomize=True)  # chance could miss a rare value
    @given(states.cases(Subject("RNN/keras3", "Stack"), support.MODES))
    def collect(case: Case) -> None:
        seen.append(case)

    collect()
    assert {case.program.mode for case in seen} == set(support.MODES)
    assert {case.program.dtype for case in seen} == DTYPES
    assert {case.data.batch for case in seen} == set(range(1, 9))
    assert {1, 2, 16} <= {case.data.steps for case in seen} <= set(range(1, 17))
    assert {len(case.program.cells) for case in seen} == {2, 3, 4}
    assert {case.data.state for case in seen} == set(states.GIVEN)
    units = [cell.units for case in seen for cell in case.program.cells]
    assert {1, 2, 16} <= set(units) <= set(range(1, 17))
    assert sum(unit <= 2 for unit in units) > len(units) / 5  # where broadcasting hides faults
    assert (
        sum(case.data.steps <= 4 for case in seen) > len(seen) / 2
    )  # a step of eager mode is slow
    unequal = [case for case in seen if len({cell.units for cell in case.program.cells}) > 1]
    assert len(unequal) > len(seen) / 2


def test_both_directions_are_drawn_equal_and_different() -> None:
    seen: list[Case] = []
    layers = tuple(Layer(merge_mode=mode) for mode in MERGE_MODES)

    @LONG
    @given(states.cases(Subject("Bidirectional/keras3", "LSTM"), ["eager"], layers=layers))
    def collect(case: Case) -> None:
        seen.append(case)

    collect()
    assert {case.program.layer.merge_mode for case in seen} == set(MERGE_MODES)
    assert {len(case.program.cells) for case in seen} == {2}
    assert {case.program.cells[0] == case.program.cells[1] for case in seen} == {True, False}
    unequal = [case for case in seen if case.program.cells[0].units != case.program.cells[1].units]
    assert {case.program.layer.merge_mode for case in unequal} == set(SIDE_BY_SIDE)


def test_programs_do_not_depend_on_the_layers() -> None:
    def drawn_programs(*layers: Layer) -> list[Case]:
        seen: list[Case] = []

        @seed(5)
        @settings(max_examples=2, phases=(Phase.generate,), database=None)
        @given(states.programs(Subject("RNN/keras3", "GRU"), support.MODES, layers=layers))
        def collect(case: Case) -> None:
            seen.append(case.replace(layer=Layer()))

        collect()
        return seen

    assert drawn_programs(Layer()) == drawn_programs(Layer(), Layer(go_backwards=True))


@LONG
@given(support.cases())
def test_lengths_and_masks_go_to_paths_that_take_them(case: Case) -> None:
    api = state_forms.Path.parse(case.program.path).api
    assert case.data.lengths is None or case.data.mask is None
    assert case.data.lengths is None or api.endswith("_rnn")
    assert case.data.mask is None or api in ("RNN", "layer", "Bidirectional")
    assert case.program.bidirectional == (api in BIDIRECTIONAL)
    assert case.program.bidirectional or case.program.layer.merge_mode == "concat"


SMALLEST = settings(database=None, derandomize=True, phases=(Phase.generate, Phase.shrink))


@pytest.mark.parametrize("offer", support.OFFERS, ids=lambda offer: offer.name)
def test_the_smallest_case_is_read_at_a_glance(offer: object) -> None:
    name = offer.name  # type: ignore[attr-defined]
    for cell in offer.cells:  # type: ignore[attr-defined]
        strategy = states.cases(Subject(name, cell), support.MODES)
        case = find(strategy, lambda case: True, settings=SMALLEST)
        assert len(case.program.cells) == (
            2 if cell == "Stack" or case.program.bidirectional else 1
        )
        assert len(case.to_json()) <= 70 + 30 * len(case.program.cells), case.to_json()
        assert (case.program.mode, case.program.dtype, case.data.batch, case.data.steps) == (
            "eager",
            "float32",
            1,
            1,
        )
        assert all(c.units == 1 for c in case.program.cells)


def test_where_several_cases_are_drawn_each_leaf_is_malformed() -> None:
    def leaves(cell: str, most: int, mode: str = "eager") -> set[tuple[int | None, ...]]:
        subject = Subject("layer/keras2", cell, malformation="scalar")
        spec = DrawSpec([mode], lambda mode: most)
        drawn: set[tuple[int | None, ...]] = set()

        @LONG
        @given(malformed.case_groups(subject, spec))
        def take(cases: tuple[Case, ...]) -> None:
            drawn.add(
                tuple(case.data.malformation.leaf for case in cases if case.data.malformation)
            )

        take()
        return drawn

    assert leaves("LSTM", 1) == {(None,), (0,), (1,)}
    assert leaves("LSTM", 2) == {(None, 0, 1), (0, None, 1), (1, None, 0)}
    assert leaves("LSTM", 2, "graph") == {(None,), (0,), (1,)}
    assert leaves("GRU", 2) == {(None,)}


@pytest.mark.parametrize(
    ("path", "mode", "programs"),
    [("RNN/keras2", "eager", 3), ("RNN/keras2", "graph", 1), ("cell/keras2", "graph", 3)],
)
def test_gradients_are_asked_of_several_programs_where_building_is_fast(
    path: str, mode: str, programs: int
) -> None:
    @given(differentiable.case_groups(Subject(path, "LSTM"), DrawSpec([mode], lambda mode: 6)))
    def look(cases: tuple[Case, ...]) -> None:
        assert len(cases) == 6
        assert len({case.program.dtype for case in cases}) == programs
        assert {case.program.mode for case in cases} == {mode}
        assert (
            len(
                {
                    case.data.data_seed
                    for case in cases
                    if case.program.dtype == cases[0].program.dtype
                }
            )
            > 1
        )

    look()


STATEFUL = Subject("layer/keras3", "LSTM")


@given(stateful.case_groups(STATEFUL, DrawSpec(["function"], lambda mode: 4)))
def test_the_cases_of_a_stateful_layer_share_its_batch(cases: tuple[Case, ...]) -> None:
    assert len({case.data.batch for case in cases}) == 1
    assert all(case.program.layer.stateful for case in cases)
    assert {case_calls.program(case).rows for case in cases} == {cases[0].data.batch}


@LONG
@given(stateful.other_batches(STATEFUL, DrawSpec(["eager", "eager", "function"], lambda mode: 3)))
def test_another_batch_is_another(cases: tuple[Case, ...]) -> None:
    assert 1 <= len({case.data.other_batch for case in cases}) == len(cases) <= 2
    for case in cases:
        assert case.data.other_batch not in (None, 0, case.data.batch)
        assert not case.program.unknown_rows or (
            case.program.mode == "function" and case.data.batch > 1
        )
        assert case_calls.whole_of_other_batch(case).inputs.shape[0] == case.data.other_batch
    assert cases[0].data.other_batch == 1 or cases[0].data.batch == 1


def test_another_batch_is_traced_for_any_size_or_not() -> None:
    seen: set[bool] = set()

    @LONG
    @given(stateful.other_batches(STATEFUL, DrawSpec(["eager", "function"])))
    def collect(cases: tuple[Case, ...]) -> None:
        seen.update(case.program.unknown_rows for case in cases)

    collect()
    assert seen == {True, False}


@LONG
@given(stateful.in_models(STATEFUL, ["eager"]))
def test_a_case_of_a_model_has_two_parts_and_predicts_in_no_float64(case: Case) -> None:
    assert case.program.model is not None
    assert case_calls.split(case) * 2 == case.data.steps
    assert case.program.dtype != "float64" or case.program.model.by != "predict"
    assert case_calls.in_two_batches(case).by == case.program.model.by


@given(stateful.under_policies(STATEFUL, DrawSpec(["eager"])))
def test_under_a_policy_the_dtype_is_the_one_of_computing(cases: tuple[Case, ...]) -> None:
    assert {(case.program.policy, case.program.dtype) for case in cases} <= {
        ("mixed_float16", "float16"),
        ("mixed_bfloat16", "bfloat16"),
    }


def test_a_clause_draws_only_modes_that_it_is_judged_in() -> None:
    clause = support.clauses()["ST-01"]
    assert clause.judged_in(support.MODES) == ["eager", "function"]
    assert support.clauses()["RT-01"].judged_in(support.MODES) == list(support.MODES)


def test_a_malformed_case_shrinks_too() -> None:
    subject = Subject("layer/keras3", "LSTM", malformation="batch_one")
    case = find(malformed.cases(subject, support.MODES), lambda case: True, settings=SMALLEST)
    assert case.to_json() == (
        '{"path":"layer/keras3","mode":"eager","cells":[{"kind":"LSTM","units":1}],'
        '"batch":2,"malformation":{"name":"batch_one"}}'
    )


def test_units_that_must_be_unequal_are_unequal() -> None:
    @given(drawn_cells.cells("Stack", ("v1",), unequal=True))
    def check(cells: tuple[object, ...]) -> None:
        widths = [cell.output_units for cell in cells]  # type: ignore[attr-defined]
        assert len(set(widths)) == len(widths)

    check()


WITHOUT_TENSORFLOW = """
import importlib, pathlib, sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("tensorflow", "keras", "tf_keras"):
            raise AssertionError(name + " is imported")

sys.meta_path.insert(0, Refuse())
root = pathlib.Path(sys.argv[1])
names = ["conftest", "conformance.adapter.wire"]
for folder in ("conformance", "strategies", "reports"):
    for path in sorted((root / folder).rglob("[a-z]*.py")):
        if "adapter" not in path.parts:
            names.append(".".join(path.relative_to(root).with_suffix("").parts))
for name in names:
    importlib.import_module(name)
print(len(names))
"""


def test_only_the_adapter_needs_tensorflow() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_TENSORFLOW, str(support.ROOT)],
        cwd=support.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 25
