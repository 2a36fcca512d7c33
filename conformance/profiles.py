"""The profiles: how much is searched."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from conformance.search import Budget

DERANDOMISED_SALT = "0"
EXPLORE = "explore"


@dataclass(frozen=True)
class Profile:
    """How many examples for each subject, and which modes are drawn.

    `examples` is multiplied by a clause's effort; there is always at least one.
    """

    name: str
    examples: float
    shrinks: int
    eager_share: int  # eager is so many times as likely as another mode
    enumerate_modes: bool = False
    skip_simplest: bool = False

    def budget(self, salt: str) -> Budget:
        """The budget of one search."""
        return Budget(self.examples, self.shrinks, salt, self.skip_simplest)

    def modes(self, offered: Sequence[str]) -> list[str]:
        """The modes to draw from; the first, eager, as often as its share says."""
        return [*list(offered[:1]) * self.eager_share, *offered[1:]]


PROFILES = {
    profile.name: profile
    for profile in (
        # eager finds most for each second: a function is traced and a graph built for every case
        Profile("quick", examples=0.5, shrinks=40, eager_share=24, skip_simplest=True),
        Profile("default", examples=4, shrinks=60, eager_share=4),
        Profile("thorough", examples=60, shrinks=300, eager_share=1, enumerate_modes=True),
        Profile(EXPLORE, examples=4, shrinks=60, eager_share=3),
    )
}


def salt(profile: Profile, given: str | None) -> str:
    """The salt of all seeds: fixed, but for `explore`, which draws one or takes the one given."""
    if profile.name != EXPLORE:
        return DERANDOMISED_SALT
    return given or str(secrets.randbelow(10**9))
