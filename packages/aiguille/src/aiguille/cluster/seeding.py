"""Where k-means begins: with samples that lie apart, with any samples, or where one says.

Read `k_means_plus_plus`, then `first_means`, which looks at ``init``.
"""

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.parameters import check_option, check_whole
from aiguille.validation import check_array

__all__ = ["Init", "first_means", "k_means_plus_plus"]

Numbers = NDArray[np.float64]
Init = str | Callable[..., ArrayLike] | ArrayLike


def k_means_plus_plus(
    X: Numbers, n_clusters: int, weights: Numbers, random: np.random.RandomState
) -> Numbers:
    """Choose samples as first means: far from each other, and not by outliers alone.

    Each is drawn with a chance that grows with its squared distance from those before; of
    some that are drawn, the one is taken that leaves the least.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
    n_clusters : int
    weights : ndarray of shape (n_samples,)
        How often each sample counts.
    random : RandomState

    Returns
    -------
    ndarray of shape (n_clusters, n_features)

    References
    ----------
    Arthur & Vassilvitskii (2007), "k-means++: the advantages of careful seeding", SODA.

    Examples
    --------
    >>> X = np.array([[0.0], [0.1], [9.0], [9.1]])
    >>> np.sort(k_means_plus_plus(X, 2, np.ones(4), np.random.RandomState(0)).round().ravel())
    array([0., 9.])
    """
    n_trials = 2 + int(np.log(n_clusters))
    norms = np.einsum("ij,ij->i", X, X)
    first = random.choice(len(X), p=weights / weights.sum())
    chosen = [first]
    nearest = squared_distances(X, norms, X[[first]])[0]
    for _ in range(1, n_clusters):
        left = np.cumsum(weights * nearest)
        drawn = np.searchsorted(left, random.uniform(size=n_trials) * left[-1])
        drawn = drawn.clip(max=len(X) - 1)
        then = np.minimum(squared_distances(X, norms, X[drawn]), nearest)
        best = int((then @ weights).argmin())
        nearest = then[best]
        chosen.append(int(drawn[best]))
    return X[chosen]


def squared_distances(X: Numbers, norms: Numbers, centers: Numbers) -> Numbers:
    """Give squared distances of shape (n_centers, n_samples)."""
    found = centers @ X.T
    found *= -2
    found += np.einsum("ij,ij->i", centers, centers)[:, None]
    found += norms
    return np.maximum(found, 0, out=found)


# -- what was asked for ---------------------------------------------------------------------------


def check_init(init: Init, n_clusters: int, n_features: int) -> Any:
    """Give ``init`` as a word, a function or an array of means, or say what is wrong with it."""
    if callable(init):
        return init
    if isinstance(init, str):
        return check_option("init", init, ("k-means++", "random"))
    centers = check_array(init, name="init")
    if centers.shape != (n_clusters, n_features):
        raise ValueError(
            f"The shape of the initial centers {centers.shape} does not match the number of "
            f"clusters {n_clusters} and of features {n_features}: give init an array of shape "
            f"{(n_clusters, n_features)}, or 'k-means++'."
        )
    return centers


def check_n_init(n_init: int | Literal["auto"], init: Init, many: int) -> int:
    """Give the number of beginnings: ``many`` where they are drawn without care."""
    if isinstance(n_init, str):
        check_option("n_init", n_init, ("auto",))
        drawn = callable(init) or (isinstance(init, str) and init == "random")
        return many if drawn else 1
    number = check_whole("n_init", n_init)
    return number if callable(init) or isinstance(init, str) else 1


def first_means(
    X: Numbers,
    n_clusters: int,
    init: Any,
    weights: Numbers,
    random: np.random.RandomState,
    offset: Numbers | float = 0.0,
) -> Numbers:
    """Give the means to begin with.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
        The samples, less the offset.
    n_clusters : int
    init : str, callable or ndarray
        As `check_init` gives it.
    weights : ndarray of shape (n_samples,)
        At least ``n_clusters`` of them more than zero.
    random : RandomState
    offset : ndarray of shape (n_features,)
        What a function and an array do not know of.

    Returns
    -------
    ndarray of shape (n_clusters, n_features)
        Less the offset.
    """
    if isinstance(init, str):
        if init == "k-means++":
            return k_means_plus_plus(X, n_clusters, weights, random)
        return X[random.choice(len(X), n_clusters, replace=False, p=weights / weights.sum())]
    if callable(init):
        given = init(X + offset, n_clusters, random_state=random)
        init = check_init(np.asarray(given), n_clusters, X.shape[1])
    return np.asarray(init - offset, dtype=np.float64)
