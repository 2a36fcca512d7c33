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
def case_groups(draw: st.DrawFn, subject: Subject, spec: DrawSpec, **data: Any) -> tuple[Case, ...]:
    """Draw a case and, where several are asked for, the same case in the other merge modes.

    Each of them needs its own layer. So there is only one case except in eager mode, where a layer
    needs no trace. `data` are the fields of `states.DataSpec`.
    """
    case = draw(states.cases(subject, spec.modes, layers=LAYERS, **data))
    others = [mode for mode in MERGE_MODES if mode != case.program.layer.merge_mode]
    if case.program.mode != EAGER or spec.batch_size(EAGER) == 1:
        return (case,)
    layers = [dataclasses.replace(case.program.layer, merge_mode=mode) for mode in others]
    return (case, *(states.with_layer(case, layer) for layer in layers))
