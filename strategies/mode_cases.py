"""Cases of modes and of models: few, as what they are about is dear to build or to run."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from conformance.cases.case import Case
from conformance.cases.program import EAGER, IN_PARTS
from conformance.contract.clause import DrawSpec, Subject
from strategies import lengths_and_masks, states


def few(subject: Subject, extent: DrawSpec, **data: Any) -> st.SearchStrategy[tuple[Case, ...]]:
    """As `states.together`, but in every mode as few as in eager mode."""
    as_eager = dataclasses.replace(extent, batch_size=lambda mode: extent.batch_size(EAGER))
    return states.together(subject, as_eager, **data)


def one_program(
    subject: Subject, extent: DrawSpec, most: int = 1, **data: Any
) -> st.SearchStrategy[tuple[Case, ...]]:
    """As `states.together`, but one case, or a few, with any option: where no other clause asks for
    its program, and it is several calls or each size is dear.
    """
    alone = dataclasses.replace(
        extent, batch_size=lambda mode: min(most, extent.batch_size(mode)), common=False
    )
    return states.together(subject, alone, **data)


def of_one_size(
    subject: Subject, extent: DrawSpec, **data: Any
) -> st.SearchStrategy[tuple[Case, ...]]:
    """As `few`, but with any option, and as many rows and steps in each: another size is compiled
    anew.
    """

    def sized(cases: tuple[Case, ...]) -> tuple[Case, ...]:
        first = cases[0]
        return tuple(case.replace(batch=first.data.batch, steps=first.data.steps) for case in cases)

    return few(subject, dataclasses.replace(extent, common=False), **data).map(sized)


@st.composite
def wired(
    draw: st.DrawFn, subject: Subject, extent: DrawSpec, wirings: Sequence[str], **data: Any
) -> tuple[Case, ...]:
    """A case of a model with one of the wirings; options as of `one`."""
    in_parts = not set(wirings).isdisjoint(IN_PARTS)
    cases = draw(one_program(subject, extent, split=in_parts, **data))
    wiring = draw(lengths_and_masks.one_of(tuple(wirings)))
    return tuple(_wired(case, wiring) for case in cases)


def _wired(case: Case, wiring: str) -> Case:
    return case.replace(
        wiring=wiring,
        state=None if wiring == "none" else case.data.state,
        split=case.data.split if wiring in IN_PARTS else None,
    )
