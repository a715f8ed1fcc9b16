"""Exhibits on a page: figures that belong together, in the order in which they were shown.

The Markdown has all of them, each with its sentence; a small script shows one at a time and
adds the native slider, switch or drawing that moves between them.
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterable, Iterator

from course.site.run import Picture

__all__ = ["exhibit", "grouped"]


def grouped(pictures: Iterable[tuple[int, Picture]]) -> Iterator[list[tuple[int, Picture]]]:
    """Put the pictures of one exhibit together.

    Parameters
    ----------
    pictures : iterable of (int, Picture)
        With their numbers, in order.

    Yields
    ------
    list of (int, Picture)
        An ordinary picture alone, or all of one exhibit.
    """
    group: list[tuple[int, Picture]] = []
    for number, picture in pictures:
        group.append((number, picture))
        if not picture.exhibit or picture.exhibit["last"]:
            yield group
            group = []


def exhibit(figures: Iterable[str], pictures: Iterable[Picture]) -> str:
    """Write one exhibit.

    Parameters
    ----------
    figures : iterable of str
        Each picture as the page shows figures.
    pictures : iterable of Picture
        The same pictures.

    Returns
    -------
    str
        Markdown with HTML around it.
    """
    pictures = list(pictures)
    facts = pictures[0].exhibit
    drawn = json.dumps(facts["draw"]) if facts["kind"] == "draw" else ""
    parts = "\n".join(
        f'<div class="exhibit-part" data-value="{html.escape(picture.exhibit["value"])}" '
        f'markdown="1">\n{figure}\n</div>'
        for figure, picture in zip(figures, pictures, strict=True)
    )
    return (
        f'<div class="exhibit" data-kind="{facts["kind"]}" '
        f'data-label="{html.escape(facts["label"])}" '
        f'data-caption="{html.escape(facts["caption"])}" '
        f'data-draw="{html.escape(drawn)}" markdown="1">\n{parts}\n</div>'
    )
