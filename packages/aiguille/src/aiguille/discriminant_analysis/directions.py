"""The directions along which classes differ most, beside how far each class spreads.

Read `discriminants`: one decomposition makes the spread within classes round, a second finds where
the means then lie. It needs no covariance matrix; `covariance_within` makes one, which can be
shrunk where samples are few, and `directions_by_covariance` goes on from there.
"""

import numpy as np
from numpy.typing import NDArray

from aiguille.covariance import ledoit_wolf

__all__ = ["covariance_within", "directions_by_covariance", "discriminants", "shrunk_covariance"]

Numbers = NDArray[np.float64]


def discriminants(
    X: Numbers, codes: NDArray[np.intp], means: Numbers, priors: Numbers, tol: float = 1e-4
) -> tuple[Numbers, Numbers]:
    """Give the directions that tell classes apart best, and the variance of means along each.

    No covariance matrix is made: with many features it would be large, and squaring loses
    half of the digits.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
    codes : ndarray of shape (n_samples,)
        The class of each sample, from 0 on.
    means : ndarray of shape (n_classes, n_features)
    priors : ndarray of shape (n_classes,)
        How probable each class is.
    tol : float
        Directions with smaller singular values are left out.

    Returns
    -------
    scalings : ndarray of shape (n_features, rank)
        Along each the variance within classes, the mean squared distance, is 1.
    variances : ndarray of shape (n_directions,)

    References
    ----------
    Fisher (1936), "The use of multiple measurements in taxonomic problems", Annals of
    Eugenics 7(2). Belhumeur, Hespanha & Kriegman (1997), "Eigenfaces vs. Fisherfaces", IEEE
    Transactions on Pattern Analysis and Machine Intelligence 19(7).

    Examples
    --------
    >>> X = np.array([[0.0, 0.0], [0.0, 2.0], [4.0, 0.0], [6.0, 2.0]])
    >>> means = np.array([[0.0, 1.0], [5.0, 1.0]])
    >>> discriminants(X, np.array([0, 0, 1, 1]), means, np.array([0.5, 0.5]))[0].shape
    (2, 1)
    """
    n, n_classes = len(X), len(means)
    within = X - means[codes]
    spread = within.std(axis=0)
    spread[spread == 0] = 1.0
    _, values, Vt = np.linalg.svd(within / spread / np.sqrt(n), full_matrices=False)
    rank = int((values > tol).sum())
    if rank == 0:
        raise ValueError(
            "The samples of each class are all the same (or differ by less than "
            f"tol={tol:g}): there is no spread to compare the means with; give other samples."
        )
    whitening = (Vt[:rank] / spread).T / values[:rank]
    share = np.sqrt(n * priors / max(n_classes - 1, 1))
    between = share[:, None] * (means - priors @ means)
    _, lengths, Wt = np.linalg.svd(between @ whitening, full_matrices=False)
    kept = int((lengths > tol * lengths[0]).sum())
    return whitening @ Wt[:kept].T, lengths**2


def covariance_within(
    X: Numbers, codes: NDArray[np.intp], priors: Numbers, shrinkage: float | str | None = None
) -> Numbers:
    """Give the mean of the classes' covariances, by how probable each class is.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
    codes : ndarray of shape (n_samples,)
        The class of each sample, from 0 on.
    priors : ndarray of shape (n_classes,)
    shrinkage : None, "auto" or float
        As for `LinearDiscriminantAnalysis`.

    Returns
    -------
    ndarray of shape (n_features, n_features)

    References
    ----------
    Ledoit & Wolf (2004), "Honey, I shrunk the sample covariance matrix", Journal of Portfolio
    Management 30(4).

    Examples
    --------
    >>> X = np.array([[0.0], [2.0], [5.0], [9.0]])
    >>> covariance_within(X, np.array([0, 0, 1, 1]), np.array([0.5, 0.5]))
    array([[2.5]])
    """
    return np.asarray(
        sum(prior * shrunk_covariance(X[codes == c], shrinkage) for c, prior in enumerate(priors))
    )


def shrunk_covariance(X: Numbers, shrinkage: float | str | None) -> Numbers:
    """Give the covariance of samples, drawn towards one without ties between features."""
    if shrinkage == "auto":
        spread = X.std(axis=0)
        spread[spread == 0] = 1.0
        return np.asarray(ledoit_wolf(X / spread)[0] * np.outer(spread, spread))
    away = X - X.mean(axis=0)
    covariance: Numbers = away.T @ away / len(X)
    if shrinkage is not None:
        mean_variance = np.trace(covariance) / len(covariance)
        covariance *= 1 - float(shrinkage)
        covariance.flat[:: len(covariance) + 1] += float(shrinkage) * mean_variance
    return covariance


def directions_by_covariance(within: Numbers, between: Numbers) -> tuple[Numbers, Numbers]:
    """Give the directions with the most variance between classes beside that within.

    Parameters
    ----------
    within, between : ndarrays of shape (n_features, n_features)
        The first must have an inverse.

    Returns
    -------
    scalings : ndarray of shape (n_features, n_features)
        Along each the variance within classes is 1.
    variances : ndarray of shape (n_features,)
        Those between classes along each, the largest first.

    Raises
    ------
    ValueError
        If the covariance within classes has no inverse.

    Examples
    --------
    >>> directions_by_covariance(np.diag([1.0, 4.0]), np.diag([1.0, 8.0]))[1]
    array([2., 1.])
    """
    least = len(within) * np.finfo(np.float64).eps * within.diagonal()
    try:
        root = np.linalg.cholesky(within)
    except np.linalg.LinAlgError:
        root = np.zeros_like(within)
    if (root.diagonal() ** 2 <= least).any():
        raise ValueError(
            "The covariance within classes has no inverse, because features depend on each other "
            "or samples are too few: give shrinkage='auto', or solver='svd'."
        )
    whitening = np.linalg.inv(root)
    variances, axes = np.linalg.eigh(whitening @ between @ whitening.T)
    return whitening.T @ axes[:, ::-1], variances[::-1]
