"""Cases whose gradients are asked for.

What has to be traced for them is no other clause's, and takes long. So programs are drawn for them
alone, of many dtypes: several where they are built soon, which is eagerly, or of a single step.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from conformance.cases.case import Case
from conformance.cases.program import EAGER
from conformance.contract.clause import DrawSpec, Subject
from strategies import cells, lengths_and_masks, states

_PROGRAMS = 3


@st.composite
def together(draw: st.DrawFn, subject: Subject, extent: DrawSpec, **data: Any) -> tuple[Case, ...]:
    """Several cases of one program or of a few. Options as of `states.Data`."""
    mode = draw(lengths_and_masks.one_of(tuple(extent.modes)))
    one_step, of = states.of_one_step(subject), states.Data(**data)
    programs = _PROGRAMS if one_step or mode == EAGER else 1
    drawn = []
    for dtype in draw(st.permutations(lengths_and_masks.DTYPES))[:programs]:
        program = draw(states.programs(subject, [mode]))
        program = program.replace(dtype=dtype)
        if draw(st.booleans()):
            program = program.replace(cells=tuple(map(cells.usual, program.program.cells)))
        count = max(1, extent.batch_size(mode) // (programs * len(program.program.cells)))
        first = draw(lengths_and_masks.seeds())
        drawn += [states.with_data(draw, program, first + at, one_step, of) for at in range(count)]
    return tuple(drawn)
