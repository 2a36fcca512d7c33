"""Cases of bidirectional layers."""

from __future__ import annotations

import dataclasses
import itertools
from typing import Any

from hypothesis import strategies as st

from conformance.cases.case import Case
from conformance.cases.program import EAGER, MERGE_MODES, Layer
from conformance.contract.clause import DrawSpec, Subject
from strategies import states

LAYERS = tuple(
    Layer(return_sequences=sequences, merge_mode=mode)
    for sequences, mode in itertools.product((True, False), MERGE_MODES)
)


@st.composite
def together(draw: st.DrawFn, subject: Subject, extent: DrawSpec, **data: Any) -> tuple[Case, ...]:
    """A case, and where the extent allows several the same one in the other merge modes.

    Each is a layer of its own: only eagerly, where making one takes no trace. Options as of
    `states.Data`.
    """
    case = draw(states.cases(subject, extent.modes, layers=LAYERS, **data))
    others = [mode for mode in MERGE_MODES if mode != case.program.layer.merge_mode]
    if case.program.mode != EAGER or extent.batch_size(EAGER) == 1:
        return (case,)
    layers = [dataclasses.replace(case.program.layer, merge_mode=mode) for mode in others]
    return (case, *(states.with_layer(case, layer) for layer in layers))
