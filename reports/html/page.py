"""Pages of HTML: one file each, which asks no network for anything and runs no script but ours.

Foreign text reaches a page in two ways: through templates that escape it, or as data in a block of
its own, which our script only ever makes text of. That a browser obeys nothing else is told to it
by the hashes of our scripts.
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
"""How many bytes a page may have."""

_TEMPLATES = Path(__file__).with_name("templates")


def render(template: str, script: str, **values: Any) -> str:
    """A page of a template, with the styles and the script of this name beside those of all.

    Raises:
        Unwritable: the page is larger than LARGEST.
    """
    scripts = [_read("page.js"), _read(script)]
    hashes = (hashlib.sha256(text.encode()).digest() for text in scripts)
    allowed = " ".join(f"'sha256-{base64.b64encode(of).decode()}'" for of in hashes)
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
    """Data as a page holds it: what repeats, as most of it does, takes no room."""
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
