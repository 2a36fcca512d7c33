"""What uv said: its lines in, one reason out."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ROOM = ("No space left on device", "os error 28", "Disk quota exceeded")
_INDEX = (
    "error sending request", "client error (Connect)", "Failed to fetch", "network was disabled",
    "operation timed out",
)  # fmt: skip
_ERROR = re.compile(r"\s*(?:error:|\N{MULTIPLICATION SIGN})\s*(.*)")
_CAUSE = re.compile(r"\s*(?:cause:|Caused by:|[├╰]─▶)\s*(.*)")


@dataclass(frozen=True)
class UvResult:
    """How uv ended, and what it printed."""

    code: int
    lines: tuple[str, ...]

    @property
    def no_room(self) -> bool:
        """Whether a disk was full."""
        return self._mentions(_ROOM)

    @property
    def no_index(self) -> bool:
        """Whether the package index was out of reach."""
        return self._mentions(_INDEX)

    @property
    def reason(self) -> str:
        """In one line, the error and its last cause."""
        errors = [match[1] for match in map(_ERROR.match, self.lines) if match]
        causes = [match[1] for match in map(_CAUSE.match, self.lines) if match]
        told = [text.rstrip(":") for text in errors[:1] + causes[-1:]]
        if not told:
            said = [line.strip() for line in self.lines if line.strip()]
            told = said[-1:] or ["it said nothing"]
        ended = f"signal {-self.code}" if self.code < 0 else f"exit code {self.code}"
        return ": ".join(told) if errors else f"{': '.join(told)} ({ended})"

    def _mentions(self, signs: tuple[str, ...]) -> bool:
        return any(sign in line for line in self.lines for sign in signs)
