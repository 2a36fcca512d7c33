"""MD: modes, functional models and their methods give what an eager call of the layer gives."""

from __future__ import annotations

import dataclasses
from functools import partial

from conformance import judging, reference, requests, sources, subjects
from conformance.adapter import wire
from conformance.case import EAGER, STACK, WIRINGS, Case
from conformance.contract import SHOULD, Finding, Runs, clause
from strategies import modes, states

LAYERS = subjects.each(apis=("RNN", "layer"))
# the cells in a layer, a stack, and the other loop with one of its own cells
LOOPS = subjects.joined(
    subjects.each(apis=("layer",)),
    subjects.each(apis=("RNN",), cells=(STACK,)),
    subjects.each(apis=("dynamic_rnn",), generations=("v1",), cells=("LSTM",)),
)
AROUND_A_LAYER = ("given", "none", "nested")
WITH_A_STATE = tuple(wiring for wiring in WIRINGS if wiring != "none")


def _equals_eager_call(case: Case, run: Runs) -> Finding:
    eagerly = requests.in_mode(case, EAGER)
    (here,) = run(case, requests.whole(case))
    (there,) = run(eagerly, requests.whole(eagerly))
    one = judging.accepted(case, here)
    other = judging.accepted(eagerly, there, "the eager call")
    judging.same_structure(one, other, "the eager call's")
    return Finding(spread_ratio=judging.agree(one, other, reference.of(case), "the eager call's"))


@clause(
    "MD-01",
    source=sources.GRAPHS,
    subjects=subjects.each(),
    cases=modes.few,
    modes=("function", "graph"),
    effort=0.5,
)
def test_traced_calls_equal_eager_ones(case: Case, run: Runs) -> Finding:
    """A call in a tf.function or in a graph gives the same as an eager call, in containers of
    the same kind.
    """
    return _equals_eager_call(case, run)


@clause(
    "MD-02",
    source=sources.RNN,
    subjects=LAYERS,
    cases=modes.few,
    modes=("unrolled",),
)
def test_unrolled_layers_equal_loops(case: Case, run: Runs) -> Finding:
    """An unrolled layer gives the same as one with a loop, in the same containers."""
    return _equals_eager_call(case, run)


@clause(
    "MD-03",
    source=sources.XLA,
    severity=SHOULD,
    subjects=LOOPS,
    cases=modes.of_one_size,
    modes=("jit",),
    effort=0.5,
    dear=True,
)
def test_compiled_calls_equal_eager_ones(case: Case, run: Runs) -> Finding:
    """A call that XLA compiles gives the same as an eager call, in the same containers."""
    return _equals_eager_call(case, run)


@clause(
    "MD-04",
    source=sources.FUNCTION,
    subjects=LOOPS,
    cases=modes.one,
    modes=("function", "retraced", "relaxed"),
    effort=0.5,
    dear=True,
)
def test_sizes_may_change_from_call_to_call(case: Case, run: Runs) -> Finding:
    """One function, called with other sizes in between, gives each time what a call of that
    size gives.
    """
    more_rows = dataclasses.replace(case, batch=case.batch + 1)
    more_steps = dataclasses.replace(more_rows, steps=case.steps + 1)
    return _gives_each(run, case, more_rows, more_steps, case)


@clause(
    "MD-05",
    source=sources.LSTM,
    subjects=subjects.each(apis=subjects.SEQUENCE_APIS),
    cases=partial(modes.few, states=states.DISTINCT),
    effort=0.5,
)
def test_no_state_is_left_to_the_next_call(case: Case, run: Runs) -> Finding:
    """A call without an initial state starts from zeros, also after a call that was given one."""
    without = dataclasses.replace(case, state=None)
    return _gives_each(run, case, without, case)


def _gives_each(run: Runs, first: Case, *others: Case) -> Finding:
    """Calls of one program, one after the other, of which the last is the first again."""
    cases = (first, *others)
    seen = run(first, *(requests.whole(case) for case in cases))
    runs = [
        judging.accepted(case, observation, f"call {number} of {len(cases)}")
        for number, (case, observation) in enumerate(zip(cases, seen, strict=True), 1)
    ]
    judging.identical_runs(runs[-1], runs[0], "the first call's")
    return Finding(
        max(judging.agrees_with_reference(*pair) for pair in zip(cases, runs, strict=True))
    )


@clause(
    "MD-06",
    source=sources.GUIDE,
    subjects=LOOPS,
    cases=partial(modes.one, split=True, states=states.DISTINCT),
    modes=("function", "graph", "unrolled"),
    effort=0.5,
    dear=True,
)
def test_state_of_one_mode_starts_another(case: Case, run: Runs) -> Finding:
    """An eager call goes on from the final state that a call in another mode returned, just as
    it was returned. The reverse holds too.
    """
    eagerly = requests.in_mode(case, EAGER)
    return Finding(max(_in_turn(run, case, eagerly), _in_turn(run, eagerly, case)))


