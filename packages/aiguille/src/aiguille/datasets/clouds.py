"""Clouds of points in known places: round ones, and two half circles."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.parameters import check_random_state, check_real, check_whole

__all__ = ["make_blobs", "make_moons"]

Numbers = NDArray[np.float64]


def make_blobs(
    n_samples: int | Sequence[int] = 100,
    n_features: int = 2,
    *,
    centers: int | ArrayLike | None = None,
    cluster_std: float | Sequence[float] = 1.0,
    center_box: tuple[float, float] = (-10.0, 10.0),
    shuffle: bool = True,
    random_state: Any = None,
    return_centers: bool = False,
) -> Any:
    """Draw round clouds of samples.

    Parameters
    ----------
    n_samples : int or sequence of int
        How many samples in all, or in each cloud.
    n_features : int
        How many columns, unless ``centers`` says.
    centers : int or array-like of shape (n_centers, n_features), optional
        How many clouds, or where they are; by default three, or one for each of ``n_samples``.
    cluster_std : float or sequence of float
        The standard deviation of all clouds, or of each.
    center_box : tuple of (float, float)
        Between which numbers the coordinates of centres are drawn.
    shuffle : bool
        Whether samples come in random order; else cloud by cloud.
    random_state : None, int or RandomState
        Where the drawing starts.
    return_centers : bool
        Whether to give the centres too.

    Returns
    -------
    X : ndarray of shape (n_samples, n_features)
    y : ndarray of int of shape (n_samples,)
        The number of each sample's cloud.
    centers : ndarray of shape (n_centers, n_features)
        With ``return_centers``.

    Raises
    ------
    ValueError
        If there are not as many numbers or deviations as centres.

    Examples
    --------
    >>> X, y = make_blobs(4, centers=[[1, 1], [9, 9]], cluster_std=0.1, random_state=0)
    >>> X.round().tolist(), y.tolist()
    ([[1.0, 1.0], [9.0, 9.0], [9.0, 9.0], [1.0, 1.0]], [0, 1, 1, 0])
    """
    random = check_random_state(random_state)
    several = None if isinstance(n_samples, int | np.integer) else list(n_samples)
    if centers is None:
        centers = 3 if several is None else len(several)
    if isinstance(centers, int | np.integer):
        check_whole("centers", centers)
        check_whole("n_features", n_features)
        where = random.uniform(*center_box, size=(centers, n_features))
    else:
        where = np.atleast_2d(np.asarray(centers, dtype=np.float64))
    sizes = several if several is not None else shares(check_whole("n_samples", n_samples), where)
    deviations = np.broadcast_to(np.asarray(cluster_std, dtype=np.float64), np.shape(cluster_std))
    if len(sizes) != len(where) or deviations.shape not in ((), (len(where),)):
        raise ValueError(
            f"n_samples={n_samples!r} and cluster_std={cluster_std!r} must be one number, or one "
            f"for each of the {len(where)} centers."
        )
    y = np.repeat(np.arange(len(where)), sizes)
    spread = np.broadcast_to(deviations, len(where))
    X = np.concatenate(
        [
            random.normal(centre, deviation, (size, where.shape[1]))
            for centre, deviation, size in zip(where, spread, sizes, strict=True)
        ]
    )
    if shuffle:
        order = random.permutation(len(y))
        X, y = X[order], y[order]
    return (X, y, where) if return_centers else (X, y)


def shares(n_samples: int, centers: Numbers) -> list[int]:
    """Divide samples evenly; the first clouds get what is left."""
    each, left = divmod(n_samples, len(centers))
    return [each + (place < left) for place in range(len(centers))]


def make_moons(
    n_samples: int | tuple[int, int] = 100,
    *,
    shuffle: bool = True,
    noise: float | None = None,
    random_state: Any = None,
) -> tuple[Numbers, NDArray[np.intp]]:
    """Draw two half circles that reach into each other: no straight line parts them.

    Parameters
    ----------
    n_samples : int or tuple of (int, int)
        How many samples in all, or in each moon.
    shuffle : bool
        Whether samples come in random order; else moon by moon.
    noise : float, optional
        The standard deviation of what is added to each coordinate.
    random_state : None, int or RandomState
        Where the drawing starts.

    Returns
    -------
    X : ndarray of shape (n_samples, 2)
    y : ndarray of int of shape (n_samples,)
        0 for the upper moon, 1 for the lower.

    Examples
    --------
    >>> X, y = make_moons(6, shuffle=False)
    >>> X.round(1) + 0.0, y
    (array([[ 1. ,  0. ],
           [ 0. ,  1. ],
           [-1. ,  0. ],
           [ 0. ,  0.5],
           [ 1. , -0.5],
           [ 2. ,  0.5]]), array([0, 0, 0, 1, 1, 1]))
    """
    random = check_random_state(random_state)
    if isinstance(n_samples, tuple):
        upper, lower = (check_whole("n_samples", number, at_least=0) for number in n_samples)
    else:
        upper = check_whole("n_samples", n_samples) // 2
        lower = n_samples - upper
    above, below = np.linspace(0, np.pi, upper), np.linspace(0, np.pi, lower)
    X = np.concatenate(
        [
            np.column_stack([np.cos(above), np.sin(above)]),
            np.column_stack([1 - np.cos(below), 0.5 - np.sin(below)]),
        ]
    )
    y = np.repeat([0, 1], [upper, lower])
    if shuffle:
        order = random.permutation(len(y))
        X, y = X[order], y[order]
    if noise is not None:
        X = X + random.normal(scale=check_real("noise", noise), size=X.shape)
    return X, y
