"""Determinism: the drawn cases depend on the seed alone.

By default, Hypothesis draws one number in twenty from the constants in loaded modules. It reads
modules outside site-packages, as many as it can in a tenth of a second
(HypothesisWorks/hypothesis#4356, #4366). The cases of a run would thus depend on where the suite is
installed, on what else is loaded, and on how busy the machine is.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from unittest import mock

import hypothesis
from hypothesis.internal.conjecture.providers import HypothesisProvider

from conformance.errors import DrawingNotControlled

_DRAWS_CONSTANTS = "_maybe_draw_constant"


def must_have_control() -> None:
    """Check that the private function of Hypothesis that draws constants is where it was.

    Raises:
        DrawingNotControlled: it is gone, so a run could no longer be repeated.
    """
    if not hasattr(HypothesisProvider, _DRAWS_CONSTANTS):
        raise DrawingNotControlled(
            f"hypothesis = {hypothesis.__version__}, but must be one whose HypothesisProvider has"
            f" {_DRAWS_CONSTANTS}: what is drawn would depend on more than the seed."
            " Install a release from 6.132 to 6.170"
        )


@contextlib.contextmanager
def draw_by_seed_alone() -> Iterator[None]:
    """Keep Hypothesis from drawing constants inside the block; raise as `must_have_control`."""
    must_have_control()
    with mock.patch.object(HypothesisProvider, _DRAWS_CONSTANTS, _no_constant):
        yield


def _no_constant(*about: object, **options: object) -> None:
    """Draw no constant. This is a plain function, as a mock is slow and each number calls it."""


def stable_hash(key: str) -> int:
    """Return a number that depends on the text alone, and is the same on every machine."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big")
