"""The clock of a target: it counts each second for the innermost activity at that time."""

import collections
import contextlib
import time

IMPORTING, BUILDING, RUNNING, SERVING = "importing", "building", "running", "serving"

_seconds = collections.OrderedDict((kind, 0.0) for kind in (IMPORTING, BUILDING, RUNNING, SERVING))
_doing = []
_since = [0.0]


@contextlib.contextmanager
def measure(kind):
    """Count the time in the block, without the time in blocks inside it."""
    _count()
    _doing.append(kind)
    try:
        yield
    finally:
        _count()
        _doing.pop()


def seconds():
    """Return the seconds so far, by kind of activity."""
    return dict(_seconds)


def _count():
    now = time.perf_counter()
    if _doing:
        _seconds[_doing[-1]] += now - _since[0]
    _since[0] = now
