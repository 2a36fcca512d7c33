"""The severities of a clause: who says that it holds."""

from __future__ import annotations

from collections.abc import Iterable

MUST = "must"
"""The documentation promises it."""

SHOULD = "should"
"""Users expect it, though no page promises it."""

CLAIM = "claim"
"""A write-up says it, whether or not it is true."""

SAME = "same"
"""The older of two targets did it."""

SEVERITIES = (MUST, SHOULD, CLAIM, SAME)


def strongest(severities: Iterable[str]) -> str:
    """Return the severity that comes first: must, if there is one."""
    return min(severities, key=SEVERITIES.index)
