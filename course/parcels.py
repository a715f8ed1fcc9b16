"""Cuts of a picture into groups of pixels: the blind one, and how to see any of them.

A cut is an array with the number of its group for each pixel, row by row: what estimators of
clusters call their labels.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from course.figures import face_grid

__all__ = ["borders", "flat_grid", "squares"]


def squares(n_squares: int, height: int, width: int) -> NDArray[np.intp]:
    """Cut a picture into squares, without looking at it.

    Parameters
    ----------
    n_squares : int
        About how many: as many as fit into whole rows and columns of squares.
    height, width : int
        Of the picture, in pixels.

    Returns
    -------
    ndarray of shape (height * width,)
        The number of its square for each pixel.

    Examples
    --------
    >>> squares(4, 4, 4).reshape(4, 4)
    array([[0, 0, 1, 1],
           [0, 0, 1, 1],
           [2, 2, 3, 3],
           [2, 2, 3, 3]])
    """
    down = min(height, max(1, round((n_squares * height / width) ** 0.5)))
    across = min(width, max(1, round(n_squares / down)))
    row, column = np.indices((height, width))
    return np.asarray((row * down // height * across + column * across // width).ravel())


def borders(picture: NDArray[Any], labels: NDArray[np.intp], ink: float = 255) -> NDArray[Any]:
    """Draw the borders between groups of pixels onto a picture.

    Parameters
    ----------
    picture : ndarray of shape (height, width) or (height, width, 3)
        Left as it is.
    labels : ndarray of shape (height * width,)
        The number of its group for each pixel.
    ink : float
        The grey level of the borders.

    Returns
    -------
    ndarray of the same shape
        A copy. A pixel has the ink where its neighbour to the left or above is in another group.

    Examples
    --------
    >>> borders(np.zeros((3, 3)), np.array([0, 0, 1] * 3))[0]
    array([  0.,   0., 255.])
    """
    inked, grid = picture.copy(), labels.reshape(picture.shape[:2])
    inked[:, 1:][grid[:, 1:] != grid[:, :-1]] = ink
    inked[1:][grid[1:] != grid[:-1]] = ink
    return inked


def flat_grid(images: Sequence[NDArray[Any]] | NDArray[Any], columns: int) -> Figure:
    """Show drawings beside each other, small: they are flat, and need few bytes as they are.

    Parameters
    ----------
    images : sequence of ndarray of shape (height, width)
        Grey levels.
    columns : int
        How many stand in a row.

    Returns
    -------
    Figure
        Ready to be shown.
    """
    fig = face_grid(images, columns=columns)
    width, height = fig.get_size_inches()
    fig.set_size_inches(0.6 * width, 0.6 * height)
    for image in (image for ax in fig.axes for image in ax.images):
        image.set_interpolation("nearest")  # smooth borders would be many shades of grey
    return fig
