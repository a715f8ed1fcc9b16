"""The portrait that is cut into regions: where it comes from, and how to see pictures in colour.

The talk cut "Lena", a picture that is retired by now and in copyright. Ours is NASA's portrait of
the astronaut Eileen Collins, who gave it to everybody. It travels inside a package that the course
installs, and only its file is read. ``COURSE_PORTRAIT`` names another picture to take.
"""

import os
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image, ImageOps

from course.data import DataError
from course.figures import WIDTH

__all__ = ["Portrait", "picture_grid", "portrait"]

HEAD = (64, 0, 384, 320)  # left, top, right, bottom in NASA's portrait: head and shoulders


class Portrait(NamedTuple):
    """A square picture in colour.

    Attributes
    ----------
    image : ndarray of shape (size, size, 3), uint8
        Red, green and blue, from 0 to 255.
    title : str
        Whose it is, to be read inside a sentence.
    credit : str
        Where it comes from, and under which conditions.
    """

    image: NDArray[np.uint8]
    title: str
    credit: str


def portrait(size: int = 128, environ: Mapping[str, str] = os.environ) -> Portrait:
    """Give the portrait.

    Parameters
    ----------
    size : int
        Its height and width, in pixels.
    environ : mapping of str to str
        Where to look for ``COURSE_PORTRAIT``, the path of another picture. Of that the middle is
        taken, as large a square as there is.

    Returns
    -------
    Portrait
        By default head and shoulders of Eileen Collins.

    Raises
    ------
    DataError
        If a picture cannot be found, or cannot be read as one.

    Examples
    --------
    >>> portrait(64, {}).image.shape
    (64, 64, 3)
    """
    own = environ.get("COURSE_PORTRAIT", "").strip()
    path = Path(own).expanduser() if own else collins()
    try:
        with Image.open(path) as opened:
            picture = ImageOps.exif_transpose(opened).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as reason:
        raise DataError(
            f"{path} cannot be read as a picture ({reason}); let --portrait (or COURSE_PORTRAIT) "
            "name another one, or leave it out for NASA's portrait of Eileen Collins"
        ) from reason
    box = middle(*picture.size) if own else HEAD
    scaled = picture.resize((size, size), Image.Resampling.BOX, box=box)
    title = f"“{path.name}”" if own else "Eileen Collins"
    credit = "whoever took it" if own else "NASA, Robert Markowitz, 1999; public domain"
    return Portrait(np.asarray(scaled), title, credit)


def collins() -> Path:
    """Find NASA's portrait, without importing the package that carries it."""
    carrier = find_spec("skimage")
    if carrier is None or not carrier.submodule_search_locations:
        raise DataError(
            "NASA's portrait is not installed here; bring it with `python -m pip install "
            "--no-deps scikit-image`, or let COURSE_PORTRAIT name a picture of your own"
        )
    return Path(next(iter(carrier.submodule_search_locations)), "data", "astronaut.png")


def middle(width: int, height: int) -> tuple[float, float, float, float]:
    """Give the largest square around the middle, as left, top, right and bottom.

    Examples
    --------
    >>> middle(640, 480)
    (80.0, 0.0, 560.0, 480.0)
    """
    side = min(width, height)
    left, top = (width - side) / 2, (height - side) / 2
    return left, top, left + side, top + side


def picture_grid(
    images: Sequence[NDArray[Any]], titles: Sequence[str] = (), columns: int = 4, width: float = 1
) -> Figure:
    """Show square pictures in colour beside each other, each with a title above it.

    Parameters
    ----------
    images : sequence of ndarray of shape (size, size, 3)
        From 0 to 255; other numbers are cut off.
    titles : sequence of str
        One for each picture, or none.
    columns : int
        How many pictures stand in a row.
    width : float
        The share of the page's width.

    Returns
    -------
    Figure
        Ready to be shown.
    """
    rows = -(-len(images) // columns)
    side, line = WIDTH * width / columns, 0.25 if titles else 0.0
    fig, grid = plt.subplots(
        rows,
        columns,
        figsize=(WIDTH * width, rows * (side + line)),
        squeeze=False,
        layout="constrained",
    )
    for ax in grid.flat:
        ax.set_axis_off()
    for ax, image in zip(grid.flat, images, strict=False):
        ax.imshow(np.clip(image, 0, 255).astype(np.uint8), interpolation="nearest")
    for ax, title in zip(grid.flat, titles, strict=False):
        ax.set_title(title, fontsize=12)
    return fig
