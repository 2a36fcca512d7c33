"""MD: modes, functional models and their methods give the same as an eager call of the layer."""

from __future__ import annotations

import dataclasses
from functools import partial

from conformance.adapter import wire
from conformance.cases import case_calls
from conformance.cases.case import Case
from conformance.cases.program import EAGER, STACK, WIRINGS
from conformance.checks import numbers, outputs
from conformance.contract import sources, subjects
from conformance.contract.clause import CheckResult, Cost, Runs, clause
from conformance.contract.promises import guides, layers
from conformance.reference import forward
from conformance.results.severities import SHOULD
from strategies import mode_cases, states

LAYERS = subjects.paths_and_cells(apis=("RNN", "layer"))
# the cells in a layer, a stack, and the v1 loop with a v1 cell
LOOPS = subjects.union(
    subjects.paths_and_cells(apis=("layer",)),
    subjects.paths_and_cells(apis=("RNN",), cells=(STACK,)),
    subjects.paths_and_cells(apis=("dynamic_rnn",), generations=("v1",), cells=("LSTM",)),
)
AROUND_A_LAYER = ("given", "none", "nested")
WITH_A_STATE = tuple(wiring for wiring in WIRINGS if wiring != "none")


def _equals_eager_call(case: Case, run: Runs) -> CheckResult:
    eagerly = case_calls.in_mode(case, EAGER)
    (here,) = run(case, case_calls.whole(case))
    (there,) = run(eagerly, case_calls.whole(eagerly))
    one = outputs.accepted_run(case, here)
    other = outputs.accepted_run(eagerly, there, "the eager call")
    outputs.must_have_same_structure(one, other, "the eager call's")
    return CheckResult(
        spread_ratio=numbers.runs_agree(one, other, forward.trajectory(case), "the eager call's")
    )


@clause(
    "MD-01",
    source=sources.GRAPHS,
    severity=SHOULD,
    subjects=subjects.paths_and_cells(),
    cases=mode_cases.few_cases,
    modes=("function", "graph"),
    cost=Cost(effort=0.5),
)
def test_traced_calls_equal_eager_ones(case: Case, run: Runs) -> CheckResult:
    """A call in a tf.function or in a graph gives the same as an eager call, in containers of
    the same kind.
    """
    return _equals_eager_call(case, run)


@clause(
    "MD-02",
    source=layers.UNROLLED,
    subjects=LAYERS,
    cases=mode_cases.few_cases,
    modes=("unrolled",),
)
def test_unrolled_layers_equal_loops(case: Case, run: Runs) -> CheckResult:
    """An unrolled layer gives the same as one with a loop, in the same containers."""
    return _equals_eager_call(case, run)


@clause(
    "MD-03",
    source=sources.XLA,
    severity=SHOULD,
    subjects=LOOPS,
    cases=mode_cases.cases_of_one_size,
    modes=("jit",),
    cost=Cost(effort=0.5, expensive=True),
)
def test_compiled_calls_equal_eager_ones(case: Case, run: Runs) -> CheckResult:
    """A call that XLA compiles gives the same as an eager call, in the same containers."""
    return _equals_eager_call(case, run)


@clause(
    "MD-04",
    source=sources.FUNCTION,
    severity=SHOULD,
    subjects=LOOPS,
    cases=mode_cases.one_program,
    modes=("function", "retraced", "relaxed"),
    cost=Cost(effort=0.5, expensive=True),
)
def test_sizes_may_change_from_call_to_call(case: Case, run: Runs) -> CheckResult:
    """One function, called with other sizes in between, gives each time what a call of that
    size gives.
    """
    more_rows = case.replace(batch=case.data.batch + 1)
    more_steps = more_rows.replace(steps=case.data.steps + 1)
    return _runs_each(run, case, more_rows, more_steps, case)


@clause(
    "MD-05",
    source=layers.ZEROS_WITHOUT_A_STATE,
    subjects=subjects.paths_and_cells(apis=subjects.SEQUENCE_APIS),
    cases=partial(mode_cases.few_cases, states=states.DISTINCT),
    cost=Cost(effort=0.5),
)
def test_no_state_is_left_to_the_next_call(case: Case, run: Runs) -> CheckResult:
    """A call without an initial state starts from zeros, also after a call that was given one."""
    without = case.replace(state=None)
    return _runs_each(run, case, without, case)


def _runs_each(run: Runs, first: Case, *others: Case) -> CheckResult:
    """Judge calls of one program, one after the other; the last repeats the first."""
    cases = (first, *others)
    seen = run(first, *(case_calls.whole(case) for case in cases))
    runs = [
        outputs.accepted_run(case, observation, f"call {number} of {len(cases)}")
        for number, (case, observation) in enumerate(zip(cases, seen, strict=True), 1)
    ]
    numbers.runs_are_identical(runs[-1], runs[0], "the first call's")
    return CheckResult(
        max(numbers.agrees_with_reference(*pair) for pair in zip(cases, runs, strict=True))
    )


@clause(
    "MD-06",
    source=sources.GUIDE,
    severity=SHOULD,
    subjects=LOOPS,
    cases=partial(mode_cases.one_program, split=True, states=states.DISTINCT),
    modes=("function", "graph", "unrolled"),
    cost=Cost(effort=0.5, expensive=True),
)
def test_state_of_one_mode_starts_another(case: Case, run: Runs) -> CheckResult:
    """The final state of a call in another mode, just as it was returned, starts an eager call. The
    final state of an eager call starts a call in the other mode.
    """
    eagerly = case_calls.in_mode(case, EAGER)
    return CheckResult(max(_run_in_turn(run, case, eagerly), _run_in_turn(run, eagerly, case)))


