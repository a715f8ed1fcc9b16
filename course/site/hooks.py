"""While the site is served: make its pages anew before each build. And a name for the search.

The builder watches the chapters (``watch`` in ``mkdocs.yml``) and calls this
when one is saved. A fresh interpreter writes the pages, for only that one sees
the modules of the course as they now are; what has not changed is remembered.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

COURSE = Path(__file__).resolve().parent.parent

serving = False
NAMELESS = 'data-md-component="search" role="dialog"'


def on_startup(*, command: str, **_: Any) -> None:
    """Note whether the site is served or only built."""
    global serving
    serving = command == "serve"


def on_pre_build(**_: Any) -> None:
    """Write the pages, if the site is served; a broken chapter keeps its old page."""
    if serving:
        # Compiled files beside the chapters would look like changes to them.
        quiet = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
        subprocess.run([sys.executable, str(COURSE), "pages", "--markdown"], env=quiet)


def on_post_page(output: str, **_: Any) -> str:
    """Give the theme's search a name, for those who hear the page."""
    return output.replace(NAMELESS, f'{NAMELESS} aria-label="Search"')
