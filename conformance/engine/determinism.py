"""What is drawn depends on the seed alone.

Of itself Hypothesis draws one number in twenty from the constants that it finds in modules that
are loaded from elsewhere than site-packages, for as many of them as it can read in a tenth of a
second (HypothesisWorks/hypothesis#4356, #4366). With them, what a run judges would depend on where
the suite is installed, on what else is loaded, and on how busy the machine is.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from unittest import mock

from hypothesis.internal.conjecture.providers import HypothesisProvider

_DRAWS_CONSTANTS = "_maybe_draw_constant"


@contextlib.contextmanager
def by_the_seed_alone() -> Iterator[None]:
    """While this lasts, Hypothesis draws no constants; before 6.131 it never does."""
    if not hasattr(HypothesisProvider, _DRAWS_CONSTANTS):
        yield
        return
    with mock.patch.object(HypothesisProvider, _DRAWS_CONSTANTS, _no_constant):
        yield


def _no_constant(*about: object, **options: object) -> None:
    """In place of a constant; no mock, as it is called for each number that is drawn."""


def stable_hash(key: str) -> int:
    """A number that is the same for this text everywhere."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big")
