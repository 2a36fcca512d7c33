"""The errors of uv: from the lines that it printed to one reason."""

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
    """The result of a uv command: its exit code and the lines that it printed."""

    code: int
    lines: tuple[str, ...]

    @property
    def no_room(self) -> bool:
        """True where a disk was full."""
        return self._mentions(_ROOM)

    @property
    def no_index(self) -> bool:
        """True where the package index could not be reached."""
        return self._mentions(_INDEX)

    @property
    def reason(self) -> str:
        """The error and its last cause, in one line."""
        errors = [match[1] for match in map(_ERROR.match, self.lines) if match]
        causes = [match[1] for match in map(_CAUSE.match, self.lines) if match]
        parts = [text.rstrip(":") for text in errors[:1] + causes[-1:]]
        if not parts:
            lines = [line.strip() for line in self.lines if line.strip()]
            parts = lines[-1:] or ["it printed nothing"]
        ended = f"signal {-self.code}" if self.code < 0 else f"exit code {self.code}"
        return ": ".join(parts) if errors else f"{': '.join(parts)} ({ended})"

    def _mentions(self, signs: tuple[str, ...]) -> bool:
        return any(sign in line for line in self.lines for sign in signs)
