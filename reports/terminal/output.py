"""The output of a command: to standard output, or to the files that the user named."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

STANDARD_OUTPUT = "-"
"""The name of standard output where a file may be named."""


class Unwritable(Exception):
    """A file that the user named cannot be written."""


@dataclass(frozen=True)
class Export:
    """A file that the user may have named, and the function that makes its text."""

    to: str | None
    text: Callable[[], str]


def write_exports(files: Sequence[Export], inputs: Sequence[Path]) -> bool:
    """Write the files that the user named; return True if one of them is standard output."""
    asked = [file.to for file in files if file.to is not None]
    twice = [to for to in asked if asked.count(to) > 1]
    if twice:
        where = "standard output" if twice[0] == STANDARD_OUTPUT else twice[0]
        raise Unwritable(f"only one export can go to {where}")
    for file in files:
        if file.to == STANDARD_OUTPUT:
            say(file.text().rstrip("\n"))
        elif file.to is not None:
            _save(Path(file.to), file.text(), inputs)
    return STANDARD_OUTPUT in asked


def _save(path: Path, text: str, inputs: Sequence[Path]) -> None:
    if path.resolve() in [run_file.resolve() for run_file in inputs]:
        raise Unwritable(f"{path}: is the run file to read, so it is not written")
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Unwritable(f"{path}: cannot be written: {error.strerror or error}") from None


def say(text: str) -> None:
    """Print a text; characters that the terminal cannot show are escaped."""
    stream = sys.stdout
    encoding = stream.encoding or "ascii"
    # Foreign messages may have characters that this terminal cannot show.
    encodable = text.encode(encoding, "backslashreplace").decode(encoding)
    try:
        print(encodable, file=stream, flush=True)
    except BrokenPipeError:
        # `show RUN | head` is no error; without this, Python complains when it closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
