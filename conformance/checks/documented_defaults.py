"""The default options that the documentation states: class by class, each with its address.

They come from the signatures in the documentation of TensorFlow 2.14 (Keras 2) and of Keras 3. Only
options that affect the results, the stored state and the returned values stand here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_KERAS3 = "https://keras.io/api/layers/recurrent_layers/"
_KERAS2 = "https://www.tensorflow.org/versions/r2.14/api_docs/python/tf/keras/layers/"
_IMPLEMENTATION = "https://www.tensorflow.org/versions/r2.1/api_docs/python/tf/keras/layers/"
_V1 = "https://www.tensorflow.org/versions/r1.15/api_docs/python/tf/nn/rnn_cell/"

_CELL: Mapping[str, Any] = {
    "activation": "tanh",
    "use_bias": True,
    "kernel_initializer": "glorot_uniform",
    "recurrent_initializer": "orthogonal",
    "bias_initializer": "zeros",
    "kernel_regularizer": None,
    "recurrent_regularizer": None,
    "bias_regularizer": None,
    "kernel_constraint": None,
    "recurrent_constraint": None,
    "bias_constraint": None,
    "dropout": 0.0,
    "recurrent_dropout": 0.0,
}
_GATED = {**_CELL, "recurrent_activation": "sigmoid"}
_CELLS: Mapping[str, Mapping[str, Any]] = {
    "SimpleRNN": _CELL,
    "GRU": {**_GATED, "reset_after": True},
    "LSTM": {**_GATED, "unit_forget_bias": True},
}
_SEQUENCES: Mapping[str, Any] = {
    "return_sequences": False,
    "return_state": False,
    "go_backwards": False,
    "stateful": False,
}
_LOOP = {**_SEQUENCES, "unroll": False}
_LAYER = {**_LOOP, "activity_regularizer": None}
_CONV_LSTM = {**_CELLS["LSTM"], "activity_regularizer": None, **_SEQUENCES}
CONV_LSTMS = ("ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D")


@dataclass(frozen=True)
class Documented:
    """The documented default options of a class such as `keras3/LSTM`, and the page with them."""

    owner: str
    options: Mapping[str, Any]
    source: str


def _keras2() -> list[Documented]:
    found = [
        Documented("keras2/RNN", {**_LOOP, "time_major": False}, _KERAS2 + "RNN"),
        Documented("keras2/Bidirectional", {"merge_mode": "concat"}, _KERAS2 + "Bidirectional"),
    ]
    for cell_type, options in _CELLS.items():
        found.append(Documented(f"keras2/{cell_type}Cell", options, f"{_KERAS2}{cell_type}Cell"))
        found.append(Documented(f"keras2/{cell_type}", {**options, **_LAYER}, _KERAS2 + cell_type))
    for cell_type in ("LSTM", "GRU"):
        # These were documented until 2.1. Later versions take them, but no longer name them.
        options = {"implementation": 2, "time_major": False}
        found.append(Documented(f"keras2/{cell_type}", options, _IMPLEMENTATION + cell_type))
    conv = {**_CONV_LSTM, "recurrent_activation": "hard_sigmoid"}
    return [*found, *(Documented(f"keras2/{name}", conv, _KERAS2 + name) for name in CONV_LSTMS)]


def _keras3() -> list[Documented]:
    found = [
        Documented("keras3/RNN", {**_LOOP, "zero_output_for_mask": False}, _KERAS3 + "rnn"),
        Documented("keras3/Bidirectional", {"merge_mode": "concat"}, _KERAS3 + "bidirectional"),
    ]
    for cell_type, options in _CELLS.items():
        page = _KERAS3 + {"SimpleRNN": "simple_rnn"}.get(cell_type, cell_type.lower())
        cell = {**options, "seed": None}
        cudnn = {} if cell_type == "SimpleRNN" else {"use_cudnn": "auto"}
        found.append(Documented(f"keras3/{cell_type}Cell", cell, page + "_cell"))
        found.append(Documented(f"keras3/{cell_type}", {**cell, **_LAYER, **cudnn}, page))
    conv = {**_CONV_LSTM, "seed": None}
    return [
        *found,
        *(
            Documented(f"keras3/{name}", conv, _KERAS3 + name.lower().replace("conv", "conv_"))
            for name in CONV_LSTMS
        ),
    ]


def _v1() -> list[Documented]:
    lstm = {"forget_bias": 1.0, "state_is_tuple": True}
    plain = dict.fromkeys(("cell_clip", "num_proj", "proj_clip"))
    return [
        Documented("v1/BasicLSTMCell", lstm, _V1 + "BasicLSTMCell"),
        Documented("v1/LSTMCell", {**lstm, "use_peepholes": False, **plain}, _V1 + "LSTMCell"),
        Documented("v1/MultiRNNCell", {"state_is_tuple": True}, _V1 + "MultiRNNCell"),
    ]


ALL = (*_v1(), *_keras2(), *_keras3())


def documented_pages(owner: str) -> list[Documented]:
    """Return what is documented about a class, page by page."""
    return [documented for documented in ALL if documented.owner == owner]
