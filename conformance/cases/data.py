"""The data of a case: what is fed to what was built."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Malformation:
    """One named way of making a state wrong, and the leaf it is done to (None: to every leaf)."""

    name: str
    leaf: int | None = None
