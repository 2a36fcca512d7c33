"""The paths that an environment can offer, by name, each with its modes or why it is missing."""

from . import compat, wire
from .apis import (
    bidirectional_dynamic_rnn,
    cell,
    dynamic_rnn,
    keras_bidirectional,
    keras_layer,
    keras_model,
    keras_rnn,
    raw_rnn,
    static_rnn,
)
from .cells.factory import KERAS_KINDS, STACK, V1_KINDS

MODULES = {
    "dynamic_rnn": dynamic_rnn,
    "RNN": keras_rnn,
    "layer": keras_layer,
    "cell": cell,
    "Bidirectional": keras_bidirectional,
    "bidirectional_dynamic_rnn": bidirectional_dynamic_rnn,
    "static_rnn": static_rnn,
    "raw_rnn": raw_rnn,
    "Model": keras_model,
}
GENERATIONS = {
    "dynamic_rnn": ("v1", "keras2", "keras3"),
    "RNN": compat.KERAS_GENERATIONS,
    "layer": compat.KERAS_GENERATIONS,
    "cell": ("v1", "keras2", "keras3"),
    "Bidirectional": compat.KERAS_GENERATIONS,
    "bidirectional_dynamic_rnn": ("v1",),
    "static_rnn": ("v1",),
    "raw_rnn": ("v1",),
    "Model": compat.KERAS_GENERATIONS,
}
OF_SINGLE_CELLS = ("layer", "Bidirectional", "bidirectional_dynamic_rnn")
RELOADING = ("RNN", "layer", "cell")
BY_CONFIG = {"cell/v1", "Bidirectional/keras2", "Bidirectional/keras3"}  # only by config
MODES = ("eager", "function", "graph")
_OF_MODELS = ("predict", "predict_on_batch")
_OF_FUNCTIONS = ("retraced", "relaxed", "alternating")
_COMMON = ("dynamic_rnn", "RNN", "layer", "cell")


def build(program):
    """Build the program of a path; create its variables unless it must be fresh."""
    api, generation = program.path.split("/")
    built = MODULES[api].build(generation, program)
    if program.fresh and generation == "v1":
        built.call = compat.fix_initial_values(built.call)
    return built


def offers():
    """Return a PathOffer for every path, in a fixed order."""
    return tuple(_offer(api, generation) for api in MODULES for generation in GENERATIONS[api])


def _offer(api, generation):
    name = "%s/%s" % (api, generation)
    try:
        if generation == "v1":
            compat.v1_cells()
        else:
            compat.keras(generation)
    except compat.NotAvailable as reason:
        return wire.PathOffer(name, _kinds(api, generation), missing=str(reason))
    return wire.PathOffer(
        name,
        _kinds(api, generation),
        MODES,
        reloads=_reloads(api, generation),
        further_modes=_further_modes(api),
        lacks=compat.missing_relatives(generation),
    )


def _reloads(api, generation):
    """Return the ways of reloading that a path has."""
    if "%s/%s" % (api, generation) in BY_CONFIG:
        return (wire.CONFIG,)
    if api not in RELOADING:
        return ()
    ways = (wire.CONFIG, wire.V1_WEIGHTS, wire.BASIC_V1_WEIGHTS)
    if generation == "keras3":
        ways += (wire.KERAS2_CONFIG, wire.WHOLE_KERAS2_CONFIG)
    return ways if api == "cell" else (*ways, *compat.files(generation))


def _further_modes(api):
    if api == "Model":
        return _OF_MODELS
    if api not in _COMMON:
        return ()
    unrolled = ("unrolled",) if api in ("RNN", "layer") else ()
    compiled = ("jit",) if compat.can_compile() else ()
    return _OF_FUNCTIONS + unrolled + compiled


def _kinds(api, generation):
    kinds = V1_KINDS if generation == "v1" else KERAS_KINDS
    return kinds if api in OF_SINGLE_CELLS else (*kinds, STACK)
