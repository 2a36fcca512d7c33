"""Cases for the clauses about gradients.

No other clause needs the traces of these cases, and such a trace takes long. So these cases have
their own programs, of many dtypes: several programs where they are built fast, which is in eager
mode or with a single step, and else one.
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
def case_groups(draw: st.DrawFn, subject: Subject, spec: DrawSpec, **data: Any) -> tuple[Case, ...]:
    """Draw several cases of one or a few programs; `data` are the fields of `states.DataSpec`."""
    mode = draw(lengths_and_masks.one_of(tuple(spec.modes)))
    one_step, data_spec = states.runs_one_step(subject), states.DataSpec(**data)
    programs = _PROGRAMS if one_step or mode == EAGER else 1
    drawn = []
    for dtype in draw(st.permutations(lengths_and_masks.DTYPES))[:programs]:
        program = draw(states.programs(subject, [mode]))
        program = program.replace(dtype=dtype)
        if draw(st.booleans()):
            program = program.replace(
                cells=tuple(map(cells.with_usual_options, program.program.cells))
            )
        count = max(1, spec.batch_size(mode) // (programs * len(program.program.cells)))
        first = draw(lengths_and_masks.seeds())
        drawn += [
            states.with_data(draw, program, first + index, one_step, data_spec, benign)
            for index, benign in enumerate(states.halves_of(count, first))
        ]
    return tuple(drawn)
