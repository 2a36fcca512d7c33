"""PS: cells, layers and models stay the same when rebuilt from a config, or saved and loaded."""

from __future__ import annotations

import dataclasses
from functools import partial

from conformance.adapter import wire
from conformance.cases import case_calls
from conformance.cases.case import Case
from conformance.cases.program import EAGER, STACK, Cell
from conformance.checks import configs, numbers, outputs
from conformance.contract import sources, subjects
from conformance.contract.clause import CheckResult, Cost, Runs, clause
from conformance.contract.promises import cell_classes, guides
from conformance.reference import forward
from conformance.results.severities import SHOULD
from strategies import persisted

# Rebuilt and loaded objects run only eagerly
reloading_clause = partial(clause, modes=(EAGER,))


@reloading_clause(
    "PS-01",
    source=(cell_classes.CONFIG_OF_KERAS2, cell_classes.CONFIG_OF_KERAS3),
    subjects=subjects.reloading_paths(wire.CONFIG),
    cases=persisted.reloaded_cases,
)
def test_config_tells_every_option(case: Case, run: Runs) -> None:
    """get_config gives every option that a cell or layer was made with, in a form that JSON can
    hold.
    """
    (config,) = configs.read(run.look(case))
    configs.tells_options(case, config)


@reloading_clause(
    "PS-02",
    source=(cell_classes.CONFIG_OF_KERAS2, cell_classes.CONFIG_OF_KERAS3),
    subjects=subjects.reloading_paths(wire.CONFIG),
    cases=partial(persisted.reloaded_cases, way=wire.CONFIG),
)
def test_what_a_config_makes_has_the_same_config(case: Case, run: Runs) -> None:
    """from_config, given a config that went through JSON, makes a cell or layer with the same
    config.
    """
    before, after = configs.read(run.look(case))
    configs.are_equal(before, after)


@reloading_clause(
    "PS-03",
    source=sources.LAYER,
    severity=SHOULD,
    subjects=subjects.reloading_paths(wire.CONFIG),
    cases=persisted.by_config,
    cost=Cost(effort=0.5, expensive=True),
)
def test_what_a_config_makes_behaves_the_same(case: Case, run: Runs) -> None:
    """from_config makes a cell or layer. With the weights of the original it gives the same numbers
    as the original, bit for bit.

    No page promises the bits. The documentation says that the same layer can be made again.
    """
    plain = case_calls.before_reloading(case)
    (before,) = run(plain, case_calls.whole(plain))
    (after,) = run(case, case_calls.whole(case))
    numbers.same_observations(before, after)
    outputs.must_keep_weights(after)


def equals_original(case: Case, run: Runs) -> CheckResult:
    """Judge a loaded model by the one that was saved: its numbers, and its weights to the bit."""
    plain = case_calls.before_reloading(case)
    return _equals(case, plain, run, "those before it was saved")


def equals_other_path(case: Case, run: Runs) -> CheckResult:
    """Judge a model that has the weights of another path by that path, its weights to the bit."""
    other = case_calls.on_other_path(case)
    return _equals(case, other, run, f"those on {case.other}")


def _equals(case: Case, model: Case, run: Runs, whose: str) -> CheckResult:
    (before,) = run(model, case_calls.whole(model))
    (after,) = run(case, case_calls.whole(case))
    there = outputs.accepted_run(model, before, "the call before")
    here = outputs.accepted_run(case, after)
    outputs.must_keep_weights(after)
    return CheckResult(numbers.runs_agree(here, there, forward.trajectory(case), whose))


@reloading_clause(
    "PS-04",
    source=(guides.SAVED_WHOLE, guides.RECONSTRUCTED),
    subjects=subjects.reloading_paths(
        wire.KERAS_FILE, {"RNN": ("LSTM", STACK), "layer": ("SimpleRNN", "LSTM", "GRU")}
    ),
    cases=partial(persisted.case_groups, way=wire.KERAS_FILE),
    cost=Cost(expensive=True),
)
def test_keras_file_gives_back_a_model_with_a_state(case: Case, run: Runs) -> CheckResult:
    """A model whose initial state is an input is the same after it was saved as `.keras` and
    loaded.
    """
    return equals_original(case, run)


@reloading_clause(
    "PS-05",
    source=guides.RECONSTRUCTED,
    subjects=subjects.reloading_paths(wire.H5_FILE, {"RNN": (STACK,), "layer": ("LSTM", "GRU")}),
    cases=partial(persisted.case_groups, way=wire.H5_FILE),
    cost=Cost(expensive=True, cells=2),
)
def test_h5_file_gives_back_a_model_with_a_state(case: Case, run: Runs) -> CheckResult:
    """A model whose initial state is an input is the same after it was saved as `.h5` and
    loaded.
    """
    return equals_original(case, run)


