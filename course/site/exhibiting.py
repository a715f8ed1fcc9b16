"""Exhibits on a page: figures that belong together, in the order in which they were shown.

The Markdown has all of them, each with its sentence; a small script shows one at a time and
adds the native slider, switch or drawing that moves between them.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator

from course.site.run import Picture

__all__ = ["exhibit", "grouped"]

CAPTION = re.compile(r"<figcaption>.*?</figcaption>", re.DOTALL)


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
    label, draw = facts["label"], facts["kind"] == "draw"
    data = {
        "kind": facts["kind"],
        "label": label,
        "draw": json.dumps(facts["draw"]) if draw else "",
    }
    parts = [
        f'<div class="exhibit-part" data-value="{html.escape(value)}" markdown="1">\n'
        f"{below(figure, label if draw else f'{label}: {value}')}\n</div>"
        for figure, value in zip(figures, (one.exhibit["value"] for one in pictures), strict=True)
    ]
    attributes = "".join(
        f' data-{name}="{html.escape(text)}"' for name, text in data.items() if text
    )
    caption = f"{plain(facts['caption'])}\n{{ .exhibit-caption }}"
    body = "\n".join([*parts, "", caption, ""])
    return f'<div class="exhibit"{attributes} markdown="1">\n{body}\n</div>'


def below(figure: str, words: str) -> str:
    """Put other words below a figure: what is said of all pictures is said once."""
    return CAPTION.sub(lambda _: f"<figcaption>{plain(words)}</figcaption>", figure)


def plain(text: str) -> str:
    """Write text so that Markdown shows it as it stands."""
    return re.sub(r"([\\\[\]*_`])", r"\\\1", html.escape(text, quote=False))