def _in_turn(run: Runs, first: Case, then: Case) -> float:
    """The first steps in one case's mode, and the rest in another's."""
    (observation,) = run(first, requests.first_part(first))
    begun = judging.accepted(first, observation, "the first steps", steps=requests.split(first))
    (observation,) = run(then, requests.rest(then, observation.state))
    left = then.steps - requests.split(then)
    ended = judging.accepted(then, observation, f"the rest in mode {then.mode}", steps=left)
    return judging.agrees_with_reference(first, judging.joined(begun, ended))


@clause(
    "MD-07",
    source=sources.GRAPHS,
    subjects=LOOPS,
    cases=partial(modes.one, split=True, states=states.DISTINCT),
    modes=("alternating",),
    effort=0.5,
    dear=True,
)
def test_eager_and_traced_calls_may_alternate(case: Case, run: Runs) -> Finding:
    """If eager calls and tf.function calls of one layer take turns, each from the state of the
    one before, together they equal a straight run.
    """
    seen = run(
        case,
        requests.first_part(case),
        requests.rest(case, wire.Previous(0)),
        requests.whole(case),
        requests.first_part(case),
        requests.rest(case, wire.Previous(3)),
    )
    parts = [
        judging.accepted(case, observation, f"call {number} of {len(seen)}", steps)
        for number, (observation, steps) in enumerate(zip(seen, _steps(case), strict=True), 1)
    ]
    straight, expected = parts[2], reference.of(case)
    joined = (judging.joined(*parts[:2]), judging.joined(*parts[3:]))
    return Finding(
        spread_ratio=max(
            judging.agree(one, straight, expected, "the straight run's") for one in joined
        )
    )


def _steps(case: Case) -> tuple[int, ...]:
    first, rest = requests.split(case), case.steps - requests.split(case)
    return first, rest, case.steps, first, rest


# --- functional models ----------------------------------------------------------------------------

model_clause = partial(clause, subjects=subjects.each(apis=("Model",)), dear=True)


def _equals_layer(case: Case, run: Runs, rows: int | None = None) -> Finding:
    layer = requests.of_layer(case)
    (here,) = run(case, requests.of_model(case, rows))
    (there,) = run(layer, requests.whole(layer))
    one = judging.accepted(case, here, "the call of the model")
    other = judging.accepted(layer, there, "the call of the layer")
    return Finding(spread_ratio=judging.agree(one, other, reference.of(case), "the layer's"))


@model_clause(
    "MD-08",
    source=sources.RNN,
    cases=partial(modes.wired, wirings=AROUND_A_LAYER, most=4, unequal=True),
    effort=0.5,
    cells=4,
)
def test_models_give_what_the_layer_gives(case: Case, run: Runs) -> Finding:
    """A functional model that takes the initial state as an input gives what its layer gives.
    So does such a model within another model, and a model without a state.
    """
    return _equals_layer(case, run)


@model_clause(
    "MD-09",
    source=sources.GUIDE,
    cases=partial(modes.wired, wirings=("encoder", "shared"), most=4, states=states.DISTINCT),
    effort=0.5,
)
def test_encoder_and_decoder_equal_a_straight_run(case: Case, run: Runs) -> Finding:
    """In a functional model, a layer that starts from the final state of another layer goes on
    where that layer ended.
    """
    return _equals_layer(case, run)


@model_clause(
    "MD-10",
    source=sources.RNN,
    cases=partial(modes.wired, wirings=("computed",), most=4, states=states.DISTINCT),
    effort=0.5,
)
def test_computed_states_are_taken(case: Case, run: Runs) -> Finding:
    """In a functional model, a layer starts from the initial state that other layers compute
    for it.
    """
    return _equals_layer(case, run)


@model_clause(
    "MD-11",
    source=sources.PREDICT,
    cases=partial(modes.wired, wirings=WITH_A_STATE, most=6),
    modes=("predict", "predict_on_batch"),
)
def test_predictions_equal_calls(case: Case, run: Runs) -> Finding:
    """A model's predict and predict_on_batch give what the layer gives, each row from its own
    state. This holds also if predict takes a few rows at a time.
    """
    in_batches = case.mode == "predict" and case.batch > 1
    return _equals_layer(case, run, rows=case.batch - 1 if in_batches else None)


@model_clause(
    "MD-12",
    source=sources.RNN,
    cases=partial(modes.wired, wirings=AROUND_A_LAYER, most=4, unequal=True),
    like="MD-08",
    cells=4,
)
def test_symbolic_results_are_declared_as_they_are(case: Case, run: Runs) -> None:
    """Symbolic outputs and states have the structure, dtypes and known sizes of the real ones."""
    (seen,) = run(case, requests.of_model(case))
    judging.accepted(case, seen, "the call of the model")
    judging.as_declared(seen)
