"""The kinds of change: what can become of a verdict from one run to another."""

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
    WEAKER: "what was wrong is told less clearly, or not at all",
    CHANGED: "another error, or another deviation, but no weaker one",
    FIXED: "deviated in OLD and holds in NEW",
    ADDED: "judged in NEW only",
    REMOVED: "judged in OLD only",
    DRIFTED: "the same, but nearer to the reference or farther from it",
    UNCHANGED: "the same in both",
}

WORSE = (BROKEN, WEAKER)
