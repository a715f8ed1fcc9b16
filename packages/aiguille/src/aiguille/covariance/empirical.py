"""The covariance of samples as it is, and what every estimate of a covariance is good for.

Read `empirical_covariance`, then `log_likelihood`, which judges an estimate on other
samples, then `EmpiricalCovariance`: the methods of all estimators in this package.
"""

import warnings
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.base import Estimator
from aiguille.parameters import check_option
from aiguille.validation import check_array, check_data, check_fitted, check_samples

__all__ = ["EmpiricalCovariance", "empirical_covariance", "log_likelihood"]

Array = NDArray[Any]


def empirical_covariance(X: ArrayLike, *, assume_centered: bool = False) -> Array:
    """Give the mean product of each two features, after their means are taken off.

    It divides by the number of samples, not by one less: the most likely covariance.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
    assume_centered : bool
        Whether the features' means are zero and need not be taken off.

    Returns
    -------
    ndarray of shape (n_features, n_features), float64

    Raises
    ------
    ValueError
        If `X` is no finite matrix, or its squares are too large for a float.

    Examples
    --------
    >>> empirical_covariance([[0, 0], [2, 4]])
    array([[1., 2.],
           [2., 4.]])
    """
    samples = check_array(X)
    return mean_products(samples - location(samples, assume_centered))


def location(samples: Array, assume_centered: bool) -> Array:
    """Give the means of the features, or zeros where they are said to be zero."""
    if assume_centered:
        return np.zeros(samples.shape[1])
    if len(samples) == 1:
        warnings.warn(
            "Only one sample available: it is its own mean, and its covariance is zero. "
            "Give more samples, one in each row.",
            stacklevel=3,
        )
    mean: Array = samples.mean(axis=0)
    return mean


def mean_products(centred: Array) -> Array:
    """Give the covariance of samples whose features have the mean zero."""
    with np.errstate(over="ignore", invalid="ignore"):
        covariance: Array = centred.T @ centred / len(centred)
    if not np.isfinite(covariance).all():
        raise ValueError(
            f"X has values as far as {np.abs(centred).max():.0e} from the mean, whose squares "
            "overflow: divide the samples by a constant."
        )
    return covariance


def log_likelihood(emp_cov: Array, precision: Array) -> float:
    """Give the mean log-likelihood of samples under a Gaussian of a given precision.

    Parameters
    ----------
    emp_cov : ndarray of shape (n_features, n_features)
        The samples' covariance, which is all of them that matters.
    precision : ndarray of shape (n_features, n_features)
        The inverse of the Gaussian's covariance.

    Returns
    -------
    float
        Minus infinity where `precision` has no positive determinant.

    Examples
    --------
    >>> round(log_likelihood(np.eye(2), np.eye(2)), 4)
    -2.8379
    """
    sign, log_determinant = np.linalg.slogdet(precision)
    if sign <= 0:
        return -np.inf
    misfit = np.sum(emp_cov * precision)
    return float(log_determinant - misfit - len(precision) * np.log(2 * np.pi)) / 2


class EmpiricalCovariance(Estimator):
    """Estimate a covariance by the mean product of centred features.

    Parameters
    ----------
    assume_centered : bool
        Whether the features' means are zero and need not be taken off.

    Attributes
    ----------
    location_ : ndarray of shape (n_features,)
        The features' means, or zeros.
    covariance_, precision_ : ndarrays of shape (n_features, n_features)
        The estimate and its (pseudo-)inverse.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Their names, where ``fit`` was given a data frame.

    Examples
    --------
    >>> EmpiricalCovariance().fit([[0, 0], [2, 4]]).covariance_
    array([[1., 2.],
           [2., 4.]])
    """

    location_: Array
    covariance_: Array
    precision_: Array

    def __init__(self, *, assume_centered: bool = False) -> None:
        self.assume_centered = assume_centered

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:
        """Estimate from samples ``X`` of shape (n_samples, n_features)."""
        self.covariance_ = mean_products(self._centred(X))
        self.precision_ = pseudo_inverse(self.covariance_)
        return self

    def _centred(self, X: ArrayLike, min_samples: int = 1) -> Array:
        """Check samples, store their mean, and take it off."""
        samples = check_data(self, X, min_samples=min_samples)
        self.location_ = location(samples, self.assume_centered)
        return np.asarray(samples - self.location_)

    def get_precision(self) -> Array:
        """Give the inverse of the covariance, of shape (n_features, n_features)."""
        check_fitted(self)
        return self.precision_

    def mahalanobis(self, X: ArrayLike) -> Array:
        """Give squared Mahalanobis distances of samples from the mean, (n_samples,)."""
        away = check_samples(self, X) - self.location_
        return np.asarray(np.einsum("ij,ij->i", away @ self.precision_, away))

    def score(self, X_test: ArrayLike, y: ArrayLike | None = None) -> float:
        """Give the mean log-likelihood of samples under a Gaussian of this covariance."""
        away = check_samples(self, X_test) - self.location_
        return log_likelihood(mean_products(away), self.precision_)

    def error_norm(
        self,
        comp_cov: ArrayLike,
        norm: str = "frobenius",
        scaling: bool = True,
        squared: bool = True,
    ) -> float:
        """Tell how far another covariance is from this one.

        Parameters
        ----------
        comp_cov : array-like of shape (n_features, n_features)
            The other, for example the true one.
        norm : {"frobenius", "spectral"}
            The root of the sum of all squared differences, or the largest singular value.
        scaling : bool
            Whether the squared norm is divided by the number of features.
        squared : bool
            Whether to give the squared norm.

        Returns
        -------
        float
        """
        check_fitted(self)
        check_option("norm", norm, ("frobenius", "spectral"))
        other = check_array(comp_cov, name="comp_cov")
        if other.shape != self.covariance_.shape:
            raise ValueError(
                f"comp_cov has shape {other.shape}, expected {self.covariance_.shape}: "
                "give a covariance of the same features."
            )
        error = np.linalg.norm(other - self.covariance_, "fro" if norm == "frobenius" else 2) ** 2
        if scaling:
            error /= len(other)
        return float(error if squared else np.sqrt(error))


def pseudo_inverse(covariance: Array) -> Array:
    """Invert a covariance, and leave alone directions in which samples vary by roundings only."""
    rounding = len(covariance) * np.finfo(np.float64).eps
    return np.linalg.pinv(covariance, rcond=rounding, hermitian=True)
