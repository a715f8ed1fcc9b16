"""Pictures in 256 colours, which a page loads sooner, where nobody sees a difference.

A figure of lines has few colours, and the many shades of its edges are rare. A figure of photos has
256 greys. So what is frequent keeps its colour, and the places that are left go where they help
most: each time to the colour that is farthest from all that are chosen (Gonzalez 1985, Theoretical
Computer Science 38). Colours are compared as they are seen, on a light page and on a dark one.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

__all__ = ["few_colours"]

GROUNDS = (255, 33)  # a light page and a dark one
FREQUENT = 128  # so many colours are kept as they are
MOST = 256
VISIBLE = 24  # grey levels: no colour may move farther


def few_colours(picture: Image.Image) -> Image.Image:
    """Give a picture with a palette of 256 colours.

    Parameters
    ----------
    picture : Image
        Of any mode; what is transparent stays so.

    Returns
    -------
    Image
        With a palette, or the picture itself where 256 colours do not do.

    Examples
    --------
    >>> picture = Image.new("RGBA", (60, 40), (31, 35, 40, 128))
    >>> few = few_colours(picture)
    >>> few.mode, few.convert("RGBA").getpixel((0, 0))
    ('P', (31, 35, 40, 128))
    """
    pixels = np.asarray(picture.convert("RGBA")).reshape(-1, 4)
    pixels = pixels * (pixels[:, 3:] > 0)  # what is not seen has no colour
    packed = np.ascontiguousarray(pixels, np.uint8).view("<u4").ravel()
    unique, place, counts = np.unique(packed, return_inverse=True, return_counts=True)
    colours = unique.view(np.uint8).reshape(-1, 4)
    chosen, nearest, distance = spread(on_pages(colours), counts)
    if distance.max() > VISIBLE:
        return picture
    # Neighbours in the palette look alike, which makes the file smaller once more.
    order = np.argsort(on_pages(colours[chosen])[:, 0], kind="stable")
    number = np.argsort(order)[nearest][place].astype(np.uint8)
    few = Image.fromarray(number.reshape(picture.height, picture.width))
    few.putpalette(colours[chosen][order].tobytes(), "RGBA")
    return few


def on_pages(colours: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Give colours of shape (n, 4) as they are seen on both pages, shape (n, 6)."""
    alpha = colours[:, 3:] / 255
    return np.hstack([colours[:, :3] * alpha + ground * (1 - alpha) for ground in GROUNDS])


def spread(
    seen: NDArray[np.float64], counts: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
    """Choose colours: the frequent ones, then each time the farthest from all that are chosen.

    Returns which are chosen, the one of them that is nearest to each colour, and how far it is.
    """
    frequent = np.argsort(-counts, kind="stable")[:FREQUENT]
    distance = np.full(len(seen), np.inf)
    nearest = np.zeros(len(seen), np.intp)
    chosen: list[Any] = []
    for number in range(min(MOST, len(seen))):
        colour = frequent[number] if number < len(frequent) else distance.argmax()
        away = np.abs(seen - seen[colour]).max(axis=1)
        closer = away < distance
        distance[closer], nearest[closer] = away[closer], number
        chosen.append(colour)
    return np.array(chosen), nearest, distance
