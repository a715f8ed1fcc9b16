"""How features vary together, and which of them do so directly.

Read `EmpiricalCovariance`, then `ledoit_wolf_shrinkage` (few samples), then
`graphical_lasso` (a precision matrix with many zeros: who talks to whom).
"""

import warnings
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.base import Estimator
from aiguille.parameters import check_real, check_whole
from aiguille.validation import ConvergenceWarning, check_data, check_samples

__all__ = [
    "EmpiricalCovariance",
    "GraphicalLasso",
    "LedoitWolf",
    "graphical_lasso",
    "ledoit_wolf_shrinkage",
]

Array = NDArray[Any]


class EmpiricalCovariance(Estimator):
    """Estimate a covariance by the mean product of centred features.

    Parameters
    ----------
    assume_centered : bool
        Whether the features' means are zero and need not be taken off.

    Attributes
    ----------
    location_ : ndarray of shape (n_features,)
    covariance_, precision_ : ndarrays of shape (n_features, n_features)
        The estimate and its (pseudo-)inverse.

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
        centred = self.centred(X)
        self.covariance_ = centred.T @ centred / len(centred)
        self.precision_ = np.linalg.pinv(self.covariance_, hermitian=True)
        return self

    def centred(self, X: ArrayLike) -> Array:
        """Check samples, store their mean, and take it off."""
        samples = check_data(self, X)
        width = samples.shape[1]
        self.location_ = np.zeros(width) if self.assume_centered else samples.mean(axis=0)
        return np.asarray(samples - self.location_)

    def mahalanobis(self, X: ArrayLike) -> Array:
        """Give squared Mahalanobis distances of samples from the mean, (n_samples,)."""
        away = check_samples(self, X) - self.location_
        return np.asarray(np.einsum("ij,ij->i", away @ self.precision_, away))

    def score(self, X: ArrayLike, y: ArrayLike | None = None) -> float:
        """Give the mean log-likelihood of samples under a Gaussian of this covariance."""
        away = check_samples(self, X) - self.location_
        _, log_volume = np.linalg.slogdet(self.precision_)
        fit = np.sum(away.T @ away / len(away) * self.precision_)
        return float(-(fit - log_volume + len(self.precision_) * np.log(2 * np.pi)) / 2)


class LedoitWolf(EmpiricalCovariance):
    """Shrink a covariance towards a multiple of the identity, by the best expected amount.

    Parameters
    ----------
    assume_centered : bool

    Attributes
    ----------
    shrinkage_ : float
        Share of the identity, between 0 and 1.
    location_, covariance_, precision_ : ndarrays
        As for `EmpiricalCovariance`.

    References
    ----------
    Ledoit & Wolf (2004), Journal of Multivariate Analysis 88(2).

    Examples
    --------
    >>> LedoitWolf().fit([[0, 0], [2, 4]]).shrinkage_
    0.0
    """

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:
        """Estimate from samples ``X`` of shape (n_samples, n_features)."""
        centred = self.centred(X)
        covariance = centred.T @ centred / len(centred)
        self.shrinkage_ = ledoit_wolf_shrinkage(centred)
        self.covariance_ = (1 - self.shrinkage_) * covariance
        self.covariance_.flat[:: len(covariance) + 1] += (
            self.shrinkage_ * np.trace(covariance) / len(covariance)
        )
        self.precision_ = np.linalg.pinv(self.covariance_, hermitian=True)
        return self


def ledoit_wolf_shrinkage(centred: Array) -> float:
    """Give the share of the identity that minimises the expected squared error."""
    n, width = centred.shape
    if width == 1:
        return 0.0
    covariance = centred.T @ centred / n
    scale = np.trace(covariance) / width
    # How far the estimate is from the identity, and how much of that is noise.
    distance = np.sum((covariance - scale * np.eye(width)) ** 2)
    noise = (np.sum(np.einsum("ij,ij->i", centred, centred) ** 2) / n - np.sum(covariance**2)) / n
    return float(np.clip(noise / distance, 0, 1)) if distance > 0 else 0.0


class GraphicalLasso(EmpiricalCovariance):
    """Estimate a sparse precision matrix: zero where two features do not vary directly together.

    Parameters
    ----------
    alpha : float
        Penalty of the precision's entries off the diagonal; more gives more zeros.
    tol : float
        The dual gap at which to stop.
    max_iter : int
        The most sweeps over all columns.
    assume_centered : bool

    Attributes
    ----------
    location_, covariance_, precision_ : ndarrays
        As for `EmpiricalCovariance`.
    n_iter_ : int
        Sweeps that were needed.

    References
    ----------
    Friedman, Hastie & Tibshirani (2008), Biostatistics 9(3).

    Examples
    --------
    >>> GraphicalLasso(alpha=2).fit([[0, 0], [2, 4]]).precision_
    array([[1.  , 0.  ],
           [0.  , 0.25]])
    """

    def __init__(
        self,
        alpha: float = 0.01,
        *,
        tol: float = 1e-4,
        max_iter: int = 100,
        assume_centered: bool = False,
    ) -> None:
        self.alpha = alpha
        self.tol = tol
        self.max_iter = max_iter
        self.assume_centered = assume_centered

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:
        """Estimate from samples ``X`` of shape (n_samples, n_features)."""
        alpha = check_real("alpha", self.alpha, open_low=True)
        tol = check_real("tol", self.tol, open_low=True)
        sweeps = check_whole("max_iter", self.max_iter)
        samples = check_data(self, X, min_samples=2)
        constant = np.flatnonzero(np.ptp(samples, axis=0) == 0)
        if len(constant):
            raise ValueError(
                f"feature {constant[0]} of X is constant, and a precision would be infinite: "
                "leave constant features out."
            )
        centred = self.centred(X)
        covariance = centred.T @ centred / len(centred)
        self.covariance_, self.precision_, self.n_iter_ = graphical_lasso(
            covariance, alpha, tol, sweeps
        )
        return self


def graphical_lasso(
    S: Array, alpha: float, tol: float = 1e-4, max_iter: int = 100
) -> tuple[Array, Array, int]:
    """Minimise tr(S P) - log det P + alpha * the sum of absolute P_ij off the diagonal, over P.

    One column of the covariance W = inverse of P after the other is improved; each is a
    lasso whose Gram matrix is the rest of W.

    Returns
    -------
    covariance, precision : ndarrays of shape (n_features, n_features)
    n_iter : int
    """
    width = len(S)
    # Shrinking the start a little makes it positive definite, however few the samples.
    W = 0.95 * S
    np.fill_diagonal(W, S.diagonal())
    P = np.linalg.pinv(W, hermitian=True)
    everyone = np.arange(width)
    for sweep in range(1, max_iter + 1):
        for column in range(width):
            rest = everyone != column
            gram = W[np.ix_(rest, rest)]
            weights = lasso_by_gram(
                gram, S[rest, column], alpha, -P[rest, column] / P[column, column]
            )
            W[rest, column] = W[column, rest] = gram @ weights
            P[column, column] = 1 / (W[column, column] - W[rest, column] @ weights)
            P[rest, column] = P[column, rest] = 0.0 - P[column, column] * weights
        penalty = alpha * (np.abs(P).sum() - np.abs(P.diagonal()).sum())
        if abs(np.sum(S * P) - width + penalty) < tol:
            return W, P, sweep
    warnings.warn(
        f"the graphical lasso did not converge in max_iter={max_iter} sweeps: "
        "raise max_iter, alpha or tol.",
        ConvergenceWarning,
        stacklevel=3,
    )
    return W, P, max_iter


def lasso_by_gram(gram: Array, target: Array, alpha: float, weights: Array) -> Array:
    """Minimise w'Gw/2 - t'w + alpha |w|_1 by coordinate descent, from a warm start."""
    weights = weights.copy()
    # The residual is kept up to date, and only a weight that moves costs a vector operation.
    residual: Any = target - gram @ weights
    scales = gram.diagonal().tolist()
    close = 1e-6 * alpha
    for _ in range(1000):
        largest = 0.0
        for j, scale in enumerate(scales):
            old = float(weights[j])
            pull = float(residual[j]) + scale * old
            new = max(abs(pull) - alpha, 0.0) / scale * (1 if pull > 0 else -1)
            if new != old:
                residual -= (new - old) * gram[j]
                weights[j] = new
                largest = max(largest, scale * abs(new - old))
        if largest <= close:
            break
    return weights
