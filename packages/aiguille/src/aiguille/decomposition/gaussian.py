"""Principal components as a distribution: a Gaussian that is long in a few directions.

Along each component it has the variance that was found there, and in all other directions the
same small one, the noise. So its covariance needs no large matrix: that of a sample's
probability is worked out from where the sample lies along the components and how far it is from
all of them. The same distribution tells how many components there are: `likely_dimension` asks
which number makes the samples most probable, for all ways to turn the components.

References
----------
Tipping & Bishop (1999), "Probabilistic principal component analysis", Journal of the Royal
Statistical Society B 61(3).

Minka (2000), "Automatic choice of dimensionality for PCA", NIPS 13.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["covariance", "likely_dimension", "log_density", "precision"]

Numbers = NDArray[np.float64]


def covariance(
    components: NDArray[Any], variances: NDArray[Any], noise_variance: float
) -> NDArray[Any]:
    """Give the covariance of all features.

    Examples
    --------
    >>> covariance(np.array([[1.0, 0.0, 0.0]]), np.array([9.0]), 2.0)
    array([[9., 0., 0.],
           [0., 2., 0.],
           [0., 0., 2.]])
    """
    more = np.maximum(variances - noise_variance, 0)
    full: NDArray[Any] = (components.T * more) @ components
    full.flat[:: len(full) + 1] += noise_variance
    return full


def precision(
    components: NDArray[Any], variances: NDArray[Any], noise_variance: float
) -> NDArray[Any]:
    """Give the inverse of the covariance: the same sum, of inverse variances."""
    variances = check_variances(components, variances, noise_variance)
    elsewhere = 1 / noise_variance if components.shape[0] < components.shape[1] else 0.0
    full: NDArray[Any] = (components.T * (1 / variances - elsewhere)) @ components
    full.flat[:: len(full) + 1] += elsewhere
    return full


def log_density(
    apart: Numbers, components: NDArray[Any], variances: NDArray[Any], noise_variance: float
) -> Numbers:
    """Give the logarithm of the probability density of each sample.

    Parameters
    ----------
    apart : ndarray of shape (n_samples, n_features)
        Samples less the mean.
    components : ndarray of shape (n_components, n_features)
        Of length one, at right angles.
    variances : ndarray of shape (n_components,)
        Along each component.
    noise_variance : float
        Along all other directions.

    Returns
    -------
    ndarray of shape (n_samples,)

    Examples
    --------
    >>> density = log_density(np.zeros((1, 2)), np.array([[1.0, 0.0]]), np.array([1.0]), 1.0)
    >>> bool(np.isclose(density[0], -np.log(2 * np.pi)))
    True
    """
    n_components, n_features = components.shape
    variances = check_variances(components, variances, noise_variance).astype(np.float64)
    along = apart @ components.T
    distance: Numbers = (along**2 / variances).sum(axis=1)
    volume = np.log(variances).sum()
    if n_components < n_features:
        # What the components leave of a sample, not |x|² less |z|²: that would lose digits.
        rest = apart - along @ components
        distance += np.einsum("ij,ij->i", rest, rest) / noise_variance
        volume += (n_features - n_components) * math.log(noise_variance)
    log_densities: Numbers = -0.5 * (distance + volume + n_features * math.log(2 * math.pi))
    return log_densities


def check_variances(
    components: NDArray[Any], variances: NDArray[Any], noise_variance: float
) -> NDArray[Any]:
    """Give the variances along components, none below the noise; refuse a flat distribution."""
    n_components, n_features = components.shape
    raised: NDArray[Any] = np.maximum(variances, noise_variance)
    least = noise_variance if n_components < n_features else float(raised.min())
    if least <= np.finfo(np.float64).eps * float(raised.max()):
        raise ValueError(
            f"{n_components} components leave no variance in some of the {n_features} "
            "directions, so that samples have no probability density: fit with fewer components "
            "than there are samples, and without constant columns, so that noise_variance_ > 0."
        )
    return raised


def likely_dimension(variances: Numbers, n_samples: int) -> int:
    """Tell how many components samples most probably have, the others being noise.

    Parameters
    ----------
    variances : ndarray of shape (n_features,)
        Along all directions, descending.
    n_samples : int
        From how many samples they are.

    Returns
    -------
    int
        At least 1, and less than ``n_features`` where there are two.

    Examples
    --------
    >>> likely_dimension(np.array([9.0, 7.0, 1.2, 1.0, 0.8]), n_samples=100)
    2
    """
    choices = range(1, len(variances))
    return max(choices, key=lambda k: log_evidence(variances, k, n_samples), default=1)


def log_evidence(variances: Numbers, k: int, n_samples: int) -> float:
    """Give the log probability of samples of so many components, up to a constant.

    It is Laplace's approximation, equation 30 of the paper, in its terms: ``d`` features and
    ``N`` samples; ``p(U)`` is the prior of the directions, ``A`` tells how sharply they are
    known.
    """
    d, N = len(variances), n_samples
    if variances[k - 1] < np.finfo(np.float64).eps:
        return -math.inf
    noise = max(float(variances[k:].mean()), np.finfo(np.float64).tiny)
    half = (d - np.arange(k)) / 2
    log_p_U = sum(math.lgamma(h) - h * math.log(math.pi) for h in half) - k * math.log(2)
    smoothed = np.where(np.arange(d) < k, variances, noise)
    first, second = np.nonzero(np.arange(k)[:, None] < np.arange(d))
    gaps = (1 / smoothed[second] - 1 / smoothed[first]) * (variances[first] - variances[second])
    # Equal variances tell nothing of the directions, and have no logarithm.
    log_A = np.log(gaps[gaps > 0]).sum() + len(gaps) * math.log(N)
    n_angles = d * k - k * (k + 1) / 2
    return float(
        log_p_U
        - N / 2 * np.log(variances[:k]).sum()
        - N * (d - k) / 2 * math.log(noise)
        + (n_angles + k) / 2 * math.log(2 * math.pi)
        - log_A / 2
        - k / 2 * math.log(N)
    )
