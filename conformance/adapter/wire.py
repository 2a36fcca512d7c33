"""The words that driver and target exchange: plain data, safe across Python and NumPy versions.

Arrays travel as bytes with dtype and shape, because arrays pickled by NumPy 2 do not load in
NumPy 1.18. A state is a tree of `Node` and `Leaf`, so that the containers survive the journey.
"""

import io
import pickle
from dataclasses import dataclass, field
from typing import Any, Dict, Optional, Tuple

PICKLE_PROTOCOL = 4  # the newest that Python 3.7 reads

# Which options of a cell or layer are given to it
GIVEN = "given"  # those that the case names
DEFAULTS = "defaults"  # none but its units: the others the case names as they are documented
EVERY = "every"  # besides, all that change nothing in inference
OPTIONS = (GIVEN, DEFAULTS, EVERY)

# How what runs was made again from what it was
CONFIG = "config"  # from_config of its config, and its weights by set_weights
KERAS_FILE, H5_FILE, SAVED_MODEL = ".keras", ".h5", "saved_model"  # a model saved and loaded
WEIGHTS_FILE = "weights"  # a model's weights saved, and loaded into another one
FILES = (KERAS_FILE, H5_FILE, SAVED_MODEL, WEIGHTS_FILE)
KERAS2_CONFIG = "keras2_config"  # as CONFIG, but of its twin in Keras 2, without `time_major`
WHOLE_KERAS2_CONFIG = "whole_keras2_config"
V1_WEIGHTS, BASIC_V1_WEIGHTS = "v1_weights", "basic_v1_weights"  # of v1 cells, by set_weights
RELOADED = (
    CONFIG, *FILES, KERAS2_CONFIG, WHOLE_KERAS2_CONFIG, V1_WEIGHTS, BASIC_V1_WEIGHTS,
)  # fmt: skip

# What the target does and the reference computes
CUSTOM_START = (0.5, -0.25)  # h and c that a user's own cell starts from
KEEP_PROBABILITY = 0.5  # of the wrappers of dropout that drop something


@dataclass(frozen=True)
class Array:
    """A dense array: dtype by name, shape, and its bytes in C order."""

    dtype: str
    shape: Tuple[int, ...]
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class Leaf:
    """One tensor of a state and how it is held: tensor, numpy, variable or ragged."""

    array: Array
    held_as: str = "tensor"


@dataclass(frozen=True)
class Spec:
    """What is known of a tensor before it is computed; sizes that are unknown are None."""

    dtype: str
    shape: Tuple[Optional[int], ...]


@dataclass(frozen=True)
class Text:
    """A leaf of strings, of the given shape."""

    shape: Tuple[int, ...]


@dataclass(frozen=True)
class Other:
    """Something in a final state that is no tensor, by the name of its class."""

    name: str


@dataclass(frozen=True)
class Nothing:
    """A None where a tensor is expected."""


@dataclass(frozen=True)
class Node:
    """A container: list, tuple, LSTMStateTuple or dict (then `keys` names the children)."""

    container: str
    children: Tuple[Any, ...]
    keys: Tuple[str, ...] = ()


@dataclass(frozen=True)
class Previous:
    """The final state of an earlier call of the same run, just as the target returned it."""

    call: int


@dataclass(frozen=True)
class OwnZeros:
    """The state that the cell makes itself: `get_initial_state` in Keras, `zero_state` in v1."""


@dataclass(frozen=True)
class Stored:
    """What a stateful layer has in its `states`, as it is there."""


@dataclass(frozen=True)
class Reset:
    """Before a call: a stateful layer's states are reset, to zeros or to those of `states`.

    With `model` it is the model around the layer that is asked to.
    """

    states: Any = None
    model: bool = False


@dataclass(frozen=True)
class Assign:
    """Before a call: values are assigned to the variables in a stateful layer's `states`."""

    states: Any


@dataclass(frozen=True)
class Weights:
    """One cell's weights in the canonical layout, that of Keras (gates i, f, c, o; z, r, h).

    Shapes: kernel (features, gates * units), recurrent (output units, gates * units), bias
    (gates * units,), for a GRU with reset_after (2, gates * units), without the forget bias;
    peepholes (3, units) in the order i, f, o; projection (units, output units). A ConvLSTM's
    kernels have such rows for each place in the kernel of its convolution.
    """

    kernel: Array
    recurrent: Array
    bias: Optional[Array] = None
    peepholes: Optional[Array] = None
    projection: Optional[Array] = None


@dataclass(frozen=True)
class Program:
    """What has to be built: a path in a mode over cells.

    A `fresh` program is not built before it is called, and has no weights assigned. A `kept` one is
    built once and used again: in function and graph mode for unknown batch and steps. `layer` holds
    options of what runs the cells over the steps, by name: those that are not at their default.
    `rows` is the fixed size of a stateful layer's batches; with `unknown_rows` a function is traced
    for a batch of any size all the same. `policy` names the policy of mixed precision whose compute
    dtype `dtype` is. `model` is what the layer is put into, "sequential" or "functional", and
    `initial_state` the state that the layer is given when a functional model is made. `options`,
    `nesting`, `state_is_tuple` and `reloaded` are as a case has them; what is reloaded runs only
    eagerly. `wiring` is how the initial state reaches the layer on the path `Model`.
    """

    path: str
    mode: str
    cells: Tuple[Dict[str, Any], ...]
    features: int
    dtype: str
    fresh: bool = False
    kept: bool = False
    layer: Dict[str, Any] = field(default_factory=dict)
    rows: Optional[int] = None
    unknown_rows: bool = False
    policy: Optional[str] = None
    model: Optional[str] = None
    initial_state: Any = None
    options: str = GIVEN
    reloaded: Optional[str] = None
    wiring: str = "given"
    nesting: Tuple[Any, ...] = ()
    state_is_tuple: bool = True


