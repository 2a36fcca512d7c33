"""Pictures of the published pages: ``python -m tests.screenshots [DIR]`` (default: docs/example).

Each page of the folder is opened in the machine's Chromium, in the width of a desktop and of a
phone. Its first screen is written beside it, for example as matrix.png and matrix-phone.png.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from tests import browser
from tests.support import ROOT

FOLDER = ROOT / "docs" / "example"
SIZES = {"": browser.DESKTOP, "-phone": browser.PHONE}


def main(arguments: Sequence[str]) -> int:
    """Take the pictures; return 1 if there is no page."""
    folder = Path(arguments[0]) if arguments else FOLDER
    pages = sorted(folder.glob("*.html"))
    if not pages:
        print(f"no page in {folder}: python -m conformance.baselines example", file=sys.stderr)
        return 1
    with browser.launch() as chromium:
        for made in pages:
            for name, size in SIZES.items():
                page = chromium.new_page(viewport=size)
                page.goto(made.resolve().as_uri())
                page.locator("#count", has_text="of").wait_for()
                picture = made.with_name(f"{made.stem}{name}.png")
                page.screenshot(path=picture)
                page.close()
                print(picture)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
