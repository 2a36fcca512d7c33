"""Put the files that pages link to into the site, at the path that they have in docs/.

Sphinx would offer such a file as a download under another path. A page of HTML must open in the
browser instead.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from urllib.parse import quote

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util import logging, osutil

_BEFORE_THE_DOWNLOADS = 400  # Sphinx collects them at 500
_LOGGER = logging.getLogger(__name__)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension."""
    app.connect("doctree-read", _link_and_copy, priority=_BEFORE_THE_DOWNLOADS)
    return {"parallel_read_safe": True}


def _link_and_copy(app: Sphinx, doctree: nodes.document) -> None:
    page = app.env.docname
    for download in list(doctree.findall(addnodes.download_reference)):
        path, source = app.env.relfn2path(download["reftarget"], page)
        if not Path(source).is_relative_to(app.srcdir):
            message = "this link leaves docs/, name the file in backticks instead: %s"
            _LOGGER.warning(message, download["reftarget"], location=download)
            continue
        app.env.note_dependency(path)
        copy = Path(app.outdir, path)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, copy)
        address = osutil.relative_uri(app.builder.get_target_uri(page), quote(path))
        link = nodes.reference("", "", *download.children, internal=True, refuri=address)
        download.replace_self(link)
