"""The programs that are kept between requests: a build takes a hundred times as long as a call.

A program is kept as long as nothing went wrong with it. After an error, or where its weights have
changed, it may no longer be what it was, and is rebuilt.
"""

import collections
import contextlib
import itertools

from . import compat, timing, wire
from .modes import all_modes

LIMIT = 64  # a traced function or a graph takes a few megabytes
_FORGET_EVERY = 100  # closed programs: each may leave behind kernels for its own shapes

_idle = collections.OrderedDict()
_closed = itertools.count(1)


def key(program):
    """Return the key that a kept program is found by, or None where it must not be kept."""
    if not program.kept or (compat.keeps_dropout_masks() and _drops_out(program)):
        return None
    return wire.dumps(program)


def _drops_out(program):
    given = any(spec["dropout"] or spec["recurrent_dropout"] for spec in program.cells)
    return given or program.options == wire.EVERY


@contextlib.contextmanager
def runner(program, key):
    """Yield the use of a program's runner, which is kept afterwards unless `spoiled` is set."""
    with timing.measure(timing.BUILDING):
        use = _Use(_idle.pop(key, None) or all_modes.RUNNERS[program.mode](program))
    try:
        yield use
        if key is not None and not use.spoiled:
            _idle[key], use.runner = use.runner, None
    finally:
        if use.runner is not None:
            _close(use.runner)
    while len(_idle) > LIMIT:
        _close(_idle.popitem(last=False)[1])


def _close(runner):
    runner.close()
    if next(_closed) % _FORGET_EVERY == 0:
        compat.forget_kernels()


class _Use:
    """A runner in use; `spoiled` is True where it must not be used again."""

    def __init__(self, runner):
        self.runner = runner
        self.spoiled = False
