"""The messages between driver and target: plain data, safe across Python and NumPy versions.

Arrays travel as bytes with dtype and shape, because NumPy 1.18 cannot load arrays that NumPy 2 has
pickled. A state is a tree of `Node` and `Leaf`, so that its containers arrive unchanged.
"""

import io
import pickle
from dataclasses import dataclass, field
from typing import Any, Dict, Optional, Tuple

PICKLE_PROTOCOL = 4  # the newest that Python 3.7 reads

# The options that a cell or layer is given
GIVEN = "given"  # the options that the case names
DEFAULTS = "defaults"  # only its units; the case names the others with their documented defaults
EVERY = "every"  # those of GIVEN, and all that change nothing in inference
OPTIONS = (GIVEN, DEFAULTS, EVERY)

# The ways in which a cell, layer or model was saved and loaded before it runs
CONFIG = "config"  # from_config of its config, and its weights by set_weights
KERAS_FILE, H5_FILE, SAVED_MODEL = ".keras", ".h5", "saved_model"  # a model saved and loaded
WEIGHTS_FILE = "weights"  # a model's weights saved, and loaded into another model
FILES = (KERAS_FILE, H5_FILE, SAVED_MODEL, WEIGHTS_FILE)
KERAS2_CONFIG = "keras2_config"  # like CONFIG, from its twin in Keras 2, without `time_major`
WHOLE_KERAS2_CONFIG = "whole_keras2_config"
V1_WEIGHTS, BASIC_V1_WEIGHTS = "v1_weights", "basic_v1_weights"  # of v1 cells, by set_weights
RELOADED = (
    CONFIG, *FILES, KERAS2_CONFIG, WHOLE_KERAS2_CONFIG, V1_WEIGHTS, BASIC_V1_WEIGHTS,
)  # fmt: skip

# Numbers that both the target and the reference use
CUSTOM_START = (0.5, -0.25)  # the h and c that a user's own cell starts from
KEEP_PROBABILITY = 0.5  # of the dropout wrappers that drop something


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
    """The known facts about a tensor before it is computed; an unknown size is None."""

    dtype: str
    shape: Tuple[Optional[int], ...]


@dataclass(frozen=True)
class Text:
    """A leaf of strings, of the given shape."""

    shape: Tuple[int, ...]


@dataclass(frozen=True)
class Other:
    """An object in a final state that is no tensor, by the name of its class."""

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
    """The final state of an earlier call of the same run, exactly as the target returned it."""

    call: int


@dataclass(frozen=True)
class OwnZeros:
    """The state that the cell makes itself: `get_initial_state` in Keras, `zero_state` in v1."""


@dataclass(frozen=True)
class Stored:
    """The content of a stateful layer's `states`, unchanged."""


@dataclass(frozen=True)
class Reset:
    """An action before a call: reset a stateful layer's states, to zeros or to `states`.

    With `model`, the model around the layer is asked to reset them.
    """

    states: Any = None
    model: bool = False


@dataclass(frozen=True)
class Assign:
    """An action before a call: assign values to the variables in a stateful layer's `states`."""

    states: Any


@dataclass(frozen=True)
class Compile:
    """An action before a call: compile the model around a layer."""

    states: Any = None


@dataclass(frozen=True)
class Weights:
    """One cell's weights in the canonical layout, which is Keras' (gates i, f, c, o; z, r, h).

    Shapes: kernel (features, gates * units); recurrent (output units, gates * units); bias
    (gates * units,), or (2, gates * units) for a GRU with reset_after, without the forget bias;
    peepholes (3, units) in the order i, f, o; projection (units, output units). A ConvLSTM's
    kernels have these rows once for each place in the kernel of its convolution.
    """

    kernel: Array
    recurrent: Array
    bias: Optional[Array] = None
    peepholes: Optional[Array] = None
    projection: Optional[Array] = None


