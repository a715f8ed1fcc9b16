"""The portrait that is cut into regions: NASA's, or a picture of the learner's own."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image, ImageOps

from course.data import DataError
from course.figures import WIDTH

__all__ = ["CREDIT", "filled", "pictures", "portrait"]

CREDIT = "Eileen Collins, by NASA; public domain"


def portrait(side: int = 128) -> NDArray[np.uint8]:
    """Read the portrait: the one of ``COURSE_PORTRAIT``, or NASA's.

    Parameters
    ----------
    side : int
        How many pixels its longer side is to have.

    Returns
    -------
    ndarray of shape (height, width, 3), uint8
        Its colours.

    Raises
    ------
    course.data.DataError
        The picture is missing, or cannot be read.

    Examples
    --------
    >>> portrait(32).shape[2]
    3
    """
    path = portrait_file()
    try:
        with Image.open(path) as picture:
            whole = ImageOps.exif_transpose(picture).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as reason:
        raise DataError(f"{path} cannot be read as a picture ({reason}); give another") from reason
    if not os.environ.get("COURSE_PORTRAIT"):
        whole = whole.crop((60, 0, 380, 320))  # head and shoulders
    shrink = side / max(whole.size)
    size = tuple(max(8, round(length * shrink)) for length in whole.size)
    return np.asarray(whole.resize((size[0], size[1]), Image.Resampling.BOX))


def portrait_file() -> Path:
    """Find the picture."""
    if own := os.environ.get("COURSE_PORTRAIT"):
        return Path(own)
    found = find_spec("skimage")  # found, never imported
    if found is None or not found.submodule_search_locations:
        raise DataError("the portrait comes inside the package scikit-image: install it")
    return Path(found.submodule_search_locations[0], "data", "astronaut.png")


def filled(colours: NDArray[Any], labels: NDArray[np.intp]) -> NDArray[np.float64]:
    """Give each pixel the mean colour of its region.

    Parameters
    ----------
    colours : ndarray of shape (n_pixels, 3)
    labels : ndarray of shape (n_pixels,), int
        The region of each pixel, counted from 0.

    Returns
    -------
    ndarray of shape (n_pixels, 3)

    Examples
    --------
    >>> filled(np.array([[0, 0, 0], [2, 4, 6]]), np.array([0, 0])).tolist()
    [[1.0, 2.0, 3.0], [1.0, 2.0, 3.0]]
    """
    counts = np.bincount(labels)
    sums = [np.bincount(labels, channel) for channel in np.asarray(colours, float).T]
    return np.asarray((np.array(sums) / counts).T[labels])


def pictures(some: dict[str, NDArray[Any]], columns: int = 4) -> Figure:
    """Show colour pictures beside each other.

    Parameters
    ----------
    some : dict of str to ndarray of shape (height, width, 3)
        Each under its title; from 0 to 255.
    columns : int
        How many stand in a row.

    Returns
    -------
    Figure
        Ready to be shown.
    """
    rows = -(-len(some) // columns)
    height, width = next(iter(some.values())).shape[:2]
    fig, grid = plt.subplots(
        rows,
        columns,
        figsize=(WIDTH, rows * (WIDTH / columns * height / width + 0.3)),
        squeeze=False,
        layout="constrained",
    )
    for ax in grid.flat:
        ax.set_axis_off()
    for ax, (title, picture) in zip(grid.flat, some.items(), strict=False):
        ax.imshow(np.clip(picture, 0, 255).astype(np.uint8))
        ax.set_title(title, fontsize=12)
    return fig
