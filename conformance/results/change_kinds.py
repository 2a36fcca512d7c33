"""The kinds of change of a verdict from one run to another."""

from __future__ import annotations

BROKEN = "broken"
WEAKER = "weaker error"
CHANGED = "error changed"
FIXED = "fixed"
ADDED = "added"
REMOVED = "removed"
DRIFTED = "drift changed"
UNCHANGED = "unchanged"

CHANGE_KINDS = {
    BROKEN: "held in OLD and deviates in NEW, or deviates in NEW in one more way",
    WEAKER: "the error says less clearly what is wrong, or there is none any more",
    CHANGED: "another error, or another deviation, but no weaker one",
    FIXED: "deviated in OLD and holds in NEW",
    ADDED: "judged in NEW only",
    REMOVED: "judged in OLD only",
    DRIFTED: "the same, but nearer to the reference or farther from it",
    UNCHANGED: "the same in both",
}

WORSE = (BROKEN, WEAKER)
