"""Chapters as Jupyter notebooks, for those who would rather change the code in place.

The format is JSON of nbformat 4.5, written as its description says; nothing of Jupyter is needed
to write it. The names of the cells depend on their places alone, so that a page that has not
changed gives the same file.
"""

from __future__ import annotations

import json
import re
from typing import Any

from course.site.asking import as_text
from course.site.cells import Chapter

__all__ = ["notebook"]

LINK = re.compile(r"(?<!!)\[([^\]]*)\]\((?!\w+:)([^)#]*)(#[^)]*)?\)")

HOW = """\
This notebook is the chapter `course/{part}/{file}` of the course. Put it anywhere in the folder
of your copy of the project, and start Jupyter with the Python of the course's environment, which
`python -m nox -s course` makes. Run the cells from the top."""

FIND = """\
# So that `import course` works wherever this notebook lies in the project.
import sys
from pathlib import Path

here = Path.cwd()
homes = [folder for folder in (here, *here.parents) if (folder / "course" / "data.py").is_file()]
if not homes:
    raise SystemExit(f"{here} is not in the project; put this notebook into its folder")
if str(homes[0]) not in sys.path:
    sys.path.insert(0, str(homes[0]))"""


def notebook(chapter: Chapter) -> str:
    """Write a chapter as a notebook.

    Parameters
    ----------
    chapter : Chapter
        What to write.

    Returns
    -------
    str
        JSON: its cells without their outputs, after two that say and see to what is needed.
        Questions become text whose answers unfold.
    """
    first, *rest = chapter.cells
    opening = [("markdown", HOW.format(part=chapter.part, file=chapter.file.name)), ("code", FIND)]
    cells = [
        *([("markdown", in_place(as_text(first, chapter)))] if first.kind == "markdown" else []),
        *opening,
        *(
            (cell.kind, cell.text if cell.kind == "code" else in_place(as_text(cell, chapter)))
            for cell in (rest if first.kind == "markdown" else chapter.cells)
        ),
    ]
    whole = {
        "cells": [written(kind, text, place) for place, (kind, text) in enumerate(cells)],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
            "title": chapter.title,
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def written(kind: str, text: str, place: int) -> dict[str, Any]:
    """Write one cell."""
    cell: dict[str, Any] = {"cell_type": kind, "id": f"cell-{place}", "metadata": {}}
    if kind == "code":
        cell |= {"execution_count": None, "outputs": []}
    return cell | {"source": text.splitlines(keepends=True)}


def in_place(text: str) -> str:
    """Let links to other chapters lead to their notebooks; of others only the words stay.

    Examples
    --------
    >>> in_place("[Two](2-two.md), [one](../reference/one.md#a), [all](https://example.org)")
    '[Two](2-two.ipynb), one, [all](https://example.org)'
    """

    def led(link: re.Match[str]) -> str:
        words, target = link[1], link[2]
        if re.fullmatch(r"(\.\./\d[\w-]*/)?\d[\w-]*\.md", target):
            return f"[{words}]({target.removesuffix('.md')}.ipynb)"
        return words

    return LINK.sub(led, text)
