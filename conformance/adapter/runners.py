"""Every mode by its name."""

from . import further_modes, graph, modes

RUNNERS = {
    "eager": modes.Eager,
    "function": modes.Function,
    "graph": graph.Graph,
    "unrolled": further_modes.Unrolled,
    "jit": further_modes.Compiled,
    "retraced": further_modes.Retraced,
    "relaxed": further_modes.Relaxed,
    "alternating": further_modes.Alternating,
    "predict": further_modes.Predict,
    "predict_on_batch": further_modes.Predict,
}
