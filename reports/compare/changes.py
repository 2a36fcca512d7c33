"""What became of one thing that was judged, from one run to another.

The ledger is about one version, so whether it knows a deviation is no difference between two: what
counts is what was observed.

Where a clause deviates in both runs, the cases that they tell may differ: those of the ledger are
as drawn, new ones are made small. So errors are compared by their class, and by their words without
what varies with the case: numbers, their types, addresses. A change says whether the cases are the
same.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from conformance.results.change_kinds import (
    ADDED,
    BROKEN,
    CHANGED,
    DRIFTED,
    FIXED,
    REMOVED,
    UNCHANGED,
    WEAKER,
)
from conformance.results.grades import CRASHED, GRADES, HUNG
from conformance.results.verdict import KNOWN, NEW, UNAVAILABLE, Verdict
from conformance.results.width_bins import width_bin
from reports.compare.align import Pair

"""What can become of a verdict, the worst first."""

_NO_ERROR = "no error"
_VARYING = re.compile(
    r"0x[0-9a-f]+|\b(?:bfloat|float|u?int)\d+\b|\b(?:double|float|half)\b"
    r"|\d+(?:\.\d+)?(?:e[-+]?\d+)?"
)


@dataclass(frozen=True)
class Change:
    """One thing that was judged: what both runs say of it, and what kind of a change that is.

    `modes` are those in which it is so; none where neither run tells them.
    """

    change_type: str
    why: str
    old: Verdict | None
    new: Verdict | None
    modes: tuple[str, ...]

    @property
    def verdict(self) -> Verdict:
        """The newer of its verdicts, which are about the same."""
        verdict = self.new or self.old
        assert verdict is not None
        return verdict

    @property
    def same_case(self) -> bool | None:
        """Whether both runs tell the same case; None where one tells none."""
        if not (self.old and self.new and self.old.case and self.new.case):
            return None
        return _without_paths(self.old.case) == _without_paths(self.new.case)


def _without_paths(case: Mapping[str, Any]) -> dict[str, Any]:
    """A case without its paths, which are what was compared."""
    return {name: value for name, value in case.items() if name not in ("path", "other")}


def change(pair: Pair) -> Change:
    """What became of a pair."""
    kind, why = _judge(pair.old, pair.new)
    return Change(kind, why, pair.old, pair.new, pair.modes)


def missing_reason(verdict: Verdict | None) -> str:
    """Why there is nothing to compare, or nothing."""
    if verdict is None:
        return "not judged"
    return verdict.reason or "not available" if verdict.verdict == UNAVAILABLE else ""


def _judge(old: Verdict | None, new: Verdict | None) -> tuple[str, str]:
    old_missing, new_missing = missing_reason(old), missing_reason(new)
    if old_missing and new_missing:
        return UNCHANGED, "judged in neither"
    if old is None or old_missing:
        return ADDED, old_missing
    if new is None or new_missing:
        return REMOVED, new_missing
    if old.deviates != new.deviates:
        return (BROKEN, "it held") if new.deviates else (FIXED, "it holds")
    return _change_if_both_deviate(old, new) if new.deviates else _change_if_both_hold(old, new)


def _change_if_both_hold(old: Verdict, new: Verdict) -> tuple[str, str]:
    return _grade_change(old, new) or _drift_change(old, new) or (UNCHANGED, "")


def _change_if_both_deviate(old: Verdict, new: Verdict) -> tuple[str, str]:
    return (
        _further_deviation(old, new)
        or _grade_change(old, new)
        or _silence_change(old, new)
        or _wording_change(old, new)
        or _entries_change(old, new)
        or _drift_change(old, new)
        or (UNCHANGED, "")
    )


def _further_deviation(old: Verdict, new: Verdict) -> tuple[str, str] | None:
    """One deviation more, where all of OLD's are still seen in NEW.

    A verdict tells one case, however many entries of the ledger it met: one may hide another.
    """
    if old.verdict != KNOWN or not set(old.ledger) <= set(new.ledger):
        return None
    if new.verdict == NEW:
        return BROKEN, "it deviates in one more way, beside what the ledger knows"
    more = [name for name in new.ledger if name not in old.ledger]
    return (BROKEN, f"it deviates in one more way: {', '.join(more)}") if more else None


def _grade_change(old: Verdict, new: Verdict) -> tuple[str, str] | None:
    if old.grade is None or new.grade is None or old.grade == new.grade:
        return None
    kind = WEAKER if GRADES.index(new.grade) > GRADES.index(old.grade) else CHANGED
    return kind, f"{old.grade} became {new.grade}"


def _silence_change(old: Verdict, new: Verdict) -> tuple[str, str] | None:
    """An error that is none any more is a wrong result without a word; a crash is worse still."""
    was, now = _error_name(old), _error_name(new)
    if was is None or now is None or was == now:
        return None
    kind = WEAKER if _silence(now) > _silence(was) else CHANGED
    return kind, f"{was} became {now}"


def _error_name(verdict: Verdict) -> str | None:
    """The class of the error that was observed; None where no observation is told."""
    if verdict.observation is None:
        return None
    return verdict.error.name if verdict.error else _NO_ERROR


def _silence(name: str) -> int:
    return 2 if name in (CRASHED, HUNG) else 1 if name == _NO_ERROR else 0


def _wording_change(old: Verdict, new: Verdict) -> tuple[str, str] | None:
    """The same error in other words, or another deviation without one."""
    if old.error and new.error:
        if words(old.error.message) != words(new.error.message):
            return CHANGED, f"{new.error.name} with another message"
    elif words(old.sentence or "") != words(new.sentence or ""):
        return CHANGED, "it deviates in another way"
    return None


def words(text: str) -> str:
    """A message without what varies with the case."""
    return _VARYING.sub("#", text)


def _entries_change(old: Verdict, new: Verdict) -> tuple[str, str] | None:
    """Other entries of the ledger; where there is one in each run, both tell what was compared."""
    if old.verdict != new.verdict or len(old.ledger) == len(new.ledger) == 1:
        return None
    gone = [name for name in old.ledger if name not in new.ledger]
    come = [name for name in new.ledger if name not in old.ledger]
    told = {"no longer seen": gone, "seen now": come}
    said = "; ".join(f"{what}: {', '.join(names)}" for what, names in told.items() if names)
    return (CHANGED, said) if said else None


def _drift_change(old: Verdict, new: Verdict) -> tuple[str, str] | None:
    """Another distance from the reference, as finely as the run file counts them."""
    was, now = old.width_ratio, new.width_ratio
    if was is None or now is None or _bin(was) == _bin(now):
        return None
    return DRIFTED, f"width {was:.3g} -> {now:.3g}"


def _bin(ratio: float) -> str:
    return width_bin(ratio) if math.isfinite(ratio) else str(ratio)
