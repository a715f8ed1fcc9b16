"""The directions in which the rows of a matrix are longest: its singular vectors.

`principal_axes` chooses between three ways to find them. They differ in cost, and in what they
still see of directions along which there is hardly anything.
"""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from aiguille.decomposition.randomized import randomized_svd

__all__ = ["SOLVERS", "Numbers", "Solver", "principal_axes"]

Numbers = NDArray[np.float64]
Solver = Literal["auto", "full", "covariance_eigh", "randomized"]
SOLVERS = ("auto", "full", "covariance_eigh", "randomized")
TOGETHER = 2**18  # numbers at a time: they are still in the cache when they are multiplied
FAINT = 1e-10  # of the largest eigenvalue; below, squares have lost what tells directions


def principal_axes(
    X: Numbers, n_components: int, solver: Solver = "auto", **options: Any
) -> tuple[Numbers, Numbers]:
    """Find the directions in which rows of a matrix are longest.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
        Centred samples.
    n_components : int
        How many directions.
    solver : {"auto", "full", "covariance_eigh", "randomized"}
        - "full": the singular values of ``X``, exact to the last bits.
        - "covariance_eigh": eigenvectors of ``X.T @ X`` or of ``X @ X.T``, whichever is
          smaller. Three times as fast where one side is short, and exact unless
          directions are wanted whose variance is 1e-10 of the largest: then "full".
        - "randomized": a few products with some random directions (`randomized_svd`).
        - "auto": "covariance_eigh" where one side is ten times as long as the other, or
          where the matrix is large and a fifth of the directions can be left out, else "full".
    **options
        For `randomized_svd`.

    Returns
    -------
    singular_values : ndarray of shape (n_components,)
        Descending.
    axes : ndarray of shape (n_components, n_features)
        Of length one; the entry of each that is largest is positive.

    Examples
    --------
    >>> values, axes = principal_axes(np.array([[3.0, 0.0], [-3.0, 0.0], [0.0, 1.0]]), 1)
    >>> values.round(2), axes
    (array([4.24]), array([[1., 0.]]))
    """
    values, axes, _ = axes_around(X, 0.0, n_components, solver, **options)
    return values, axes


def axes_around(
    X: Numbers, mean: Numbers | float, n_components: int, solver: Solver, **options: Any
) -> tuple[Numbers, Numbers, float]:
    """Find the axes of samples around their mean; and the sum of squares in all directions."""
    if solver == "auto":
        solver = "covariance_eigh" if squares_are_cheaper(X.shape, n_components) else "full"
    if solver == "covariance_eigh":
        values, axes, total = by_squares(X, mean, n_components)
    else:
        centred = X - mean
        total = float(np.vdot(centred, centred))
        if solver == "randomized":
            _, values, axes = randomized_svd(centred, n_components, **options)
        else:
            values, axes = by_singular_values(centred)
    values, axes = values[:n_components], axes[:n_components]
    largest = np.abs(axes).argmax(axis=1)
    return values, axes * np.sign(axes[np.arange(len(axes)), largest])[:, None], total


def squares_are_cheaper(shape: tuple[int, ...], n_components: int) -> bool:
    """Whether a matrix of squares saves more than it costs to make."""
    short, long = min(shape), max(shape)
    return long > 500 and (long >= 10 * short or n_components < 0.8 * short)


def by_squares(
    X: Numbers, mean: Numbers | float, n_components: int
) -> tuple[Numbers, Numbers, float]:
    """Decompose by the eigenvectors of a matrix of squares, on the short side of ``X``."""
    wide = X.shape[0] < X.shape[1]
    if wide:
        centred = X - mean
        squares = centred @ centred.T
    else:
        squares = squares_around(X, mean)
    total = float(np.trace(squares))
    eigenvalues, vectors = np.linalg.eigh(squares)
    eigenvalues = eigenvalues[::-1][:n_components].clip(0)
    vectors = vectors[:, ::-1][:, :n_components]
    if eigenvalues[-1] <= FAINT * eigenvalues[0]:
        return *by_singular_values(X - mean), total
    values = np.sqrt(eigenvalues)
    axes = (vectors.T @ centred) / values[:, None] if wide else vectors.T
    return values, axes, total


def squares_around(X: Numbers, mean: Numbers | float) -> Numbers:
    """Multiply (X - mean).T by X - mean, of which only some rows at a time are made."""
    n, d = X.shape
    squares = np.zeros((d, d))
    step = max(1, TOGETHER // d)
    for start in range(0, n, step):
        centred = X[start : start + step] - mean
        squares += centred.T @ centred
    return squares


def by_singular_values(X: Numbers) -> tuple[Numbers, Numbers]:
    """Decompose ``X`` itself: no digit is lost by squaring."""
    # Where X = QR, R has the same singular values and axes, and may be far smaller.
    small = np.linalg.qr(X, mode="r") if X.shape[0] > X.shape[1] else X
    _, values, axes = np.linalg.svd(small, full_matrices=False)
    return values, axes
