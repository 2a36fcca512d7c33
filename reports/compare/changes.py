"""The change of one verdict from one run to another.

The ledger is about one version. So a deviation that is listed in one run and not in the other is no
change: only the observations count.

If a clause deviates in both runs, their cases may differ: the case of a known deviation is as it
was drawn, and that of a new one is made small. So errors are compared by their class, and by their
words without the parts that vary with the case: numbers, dtypes and addresses. A change records if
the two cases are the same.
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

_NO_ERROR = "no error"
_VARYING = re.compile(
    r"0x[0-9a-f]+|\b(?:bfloat|float|u?int)\d+\b|\b(?:double|float|half)\b"
    r"|\d+(?:\.\d+)?(?:e[-+]?\d+)?"
)


@dataclass(frozen=True)
class Change:
    """The verdicts of both runs with one subject, and the kind of change between them.

    `modes` are the modes that the change is about; there are none if neither run recorded them.
    """

    change_type: str
    why: str
    old: Verdict | None
    new: Verdict | None
    modes: tuple[str, ...]

    @property
    def verdict(self) -> Verdict:
        """The newer of the two verdicts, which have one subject."""
        verdict = self.new or self.old
        assert verdict is not None
        return verdict

    @property
    def same_case(self) -> bool | None:
        """True if both runs have the same case; None if one has no case."""
        if not (self.old and self.new and self.old.case and self.new.case):
            return None
        return _without_paths(self.old.case) == _without_paths(self.new.case)


def _without_paths(case: Mapping[str, Any]) -> dict[str, Any]:
    """Return a case without its paths, as these may differ between Keras 2 and Keras 3."""
    return {name: value for name, value in case.items() if name not in ("path", "other")}


def change(pair: Pair) -> Change:
    """Return the change between the verdicts of a pair."""
    kind, why = _judge(pair.old, pair.new)
    return Change(kind, why, pair.old, pair.new, pair.modes)


def missing_reason(verdict: Verdict | None) -> str:
    """Return why a verdict cannot be compared, or an empty text."""
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
    """Return a change if NEW has one more deviation and still has all those of OLD.

    A verdict has one case, however many entries of the ledger it met, so one may hide another.
    """
    if old.verdict != KNOWN or not set(old.ledger) <= set(new.ledger):
        return None
    if new.verdict == NEW:
        return BROKEN, "it deviates in one more way, beside what is listed as known"
    more = [name for name in new.ledger if name not in old.ledger]
    return (BROKEN, f"it deviates in one more way: {', '.join(more)}") if more else None


def _grade_change(old: Verdict, new: Verdict) -> tuple[str, str] | None:
    if old.grade is None or new.grade is None or old.grade == new.grade:
        return None
    kind = WEAKER if GRADES.index(new.grade) > GRADES.index(old.grade) else CHANGED
    return kind, f"{old.grade} became {new.grade}"


def _silence_change(old: Verdict, new: Verdict) -> tuple[str, str] | None:
    """Return a change of the error's class: no error is worse than one, and a crash is worse."""
    was, now = _error_name(old), _error_name(new)
    if was is None or now is None or was == now:
        return None
    kind = WEAKER if _silence(now) > _silence(was) else CHANGED
    return kind, f"{was} became {now}"


def _error_name(verdict: Verdict) -> str | None:
    """Return the class of the observed error; None if the verdict has no observation."""
    if verdict.observation is None:
        return None
    return verdict.error.name if verdict.error else _NO_ERROR


def _silence(name: str) -> int:
    return 2 if name in (CRASHED, HUNG) else 1 if name == _NO_ERROR else 0


def _wording_change(old: Verdict, new: Verdict) -> tuple[str, str] | None:
    """Return a change of the error's words, or of the deviation if there is no error."""
    if old.error and new.error:
        if words(old.error.message) != words(new.error.message):
            return CHANGED, f"{new.error.name} with another message"
    elif words(old.sentence or "") != words(new.sentence or ""):
        return CHANGED, "it deviates in another way"
    return None


def words(text: str) -> str:
    """Return a message without the parts that vary with the case."""
    return _VARYING.sub("#", text)


def _entries_change(old: Verdict, new: Verdict) -> tuple[str, str] | None:
    """Return a change of the ledger's entries; one entry in each run was compared before."""
    if old.verdict != new.verdict or len(old.ledger) == len(new.ledger) == 1:
        return None
    gone = [name for name in old.ledger if name not in new.ledger]
    come = [name for name in new.ledger if name not in old.ledger]
    parts = {"no longer seen": gone, "seen now": come}
    why = "; ".join(f"{what}: {', '.join(names)}" for what, names in parts.items() if names)
    return (CHANGED, why) if why else None


def _drift_change(old: Verdict, new: Verdict) -> tuple[str, str] | None:
    """Return a change of the distance from the reference, in the bins of the run file."""
    was, now = old.width_ratio, new.width_ratio
    if was is None or now is None or _bin(was) == _bin(now):
        return None
    return DRIFTED, f"distance/bound {was:.3g} -> {now:.3g}"


def _bin(ratio: float) -> str:
    return width_bin(ratio) if math.isfinite(ratio) else str(ratio)
