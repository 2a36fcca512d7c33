"""The targets between two others: releases of TensorFlow, or of Keras on one TensorFlow."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.errors import ConformanceError
from conformance.targets import registry

_OF_KERAS_3 = "-keras3."


class NoOrder(ConformanceError):
    """Nothing can be searched between two targets."""


def releases(good: str, bad: str) -> list[str]:
    """Return the targets from one to another, one for each TensorFlow release.

    Each is the variant that `bad` is, or else the plain release.

    Raises:
        NoOrder: one of them is no named target, or `good` has no older TensorFlow.
    """
    names = list(registry.read())
    for option, name in (("--good", good), ("--bad", bad)):
        if name not in names:
            raise NoOrder(
                f"{option} = {name!r}, but must be a name that"
                " `python -m conformance.targets list` shows"
            )
    order = list(dict.fromkeys(map(_release, names)))
    begin, end = order.index(_release(good)), order.index(_release(bad))
    if begin >= end:
        raise NoOrder(f"--good = {good}, but must have an older TensorFlow than --bad = {bad}")
    between = [_variant(release, bad, names) for release in order[begin + 1 : end]]
    return [good, *between, bad]


def keras_releases() -> list[str]:
    """Return the targets that differ only in their Keras 3, from the oldest to the newest."""
    older = [name for name in registry.read() if _OF_KERAS_3 in name]
    return [*older, _release(older[0])] if older else []


def _release(name: str) -> str:
    return name.partition("-")[0]


def _variant(release: str, model: str, names: Sequence[str]) -> str:
    variant = release + model[len(_release(model)) :]
    return variant if variant in names else release
