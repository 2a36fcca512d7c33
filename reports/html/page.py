"""HTML pages: each is one file, loads nothing from a network, and runs no script but ours.

Foreign text reaches a page in two ways: through templates that escape it, or as data in a block of
its own. Our script turns that data into text only. The page has the hashes of our scripts, so that
a browser runs no other script.
"""

from __future__ import annotations

import base64
import functools
import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from reports.terminal.output import Unwritable

LARGEST = 5_000_000
"""The largest number of bytes of a page."""

_TEMPLATES = Path(__file__).with_name("templates")


def render(template: str, script: str, **values: Any) -> str:
    """Return a page made from a template, with the shared styles and script and its own script.

    Raises:
        Unwritable: the page is larger than LARGEST.
    """
    scripts = [_read("page.js"), _read(script)]
    hashes = (hashlib.sha256(text.encode()).digest() for text in scripts)
    allowed = " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in hashes)
    text = (
        _environment()
        .get_template(template)
        .render(
            style=Markup(_read("page.css")),
            scripts=[Markup(text) for text in scripts],
            allowed=Markup(allowed),
            **values,
        )
    )
    size = len(text.encode())
    if size > LARGEST:
        raise Unwritable(
            f"the page would have {size} bytes, but may have {LARGEST}: name fewer runs"
        )
    return text


def pack(data: object) -> str:
    """Return data as a page holds it: compressed, as most of it repeats."""
    plain = json.dumps(data, separators=(",", ":"), allow_nan=False).encode()
    return base64.b64encode(gzip.compress(plain, mtime=0)).decode()


def _read(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8")


@functools.cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