@dataclass(frozen=True)
class Program:
    """A program to build: a path in a mode over cells.

    A `fresh` program is not built before it is called, and gets no weights. A `kept` program is
    built once and used again: in function and graph mode for unknown batch and steps. `layer` holds
    the options, by name, of the layer or loop that runs the cells over the steps: only those that
    differ from their defaults. `rows` is the fixed size of a stateful layer's batches; with
    `unknown_rows` a function is still traced for a batch of any size. `policy` names a policy of
    mixed precision, and `dtype` is then its compute dtype. `model` is the model that contains the
    layer, "sequential" or "functional", and `initial_state` is the state that the layer gets when a
    functional model is made. `options`, `nesting`, `state_is_tuple` and `reloaded` mean the same as
    in a case; a reloaded program runs only eagerly. `wiring` is how the initial state reaches the
    layer on the path `Model`.
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
    """The factors of a loss, which is the sum of outputs and final state times these.

    `state` is a tree like the final state. With `split` the sequence runs in two parts within one
    computation: first that many steps, then the rest, from the final state of the first part.
    """

    outputs: Array
    state: Any
    split: Optional[int] = None


@dataclass(frozen=True)
class Call:
    """One call of a program; `state` is a tree, or None where no initial state is given.

    `by` is the way to call: "call"; for a model also "predict" or "predict_on_batch"; for a
    stateful layer also "new_layer", a call of another layer, not stateful, with the same weights.

    `arguments` are more arrays (or a Text where one is malformed), by the names that the API gives
    them: sequence_length, mask. With a `loss`, its gradients are asked for too.
    `before` is done before the call: a Reset or an Assign of a stateful layer, or a
    Compile of a model.
    """

    inputs: Array
    state: Any = None
    arguments: Tuple[Tuple[str, Any], ...] = ()
    loss: Optional[Loss] = None
    before: Any = None
    by: str = "call"


@dataclass(frozen=True)
class Run:
    """Calls of a program with the same weights, one after the other; a fresh one has no weights.

    A stateful layer starts a run with the states that it had when it was built.
    """

    weights: Tuple[Weights, ...]
    calls: Tuple[Call, ...]


@dataclass(frozen=True)
class Error:
    """An exception in the target; `bases` are the names of its classes, its own class first.

    `stage` is "build" where it came before any call, "compile" where a model was compiled, "before"
    where another action before the call raised it, else "call".
    """

    name: str
    module: str
    bases: Tuple[str, ...]
    message: str
    raised_in: str
    stage: str = "call"


@dataclass(frozen=True)
class Gradients:
    """The gradients of a call's loss: a Leaf each, or Nothing where the library gave None.

    `state` is a tree like the initial state. In `weights`, arrays that a cell lacks are None.
    """

    inputs: Any
    state: Any
    weights: Tuple[Weights, ...]


@dataclass(frozen=True)
class Observation:
    """The result of a call: outputs and native final state, or the error.

    `arguments_intact` and `weights_intact` are True where the call left the caller's arrays and
    the variables unchanged. The weights of a kept program are read after the last call of a
    message, or of each run where it is reloaded. `stored` is the content of a stateful layer's
    `states` afterwards, even after an error. `declared` is what a functional model declares that
    it returns: the outputs, and a tree of the final state, as Specs.
    Under a policy of mixed precision, `variables` are the dtypes of the variables.
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
    """A program's cell or layer right after it was made, before anything is assigned.

    `configs` is its config as JSON. Where it is reloaded, the JSON is as Keras writes it, and the
    config of the reloaded one follows. `weights` are the initial weights of Keras cells that are
    not reloaded, as the cells hold them: with the forget bias inside the bias.
    """

    configs: Tuple[str, ...] = ()
    weights: Tuple[Weights, ...] = ()
    error: Optional[Error] = None


@dataclass(frozen=True)
class Defaults:
    """The options that a class, such as `keras3/LSTM`, has by default; or why making it failed."""

    owner: str
    options: Dict[str, Any]
    error: str = ""


@dataclass(frozen=True)
class PathOffer:
    """A path that the target looked for: the cells and modes it takes, or why it is missing.

    `further_modes` are modes for clauses that ask for them by name.
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
    """The versions found in the target, its paths, and the default options of each class there."""

    versions: Dict[str, str]
    paths: Tuple[PathOffer, ...]
    defaults: Tuple[Defaults, ...] = ()


_KINDS = {
    kind.__name__: kind
    for kind in (
        Array, Leaf, Text, Other, Nothing, Node, Previous, OwnZeros, Stored, Reset, Assign,
        Compile, Weights, Program, Loss, Call, Run, Error, Gradients, Observation, Made, Defaults,
        PathOffer, Description, Spec,
    )
}  # fmt: skip


def dumps(value):
    """Return the bytes of one message."""
    return pickle.dumps(value, protocol=PICKLE_PROTOCOL)


def loads(data):
    """Return the message in the bytes."""
    return _Reader(io.BytesIO(data)).load()


class _Reader(pickle.Unpickler):
    """A reader that finds classes by name here: the other end has this module by another name."""

    def find_class(self, module, name):
        """Return the class of that name in this module; refuse any other."""
        if name not in _KINDS:
            raise pickle.UnpicklingError("%s.%s does not belong into a message" % (module, name))
        return _KINDS[name]