@reloading_clause(
    "PS-06",
    source=guides.SAVED_WEIGHTS,
    subjects=subjects.reloading_paths(
        wire.WEIGHTS_FILE, {"RNN": (STACK,), "layer": ("LSTM", "GRU")}
    ),
    cases=partial(persisted.case_groups, way=wire.WEIGHTS_FILE),
    cost=Cost(expensive=True, cells=2),
)
def test_weights_file_gives_back_the_weights(case: Case, run: Runs) -> CheckResult:
    """A model that loads the weights saved by another model of the same kind is the same as
    that model.
    """
    return equals_original(case, run)


@reloading_clause(
    "PS-07",
    source=(guides.EXPORTED, guides.RECONSTRUCTED),
    # in Keras 2 saving traces everything that could be called, which takes seconds
    subjects=subjects.reloading_paths(
        wire.SAVED_MODEL, {"RNN/keras2": ("SimpleRNN",), "RNN/keras3": (STACK,)}
    ),
    cases=partial(persisted.case_groups, way=wire.SAVED_MODEL),
    cost=Cost(effort=0.25, expensive=True),
)
def test_saved_model_gives_back_a_model_with_a_state(case: Case, run: Runs) -> CheckResult:
    """A model whose initial state is an input is the same after it was saved as a SavedModel
    and loaded.
    """
    return equals_original(case, run)


@reloading_clause(
    "PS-08",
    source=sources.NONE,
    severity=SHOULD,
    subjects=subjects.reloading_pairs("keras2", wire.KERAS2_CONFIG),
    cases=persisted.from_keras2,
    cost=Cost(effort=0.5, expensive=True),
)
def test_keras_3_takes_configs_of_keras_2(case: Case, run: Runs) -> CheckResult:
    """Keras 3 takes a config of Keras 2, without the removed `time_major`, and makes from it
    what Keras 2 made.
    """
    return equals_other_path(case, run)


@reloading_clause(
    "PS-09",
    source=sources.NONE,
    severity=SHOULD,
    subjects=subjects.reloading_pairs(
        "keras2", wire.WHOLE_KERAS2_CONFIG, {"RNN": (STACK,), "layer": ("LSTM", "GRU")}
    ),
    cases=partial(persisted.case_groups, way=wire.WHOLE_KERAS2_CONFIG),
    cost=Cost(effort=0.25, expensive=True),
)
def test_keras_3_takes_whole_configs_of_keras_2(case: Case, run: Runs) -> CheckResult:
    """Keras 3 takes a config of Keras 2, just as it was written, and makes from it what Keras 2
    made.
    """
    return equals_other_path(case, run)


@reloading_clause(
    "PS-10",
    source=sources.NONE,
    severity=SHOULD,
    subjects=subjects.reloading_pairs(
        "keras2", wire.KERAS2_CONFIG, {"cell": ("GRU",), "layer": ("LSTM",)}
    ),
    cases=persisted.with_hard_sigmoid,
    cost=Cost(effort=0.25, expensive=True),
)
def test_keras_3_means_what_keras_2_did_by_an_activation(case: Case, run: Runs) -> CheckResult:
    """An activation that a config of Keras 2 names is the same function in Keras 3."""
    return equals_other_path(case, run)


@reloading_clause(
    "PS-11",
    source=sources.DYNAMIC_RNN,
    severity=SHOULD,
    subjects=subjects.reloading_pairs("v1", wire.V1_WEIGHTS, loop="dynamic_rnn"),
    cases=persisted.from_v1,
    cost=Cost(effort=0.5, expensive=True),
)
def test_weights_of_v1_cells_do_the_same_in_keras(case: Case, run: Runs) -> CheckResult:
    """A Keras cell or layer computes the same as a v1 cell if it gets the weights of that cell, in
    the order of Keras.
    """
    other = case_calls.on_other_path(case)
    if case.program.reloaded == wire.BASIC_V1_WEIGHTS:
        other = other.replace(cells=tuple(map(_basic_cell, case.program.cells)))
    return _equals(case, other, run, f"those on {case.other}")


def _basic_cell(cell: Cell) -> Cell:
    return dataclasses.replace(cell, cell_type="BasicLSTM") if cell.cell_type == "LSTM" else cell
