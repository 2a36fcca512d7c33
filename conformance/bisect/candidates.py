"""Which targets lie between two: releases of TensorFlow, or of Keras on one TensorFlow."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.errors import ConformanceError
from conformance.targets import registry

_OF_KERAS_3 = "-keras3."


class NoOrder(ConformanceError):
    """Two targets between which nothing can be searched."""


def releases(good: str, bad: str) -> list[str]:
    """From one target to another, one for each TensorFlow: of the kind of `bad`, else plain.

    Raises:
        NoOrder: one of them has no name, or `good` is not of an older TensorFlow.
    """
    names = list(registry.read())
    for option, name in (("--good", good), ("--bad", bad)):
        if name not in names:
            raise NoOrder(
                f"{option} = {name!r}, but must be a name that"
                " python -m conformance.targets list has"
            )
    order = list(dict.fromkeys(map(_release, names)))
    begin, end = order.index(_release(good)), order.index(_release(bad))
    if begin >= end:
        raise NoOrder(f"--good = {good}, but must be of an older TensorFlow than --bad = {bad}")
    between = [_variant(release, bad, names) for release in order[begin + 1 : end]]
    return [good, *between, bad]


def keras_releases() -> list[str]:
    """The targets that differ in their Keras 3 alone, the oldest first and the newest last."""
    older = [name for name in registry.read() if _OF_KERAS_3 in name]
    return [*older, _release(older[0])] if older else []


def _release(name: str) -> str:
    return name.partition("-")[0]


def _variant(release: str, like: str, names: Sequence[str]) -> str:
    variant = release + like[len(_release(like)) :]
    return variant if variant in names else release
