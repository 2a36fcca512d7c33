"""All modes by their names."""

from . import eager_and_function, extra_modes, graph

RUNNERS = {
    "eager": eager_and_function.Eager,
    "function": eager_and_function.Function,
    "graph": graph.Graph,
    "unrolled": extra_modes.Unrolled,
    "jit": extra_modes.Compiled,
    "retraced": extra_modes.Retraced,
    "relaxed": extra_modes.Relaxed,
    "alternating": extra_modes.Alternating,
    "predict": extra_modes.Predict,
    "predict_on_batch": extra_modes.Predict,
}
