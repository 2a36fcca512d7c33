"""What differs between two targets that were given the same case: the worst thing, or nothing.

A clause knows what must be refused and what must be taken. So its verdicts come first: what held
and deviates is worse, what deviated and holds is fixed. Where it says the same of both, the rest
counts: how well something was refused, structure, numbers, class and words of an error. A list in
place of a tuple comes last and is no worse: whether what was returned is taken again is asked by
clauses of their own.
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
class Asked:
    """A call of a case, and what a target did with it."""

    case: Case
    call: wire.Call
    seen: wire.Observation

    @property
    def result(self) -> str:
        """In a word: the class of the error, or that it was accepted."""
        return self.seen.error.name if self.seen.error else ACCEPTED

    @property
    def told(self) -> str:
        """In a line: the error, or that it was accepted."""
        return error_line(self.seen.error) if self.seen.error else ACCEPTED


@dataclass(frozen=True)
class Judged:
    """What a clause says of a case on one target, and what it asked."""

    outcome: Outcome
    asked: tuple[Asked, ...]

    @property
    def holds(self) -> bool:
        """Whether the clause holds."""
        return self.outcome.status == HOLDS


@dataclass(frozen=True)
class Difference:
    """One difference: the clause of the family UP, what became of it, and both sides in a word.

    `sentence` says it in full; `old` and `new` are what was observed.
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
        """What two cases have in common that show the same difference."""
        return (self.clause, self.change, self.was, self.now)


@dataclass(frozen=True)
class Compared:
    """What both targets did with a case.

    `ratio` is the largest distance between their numbers by what it may be, and `drift` the same in
    units in the last place of the largest number of its array; None where none were compared.
    """

    difference: Difference | None
    ratio: float | None = None
    drift: float | None = None


def compared(case: Case, old: Judged, new: Judged) -> Compared:
    """Hold what two targets did with a case against each other."""
    pairs = list(_pairs(old, new))
    try:
        ratio = _ratio(case, old, new)
    except Deviation as deviation:
        found = Difference(
            NUMBERS, BROKEN, "", "", deviation.sentence, old.asked[0].seen, deviation.observation
        )
        return Compared(_of_verdicts(old, new, pairs) or _of_grades(old, new) or found)
    worst = (
        _of_verdicts(old, new, pairs)
        or _of_grades(old, new)
        or _first(_of_results, pairs)
        or _first(_of_words, pairs)
        or _first(_of_containers, pairs)
    )
    return Compared(worst, ratio, None if ratio is None else _distance(*pairs[0]))


def _first(
    between: Callable[[Asked, Asked], Difference | None], pairs: Sequence[tuple[Asked, Asked]]
) -> Difference | None:
    return next(filter(None, (between(*pair) for pair in pairs)), None)


def _pairs(old: Judged, new: Judged) -> Iterator[tuple[Asked, Asked]]:
    """What both were asked, as long as it is the same: the next question may rest on an answer."""
    for one, other in zip(old.asked, new.asked, strict=False):
        if (one.case, one.call) != (other.case, other.call):
            return
        yield one, other


# --- what a clause says --------------------------------------------------------------------------


def _of_verdicts(old: Judged, new: Judged, pairs: list[tuple[Asked, Asked]]) -> Difference | None:
    if old.holds == new.holds:
        return None
    was, now = old.outcome, new.outcome
    telling = [pair for pair in pairs if _clause_of(*pair) != KEPT]
    one, other = next(iter(telling or [pair for pair in pairs if _distance(*pair)]), (None, None))
    if new.holds:
        sentence = f"{was.sentence}: so it was with OLD, and NEW keeps the clause"
        change = FIXED
    else:
        sentence = f"{now.sentence}, as with OLD{f': {one.told}' if one and one.seen.error else ''}"
        louder = one is not None and one.seen.error is not None
        change = WEAKER if now.grade or louder else BROKEN
    clause = _clause_of(one, other) if one and other else KEPT
    if was.grade or now.grade:
        clause = GRADE
    elif one and not telling:
        clause = NUMBERS
    return Difference(
        clause,
        change,
        *_results(clause, one, other),
        sentence,
        one.seen if one else was.observation,
        other.seen if other else now.observation,
        now.grade,
    )


def _clause_of(one: Asked, other: Asked) -> str:
    """The clause that two observations of a call break, as far as can be told from them alone."""
    if (one.seen.error is None) != (other.seen.error is None):
        return GRADE
    if one.seen.error and other.seen.error:
        return ERROR_CLASS if one.result != other.result else KEPT
    return STRUCTURE if _loosely(one) != _loosely(other) else KEPT


def _results(clause: str, one: Asked | None, other: Asked | None) -> tuple[str, str]:
    """Both sides in a word, where words tell them apart."""
    if one is None or other is None or clause in (KEPT, STRUCTURE, NUMBERS, MESSAGE):
        return ("", "")
    return (one.result, other.result)


