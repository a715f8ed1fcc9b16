"""Samples taken apart once, so that least squares with any penalty are a product away.

Read `Decomposed`: with the singular values and vectors of the centred samples it gives the
weights for every ``alpha``, and the errors on each sample left out. `singular_vectors` finds them
at the price of the shorter side of the samples where that loses no digits.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aiguille.parameters import check_real

__all__ = ["Decomposed", "check_alphas", "singular_vectors"]

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Decomposed:
    """Samples, centred and weighted, as their singular values and vectors.

    Parameters
    ----------
    U : ndarray of shape (n_samples, rank)
    values : ndarray of shape (rank,)
    Vt : ndarray of shape (rank, n_features)
    mean : ndarray of shape (n_features,)
        What was subtracted.
    roots : ndarray of shape (n_samples,)
        Roots of the samples' weights, by which rows were multiplied.
    """

    U: Numbers
    values: Numbers
    Vt: Numbers
    mean: Numbers
    roots: Numbers
    centred: bool

    @classmethod
    def of(cls, X: Numbers, weights: Numbers, centre: bool) -> "Decomposed":
        """Decompose samples; what is shorter than rounding errors is left out.

        Parameters
        ----------
        X : ndarray of shape (n_samples, n_features)
        weights : ndarray of shape (n_samples,)
        centre : bool
            Whether to subtract the weighted mean.
        """
        roots = np.sqrt(weights)
        with np.errstate(over="ignore", invalid="ignore"):
            mean = weights @ X / weights.sum() if centre else np.zeros(X.shape[1])
            rows = X - mean
            rows *= roots[:, None]
        return cls(*singular_vectors(rows), mean, roots, centre)

    def solve(self, Y: Numbers, alphas: Numbers) -> tuple[Numbers, Numbers]:
        """Give the weights of features, and what is added to their sum.

        Parameters
        ----------
        Y : ndarray of shape (n_samples, n_targets)
        alphas : ndarray of shape (n_targets,)
            The penalty for each target.

        Returns
        -------
        coef : ndarray of shape (n_targets, n_features)
        intercept : ndarray of shape (n_targets,)
        """
        middle = self.middle(Y)
        along = self.U.T @ ((Y - middle) * self.roots[:, None])
        # values / (values² + alphas), without the square: it could overflow.
        shrunk = along / (self.values[:, None] + alphas / self.values[:, None])
        coef: Numbers = shrunk.T @ self.Vt
        return coef, middle - coef @ self.mean

    def middle(self, Y: Numbers) -> Numbers:
        """Give the weighted means of the targets; nothing without an intercept."""
        if not self.centred:
            return np.zeros(Y.shape[1])
        middle: Numbers = np.average(Y, axis=0, weights=self.roots**2)
        return middle

    def errors_left_out(self, Y: Numbers, alpha: float) -> Numbers:
        """Give the error on each sample of the model that is fitted on all others.

        Leaving a sample out stretches its error by what it has to say about itself (the
        diagonal of the hat matrix), so that nothing is fitted anew.

        Parameters
        ----------
        Y : ndarray of shape (n_samples, n_targets)
        alpha : float

        Returns
        -------
        ndarray of shape (n_samples, n_targets)

        References
        ----------
        Allen (1974), "The relationship between variable selection and data augmentation and
        a method for prediction", Technometrics 16(1).
        """
        rows = (Y - self.middle(Y)) * self.roots[:, None]
        shares = self.values / (self.values + alpha / self.values)
        residuals = rows - self.U @ (shares[:, None] * (self.U.T @ rows))
        own = (self.U**2) @ shares
        if self.centred:
            own = own + self.roots**2 / (self.roots**2).sum()
        with np.errstate(divide="ignore", invalid="ignore"):
            stretched = residuals / (1 - own)[:, None] / self.roots[:, None]
        return np.where(np.isfinite(stretched), stretched, 0.0)


def singular_vectors(X: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Give the singular values of a matrix and their vectors, without those that are zero.

    The eigenvectors of X Xᵀ (or XᵀX, whichever is smaller) are those of ``X``, and take a
    fraction of the time. But squares have room for half of the digits only: a singular value
    below some 1e-8 of the largest drowns. Where one could, ``X`` itself is decomposed.

    Parameters
    ----------
    X : ndarray of shape (n, d)

    Returns
    -------
    U, values, Vt : ndarrays of shapes (n, rank), (rank,), (rank, d)
        The largest first.
    """
    if len(X) > X.shape[1]:
        V, values, Ut = singular_vectors(X.T)
        return Ut.T, values, V.T
    largest = float(max(X.max(), -X.min()))
    if not np.isfinite(largest):
        raise ValueError("X has values so large that sums overflow: divide it by a constant.")
    # A power of two changes no digit, and keeps the squares from overflow and underflow.
    exponent = int(np.frexp(largest)[1])
    scaled = X if abs(exponent) < 200 else np.ldexp(X, -exponent)
    squares, U = np.linalg.eigh(scaled @ scaled.T)
    squares, U = squares[::-1], U[:, ::-1]
    Vt = U.T @ scaled
    values = np.sqrt(np.einsum("ij,ij->i", Vt, Vt))
    nothing = np.finfo(np.float64).eps * max(X.shape) * values[0]
    rank = int((squares > CLEAR * squares[0]).sum())
    # What is not clear must be nothing: its length tells, which is no square.
    if values[rank:].max(initial=0.0) > nothing:
        U, values, Vt = np.linalg.svd(scaled, full_matrices=False)
        rank = int((values > nothing).sum())
    else:
        Vt = np.divide(Vt[:rank], values[:rank, None], out=Vt[:rank])
    values = values if scaled is X else np.ldexp(values, exponent)
    return U[:, :rank], values[:rank], Vt[:rank]


CLEAR = 1e-7
"""An eigenvalue of more than this share of the largest has vectors that are good to 1e-9."""


def check_alphas(alpha: Any, n_targets: int) -> Numbers:
    """Give a penalty for each target."""
    if np.ndim(alpha) == 0:
        return np.full(n_targets, check_real("alpha", alpha))
    alphas = np.asarray(alpha, dtype=np.float64)
    if alphas.shape != (n_targets,) or not (alphas >= 0).all():
        raise ValueError(
            f"alpha={alpha!r} must be a number of at least 0, or one for each of the {n_targets} "
            "targets."
        )
    return alphas
