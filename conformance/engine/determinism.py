"""Determinism: the drawn cases depend on the seed alone.

By default, Hypothesis draws one number in twenty from the constants in loaded modules. It reads
modules outside site-packages, as many as it can in a tenth of a second
(HypothesisWorks/hypothesis#4356, #4366). The cases of a run would thus depend on where the suite is
installed, on what else is loaded, and on how busy the machine is.

Since 2026 Hypothesis also keeps weak references to drawn values, and shrinks with those that are
still alive. The minimal case would thus depend on the garbage collector.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from unittest import mock

import hypothesis
from hypothesis.internal.conjecture.data import SpanRecord
from hypothesis.internal.conjecture.providers import HypothesisProvider
from hypothesis.internal.conjecture.shrinker import Shrinker

from conformance.errors import DrawingNotControlled

_DRAWS_CONSTANTS = "_maybe_draw_constant"
_SHRINKS_BY_VALUES = "widen_to_span_with_recorded_value"
_RECORDS_VALUES = "record_value_for_span"


def must_have_control() -> None:
    """Check that the private functions of Hypothesis that must be replaced are where they were.

    Raises:
        DrawingNotControlled: one is gone, so a run could no longer be repeated.
    """
    if not hasattr(HypothesisProvider, _DRAWS_CONSTANTS) or _records_elsewhere():
        raise DrawingNotControlled(
            f"hypothesis = {hypothesis.__version__}, but must be one that has"
            f" HypothesisProvider.{_DRAWS_CONSTANTS} and, where it shrinks by values,"
            f" SpanRecord.{_RECORDS_VALUES}: what is drawn would depend on more than the seed."
            " Install a release from 6.132 to 6.170"
        )


@contextlib.contextmanager
def draw_by_seed_alone() -> Iterator[None]:
    """Keep Hypothesis to the seed inside the block; raise as `must_have_control` does."""
    must_have_control()
    with contextlib.ExitStack() as stack:
        replace = mock.patch.object
        stack.enter_context(replace(HypothesisProvider, _DRAWS_CONSTANTS, _no_constant))
        if hasattr(SpanRecord, _RECORDS_VALUES):
            stack.enter_context(replace(SpanRecord, _RECORDS_VALUES, _no_record))
        yield


def _no_constant(*about: object, **options: object) -> None:
    """Draw no constant. This is a plain function, as a mock is slow and each number calls it."""


def _no_record(*about: object) -> None:
    """Record no drawn value, so that shrinking goes by the choices alone."""


def _records_elsewhere() -> bool:
    """Return whether Hypothesis shrinks by values that it records in an unknown place."""
    return hasattr(Shrinker, _SHRINKS_BY_VALUES) and not hasattr(SpanRecord, _RECORDS_VALUES)


def stable_hash(key: str) -> int:
    """Return a number that depends on the text alone, and is the same on every machine."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big")
