"""The difference between two targets in the same case: the worst one, or none.

A clause knows what must be refused and what must be accepted, so its results come first. If the
clause held and now deviates, that is worse; if it deviated and now holds, that is fixed. If it says
the same of both sides, the rest counts: how well something was refused, the structure, the numbers,
and the class and words of an error. A list in place of a tuple comes last and is no worse: other
clauses ask whether a returned state is accepted again.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import ml_dtypes
import numpy as np

from conformance.adapter import wire
from conformance.cases import case_calls, floats, state_forms
from conformance.cases.case import Case
from conformance.cases.malformations import state_malformations
from conformance.checks import numbers
from conformance.checks.deviation import Deviation, error_line
from conformance.checks.outputs import accepted_run
from conformance.engine.outcome import Outcome
from conformance.reference.expected import expected_trajectory
from conformance.results.change_kinds import BROKEN, CHANGED, FIXED, WEAKER
from conformance.results.grades import CRASHED, GRADES, HUNG
from conformance.results.verdict import HOLDS
from conformance.upgrade.upgrade_clauses import (
    ERROR_CLASS,
    GRADE,
    KEPT,
    MESSAGE,
    NUMBERS,
    STRUCTURE,
)
from reports.compare.changes import words

ACCEPTED = "accepted"
_LISTS_AS_TUPLES = str.maketrans("[]", "()")
_ENDED = (CRASHED, HUNG)


@dataclass(frozen=True)
class ObservedCall:
    """A call of a case, and what a target did with it."""

    case: Case
    call: wire.Call
    observation: wire.Observation

    @property
    def word(self) -> str:
        """The class of the error, or "accepted"."""
        return self.observation.error.name if self.observation.error else ACCEPTED

    @property
    def line(self) -> str:
        """The error in one line, or "accepted"."""
        return error_line(self.observation.error) if self.observation.error else ACCEPTED


@dataclass(frozen=True)
class JudgedCase:
    """The outcome of a clause for a case on one target, with the calls that the clause made."""

    outcome: Outcome
    calls: tuple[ObservedCall, ...]

    @property
    def holds(self) -> bool:
        """True where the clause holds."""
        return self.outcome.status == HOLDS


@dataclass(frozen=True)
class Difference:
    """One difference: the clause of the family UP, the kind of change, and both sides in a word.

    `sentence` says it in full; `old` and `new` are the observations.
    """

    clause: str
    change: str
    was: str
    now: str
    sentence: str
    old: wire.Observation | None
    new: wire.Observation | None
    grade: str | None = None

    @property
    def signature(self) -> tuple[str, str, str, str]:
        """Clause, change and both sides: two cases with the same ones show the same difference."""
        return (self.clause, self.change, self.was, self.now)


@dataclass(frozen=True)
class Comparison:
    """The comparison of both targets in a case.

    `ratio` is the largest distance between their numbers, divided by its pair bound. `drift` is the
    distance in units in the last place of the largest number of its array. Both are None where no
    numbers were compared.
    """

    difference: Difference | None
    ratio: float | None = None
    drift: float | None = None


def compare(case: Case, old: JudgedCase, new: JudgedCase) -> Comparison:
    """Compare what two targets did with a case."""
    pairs = list(_pairs(old, new))
    try:
        ratio = _ratio(case, old, new)
    except Deviation as deviation:
        before = old.calls[0].observation
        sentence, now = deviation.sentence, deviation.observation
        in_numbers = Difference(NUMBERS, BROKEN, "", "", sentence, before, now)
        return Comparison(
            _verdict_difference(old, new, pairs) or _grade_difference(old, new) or in_numbers
        )
    worst = (
        _verdict_difference(old, new, pairs)
        or _grade_difference(old, new)
        or _first(_result_difference, pairs)
        or _first(_message_difference, pairs)
        or _first(_container_difference, pairs)
    )
    return Comparison(worst, ratio, None if ratio is None else _distance(*pairs[0]))


def _first(
    find: Callable[[ObservedCall, ObservedCall], Difference | None],
    pairs: Sequence[tuple[ObservedCall, ObservedCall]],
) -> Difference | None:
    return next(filter(None, (find(*pair) for pair in pairs)), None)


def _pairs(old: JudgedCase, new: JudgedCase) -> Iterator[tuple[ObservedCall, ObservedCall]]:
    """Yield the calls of both sides in pairs, up to the first pair with different calls.

    The calls may become different, as a clause may use one answer for its next call.
    """
    for one, other in zip(old.calls, new.calls, strict=False):
        if (one.case, one.call) != (other.case, other.call):
            return
        yield one, other


# --- the results of the clause -------------------------------------------------------------------


def _verdict_difference(
    old: JudgedCase, new: JudgedCase, pairs: list[tuple[ObservedCall, ObservedCall]]
) -> Difference | None:
    if old.holds == new.holds:
        return None
    was, now = old.outcome, new.outcome
    different = [pair for pair in pairs if _broken_clause(*pair) != KEPT]
    one, other = next(iter(different or [pair for pair in pairs if _distance(*pair)]), (None, None))
    was_refused = one is not None and one.observation.error is not None
    if new.holds:
        sentence = f"{was.sentence}: so it was with OLD, and NEW keeps the clause"
        change = FIXED
    else:
        sentence = f"{now.sentence}, as with OLD{f': {one.line}' if one and was_refused else ''}"
        change = WEAKER if now.grade or was_refused else BROKEN
    clause = _broken_clause(one, other) if one and other else KEPT
    if was.grade or now.grade:
        clause = GRADE
    elif one and not different:
        clause = NUMBERS
    return Difference(
        clause,
        change,
        *_side_words(clause, one, other),
        sentence,
        one.observation if one else was.observation,
        other.observation if other else now.observation,
        now.grade,
    )


def _broken_clause(one: ObservedCall, other: ObservedCall) -> str:
    """Return the clause that two observations of a call break, by these observations alone."""
    if (one.observation.error is None) != (other.observation.error is None):
        return GRADE
    if one.observation.error and other.observation.error:
        return ERROR_CLASS if one.word != other.word else KEPT
    return STRUCTURE if _loose_structure(one) != _loose_structure(other) else KEPT


def _side_words(
    clause: str, one: ObservedCall | None, other: ObservedCall | None
) -> tuple[str, str]:
    """Return both sides in a word each; empty where a word cannot tell them apart."""
    if one is None or other is None or clause in (KEPT, STRUCTURE, NUMBERS, MESSAGE):
        return ("", "")
    return (one.word, other.word)


def _grade_difference(old: JudgedCase, new: JudgedCase) -> Difference | None:
    was, now = old.outcome.grade, new.outcome.grade
    if was is None or now is None or was == now:
        return None
    one, other = old.calls[0], new.calls[0]
    change = WEAKER if GRADES.index(now) > GRADES.index(was) else CHANGED
    sentence = (
        f"{_call_words(other.case)} = {now}: {other.line}, but must be {was},"
        f" as with OLD: {one.line}"
        if change == WEAKER
        else f"{_call_words(other.case)} = {now}: {other.line}; with OLD it was {was}: {one.line}"
    )
    sides = (was, now) if one.word == other.word else (one.word, other.word)
    return Difference(GRADE, change, *sides, sentence, one.observation, other.observation, now)


def _call_words(case: Case) -> str:
    if case.data.malformation is None:
        return "the call"
    malformation = state_malformations.MALFORMATIONS[case.data.malformation.name]
    return f"{malformation.argument} with {malformation.about}"


# --- the observations ----------------------------------------------------------------------------


def _result_difference(one: ObservedCall, other: ObservedCall) -> Difference | None:
    """Return the difference in errors, or in the structure of what is returned."""
    clause = _broken_clause(one, other)
    if clause == KEPT:
        return None
    no_longer_refused = one.observation.error is not None and other.observation.error is None
    if clause == STRUCTURE:
        change = BROKEN
        sentence = f"structure = {_structure(other)}, but must be as with OLD: {_structure(one)}"
    elif no_longer_refused or other.word in _ENDED:
        clause, change = GRADE, WEAKER
        sentence = f"the call = {other.line}, but must be as with OLD: {one.line}"
    else:
        clause, change = ERROR_CLASS, CHANGED
        sentence = f"the call = {other.line}; with OLD it was {one.line}"
    sides = _side_words(clause, one, other)
    return Difference(clause, change, *sides, sentence, one.observation, other.observation)


def _message_difference(one: ObservedCall, other: ObservedCall) -> Difference | None:
    was, now = one.observation.error, other.observation.error
    if was is None or now is None or words(one.line) == words(other.line):
        return None
    sentence = f"the message = {other.line}; with OLD it was {one.line}"
    return Difference(MESSAGE, CHANGED, "", "", sentence, one.observation, other.observation)


def _container_difference(one: ObservedCall, other: ObservedCall) -> Difference | None:
    was, now = _structure(one), _structure(other)
    if was == now:
        return None
    sentence = f"structure = {now}; with OLD it was {was}"
    sides = ("a list", "a tuple") if was.count("[") > now.count("[") else ("a tuple", "a list")
    return Difference(STRUCTURE, CHANGED, *sides, sentence, one.observation, other.observation)


def _loose_structure(call: ObservedCall) -> str:
    """Return the structure with lists written as tuples."""
    return _structure(call).translate(_LISTS_AS_TUPLES)


def _structure(call: ObservedCall) -> str:
    """Return outputs and final state in a line: containers, shapes, dtypes."""
    outputs = call.observation.outputs
    first = state_forms.format_tree(wire.Leaf(outputs)) if outputs is not None else "None"
    return f"{first}, {state_forms.format_tree(call.observation.state)}"


# --- numbers -------------------------------------------------------------------------------------


def _ratio(case: Case, old: JudgedCase, new: JudgedCase) -> float | None:
    """Return the distance between the numbers of the first call, divided by the pair bound.

    The result is None where the reference has no numbers to compare with: the call is not the
    case's whole sequence, its arguments are malformed, the library chose the initial values, or OLD
    itself is outside the error bound.
    """
    first = old.calls[0] if old.calls else None
    if (
        first is None
        or case.data.malformation
        or case.program.fresh
        or not (old.holds and new.holds)
    ):
        return None
    if first.case != case or first.call != case_calls.whole(case):
        return None
    try:
        was = accepted_run(case, first.observation)
        numbers.agrees_with_reference(case, was)
        now = accepted_run(case, new.calls[0].observation)
    except Deviation:
        return None
    return numbers.runs_agree(now, was, expected_trajectory(case), "OLD's")


def _distance(one: ObservedCall, other: ObservedCall) -> float:
    """Return the distance between numbers of the same structure, in units in the last place."""
    if one.observation.error or other.observation.error:
        return 0.0
    if _loose_structure(one) != _loose_structure(other):
        return 0.0
    arrays = zip(_arrays(one), _arrays(other), strict=True)
    return max((_in_last_places(a, b) for a, b in arrays), default=0.0)


def _arrays(call: ObservedCall) -> list[wire.Array]:
    """Return the arrays of floats in outputs and final state."""
    outputs = call.observation.outputs
    found = [outputs] if outputs is not None else []
    state_forms.map_leaves(call.observation.state, lambda leaf: found.append(leaf.array))
    return [array for array in found if array.dtype in floats.DTYPES]


def _in_last_places(one: wire.Array, other: wire.Array) -> float:
    """Return the largest distance, in units in the last place of the largest finite number."""
    was, now = floats.from_wire(one), floats.from_wire(other)
    both = np.isfinite(was) & np.isfinite(now)
    if not both.any():
        return 0.0
    largest = max(float(np.abs(was[both]).max()), float(ml_dtypes.finfo(one.dtype).tiny))
    unit = float(ml_dtypes.finfo(one.dtype).eps) * 2.0 ** math.floor(math.log2(largest))
    return float(np.abs(was - now)[both].max()) / unit
