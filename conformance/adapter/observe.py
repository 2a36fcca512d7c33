"""The observer: it runs the calls of one program and returns what happened, errors included."""

import contextlib
import os
import time
import traceback

import numpy as np
import tensorflow as tf

from . import error_messages, native_trees, program_cache, save_and_load, timing, wire
from .modes import differentiation

PACKAGES = ("keras", "tf_keras", "tensorflow", "tensorflow_core", "numpy", "optree", "json")


def observe(program, runs):
    """Return the observations of each run: one for each of its calls."""
    key = program_cache.key(program)
    # reading weights takes as long as a call: a kept program's are read after the last run only
    each = key is None or bool(program.reloaded)
    return tuple(
        _observe_run(program, key, run, each or index == len(runs))
        for index, run in enumerate(runs, 1)
    )


def state_size(program):
    """Return the `state_size` of a program's cell: a tree of wire.Other with sizes as names."""
    with program_cache.runner(program, program_cache.key(program)) as use:
        size = use.runner.built.cell.state_size
    return native_trees.to_wire(size, lambda size: wire.Other(str(size)))


def look(program):
    """Return the wire.Made of a program."""
    try:
        with program_cache.runner(program, None) as use:
            return save_and_load.describe_made(use.runner.built, program)
    except Exception as raised:
        return wire.Made(error=_building_error(raised))


def _observe_run(program, key, run, look_at_weights):
    """Run the calls in order; a call may start from an earlier call's final state."""
    with contextlib.ExitStack() as stack:
        use = None
        try:
            use = stack.enter_context(program_cache.runner(program, key))
            use.runner.assign(run.weights)
            use.runner.built.forget()
        except Exception as raised:
            if use is not None:
                use.spoiled = True
            error = _building_error(raised)
            return tuple(wire.Observation(error=error) for _ in run.calls)
        observations, finals = [], []
        for call in run.calls:
            look = look_at_weights and (key is None or call is run.calls[-1])
            observation, final = _observe(use.runner, call, finals, look)
            observations.append(observation)
            finals.append(final)
        use.spoiled = any(seen.error or not seen.weights_intact for seen in observations)
    return tuple(observations)


def _observe(runner, call, finals, look_at_weights):
    inputs = native_trees.to_numpy(call.inputs)
    arguments = {name: native_trees.to_numpy(array) for name, array in call.arguments}
    loss = differentiation.native_loss(call.loss)
    state = _native(call.state, runner, finals)
    if state is _NO_FINAL_STATE:
        return wire.Observation(error=_no_state(call.state.call)), _NO_FINAL_STATE
    before = _snapshot(state)
    started = time.perf_counter()
    error = outputs = None
    final, gradients = _NO_FINAL_STATE, []
    stage = "compile" if isinstance(call.before, wire.Compile) else "before"
    try:
        with timing.measure(timing.RUNNING):
            if call.before is not None:
                runner.built.prepare(call.before, _native(call.before.states, runner, finals))
            stage = "call"
            outputs, final, gradients = runner.run(inputs, state, arguments, loss, call.by)
    except Exception as raised:  # every error of the library is an observation
        error = _error(raised, stage)
    seconds = time.perf_counter() - started
    return (
        wire.Observation(
            outputs=None if error else _array(outputs),
            state=None if error else native_trees.to_wire(final, _leaf),
            error=error,
            seconds=seconds,
            arguments_intact=before == _snapshot(state),
            weights_intact=not look_at_weights or runner.weights_intact(),
            gradients=_gradients(runner, state, gradients) if gradients else None,
            stored=native_trees.to_wire(runner.built.stored_state(), _leaf)
            if runner.built.stored_state()
            else None,
            declared=runner.built.declared,
            variables=runner.built.variable_dtypes(),
        ),
        final,
    )


def _gradients(runner, state, gradients):
    inputs, *others = [None if each is None else _numpy(each) for each in gradients]
    leaves = [] if state is None else native_trees.flatten(state)
    by_leaf, by_variable = others[: len(leaves)], others[len(leaves) :]
    return wire.Gradients(
        _gradient(inputs),
        None
        if state is None
        else native_trees.to_wire(native_trees.rebuild(state, iter(by_leaf)), _gradient),
        runner.weights.canonical(runner.built, by_variable),
    )


def _gradient(value):
    return wire.Nothing() if value is None else wire.Leaf(_array(value))


def _snapshot(state):
    """Return the containers with each leaf's identity, and the values of the mutable leaves."""
    leaves = native_trees.flatten(state)
    values = [
        np.asarray(leaf).tobytes() for leaf in leaves if isinstance(leaf, (np.ndarray, tf.Variable))
    ]
    return native_trees.rebuild(state, iter([id(leaf) for leaf in leaves])), values


_NO_FINAL_STATE = object()  # stands for the final state of a call that failed


def _native(state, runner, finals):
    if isinstance(state, wire.Previous):
        return finals[state.call]
    if isinstance(state, wire.Stored):
        return runner.built.stored_state()
    if state is None or isinstance(state, wire.OwnZeros):
        return state
    return native_trees.to_native(state)


def _no_state(call):
    message = "call %d left no final state to start from" % call
    return wire.Error("NoFinalState", "adapter", ("NoFinalState",), message, "")


def _array(value):
    return native_trees.to_wire_array(_numpy(value))


def _numpy(value):
    return value.numpy() if hasattr(value, "numpy") else value


def _leaf(value):
    if isinstance(value, tf.RaggedTensor):
        return wire.Other("RaggedTensor")
    if value is None or not hasattr(value, "dtype"):
        return wire.Other(type(value).__name__)
    return wire.Leaf(_array(value))


def _building_error(raised):
    error = _error(raised, "build")
    if not error.raised_in:
        raise raised  # a defect of the suite
    return error


def _error(raised, stage):
    return wire.Error(
        name=type(raised).__name__,
        module=type(raised).__module__,
        bases=tuple(base.__name__ for base in type(raised).__mro__),
        message=error_messages.normalize(str(raised)),
        raised_in=_raised_in(raised),
        stage=stage,
    )


def _raised_in(raised):
    """Return the innermost function of a library, as package/file:function."""
    for frame in reversed(traceback.extract_tb(raised.__traceback__)):
        parts = frame.filename.split(os.sep)
        for package in PACKAGES:
            if package in parts:
                return "%s:%s" % ("/".join(parts[parts.index(package) :]), frame.name)
    return ""