@dataclass(frozen=True)
class Loss:
    """The sum of outputs and final state times these, `state` being a tree like the final one's.

    With `split` the sequence runs in two parts within one computation: that many steps, and the
    others from the state that those end with.
    """

    outputs: Array
    state: Any
    split: Optional[int] = None


@dataclass(frozen=True)
class Call:
    """One run of a program; `state` is a tree, or None where no initial state is given.

    `by` is how: "call"; of a model also "predict" or "predict_on_batch"; of a stateful layer
    "new_layer", a call of another layer with the same weights, which is not stateful.

    `arguments` are further arrays, or a Text where one is malformed, by the name that the API has
    for them: sequence_length, mask. With a `loss` its gradients are asked for too.
    `before` is what is done to a stateful layer before the call: a Reset, an Assign or nothing.
    """

    inputs: Array
    state: Any = None
    arguments: Tuple[Tuple[str, Any], ...] = ()
    loss: Optional[Loss] = None
    before: Any = None
    by: str = "call"


@dataclass(frozen=True)
class Run:
    """Calls of a program with the same weights, one after the other; no weights where fresh.

    A stateful layer that was built begins with the states that it had then.
    """

    weights: Tuple[Weights, ...]
    calls: Tuple[Call, ...]


@dataclass(frozen=True)
class Error:
    """An exception as the target saw it; `bases` are the names of its classes, itself first.

    `stage` is "build" where it came before any state was given, "before" where it came of what was
    to be done before the call, else "call".
    """

    name: str
    module: str
    bases: Tuple[str, ...]
    message: str
    raised_in: str
    stage: str = "call"


@dataclass(frozen=True)
class Gradients:
    """Gradients of a call's loss: Leaf by Leaf, with Nothing where the library gave None.

    `state` is a tree like the initial state; in `weights` arrays that a cell has not are None.
    """

    inputs: Any
    state: Any
    weights: Tuple[Weights, ...]


@dataclass(frozen=True)
class Observation:
    """What a call did: outputs and native final state, or the error.

    `arguments_intact` and `weights_intact` say whether the caller's arrays and the variables were
    afterwards what they were before. The weights of a kept program are looked at after the last
    call of a message, or of a run where it is reloaded. `stored` is what a stateful layer's
    `states` hold afterwards, whatever happened. `declared` is what a functional model says that it
    gives: the outputs, and a tree of the final state, as Specs.
    Under a policy of mixed precision `variables` are their dtypes.
    """

    outputs: Optional[Array] = None
    state: Any = None
    error: Optional[Error] = None
    seconds: float = 0.0
    arguments_intact: bool = True
    weights_intact: bool = True
    gradients: Optional[Gradients] = None
    stored: Any = None
    declared: Any = None
    variables: Tuple[str, ...] = ()


@dataclass(frozen=True)
class Made:
    """What a program's cell or layer is when it was made, before anything is assigned.

    `configs` is its config as JSON; where it is reloaded, as Keras writes JSON, and then that of
    what came back. `weights` are the initial ones of Keras cells that are not reloaded, as they
    hold them: the forget bias within the bias.
    """

    configs: Tuple[str, ...] = ()
    weights: Tuple[Weights, ...] = ()
    error: Optional[Error] = None


@dataclass(frozen=True)
class Defaults:
    """The options of a class that is given none, as `keras3/LSTM`; or why it could not be made."""

    owner: str
    options: Dict[str, Any]
    error: str = ""


@dataclass(frozen=True)
class PathOffer:
    """A path that was looked for: what it takes, or why it is missing.

    `further_modes` are those of clauses that ask for them by name.
    `lacks` names relatives of its cells that it takes in other releases.
    """

    name: str
    cells: Tuple[str, ...] = ()
    modes: Tuple[str, ...] = ()
    missing: str = ""
    reloads: Tuple[str, ...] = ()
    further_modes: Tuple[str, ...] = ()
    lacks: Tuple[str, ...] = ()


@dataclass(frozen=True)
class Description:
    """Versions found in the target, its paths, and the default options of each class there."""

    versions: Dict[str, str]
    paths: Tuple[PathOffer, ...]
    defaults: Tuple[Defaults, ...] = ()


_KINDS = {
    kind.__name__: kind
    for kind in (
        Array, Leaf, Text, Other, Nothing, Node, Previous, OwnZeros, Stored, Reset, Assign,
        Weights, Program, Loss, Call, Run, Error, Gradients, Observation, Made, Defaults, PathOffer,
        Description, Spec,
    )
}  # fmt: skip


def dumps(value):
    """Bytes for one message."""
    return pickle.dumps(value, protocol=PICKLE_PROTOCOL)


def loads(data):
    """The message in the bytes."""
    return _Reader(io.BytesIO(data)).load()


class _Reader(pickle.Unpickler):
    """Reads the classes of this module by name, as it is another module at the other end."""

    def find_class(self, module, name):
        """The class of that name here, and no other."""
        if name not in _KINDS:
            raise pickle.UnpicklingError("%s.%s does not belong into a message" % (module, name))
        return _KINDS[name]
