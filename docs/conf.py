"""Configure Sphinx, which builds docs/ as a site: `sphinx-build -W docs site`.

The pages are plain Markdown, read by MyST-Parser. The menu is the toctrees of index.md. With -W the
build fails if a link leads to no page, heading, file or picture, and if the menu lacks a page.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "extensions"))

project = "rnn-state-conformance"
extensions = ["myst_parser", "clauses_page", "linked_files"]
nitpicky = True
# makes page.md#the-heading a link, as it is in the repository
myst_heading_anchors = 6
# a block of code without a language is a command or its output
highlight_language = "none"

# The built pages need no network: this theme brings its own styles and scripts, and no fonts.
html_theme = "furo"
html_title = project
html_copy_source = False
html_use_index = False
html_show_copyright = False
html_static_path = ["static"]
html_css_files = ["tables.css"]
