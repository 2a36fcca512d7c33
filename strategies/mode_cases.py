"""Cases of modes and of models: few, because their programs are expensive to build or to run."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from conformance.cases.case import Case
from conformance.cases.program import EAGER, IN_PARTS
from conformance.contract.clause import DrawSpec, Subject
from strategies import lengths_and_masks, states


def few_cases(subject: Subject, spec: DrawSpec, **data: Any) -> st.SearchStrategy[tuple[Case, ...]]:
    """Draw as `states.case_groups` does, but in every mode as few cases as in eager mode."""
    as_eager = dataclasses.replace(spec, batch_size=lambda mode: spec.batch_size(EAGER))
    return states.case_groups(subject, as_eager, **data)


def one_program(
    subject: Subject, spec: DrawSpec, most: int = 1, **data: Any
) -> st.SearchStrategy[tuple[Case, ...]]:
    """Draw as `states.case_groups` does, but at most `most` cases, with any option.

    This is for programs that no other clause asks for, where each case takes several calls, or each
    new size is expensive.
    """
    alone = dataclasses.replace(
        spec, batch_size=lambda mode: min(most, spec.batch_size(mode)), common=False
    )
    return states.case_groups(subject, alone, **data)


def cases_of_one_size(
    subject: Subject, spec: DrawSpec, **data: Any
) -> st.SearchStrategy[tuple[Case, ...]]:
    """Draw as `few_cases` does, but with any option, and with equal rows and steps in all cases.

    The program is compiled again for each new size.
    """

    def with_one_size(cases: tuple[Case, ...]) -> tuple[Case, ...]:
        first = cases[0]
        return tuple(case.replace(batch=first.data.batch, steps=first.data.steps) for case in cases)

    return few_cases(subject, dataclasses.replace(spec, common=False), **data).map(with_one_size)


@st.composite
def wired_models(
    draw: st.DrawFn, subject: Subject, spec: DrawSpec, wirings: Sequence[str], **data: Any
) -> tuple[Case, ...]:
    """Draw a case of a model with one of the wirings; `data` are options of `one_program`."""
    in_parts = not set(wirings).isdisjoint(IN_PARTS)
    cases = draw(one_program(subject, spec, split=in_parts, **data))
    wiring = draw(lengths_and_masks.one_of(tuple(wirings)))
    return tuple(_with_wiring(case, wiring) for case in cases)


@st.composite
def predicted_models(
    draw: st.DrawFn, subject: Subject, spec: DrawSpec, **data: Any
) -> tuple[Case, ...]:
    """Draw as `wired_models` does, and float64 for half of the programs that `predict` runs.

    `predict` handles its inputs by their dtype, and float64 shows best what it does to them.
    """
    cases = draw(wired_models(subject, spec, **data))
    wide = cases[0].program.mode == "predict" and draw(st.booleans())
    return tuple(case.replace(dtype="float64") for case in cases) if wide else cases


def _with_wiring(case: Case, wiring: str) -> Case:
    return case.replace(
        wiring=wiring,
        state=None if wiring == "none" else case.data.state,
        split=case.data.split if wiring in IN_PARTS else None,
    )