def _run_in_turn(run: Runs, first: Case, then: Case) -> float:
    """Judge a run with its first steps in one mode, and the rest in another."""
    (observation,) = run(first, case_calls.first_part(first))
    begun = outputs.accepted_run(
        first, observation, "the first steps", steps=case_calls.split(first)
    )
    (observation,) = run(then, case_calls.rest(then, observation.state))
    left = then.data.steps - case_calls.split(then)
    ended = outputs.accepted_run(
        then, observation, f"the rest in mode {then.program.mode}", steps=left
    )
    return numbers.agrees_with_reference(first, outputs.join_runs(begun, ended))


@clause(
    "MD-07",
    source=sources.GRAPHS,
    severity=SHOULD,
    subjects=LOOPS,
    cases=partial(mode_cases.one_program, split=True, states=states.DISTINCT),
    modes=("alternating",),
    cost=Cost(effort=0.5, expensive=True),
)
def test_eager_and_traced_calls_may_alternate(case: Case, run: Runs) -> CheckResult:
    """If eager calls and tf.function calls of one layer take turns, each from the state of the
    one before, together they equal a straight run.
    """
    seen = run(
        case,
        case_calls.first_part(case),
        case_calls.rest(case, wire.Previous(0)),
        case_calls.whole(case),
        case_calls.first_part(case),
        case_calls.rest(case, wire.Previous(3)),
    )
    parts = [
        outputs.accepted_run(case, observation, f"call {number} of {len(seen)}", steps)
        for number, (observation, steps) in enumerate(zip(seen, _steps(case), strict=True), 1)
    ]
    straight, expected = parts[2], forward.trajectory(case)
    joined = (outputs.join_runs(*parts[:2]), outputs.join_runs(*parts[3:]))
    return CheckResult(
        spread_ratio=max(
            numbers.runs_agree(one, straight, expected, "the straight run's") for one in joined
        )
    )


def _steps(case: Case) -> tuple[int, ...]:
    first, rest = case_calls.split(case), case.data.steps - case_calls.split(case)
    return first, rest, case.data.steps, first, rest


# --- functional models ----------------------------------------------------------------------------

_MODEL_COST = Cost(expensive=True)
model_clause = partial(clause, subjects=subjects.paths_and_cells(apis=("Model",)), cost=_MODEL_COST)


def _equals_layer(case: Case, run: Runs, rows: int | None = None) -> CheckResult:
    layer = case_calls.layer_of_model(case)
    (here,) = run(case, case_calls.model_call(case, rows))
    (there,) = run(layer, case_calls.whole(layer))
    one = outputs.accepted_run(case, here, "the call of the model")
    other = outputs.accepted_run(layer, there, "the call of the layer")
    return CheckResult(
        spread_ratio=numbers.runs_agree(one, other, forward.trajectory(case), "the layer's")
    )


@model_clause(
    "MD-08",
    source=layers.SYMBOLIC_STATES,
    cases=partial(mode_cases.wired_models, wirings=AROUND_A_LAYER, most=4, unequal=True),
    cost=dataclasses.replace(_MODEL_COST, effort=0.5, cells=4),
)
def test_models_give_what_the_layer_gives(case: Case, run: Runs) -> CheckResult:
    """A functional model that takes the initial state as an input gives what its layer gives.
    So does such a model within another model, and a model without a state.
    """
    return _equals_layer(case, run)


@model_clause(
    "MD-09",
    source=guides.ENCODER_AND_DECODER,
    cases=partial(
        mode_cases.wired_models, wirings=("encoder", "shared"), most=4, states=states.DISTINCT
    ),
    cost=dataclasses.replace(_MODEL_COST, effort=0.5),
)
def test_encoder_and_decoder_equal_a_straight_run(case: Case, run: Runs) -> CheckResult:
    """In a functional model, a layer that starts from the final state of another layer goes on
    where that layer ended.
    """
    return _equals_layer(case, run)


@model_clause(
    "MD-10",
    source=layers.SYMBOLIC_STATES,
    cases=partial(mode_cases.wired_models, wirings=("computed",), most=4, states=states.DISTINCT),
    cost=dataclasses.replace(_MODEL_COST, effort=0.5),
)
def test_computed_states_are_taken(case: Case, run: Runs) -> CheckResult:
    """In a functional model, a layer starts from the initial state that other layers compute
    for it.
    """
    return _equals_layer(case, run)


@model_clause(
    "MD-11",
    source=guides.PREDICT,
    cases=partial(mode_cases.predicted_models, wirings=WITH_A_STATE, most=6),
    cost=dataclasses.replace(_MODEL_COST, effort=2),
    modes=("predict", "predict_on_batch"),
)
def test_predictions_equal_calls(case: Case, run: Runs) -> CheckResult:
    """A model's predict and predict_on_batch give what the layer gives, each row from its own
    state. This holds also if predict takes a few rows at a time.
    """
    in_batches = case.program.mode == "predict" and case.data.batch > 1
    return _equals_layer(case, run, rows=case.data.batch - 1 if in_batches else None)


@model_clause(
    "MD-12",
    source=sources.RNN,
    severity=SHOULD,
    cases=partial(mode_cases.wired_models, wirings=AROUND_A_LAYER, most=4, unequal=True),
    cost=dataclasses.replace(_MODEL_COST, shares_cases_with="MD-08", cells=4),
)
def test_symbolic_results_are_declared_as_they_are(case: Case, run: Runs) -> None:
    """Symbolic outputs and states have the structure, dtypes and known sizes of the real ones."""
    (seen,) = run(case, case_calls.model_call(case))
    outputs.accepted_run(case, seen, "the call of the model")
    outputs.must_match_declaration(seen)
