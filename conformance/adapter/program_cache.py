"""The programs that are kept between requests: building one takes a hundred times what a call does.

A program is kept as long as nothing went wrong with it: after an error, or with other weights than
it was given, it may not be what it was, and is built anew.
"""

import collections
import contextlib
import itertools

from . import compat, timing, wire
from .modes import registry

LIMIT = 64  # a traced function or a graph takes a few megabytes
_FORGET_EVERY = 100  # programs that are gone: each may leave kernels of its own shapes behind

_idle = collections.OrderedDict()
_closed = itertools.count(1)


def key(program):
    """What a kept program is found by, or None."""
    if not program.kept or (compat.keeps_dropout_masks() and _drops_out(program)):
        return None
    return wire.dumps(program)


def _drops_out(program):
    return any(spec["dropout"] or spec["recurrent_dropout"] for spec in program.cells)


@contextlib.contextmanager
def runner(program, key):
    """The runner of a program, kept afterwards unless `spoiled` is set on what is yielded."""
    with timing.measure(timing.BUILDING):
        use = _Use(_idle.pop(key, None) or registry.RUNNERS[program.mode](program))
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
    """A runner in use, and whether it must not be used again."""

    def __init__(self, runner):
        self.runner = runner
        self.spoiled = False
