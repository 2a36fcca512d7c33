"""Faults in saving and loading: set_weights, saved layers, weights in files."""

from tests.faults.fault import Fault
from tests.faults.library_modules import (
    KERAS2_H5,
    KERAS2_LAYER,
    KERAS3_H5,
    KERAS3_LAYER,
    KERAS3_SAVING,
)

FAULTS: tuple[Fault, ...] = (
    Fault(
        name="keras2-set-weights-float64-rounded",
        module=KERAS2_LAYER,
        old="                weight = weights[weight_index]\n",
        new="""                weight = weights[weight_index]
                weight = weight * (1 + 1e-9 * (weight.dtype == "float64"))
""",
        area="persistence",
        about="set_weights makes a float64 weight a billionth too large.",
    ),
    Fault(
        name="keras3-set-weights-skips-single-values",
        module=KERAS3_LAYER,
        old="            variable.assign(value)\n\n    @property\n    def dtype_policy",
        new="""            if value.size > 1:
                variable.assign(value)

    @property
    def dtype_policy""",
        area="persistence",
        about="set_weights leaves a weight of one value as it is.",
    ),
    Fault(
        name="keras3-saved-float64-weights-rounded",
        module=KERAS3_LAYER,
        old='store[f"{i}"] = v',
        new='store[f"{i}"] = v * (1 + 1e-9 * (v.dtype == "float64"))',
        area="persistence",
        about="A float64 weight in a file is a billionth too large.",
    ),
    Fault(
        name="keras3-saving-swaps-first-and-last-of-a-list",
        module=KERAS3_SAVING,
        old="""        container = list(container.values())

    for saveable in container:
        if isinstance(saveable, KerasSaveable):
            name = _get_unique_name(
                naming.to_snake_case(saveable.__class__.__name__),
                used_names,
            )
            _load_state(""",
        new="""        container = list(container.values())

    for saveable in container[::-1]:
        if isinstance(saveable, KerasSaveable):
            name = _get_unique_name(
                naming.to_snake_case(saveable.__class__.__name__),
                used_names,
            )
            _load_state(""",
        area="persistence",
        about="Loading gives the weights of two cells of one class in a stack to each other.",
    ),
    Fault(
        name="keras2-h5-weights-in-reverse",
        module=KERAS2_H5,
        old="""        weight_values = load_subset_weights_from_hdf5_group(g)
        weight_values = preprocess_weights_for_loading(
            layer, weight_values, original_keras_version, original_backend
        )
        if len(weight_values) != len(symbolic_weights):""",
        new="""        weight_values = load_subset_weights_from_hdf5_group(g)
        weight_values = preprocess_weights_for_loading(
            layer, weight_values, original_keras_version, original_backend
        )
        shapes = [value.shape for value in weight_values]
        if shapes == shapes[3:] + shapes[:3]:
            weight_values = weight_values[3:] + weight_values[:3]
        if len(weight_values) != len(symbolic_weights):""",
        area="persistence",
        about="An .h5 file gives two cells of one size in a stack each other's weights.",
    ),
    Fault(
        name="keras3-h5-float32-weights-rounded",
        module=KERAS3_H5,
        old="            param_dset[:] = val\n\n\ndef save_optimizer_weights",
        new="""            param_dset[:] = val * (1 + 1e-6 * (str(val.dtype) == "float32"))


def save_optimizer_weights""",
        area="persistence",
        about="A float32 weight in an .h5 file is a millionth too large.",
    ),
)
