"""What our site wants of its builder: pages that are made anew, a navigation of what there is.

While the site is served, the builder watches the chapters (``watch`` in ``mkdocs.yml``) and calls
this when one is saved. A fresh interpreter writes the pages, for only that one sees the modules of
the course as they now are; what has not changed is remembered.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from mkdocs.plugins import event_priority

COURSE = Path(__file__).resolve().parent.parent

serving = False
CODE = re.compile(r"(?<!<pre>)(?<!<span></span>)<code>((?:[^<&]|&[\w#]+;){35,})</code>")
NAMELESS = 'data-md-component="search" role="dialog"'


def on_startup(*, command: str, **_: Any) -> None:
    """Note whether the site is served or only built."""
    global serving
    serving = command == "serve"


def on_config(config: Any) -> Any:
    """Write the pages, if the site is served, and list in the navigation those there are."""
    if serving:
        write_pages()
    config["nav"] = navigation(config["nav"], Path(config["docs_dir"]))
    return config


def write_pages() -> None:
    """Write the pages; a broken chapter keeps its old one."""
    # Compiled files beside the chapters would look like changes to them.
    quiet = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run([sys.executable, str(COURSE), "pages", "--markdown"], env=quiet)


def navigation(items: list[Any], pages: Path) -> list[Any]:
    """Put all chapters of a folder where it is named, and leave out what is not there."""
    found: list[Any] = []
    for item in items:
        [(title, target)] = item.items() if isinstance(item, dict) else [(None, item)]
        if isinstance(target, list):
            target = navigation(target, pages)
        elif target.endswith("/"):
            listed = (pages / target).glob("*.md")
            target = [file.relative_to(pages).as_posix() for file in sorted(listed, key=number)]
        elif not (pages / target).is_file():
            continue
        if target:
            found.append({title: target} if title else target)
    return found


def number(file: Path) -> int:
    """Give the number with which the name of a chapter begins."""
    return int(file.name.partition("-")[0])


def on_serve(server: Any, config: Any, **_: Any) -> Any:
    """Watch what people write, not the pages made of it: those would call for a second build."""
    server.unwatch(config["docs_dir"])
    return server


def on_page_content(html: str, **_: Any) -> str:
    """Let code among words break where it is wider than a phone: the style does it by its class."""
    return CODE.sub(lambda code: f'<code class="long">{code[1]}</code>', html)


def on_post_page(output: str, **_: Any) -> str:
    """Give the theme's search a name, for those who hear the page."""
    return output.replace(NAMELESS, f'{NAMELESS} aria-label="Search"')


def on_post_template(output_content: str, **_: Any) -> str:
    """Do the same for the page that says that there is no such page."""
    return on_post_page(output_content)


@event_priority(-100)
def on_post_build(config: Any, **_: Any) -> None:
    """Write what the search knows as a script too: pages opened from disk can load only that."""
    index = Path(config["site_dir"], "search", "search_index.json")
    if index.is_file():
        words = index.read_text(encoding="utf-8")
        index.with_suffix(".js").write_text(f"var __index = {words}\n", encoding="utf-8")
