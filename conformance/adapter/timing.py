"""Where a target's time goes: each second counts for the innermost thing that is being done."""

import collections
import contextlib
import time

IMPORTING, BUILDING, RUNNING, SERVING = "importing", "building", "running", "serving"

_seconds = collections.OrderedDict((kind, 0.0) for kind in (IMPORTING, BUILDING, RUNNING, SERVING))
_doing = []
_since = [0.0]


@contextlib.contextmanager
def measure(kind):
    """Count the time in the block, without that of blocks within it."""
    _count()
    _doing.append(kind)
    try:
        yield
    finally:
        _count()
        _doing.pop()


def seconds():
    """Seconds so far, by kind."""
    return dict(_seconds)


def _count():
    now = time.perf_counter()
    if _doing:
        _seconds[_doing[-1]] += now - _since[0]
    _since[0] = now
