"""A covariance from few samples: drawn towards a multiple of the identity.

Few samples make large eigenvalues of a covariance too large and small ones too small.
A share of the identity pulls them together. Read `LedoitWolf`, then
`ledoit_wolf_shrinkage`, which knows how large a share is best.
"""

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.covariance.empirical import (
    EmpiricalCovariance,
    location,
    mean_products,
    pseudo_inverse,
)
from aiguille.validation import check_array

__all__ = ["LedoitWolf", "ledoit_wolf", "ledoit_wolf_shrinkage"]

Array = NDArray[Any]


class LedoitWolf(EmpiricalCovariance):
    """Shrink a covariance towards a multiple of the identity, by the best expected amount.

    Parameters
    ----------
    assume_centered : bool
        Whether the features' means are zero and need not be taken off.

    Attributes
    ----------
    shrinkage_ : float
        Share of the identity, between 0 and 1.
    location_, covariance_, precision_ : ndarrays
        As for `EmpiricalCovariance`.

    References
    ----------
    Ledoit & Wolf (2004), "A well-conditioned estimator for large-dimensional covariance
    matrices", Journal of Multivariate Analysis 88(2).

    Examples
    --------
    >>> LedoitWolf().fit([[0, 0], [2, 4]]).shrinkage_
    0.0
    """

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:
        """Estimate from samples ``X`` of shape (n_samples, n_features)."""
        self.covariance_, self.shrinkage_ = shrunk_by_noise(self._centred(X))
        self.precision_ = pseudo_inverse(self.covariance_)
        return self


def ledoit_wolf(X: ArrayLike, *, assume_centered: bool = False) -> tuple[Array, float]:
    """Give the covariance that `LedoitWolf` estimates, and the share of the identity in it.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
    assume_centered : bool
        Whether the features' means are zero and need not be taken off.

    Returns
    -------
    covariance : ndarray of shape (n_features, n_features)
    shrinkage : float

    Examples
    --------
    >>> covariance, shrinkage = ledoit_wolf([[0, 0], [2, 3], [0, 1]])
    >>> covariance.round(3), round(shrinkage, 3)
    (array([[1.012, 0.7  ],
           [0.7  , 1.432]]), 0.37)
    """
    return shrunk_by_noise(centred(X, assume_centered))


def ledoit_wolf_shrinkage(X: ArrayLike, assume_centered: bool = False) -> float:
    """Give the share of the identity that minimises the expected squared error.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
    assume_centered : bool
        Whether the features' means are zero and need not be taken off.

    Returns
    -------
    float
        Between 0 and 1.

    Examples
    --------
    >>> round(ledoit_wolf_shrinkage([[0, 0], [2, 3], [0, 1]]), 3)
    0.37
    """
    return shrunk_by_noise(centred(X, assume_centered))[1]


def centred(X: ArrayLike, assume_centered: bool) -> Array:
    """Check samples, and take their mean off."""
    samples = check_array(X)
    return np.asarray(samples - location(samples, assume_centered))


def shrunk_by_noise(samples: Array) -> tuple[Array, float]:
    """Shrink the covariance of centred samples by the share of it that is noise."""
    n, width = samples.shape
    covariance = mean_products(samples)
    scale = np.trace(covariance) / width
    towards = scale * np.eye(width)
    # How far the estimate is from the identity, and how much of that is noise.
    distance = np.sum((covariance - towards) ** 2)
    products = np.einsum("ij,ij->i", samples, samples) ** 2
    noise = (np.sum(products) / n - np.sum(covariance**2)) / n
    share = float(np.clip(noise / distance, 0, 1)) if distance > 0 and width > 1 else 0.0
    return (1 - share) * covariance + share * towards, share