def _of_grades(old: Judged, new: Judged) -> Difference | None:
    was, now = old.outcome.grade, new.outcome.grade
    if was is None or now is None or was == now:
        return None
    one, other = old.asked[0], new.asked[0]
    change = WEAKER if GRADES.index(now) > GRADES.index(was) else CHANGED
    sentence = (
        f"{_call_words(other.case)} = {now}: {other.told}, but must be {was},"
        f" as with OLD: {one.told}"
        if change == WEAKER
        else f"{_call_words(other.case)} = {now}: {other.told}; with OLD it was {was}: {one.told}"
    )
    seen = (one.seen, other.seen)
    sides = (was, now) if one.result == other.result else (one.result, other.result)
    return Difference(GRADE, change, *sides, sentence, *seen, now)


def _call_words(case: Case) -> str:
    if case.data.malformation is None:
        return "the call"
    kind = state_malformations.MALFORMATIONS[case.data.malformation.name]
    return f"{kind.argument} with {kind.about}"


# --- what was observed ---------------------------------------------------------------------------


def _of_results(one: Asked, other: Asked) -> Difference | None:
    """Errors that come and go, and what is returned instead."""
    clause = _clause_of(one, other)
    if clause == KEPT:
        return None
    now, was = ("structure", "structure") if clause == STRUCTURE else ("the call", "it")
    if clause == STRUCTURE:
        told, before, change = _structure(other), _structure(one), BROKEN
    else:
        told, before = other.told, one.told
        quieter = one.seen.error is not None and other.seen.error is None
        worse = quieter or other.result in _ENDED
        clause, change = (GRADE, WEAKER) if worse else (ERROR_CLASS, CHANGED)
    sentence = f"{now} = {told}, but must be as with OLD: {before}"
    if change == CHANGED:
        sentence = f"the call = {told}; with OLD {was} was {before}"
    return Difference(clause, change, *_results(clause, one, other), sentence, one.seen, other.seen)


def _of_words(one: Asked, other: Asked) -> Difference | None:
    was, now = one.seen.error, other.seen.error
    if was is None or now is None or words(one.told) == words(other.told):
        return None
    sentence = f"the message = {other.told}; with OLD it was {one.told}"
    return Difference(MESSAGE, CHANGED, "", "", sentence, one.seen, other.seen)


def _of_containers(one: Asked, other: Asked) -> Difference | None:
    was, now = _structure(one), _structure(other)
    if was == now:
        return None
    sentence = f"structure = {now}; with OLD it was {was}"
    sides = ("a list", "a tuple") if was.count("[") > now.count("[") else ("a tuple", "a list")
    return Difference(STRUCTURE, CHANGED, *sides, sentence, one.seen, other.seen)


def _loosely(asked: Asked) -> str:
    """The structure, a list being as good as a tuple."""
    return _structure(asked).translate(_LISTS_AS_TUPLES)


def _structure(asked: Asked) -> str:
    """Outputs and final state in a line: containers, shapes, dtypes."""
    outputs = asked.seen.outputs
    first = state_forms.format_tree(wire.Leaf(outputs)) if outputs is not None else "None"
    return f"{first}, {state_forms.format_tree(asked.seen.state)}"


# --- numbers -------------------------------------------------------------------------------------


def _ratio(case: Case, old: Judged, new: Judged) -> float | None:
    """How far the numbers of the first call are apart, by what two correct computations may be.

    None where the reference does not say: the call is not the case's whole sequence, what it was
    given is malformed or initial values of a library's own, or OLD itself is beyond the width.
    """
    first = old.asked[0] if old.asked else None
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
        was = accepted_run(case, first.seen)
        numbers.agrees_with_reference(case, was)
        now = accepted_run(case, new.asked[0].seen)
    except Deviation:
        return None
    return numbers.runs_agree(now, was, expected_trajectory(case), "OLD's")


def _distance(one: Asked, other: Asked) -> float:
    """How far numbers of the same structure are apart, in units in the last place."""
    if one.seen.error or other.seen.error or _loosely(one) != _loosely(other):
        return 0.0
    arrays = zip(_arrays(one), _arrays(other), strict=True)
    return max((_in_last_places(a, b) for a, b in arrays), default=0.0)


def _arrays(asked: Asked) -> list[wire.Array]:
    """The floats of outputs and final state."""
    found = [asked.seen.outputs] if asked.seen.outputs is not None else []
    state_forms.map_leaves(asked.seen.state, lambda leaf: found.append(leaf.array))
    return [array for array in found if array.dtype in floats.DTYPES]


def _in_last_places(one: wire.Array, other: wire.Array) -> float:
    """The largest distance, in units in the last place of the largest finite number."""
    was, now = floats.from_wire(one), floats.from_wire(other)
    both = np.isfinite(was) & np.isfinite(now)
    if not both.any():
        return 0.0
    largest = max(float(np.abs(was[both]).max()), float(ml_dtypes.finfo(one.dtype).tiny))
    unit = float(ml_dtypes.finfo(one.dtype).eps) * 2.0 ** math.floor(math.log2(largest))
    return float(np.abs(was - now)[both].max()) / unit
